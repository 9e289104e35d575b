package boltstore

import (
	"context"

	"membergate/internal/admission"
	"membergate/internal/member"
)

// Seats and applications:
//
//	seats     tier code               → admission.Seats
//	dossiers  tier code, 0, member id → admission.Dossier
var (
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
	return a.swap(ctx, dossiers, path(d.Tier, []byte(d.Member)), d.Version, next)
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
