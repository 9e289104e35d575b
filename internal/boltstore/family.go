package boltstore

import (
	"context"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
)

// Families, and what finds them; the indexes change in the transaction that changes the family:
//
//	families     family id               → family.Family
//	family_of    member id               → family id  (unique: a member is Active in one family)
//	memberships  member id, 0, family id → ""         of everybody who is or was in it
//	invited      hash of a token         → family id
//	familyCalendar  moment, 8 bytes, and family id → ""  of those in which something is due
var (
	families    = newBucket("families")
	familyOf    = newBucket("family_of")
	memberships = newBucket("memberships")
	invited     = newBucket("invited")

	familyCalendar = newBucket("familyCalendar")
)

// Families is a family.Store.
type Families struct{ s *Store }

// Families gives the store of families.
func (s *Store) Families() *Families { return &Families{s} }

// Create implements family.Store.
func (fs *Families) Create(ctx context.Context, f family.Family) error {
	f.Version = 1
	return fs.s.write(ctx, func(t *tx) error {
		if t.has(families, []byte(f.ID)) {
			return family.ErrExists
		}
		return keepFamily(t, family.Family{}, f)
	})
}

// Save implements family.Store.
func (fs *Families) Save(ctx context.Context, f family.Family) error {
	return fs.s.write(ctx, func(t *tx) error {
		old, ok, err := get[family.Family](t, families, []byte(f.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != f.Version {
			return family.ErrStale
		}
		next := f
		next.Version++
		return keepFamily(t, old, next)
	})
}

// keepFamily stores a family in place of its old value, with its indexes.
func keepFamily(t *tx, old, next family.Family) error {
	for _, who := range next.Members() {
		if of := t.raw(familyOf, []byte(who)); of != nil && string(of) != string(next.ID) {
			return family.ErrTaken
		}
	}
	if err := indexFamily(old, func(b bucket, key, _ []byte) error { return t.drop(b, key) }); err != nil {
		return err
	}
	if err := indexFamily(next, t.set); err != nil {
		return err
	}
	return t.put(families, []byte(next.ID), next)
}

// indexFamily does something with every index entry of a family.
func indexFamily(f family.Family, do func(b bucket, key, value []byte) error) error {
	for _, p := range f.People {
		if p.State == family.Active {
			if err := do(familyOf, []byte(p.Member), []byte(f.ID)); err != nil {
				return err
			}
		}
		if err := do(memberships, path(string(p.Member), []byte(f.ID)), []byte{}); err != nil {
			return err
		}
	}
	if due, ok := f.Due(); ok {
		if err := do(familyCalendar, append(moment(due), f.ID...), []byte{}); err != nil {
			return err
		}
	}
	for _, i := range f.Invitations {
		if err := do(invited, []byte(i.Hash), []byte(f.ID)); err != nil {
			return err
		}
	}
	return nil
}

// ByID implements family.Store.
func (fs *Families) ByID(ctx context.Context, id family.ID) (f family.Family, ok bool, err error) {
	err = fs.s.read(ctx, func(t *tx) error {
		f, ok, err = get[family.Family](t, families, []byte(id))
		return err
	})
	return f, ok, err
}

// ByMember implements family.Store.
func (fs *Families) ByMember(ctx context.Context, who member.ID) (family.Family, bool, error) {
	return fs.through(ctx, familyOf, []byte(who))
}

// ByInvitation implements family.Store.
func (fs *Families) ByInvitation(ctx context.Context, hash string) (family.Family, bool, error) {
	return fs.through(ctx, invited, []byte(hash))
}

// through finds the family whose id lies at a key of an index.
func (fs *Families) through(ctx context.Context, index bucket, key []byte) (f family.Family, ok bool, err error) {
	err = fs.s.read(ctx, func(t *tx) error {
		id := t.raw(index, key)
		if id == nil {
			return nil
		}
		f, ok, err = get[family.Family](t, families, id)
		return err
	})
	return f, ok, err
}

// ByMembers implements family.Store.
func (fs *Families) ByMembers(ctx context.Context, who []member.ID) (map[member.ID]family.Family, error) {
	out := make(map[member.ID]family.Family, len(who))
	err := fs.s.read(ctx, func(t *tx) error {
		for _, m := range who {
			id := t.raw(familyOf, []byte(m))
			if id == nil {
				continue
			}
			f, ok, err := get[family.Family](t, families, id)
			if err != nil {
				return err
			}
			if ok {
				out[m] = f
			}
		}
		return nil
	})
	return out, err
}

// Memberships implements family.Store.
func (fs *Families) Memberships(ctx context.Context, who member.ID) ([]family.Family, error) {
	all, err := fs.Homes(ctx, []member.ID{who})
	return all[who], err
}

// Homes implements family.Store.
func (fs *Families) Homes(ctx context.Context, who []member.ID) (map[member.ID][]family.Family, error) {
	out := map[member.ID][]family.Family{}
	err := fs.s.read(ctx, func(t *tx) error {
		for _, m := range who {
			prefix := path(string(m))
			for k := range t.from(memberships, prefix, prefix) {
				f, ok, err := get[family.Family](t, families, k[len(prefix):])
				if err != nil {
					return err
				}
				if ok {
					out[m] = append(out[m], f)
				}
			}
		}
		return nil
	})
	return out, err
}

// Due implements family.Store.
func (fs *Families) Due(ctx context.Context, by time.Time, n int) (out []family.ID, err error) {
	err = fs.s.read(ctx, func(t *tx) error {
		for id := range calendarBy(t, familyCalendar, by) {
			if len(out) == n {
				break
			}
			out = append(out, family.ID(id))
		}
		return nil
	})
	return out, err
}
