package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/redemption"
	"membergate/internal/wallet"
)

// Redemptions tests the promises of redemption.Store.
func Redemptions(t *testing.T, s redemption.Store) {
	group[redemption.Store]{
		{"every field of a redemption comes back", fieldsOfRedemption},
		{"it is created once and changed by its version", versionsOfRedemption},
		{"those of a wallet and a reward are listed", redemptionsOf},
		{"many are found by their ids at once", redemptionsByIDs},
		{"a wallet's are listed, newest first, a page at a time", redemptionPages},
		{"one is found by its code", redemptionCodes},
		{"what is unfinished is found until it is finished", unfinishedRedemptions},
		{"an op of a stock is decided once", stockOnce},
		{"a stock is exact, whoever takes", stockRace},
	}.run(t, s)
}

// claim makes a redemption with every field filled, under a new id. Nothing must follow it, or sweeps would meet it.
func claim(seed uint64) redemption.Redemption {
	r := filled[redemption.Redemption](dice(seed))
	r.ID, r.Wallet, r.Version, r.Code, r.Unfinished = name("redemption"), wallet.NewID(), 1, name("code"), false
	return r
}

func fieldsOfRedemption(t *testing.T, ctx context.Context, s redemption.Store) {
	for seed := range uint64(5) {
		want := claim(seed)
		want.Unfinished = true
		must(t, s.Create(ctx, want))
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the redemption", got, want)
		want.Unfinished = false
		must(t, s.Save(ctx, want))
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody made: %v, %v", known, err)
	}
}

func versionsOfRedemption(t *testing.T, ctx context.Context, s redemption.Store) {
	r := claim(1)
	must(t, s.Create(ctx, r))
	if err := s.Create(ctx, r); !errors.Is(err, redemption.ErrExists) {
		t.Errorf("created again: %v", err)
	}
	r.State = redemption.Rejected
	must(t, s.Save(ctx, r))
	if err := s.Save(ctx, r); !errors.Is(err, redemption.ErrStale) {
		t.Errorf("saved at an old version: %v", err)
	}
	if err := s.Save(ctx, claim(2)); !errors.Is(err, redemption.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	got, _, err := s.ByID(ctx, r.ID)
	must(t, err)
	r.Version = 2
	same(t, "the redemption", got, r)
	errs := together(16, func(int) error { return s.Save(ctx, r) })
	onlyWinner(t, errs, redemption.ErrStale)
}

func redemptionsOf(t *testing.T, ctx context.Context, s redemption.Store) {
	a, b, c := claim(1), claim(2), claim(3)
	b.Wallet, b.Reward = a.Wallet, a.Reward
	c.Wallet = a.Wallet
	for _, r := range []redemption.Redemption{a, b, c, claim(4)} {
		must(t, s.Create(ctx, r))
	}
	got, err := s.Of(ctx, a.Wallet, a.Reward)
	must(t, err)
	seen := map[string]redemption.Redemption{}
	for _, r := range got {
		seen[r.ID] = r
	}
	same(t, "the list", seen, map[string]redemption.Redemption{a.ID: a, b.ID: b})
}

func redemptionsByIDs(t *testing.T, ctx context.Context, s redemption.Store) {
	a, b := claim(1), claim(2)
	must(t, s.Create(ctx, a))
	must(t, s.Create(ctx, b))
	got, err := s.ByIDs(ctx, []string{a.ID, b.ID, name("none")})
	must(t, err)
	same(t, "those known", got, map[string]redemption.Redemption{a.ID: a, b.ID: b})
	if got, err = s.ByIDs(ctx, nil); err != nil || len(got) > 0 {
		t.Errorf("of none asked for: %v, %v", got, err)
	}
}

func unfinishedRedemptions(t *testing.T, ctx context.Context, s redemption.Store) {
	r := claim(1)
	r.Unfinished = true
	must(t, s.Create(ctx, r))
	found := func() bool {
		all, err := s.Unfinished(ctx, 10_000)
		must(t, err)
		for _, other := range all {
			if other.ID == r.ID {
				return true
			}
		}
		return false
	}
	if !found() {
		t.Error("it is not found while it is unfinished")
	}
	r.Unfinished = false
	must(t, s.Save(ctx, r))
	if found() {
		t.Error("it is found though it is finished")
	}
}

func stockOnce(t *testing.T, ctx context.Context, s redemption.Store) {
	id := name("reward")
	for _, c := range []struct {
		op             string
		n, stock, want int64
	}{
		{"a", 3, 5, 3}, {"a", 3, 5, 3}, {"b", 3, 5, 0}, {"c", 2, 5, 2}, {"d", 1, 5, 0},
		{"a back", -3, 0, -3}, {"a back", -3, 0, -3}, {"b", 3, 5, 0}, {"a", 3, 5, 3}, {"e", 3, 5, 3},
	} {
		got, err := s.Move(ctx, id, c.op, c.n, c.stock)
		must(t, err)
		if got != c.want {
			t.Errorf("%s moves %d, want %d", c.op, got, c.want)
		}
	}
	got, err := s.Taken(ctx, []string{id, name("reward")})
	must(t, err)
	same(t, "what is taken", got, map[string]int64{id: 5})
}

func stockRace(t *testing.T, ctx context.Context, s redemption.Store) {
	const people, stock = 40, 7
	id := name("reward")
	won := make([]int64, people)
	errs := together(people, func(i int) (err error) {
		won[i], err = s.Move(ctx, id, fmt.Sprint("op ", i), 1, stock)
		return err
	})
	must(t, errors.Join(errs...))
	sum := int64(0)
	for _, n := range won {
		sum += n
	}
	taken, err := s.Taken(ctx, []string{id})
	must(t, err)
	if sum != stock || taken[id] != stock {
		t.Errorf("%d of %d were given, %d are taken", sum, stock, taken[id])
	}
}

func redemptionPages(t *testing.T, ctx context.Context, s redemption.Store) {
	id := wallet.NewID()
	var all []redemption.Redemption
	for n := range 7 {
		r := claim(uint64(n))
		r.Wallet, r.CreatedAt = id, shopping.Add(time.Duration(n/3)*time.Millisecond)
		must(t, s.Create(ctx, r))
		all = append(all, r)
	}
	must(t, s.Create(ctx, claim(99)))
	slices.SortFunc(all, func(a, b redemption.Redemption) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
	})
	all[0].Quantity++ // a change moves nothing
	must(t, s.Save(ctx, all[0]))
	all[0].Version++
	var got []redemption.Redemption
	var after *redemption.Place
	for {
		page, err := s.Page(ctx, id, after, 2)
		must(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		last := page[len(page)-1].Place()
		after = &last
	}
	same(t, "the list", got, all)
}

func redemptionCodes(t *testing.T, ctx context.Context, s redemption.Store) {
	r, none := claim(1), claim(2)
	none.Code = ""
	must(t, s.Create(ctx, r))
	must(t, s.Create(ctx, none))
	got, known, err := s.ByCode(ctx, r.Code)
	must(t, err)
	same(t, "the redemption", got, r)
	for _, code := range []string{"", r.Code + "x", r.Code[1:]} {
		if _, found, err := s.ByCode(ctx, code); found || err != nil || !known {
			t.Errorf("%q finds one: %v, %v", code, found, err)
		}
	}
}
