package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"membergate/internal/reward"
)

// Rewards tests the promises of reward.Store.
func Rewards(t *testing.T, s reward.Store) {
	group[reward.Store]{
		{"every field of a reward comes back", fieldsOfReward},
		{"those unknown are missing", unknownRewards},
		{"a reward is replaced whole", replaceReward},
		{"of several with one id the last one counts", repeatedReward},
		{"all of them are listed", allRewards},
		{"a reward's slots are listed by time, a page at a time", listedSlots},
		{"a cancelled caller is told so", cancelledRewards},
	}.run(t, s)
}

// prize makes a reward with every field filled, under a new id.
func prize(seed uint64) reward.Reward {
	r := filled[reward.Reward](dice(seed))
	r.ID = name("reward")
	return r
}

func fieldsOfReward(t *testing.T, ctx context.Context, s reward.Store) {
	none := int64(0)
	gone := reward.Reward{ID: name("reward"), Stock: &none} // sold out is not the same as endless
	want := map[string]reward.Reward{gone.ID: gone}
	all := []reward.Reward{gone, {ID: name("reward")}}
	want[all[1].ID] = all[1]
	for seed := range uint64(10) {
		r := prize(seed)
		all, want[r.ID] = append(all, r), r
	}
	must(t, s.PutAll(ctx, all))
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	got, err := s.ByIDs(ctx, ids)
	must(t, err)
	same(t, "the rewards", got, want)
}

func unknownRewards(t *testing.T, ctx context.Context, s reward.Store) {
	r := prize(1)
	must(t, s.PutAll(ctx, []reward.Reward{r}))
	must(t, s.PutAll(ctx, nil))
	got, err := s.ByIDs(ctx, []string{"", r.ID, r.ID, name("nothing")})
	must(t, err)
	same(t, "the answer", got, map[string]reward.Reward{r.ID: r})
}

func replaceReward(t *testing.T, ctx context.Context, s reward.Store) {
	r := prize(1)
	must(t, s.PutAll(ctx, []reward.Reward{r}))
	next := reward.Reward{ID: r.ID, Cost: 5}
	must(t, s.PutAll(ctx, []reward.Reward{next}))
	got, err := s.ByIDs(ctx, []string{r.ID})
	must(t, err)
	same(t, "the reward", got[r.ID], next)
}

func repeatedReward(t *testing.T, ctx context.Context, s reward.Store) {
	first, last := prize(1), prize(2)
	last.ID = first.ID
	must(t, s.PutAll(ctx, []reward.Reward{first, prize(3), last}))
	got, err := s.ByIDs(ctx, []string{first.ID})
	must(t, err)
	same(t, "the reward", got[first.ID], last)
}

func allRewards(t *testing.T, ctx context.Context, s reward.Store) {
	want := []reward.Reward{prize(1), prize(2), prize(3)}
	must(t, s.PutAll(ctx, want))
	all, err := s.All(ctx)
	must(t, err)
	got := map[string]reward.Reward{}
	for _, r := range all {
		if _, twice := got[r.ID]; twice {
			t.Errorf("reward %s is listed twice", r.ID)
		}
		got[r.ID] = r
	}
	for _, r := range want {
		same(t, "the listed reward", got[r.ID], r)
	}
}

func cancelledRewards(t *testing.T, ctx context.Context, s reward.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.PutAll(ctx, []reward.Reward{prize(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled PutAll gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.All(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled All gave %v, want %v", err, context.Canceled)
	}
}

func listedSlots(t *testing.T, ctx context.Context, s reward.Store) {
	of := name("reward")
	var want []reward.Slot
	byID := map[string]reward.Slot{}
	for n := range 5 {
		slot := filled[reward.Slot](dice(uint64(n)))
		slot.Reward, slot.Store, slot.Start = of, fmt.Sprint("S", n%2), shopping.Add(time.Duration(n/2)*time.Hour)
		slot.ID = reward.SlotID(of, slot.Store, slot.Start)
		want, byID[slot.ID] = append(want, slot), slot
	}
	other := want[0]
	other.Reward, other.ID = of+"x", reward.SlotID(of+"x", "S0", other.Start)
	must(t, s.PutSlots(ctx, nil))
	must(t, s.PutSlots(ctx, append([]reward.Slot{other}, want...)))
	want[4].Seats = 77 // changed later
	byID[want[4].ID] = want[4]
	must(t, s.PutSlots(ctx, want[4:]))
	got, err := s.Slots(ctx, of, "", 10)
	must(t, err)
	same(t, "the slots", got, want)
	got, err = s.Slots(ctx, of, want[1].ID, 2)
	must(t, err)
	same(t, "a page", got, want[2:4])
	got, err = s.Slots(ctx, of, reward.SlotsFrom(of, shopping.Add(time.Hour)), 10)
	must(t, err)
	same(t, "those from a time on", got, want[2:])
	found, err := s.SlotsByIDs(ctx, append(slices.Collect(maps.Keys(byID)), "nothing"))
	must(t, err)
	same(t, "those by id", found, byID)
}
