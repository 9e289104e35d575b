package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Usages tests the promises of benefit.Store.
func Usages(t *testing.T, s benefit.Store) {
	group[benefit.Store]{
		{"who never used anything has an empty usage at version 0", unusedUsage},
		{"every field of a usage comes back", fieldsOfUsage},
		{"saving an old version changes nothing", staleUsage},
		{"of many who save one version one wins", usageRace},
		{"200 uses at once give a quota exactly", exactQuota},
		{"a cancelled caller is told so", cancelledUsages},
	}.run(t, s)
}

// usage makes a usage with every field filled, of a new member at a version.
func usage(seed uint64, version int64) benefit.Usage {
	u := filled[benefit.Usage](dice(seed))
	u.Member, u.Version = member.ID(name("member")), version
	return u
}

func used(t *testing.T, ctx context.Context, s benefit.Store, id member.ID) benefit.Usage {
	t.Helper()
	u, err := s.ByMember(ctx, id)
	must(t, err)
	return u
}

func unusedUsage(t *testing.T, ctx context.Context, s benefit.Store) {
	id := member.ID(name("member"))
	same(t, "the usage", used(t, ctx, s, id), benefit.Usage{Member: id})
}

func fieldsOfUsage(t *testing.T, ctx context.Context, s benefit.Store) {
	u := usage(1, 0)
	for seed := range uint64(5) {
		u.Counts = filled[benefit.Usage](dice(seed)).Counts
		if seed == 4 { // what was full can become empty
			u.Counts = nil
		}
		must(t, s.Save(ctx, u))
		u.Version++
		same(t, "the usage", used(t, ctx, s, u.Member), u)
	}
}

func staleUsage(t *testing.T, ctx context.Context, s benefit.Store) {
	u := usage(1, 0)
	must(t, s.Save(ctx, u))
	u.Version = 1
	must(t, s.Save(ctx, u))
	u.Version = 2
	for _, version := range []int64{0, 1, 3} {
		other := usage(2, version)
		other.Member = u.Member
		if err := s.Save(ctx, other); !errors.Is(err, benefit.ErrStale) {
			t.Errorf("saving version %d over 2 gave %v, want %v", version, err, benefit.ErrStale)
		}
	}
	same(t, "the usage", used(t, ctx, s, u.Member), u)
	if err := s.Save(ctx, usage(3, 1)); !errors.Is(err, benefit.ErrStale) {
		t.Errorf("saving version 1 of nothing gave %v, want %v", err, benefit.ErrStale)
	}
}

func usageRace(t *testing.T, ctx context.Context, s benefit.Store) {
	id := member.ID(name("member"))
	for version := range int64(5) {
		errs := together(writers, func(i int) error {
			return s.Save(ctx, benefit.Usage{Member: id, Version: version, Counts: []benefit.Count{{Benefit: fmt.Sprint(i)}}})
		})
		winner := onlyWinner(t, errs, benefit.ErrStale)
		if got := used(t, ctx, s, id); got.Version != version+1 || got.Counts[0].Benefit != fmt.Sprint(winner) {
			t.Errorf("writer %d won version %d, but version %d of writer %s is there", winner, version, got.Version, got.Counts[0].Benefit)
		}
	}
}

// inForce is a programme that is always in force.
type inForce struct{ p *programme.Programme }

func (b inForce) At(time.Time) *programme.Programme { return b.p }

func exactQuota(t *testing.T, ctx context.Context, s benefit.Store) {
	p := &programme.Programme{Benefits: []programme.Benefit{
		{Code: "B", State: programme.Live, Quota: programme.Quota{Count: 3, Per: programme.PerMonth}},
	}}
	service := &benefit.Service{Uses: s, Book: inForce{p}}
	who := eligibility.Facts{}
	who.Profile.ID = member.ID(name("member"))
	given := 0
	for i, err := range together(200, func(int) error {
		_, err := service.Use(ctx, who, "B", "", time.Date(2026, 7, 8, 4, 0, 0, 0, time.UTC))
		return err
	}) {
		switch {
		case err == nil:
			given++
		case !errors.Is(err, benefit.ErrUsedUp):
			t.Errorf("use %d got %v, want success or %v", i, err, benefit.ErrUsedUp)
		}
	}
	if got := used(t, ctx, s, who.Profile.ID).Used("B", "2026-07"); given != 3 || got != 3 {
		t.Errorf("%d uses were told that they won and %d are stored, want 3", given, got)
	}
}

func cancelledUsages(t *testing.T, ctx context.Context, s benefit.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Save(ctx, usage(1, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Save gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.ByMember(ctx, "nobody"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled ByMember gave %v, want %v", err, context.Canceled)
	}
}
