package boltstore

import (
	"bytes"
	"context"
	"slices"

	"membergate/internal/account"
	"membergate/internal/desk"
	"membergate/internal/export"
	"membergate/internal/insight"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/redemption"
	"membergate/internal/report"
	"membergate/internal/rotation"
	"membergate/internal/secret"
	"membergate/internal/signin"
	"membergate/internal/vault"
	"membergate/internal/voucher"
)

// sealedIn knows the sealed texts of a bucket's values.
type sealedIn struct {
	bucket  bucket
	purpose string
	read    func(key, raw []byte) ([]string, error)
	swap    func(t *tx, key []byte, older, newer string) (bool, error)
}

// sealedPlaces are all of them.
var sealedPlaces = []sealedIn{
	sealedTexts(profiles, account.SealPurpose, func(p *member.Profile) []*string { return []*string{&p.Sealed} }),
	sealedTexts(requests, desk.TextPurpose, func(r *desk.Request) []*string { return []*string{&r.Sealed, &r.Note} }),
	sealedTexts(reports, report.TextPurpose, func(r *report.Report) []*string { return []*string{&r.Sealed} }),
	sealedTexts(vouchers, voucher.Purpose, func(c *voucher.Code) []*string { return []*string{&c.Sealed} }),
	sealedTexts(redemptions, voucher.Purpose, func(r *redemption.Redemption) []*string { return []*string{&r.Sealed} }),
	sealedTexts(exportParts, export.SealPurpose, func(p *export.Part) []*string { return []*string{&p.Sealed} }),
	sealedTexts(insights, insight.SealPurpose, func(n *insight.Note) []*string { return []*string{&n.Sealed} }),
	sealedTexts(readings, vault.ReasonPurpose, func(a *vault.Application) []*string { return []*string{&a.Reason} }),
	sealedTexts(logins, signin.SealPurpose, func(l *signin.Login) []*string { return []*string{&l.Sealed} }),
	sealedTexts(identities, vault.SealPurpose, func(i *vault.Identity) (out []*string) {
		for n := range i.Facts {
			out = append(out, &i.Facts[n].Sealed)
		}
		return out
	}),
	sealedTexts(noticeSettings, notice.DevicePurpose, func(s *notice.Settings) (out []*string) {
		for i := range s.Devices {
			out = append(out, &s.Devices[i].Token)
		}
		return out
	}),
}

func sealedTexts[V any](b bucket, purpose string, of func(*V) []*string) sealedIn {
	return sealedIn{b, purpose,
		func(key, raw []byte) (out []string, err error) {
			var v V
			if err := decode(b, key, raw, &v); err != nil {
				return nil, err
			}
			for _, text := range of(&v) {
				if *text != "" {
					out = append(out, *text)
				}
			}
			return out, nil
		},
		func(t *tx, key []byte, older, newer string) (done bool, err error) {
			v, ok, err := get[V](t, b, key)
			if err != nil || !ok {
				return false, err
			}
			for _, text := range of(&v) {
				if *text == older {
					*text, done = newer, true
				}
			}
			if !done {
				return false, nil
			}
			return true, t.put(b, key, v)
		}}
}

// Rotation is a rotation.Store.
type Rotation struct{ s *Store }

// Rotation gives what is kept secret.
func (s *Store) Rotation() *Rotation { return &Rotation{s} }

// Places implements rotation.Store.
func (r *Rotation) Places() (out []rotation.Place) {
	for _, p := range sealedPlaces {
		out = append(out, rotation.Place{Name: string(p.bucket), Purpose: p.purpose})
	}
	return out
}

func sealedPlace(name string) sealedIn {
	return sealedPlaces[slices.IndexFunc(sealedPlaces, func(p sealedIn) bool { return string(p.bucket) == name })]
}

// Sealed implements rotation.Store.
func (r *Rotation) Sealed(ctx context.Context, place, after string, n int) (out []rotation.Document, err error) {
	p := sealedPlace(place)
	err = r.s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.after(p.bucket, []byte(after)) {
			if len(out) == n {
				return nil
			}
			texts, err := p.read(k, v)
			if err != nil {
				return err
			}
			if len(texts) > 0 {
				out = append(out, rotation.Document{ID: string(k), Texts: texts})
			}
		}
		return nil
	})
	return out, err
}

// Swap implements rotation.Store.
func (r *Rotation) Swap(ctx context.Context, place, id, older, newer string) (done bool, err error) {
	err = r.s.write(ctx, func(t *tx) (err error) {
		done, err = sealedPlace(place).swap(t, []byte(id), older, newer)
		return err
	})
	return done, err
}

// Hashed implements rotation.Store.
func (r *Rotation) Hashed(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := r.s.read(ctx, func(t *tx) error {
		for _, b := range []bucket{vouchers, deviceOwners, identityHashes, erased, logins} {
			for k := range t.from(b, nil, nil) {
				hash, _, _ := bytes.Cut(k, []byte{0})
				out[secret.SealedWith(string(hash))]++
			}
		}
		return nil
	})
	return out, err
}
