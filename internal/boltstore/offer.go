package boltstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/offer"
)

// Offers to members:
//
//	offers  member id → offer.Offers
var offers = newBucket("offers")

// Offers is an offer.Store.
type Offers struct{ s *Store }

// Offers gives the store of offers.
func (s *Store) Offers() *Offers { return &Offers{s} }

// ByMember implements offer.Store.
func (o *Offers) ByMember(ctx context.Context, who member.ID) (found offer.Offers, err error) {
	err = o.s.read(ctx, func(t *tx) error {
		found, _, err = get[offer.Offers](t, offers, []byte(who))
		return err
	})
	found.Member = who
	return found, err
}

// Save implements offer.Store.
func (o *Offers) Save(ctx context.Context, next offer.Offers) error {
	return o.s.write(ctx, func(t *tx) error {
		old, _, err := get[struct{ Version int64 }](t, offers, []byte(next.Member))
		if err != nil {
			return err
		}
		if old.Version != next.Version {
			return offer.ErrStale
		}
		kept := next
		kept.Version++
		return t.put(offers, []byte(next.Member), kept)
	})
}
