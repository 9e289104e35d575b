package boltstore

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Members and their accounts lie in two buckets, because they change apart from each other:
//
//	profiles  member id → member.Profile
//	accounts  member id → account.Account
//	handles   handle    → member id    (unique)
//	demos     member id → ""           of those that the demo made
var (
	profiles = newBucket("profiles")
	accounts = newBucket("accounts")
	handles  = newBucket("handles")
	demos    = newBucket("demos")
)

// Members is an account.Store.
type Members struct{ s *Store }

// Members gives the store of holders.
func (s *Store) Members() *Members { return &Members{s} }

// Create implements account.Store.
func (m *Members) Create(ctx context.Context, h account.Holder) error {
	h.Profile.Version, h.Account.Version = 1, 1
	return m.s.write(ctx, func(t *tx) error {
		key := []byte(h.Profile.ID)
		if t.has(profiles, key) {
			return account.ErrExists
		}
		if err := claimHandle(t, h.Profile); err != nil {
			return err
		}
		if err := t.mark(demos, key, h.Profile.Demo); err != nil {
			return err
		}
		if err := t.put(profiles, key, h.Profile); err != nil {
			return err
		}
		return putAccount(t, h.Account)
	})
}

// claimHandle makes a handle the profile's, unless it is another one's.
func claimHandle(t *tx, p member.Profile) error {
	if owner := t.raw(handles, []byte(p.Handle)); owner != nil && string(owner) != string(p.ID) {
		return fault.New(fault.Conflict, "the handle %s is taken", p.Handle)
	}
	return t.set(handles, []byte(p.Handle), []byte(p.ID))
}

// ByIDs implements account.Store.
func (m *Members) ByIDs(ctx context.Context, ids []member.ID, d account.Detail) (map[member.ID]account.Holder, error) {
	out := make(map[member.ID]account.Holder, len(ids))
	err := m.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			h, ok, err := holder(t, id)
			if err != nil {
				return err
			}
			if d == account.Public {
				h = public(h)
			}
			if ok {
				out[id] = h
			}
		}
		return nil
	})
	return out, err
}

// holder reads a holder whole.
func holder(t *tx, id member.ID) (h account.Holder, ok bool, err error) {
	if h.Profile, ok, err = get[member.Profile](t, profiles, []byte(id)); err != nil || !ok {
		return h, false, err
	}
	h.Account, ok, err = get[account.Account](t, accounts, []byte(id))
	return h, ok, err
}

// public leaves out what account.Public does not give.
func public(h account.Holder) account.Holder {
	h.Profile.Consents, h.Profile.Sealed, h.Profile.Corrections, h.Profile.Suspension = nil, "", nil, nil
	h.Account.Standing.Facts, h.Account.Standing.History, h.Account.Outbox, h.Account.Invited = nil, nil, nil, nil
	h.Account.Standing.FirstPaid = time.Time{}
	return h
}

// Save implements account.Store.
func (m *Members) Save(ctx context.Context, a account.Account) error {
	return m.s.write(ctx, func(t *tx) error {
		old, ok, err := get[struct{ Version int64 }](t, accounts, []byte(a.Member))
		if err != nil {
			return err
		}
		if !ok || old.Version != a.Version {
			return account.ErrStale
		}
		next := a
		next.Version++
		return putAccount(t, next)
	})
}

// SaveProfile implements account.Store.
func (m *Members) SaveProfile(ctx context.Context, p member.Profile) error {
	return m.s.write(ctx, func(t *tx) error {
		old, ok, err := get[member.Profile](t, profiles, []byte(p.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != p.Version {
			return account.ErrStale
		}
		if old.Handle != p.Handle {
			if err := claimHandle(t, p); err != nil {
				return err
			}
			if err := t.drop(handles, []byte(old.Handle)); err != nil {
				return err
			}
		}
		if err := t.mark(demos, []byte(p.ID), p.Demo); err != nil {
			return err
		}
		next := p
		next.Version++
		return t.put(profiles, []byte(p.ID), next)
	})
}

// Walk implements account.Store.
func (m *Members) Walk(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	return m.list(ctx, profiles, after, n, nil)
}

// Demo implements account.Store.
func (m *Members) Demo(ctx context.Context) ([]account.Holder, error) {
	return m.list(ctx, demos, "", -1, nil)
}

// list reads the holders whose ids are keys of a bucket with values that are wanted (nil wants all), at most n unless n
// is negative.
func (m *Members) list(ctx context.Context, b bucket, after member.ID, n int, wanted func(v []byte) bool) (out []account.Holder, err error) {
	err = m.s.read(ctx, func(t *tx) error {
		for k, v := range t.after(b, []byte(after)) {
			if len(out) == n {
				return nil
			}
			if wanted != nil && !wanted(v) {
				continue
			}
			h, ok, err := holder(t, member.ID(k))
			if err != nil {
				return err
			}
			if ok {
				out = append(out, h)
			}
		}
		return nil
	})
	return out, err
}

// ByHandle implements account.Store.
func (m *Members) ByHandle(ctx context.Context, handle string) (h account.Holder, ok bool, err error) {
	err = m.s.read(ctx, func(t *tx) error {
		id := t.raw(handles, []byte(handle))
		if id == nil {
			return nil
		}
		h, ok, err = holder(t, member.ID(id))
		return err
	})
	return h, ok, err
}
