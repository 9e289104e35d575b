package boltstore

import (
	"context"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// What members have used of benefits:
//
//	usages     member id → benefit.Usage
//	openUsages member id → nothing, while the usage has steps
//	uses       use id → benefit.Use
//	memberUses member id, 0, time of the use in 8 bytes, use id → nothing
var (
	usages     = newBucket("usages")
	openUsages = newBucket("openUsages")
	uses       = newBucket("uses")
	memberUses = newBucket("memberUses")
)

// Usages is a benefit.Store.
type Usages struct{ s *Store }

// Usages gives the store of usages.
func (s *Store) Usages() *Usages { return &Usages{s} }

// ByMember implements benefit.Store.
func (u *Usages) ByMember(ctx context.Context, id member.ID) (found benefit.Usage, err error) {
	err = u.s.read(ctx, func(t *tx) error {
		found, _, err = get[benefit.Usage](t, usages, []byte(id))
		return err
	})
	found.Member = id
	return found, err
}

// ByMembers implements benefit.Store.
func (u *Usages) ByMembers(ctx context.Context, ids []member.ID) (out map[member.ID]benefit.Usage, err error) {
	err = u.s.read(ctx, func(t *tx) error {
		out = make(map[member.ID]benefit.Usage, len(ids))
		return byID(t, usages, texts(ids), func(id string, found benefit.Usage) { out[member.ID(id)] = found })
	})
	return out, err
}

// Save implements benefit.Store.
func (u *Usages) Save(ctx context.Context, next benefit.Usage) error {
	return u.s.write(ctx, func(t *tx) error {
		old, _, err := get[benefit.Usage](t, usages, []byte(next.Member))
		if err != nil {
			return err
		}
		if old.Version != next.Version {
			return benefit.ErrStale
		}
		kept := next
		kept.Version++
		if err := t.mark(openUsages, []byte(next.Member), len(kept.Steps) > 0); err != nil {
			return err
		}
		return t.put(usages, []byte(next.Member), kept)
	})
}

// Unfinished implements benefit.Store.
func (u *Usages) Unfinished(ctx context.Context, n int) (out []member.ID, err error) {
	err = u.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(openUsages, nil, nil) {
			if len(out) >= n {
				break
			}
			out = append(out, member.ID(k))
		}
		return nil
	})
	return out, err
}

// Uses is a benefit.UseStore.
type Uses struct{ s *Store }

// Uses gives the store of uses.
func (s *Store) Uses() *Uses { return &Uses{s} }

// Create implements benefit.UseStore.
func (us *Uses) Create(ctx context.Context, u benefit.Use) error {
	return us.s.write(ctx, func(t *tx) error {
		if t.has(uses, []byte(u.ID)) {
			return benefit.ErrExists
		}
		u.Version = 1
		if err := t.mark(memberUses, path(string(u.Member), moment(u.At), []byte(u.ID)), true); err != nil {
			return err
		}
		return t.put(uses, []byte(u.ID), u)
	})
}

// ByID implements benefit.UseStore.
func (us *Uses) ByID(ctx context.Context, id string) (u benefit.Use, ok bool, err error) {
	err = us.s.read(ctx, func(t *tx) (err error) {
		u, ok, err = get[benefit.Use](t, uses, []byte(id))
		return err
	})
	return u, ok, err
}

// Save implements benefit.UseStore. A use never changes its member or its time, so its place in the list stays.
func (us *Uses) Save(ctx context.Context, u benefit.Use) error {
	return us.s.write(ctx, func(t *tx) error {
		old, ok, err := get[benefit.Use](t, uses, []byte(u.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != u.Version {
			return benefit.ErrStale
		}
		kept := u
		kept.Version++
		return t.put(uses, []byte(u.ID), kept)
	})
}

// Page implements benefit.UseStore.
func (us *Uses) Page(ctx context.Context, id member.ID, after *benefit.Place, n int) (out []benefit.Use, err error) {
	prefix := path(string(id))
	var end []byte
	if after != nil {
		end = path(string(id), moment(after.At), []byte(after.ID))
	}
	err = us.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.backwards(memberUses, prefix, end) {
			if len(out) == n {
				return nil
			}
			u, ok, err := get[benefit.Use](t, uses, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, u)
			}
		}
		return nil
	})
	return out, err
}
