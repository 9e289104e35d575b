package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// Usages tests the promises of benefit.Store.
func Usages(t *testing.T, s benefit.Store) {
	group[benefit.Store]{
		{"who never used anything has an empty usage at version 0", unusedUsage},
		{"every field of a usage comes back", fieldsOfUsage},
		{"saving an old version changes nothing", staleUsage},
		{"of many who save one version one wins", usageRace},
		{"usages with steps are found", openUsages},
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
		again := filled[benefit.Usage](dice(seed))
		if u.Counts, u.Steps = again.Counts, again.Steps; seed == 4 { // what was full can become empty
			u.Counts, u.Steps = nil, nil
		}
		must(t, s.Save(ctx, u))
		u.Version++
		same(t, "the usage", used(t, ctx, s, u.Member), u)
	}
	other := usage(7, 0)
	must(t, s.Save(ctx, other))
	other.Version = 1
	got, err := s.ByMembers(ctx, []member.ID{u.Member, other.Member, member.ID(name("nobody"))})
	must(t, err)
	same(t, "the usages of several", got, map[member.ID]benefit.Usage{u.Member: u, other.Member: other})
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

func openUsages(t *testing.T, ctx context.Context, s benefit.Store) {
	found := func(id member.ID) bool {
		all, err := s.Unfinished(ctx, 10_000)
		must(t, err)
		return slices.Contains(all, id)
	}
	u := usage(1, 0)
	must(t, s.Save(ctx, u))
	if !found(u.Member) {
		t.Error("it is not found while it has steps")
	}
	if some, err := s.Unfinished(ctx, 1); err != nil || len(some) != 1 {
		t.Errorf("one of them: %v, %v", some, err)
	}
	u.Version, u.Steps = 1, nil
	must(t, s.Save(ctx, u))
	if found(u.Member) {
		t.Error("it is found though it has no steps")
	}
}
