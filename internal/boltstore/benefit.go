package boltstore

import (
	"context"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// What members have used of benefits:
//
//	usages  member id → benefit.Usage
var usages = newBucket("usages")

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
		return t.put(usages, []byte(next.Member), kept)
	})
}
