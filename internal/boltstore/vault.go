package boltstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/vault"
)

// What tells who members are, and what staff wants to read of it:
//
//	identities      member → vault.Identity
//	identityHashes  hash, 0, member → ""
//	readings        id → vault.Application
//	readingTimes    "waiting" or "over", 0, when it was applied for, 8 bytes, id → ""
//	readingsOf      member, 0, when it was read, 8 bytes, id → ""
//	readingEnds     until when it is kept, 8 bytes, id → ""
var (
	identities     = newBucket("identities")
	identityHashes = newBucket("identityHashes")
	readings       = newBucket("readings")
	readingTimes   = newBucket("readingTimes")
	readingsOf     = newBucket("readingsOf")
	readingEnds    = newBucket("readingEnds")
)

// Vault is a vault.Store.
type Vault struct{ s *Store }

// Vault gives the store of identities.
func (s *Store) Vault() *Vault { return &Vault{s} }

// Of implements vault.Store.
func (v *Vault) Of(ctx context.Context, who member.ID) (i vault.Identity, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		i, _, err = get[vault.Identity](t, identities, []byte(who))
		return err
	})
	i.Member = who
	return i, err
}

// Save implements vault.Store.
func (v *Vault) Save(ctx context.Context, i vault.Identity) error {
	return v.s.write(ctx, func(t *tx) error {
		was, _, err := get[vault.Identity](t, identities, []byte(i.Member))
		if err != nil {
			return err
		}
		if was.Version != i.Version {
			return vault.ErrStale
		}
		if err := markHashes(t, i.Member, was.Facts, false); err != nil {
			return err
		}
		if err := markHashes(t, i.Member, i.Facts, true); err != nil {
			return err
		}
		next := i
		next.Version++
		return t.put(identities, []byte(i.Member), next)
	})
}

func markHashes(t *tx, who member.ID, facts []vault.Fact, there bool) error {
	for _, f := range facts {
		if err := t.mark(identityHashes, path(f.Hash, []byte(who)), there); err != nil {
			return err
		}
	}
	return nil
}

// Known implements vault.Store.
func (v *Vault) Known(ctx context.Context, hashes []string, n int) (out []member.ID, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		out = nil
		for _, h := range hashes {
			prefix := path(h)
			for k := range t.from(identityHashes, prefix, prefix) {
				out = append(out, member.ID(k[len(prefix):]))
			}
		}
		return nil
	})
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(n, len(out))], err
}

func putReading(t *tx, a vault.Application) error {
	key := []byte(a.ID)
	if err := t.put(readings, key, a); err != nil {
		return err
	}
	if err := t.mark(readingEnds, append(moment(a.Keep), key...), true); err != nil {
		return err
	}
	for list, there := range map[string]bool{waiting: a.Waits(), over: !a.Waits()} {
		if err := t.mark(readingTimes, path(list, moment(a.At), key), there); err != nil {
			return err
		}
	}
	if at := a.ReadAt(); !at.IsZero() {
		return t.mark(readingsOf, path(string(a.Member), moment(at), key), true)
	}
	return nil
}

// Apply implements vault.Store.
func (v *Vault) Apply(ctx context.Context, a vault.Application) error {
	return v.s.write(ctx, func(t *tx) error {
		if t.has(readings, []byte(a.ID)) {
			return vault.ErrExists
		}
		return putReading(t, a)
	})
}

// ByID implements vault.Store.
func (v *Vault) ByID(ctx context.Context, id string) (a vault.Application, ok bool, err error) {
	err = v.s.read(ctx, func(t *tx) (err error) {
		a, ok, err = get[vault.Application](t, readings, []byte(id))
		return err
	})
	return a, ok, err
}

// Append implements vault.Store.
func (v *Vault) Append(ctx context.Context, a vault.Application) error {
	return v.s.write(ctx, func(t *tx) error {
		was, ok, err := get[vault.Application](t, readings, []byte(a.ID))
		if err != nil {
			return err
		}
		if !ok || len(was.Deeds) != len(a.Deeds)-1 {
			return vault.ErrStale
		}
		was.Deeds = append(was.Deeds, a.Deeds[len(a.Deeds)-1])
		return putReading(t, was)
	})
}

// List implements vault.Store. Those that nobody answered in time lie among those that wait.
func (v *Vault) List(ctx context.Context, q vault.Query) (out []vault.Application, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		out = nil
		lists := []string{over, waiting}
		if q.Open {
			lists = lists[1:]
		}
		for _, list := range lists {
			var end []byte
			if q.Before.ID != "" {
				end = path(list, moment(q.Before.At), []byte(q.Before.ID))
			}
			n := 0
			for k := range t.backwards(readingTimes, path(list), end) {
				if n >= q.Limit {
					break
				}
				a, ok, err := get[vault.Application](t, readings, k[len(path(list))+8:])
				if err != nil {
					return err
				}
				if ok && q.Open == (a.StateAt(q.Now) == vault.Pending) {
					out, n = append(out, a), n+1
				}
			}
		}
		return nil
	})
	return vault.Newest(out, q.Limit), err
}

// ReadOf implements vault.Store.
func (v *Vault) ReadOf(ctx context.Context, who member.ID, after vault.Place, n int) (out []vault.Application, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		out = nil
		var end []byte
		prefix := path(string(who))
		if after.ID != "" {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		for k := range t.backwards(readingsOf, prefix, end) {
			if len(out) >= n {
				return nil
			}
			a, ok, err := get[vault.Application](t, readings, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, a)
			}
		}
		return nil
	})
	return out, err
}

// Expire implements vault.Store.
func (v *Vault) Expire(ctx context.Context, at time.Time, n int) (gone int, err error) {
	err = v.s.write(ctx, func(t *tx) error {
		gone = 0
		var ids [][]byte
		end := moment(at.Add(time.Millisecond))
		for k := range t.from(readingEnds, nil, nil) {
			if len(ids) >= n || bytes.Compare(k, end) >= 0 {
				break
			}
			ids = append(ids, bytes.Clone(k[8:]))
		}
		for _, id := range ids {
			a, ok, err := get[vault.Application](t, readings, id)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			gone++
			for b, key := range map[bucket][]byte{
				readings: id, readingEnds: append(moment(a.Keep), id...), readingTimes: path(waiting, moment(a.At), id), readingsOf: path(string(a.Member), moment(a.ReadAt()), id),
			} {
				if err := t.mark(b, key, false); err != nil {
					return err
				}
			}
			if err := t.mark(readingTimes, path(over, moment(a.At), id), false); err != nil {
				return err
			}
		}
		return nil
	})
	return gone, err
}
