package storetest

import (
	"context"
	"sync"

	"membergate/internal/admission"
	"membergate/internal/member"
)

type admissions struct {
	mu       sync.Mutex
	seats    map[string]admission.Seats
	dossiers map[string]map[member.ID]admission.Dossier
}

func (s *admissions) Seats(ctx context.Context, tier string) (out admission.Seats, err error) {
	err = locked(ctx, &s.mu, func() error {
		out = copied(s.seats[tier])
		out.Tier = tier
		return nil
	})
	return out, err
}

func (s *admissions) SaveSeats(ctx context.Context, next admission.Seats) error {
	return locked(ctx, &s.mu, func() error {
		if s.seats[next.Tier].Version != next.Version {
			return admission.ErrStale
		}
		next.Version++
		s.seats[next.Tier] = copied(next)
		return nil
	})
}

func (s *admissions) Dossier(ctx context.Context, tier string, who member.ID) (out admission.Dossier, err error) {
	err = locked(ctx, &s.mu, func() error {
		out = copied(s.dossiers[tier][who])
		out.Tier, out.Member = tier, who
		return nil
	})
	return out, err
}

func (s *admissions) SaveDossier(ctx context.Context, d admission.Dossier) error {
	return locked(ctx, &s.mu, func() error {
		if s.dossiers[d.Tier][d.Member].Version != d.Version {
			return admission.ErrStale
		}
		if s.dossiers[d.Tier] == nil {
			s.dossiers[d.Tier] = map[member.ID]admission.Dossier{}
		}
		d.Version++
		s.dossiers[d.Tier][d.Member] = copied(d)
		return nil
	})
}

// flakyAdmissions is an admission.Store over a bad network.
type flakyAdmissions struct {
	admission.Store
	f *flaky
}

func (s *flakyAdmissions) Seats(ctx context.Context, tier string) (out admission.Seats, err error) {
	err = s.f.call(func() error { out, err = s.Store.Seats(ctx, tier); return err })
	return out, err
}

func (s *flakyAdmissions) SaveSeats(ctx context.Context, next admission.Seats) error {
	return s.f.call(func() error { return s.Store.SaveSeats(ctx, next) })
}

func (s *flakyAdmissions) SaveDossier(ctx context.Context, d admission.Dossier) error {
	return s.f.call(func() error { return s.Store.SaveDossier(ctx, d) })
}
