package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

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

func (s *admissions) Waiting(ctx context.Context, from time.Time, after admission.Mark, n int) (out []admission.Dossier, err error) {
	err = locked(ctx, &s.mu, func() error {
		for _, all := range s.dossiers {
			for _, d := range all {
				if by, ok := d.Waits(); ok && !by.Before(from) && (after.By.IsZero() || behind(after, mark(d))) {
					out = append(out, copied(d))
				}
			}
		}
		slices.SortFunc(out, func(a, b admission.Dossier) int {
			if behind(mark(a), mark(b)) {
				return -1
			}
			return 1
		})
		out = out[:min(n, len(out))]
		return nil
	})
	return out, err
}

func mark(d admission.Dossier) admission.Mark {
	by, _ := d.Waits()
	return admission.Mark{By: by, Tier: d.Tier, Member: d.Member}
}

// behind tells whether b comes after a.
func behind(a, b admission.Mark) bool {
	if !a.By.Equal(b.By) {
		return b.By.After(a.By)
	}
	return b.Tier+":"+string(b.Member) > a.Tier+":"+string(a.Member)
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
