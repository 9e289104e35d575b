package boltstore

import (
	"context"
	"time"

	"membergate/internal/admission"
	"membergate/internal/member"
)

// Seats and applications:
//
//	seats     tier code               → admission.Seats
//	dossiers  tier code, 0, member id → admission.Dossier
//	reviews   8 bytes of the time to decide, tier code, 0, member id → ""  of dossiers that wait for a decision
var (
	reviews   = newBucket("reviews")
	tierSeats = newBucket("seats")
	dossiers  = newBucket("dossiers")
)

// Admissions is an admission.Store.
type Admissions struct{ s *Store }

// Admissions gives the store of seats and applications.
func (s *Store) Admissions() *Admissions { return &Admissions{s} }

// Seats implements admission.Store.
func (a *Admissions) Seats(ctx context.Context, tier string) (out admission.Seats, err error) {
	err = a.s.read(ctx, func(t *tx) error {
		out, _, err = get[admission.Seats](t, tierSeats, []byte(tier))
		out.Tier = tier
		return err
	})
	return out, err
}

// SaveSeats implements admission.Store.
func (a *Admissions) SaveSeats(ctx context.Context, s admission.Seats) error {
	next := s
	next.Version++
	return a.swap(ctx, tierSeats, []byte(s.Tier), s.Version, next)
}

// Dossier implements admission.Store.
func (a *Admissions) Dossier(ctx context.Context, tier string, who member.ID) (out admission.Dossier, err error) {
	err = a.s.read(ctx, func(t *tx) error {
		out, _, err = get[admission.Dossier](t, dossiers, path(tier, []byte(who)))
		out.Tier, out.Member = tier, who
		return err
	})
	return out, err
}

// SaveDossier implements admission.Store.
func (a *Admissions) SaveDossier(ctx context.Context, d admission.Dossier) error {
	next := d
	next.Version++
	key := path(d.Tier, []byte(d.Member))
	return a.s.write(ctx, func(t *tx) error {
		old, _, err := get[admission.Dossier](t, dossiers, key)
		if err != nil {
			return err
		}
		if old.Version != d.Version {
			return admission.ErrStale
		}
		for _, each := range []struct {
			admission.Dossier
			there bool
		}{{old, false}, {next, true}} {
			if by, ok := each.Waits(); ok {
				if err := t.mark(reviews, append(moment(by), key...), each.there); err != nil {
					return err
				}
			}
		}
		return t.put(dossiers, key, next)
	})
}

// Waiting implements admission.Store.
func (a *Admissions) Waiting(ctx context.Context, from time.Time, after admission.Mark, n int) (out []admission.Dossier, err error) {
	start := moment(from)
	if !after.By.IsZero() {
		start = append(moment(after.By), path(after.Tier, []byte(after.Member))...)
	}
	err = a.s.read(ctx, func(t *tx) error {
		for k := range t.after(reviews, start) {
			if len(out) >= n {
				return nil
			}
			d, ok, err := get[admission.Dossier](t, dossiers, k[8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, d)
			}
		}
		return nil
	})
	return out, err
}

// swap puts a value in place of the one at a version; 0 is none.
func (a *Admissions) swap(ctx context.Context, b bucket, key []byte, version int64, next any) error {
	return a.s.write(ctx, func(t *tx) error {
		old, _, err := get[struct{ Version int64 }](t, b, key)
		if err != nil {
			return err
		}
		if old.Version != version {
			return admission.ErrStale
		}
		return t.put(b, key, next)
	})
}
