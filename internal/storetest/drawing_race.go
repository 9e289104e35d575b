package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// many are services of their own, as of many processes.
func (h *home) many(s Hearth, n int) []*redemption.Service {
	out := make([]*redemption.Service, n)
	for i := range out {
		out[i] = s.service(h.Book.(tier.Book))
	}
	return out
}

// sound tells what is wrong with what everybody has, if all that was left is finished and so many coins were spent of
// those that there were.
func (h *home) sound(t testing.TB, were, spent int64) {
	t.Helper()
	if err := h.Sweep(t.Context(), h.ask.At.Add(time.Minute), 1000); err != nil {
		t.Fatal(err)
	}
	var have, used int64
	for who := range h.people {
		st := h.state(t, who)
		have, used = have+st.Available(), used+st.LifetimeSpent
		if st.Held() != 0 || len(st.Holds) != 0 {
			t.Errorf("%d still holds %+v", who, st.Holds)
		}
	}
	if have != were-spent || used != spent {
		t.Errorf("of %d coins %d are left and %d spent; spent must be %d", were, have, used, spent)
	}
}

func drawRace(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 200, lots{5: 90, 9: 120}, lots{6: 130, 8: 70}, lots{7: 100, 9: 50}, lots{8: 60, 10: 50}) // 670 in all
	services := h.many(s, 20)
	errs := together(20, func(i int) error {
		_, _, err := h.drawsBy(ctx, services[i], i%4, fmt.Sprint("k", i), shopping)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, wallet.Insufficient) {
			t.Errorf("a draw ends with %v", err)
		}
	}
	if won != 3 {
		t.Errorf("%d draws of 200 were had from 670", won)
	}
	h.sound(t, 670, 600)
}

func drawOneKey(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 250, lots{5: 100, 9: 300}, lots{6: 200}, lots{7: 500})
	services := h.many(s, 50)
	ids, first := make([]string, 50), make([]bool, 50)
	errs := together(50, func(i int) error {
		r, replayed, err := h.drawsBy(ctx, services[i], 1, "k", shopping)
		ids[i], first[i] = r.ID, !replayed
		return err
	})
	must(t, errors.Join(errs...))
	n := 0
	for i := range ids {
		if ids[i] != ids[0] {
			t.Errorf("one is told of %s, another of %s", ids[0], ids[i])
		}
		if first[i] {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d are told that they were the first", n)
	}
	h.sound(t, 1100, 250)
	other := h.ask
	other.Key, other.Member, other.Family, other.Expected = "k", h.people[1].Profile.ID, &redemption.Common{}, 251
	if _, _, err := h.Redeem(ctx, h.people[1].Account.Wallet, other); !refused(err, wallet.KeyReused) {
		t.Errorf("the key with another input: %v", err)
	}
	other.Expected, other.Family = 250, nil
	if _, _, err := h.Redeem(ctx, h.people[1].Account.Wallet, other); !refused(err, wallet.KeyReused) {
		t.Errorf("the key for the wallet alone: %v", err)
	}
}

func drawEitherWay(t *testing.T, ctx context.Context, s Hearth) {
	for range 2 {
		h := s.open(t, 100, lots{5: 300}, lots{6: 300})
		services := h.many(s, 12)
		errs := together(12, func(i int) error {
			a := h.ask
			if i%2 == 0 {
				a.Member, a.Family = h.people[0].Profile.ID, &redemption.Common{}
			}
			_, _, err := services[i].Redeem(ctx, h.people[0].Account.Wallet, a)
			return err
		})
		won := map[bool]int{}
		for i, err := range errs {
			if err == nil {
				won[i%2 == 0]++
			} else if !refused(err, wallet.KeyReused) {
				t.Errorf("it ends with %v", err)
			}
		}
		if (won[true] != 6 || won[false] != 0) && (won[true] != 0 || won[false] != 6) {
			t.Errorf("by the family %d, by the wallet %d", won[true], won[false])
		}
		h.sound(t, 600, 100)
	}
}

func drawLimits(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 100, lots{5: 1000}, lots{6: 150}, lots{7: 10})
	h.person(t, 1, func(p *family.Person) { p.Limit = &family.Limit{PerPeriod: 350, Period: family.PerDay} })
	services := h.many(s, 12)
	won := make([]redemption.Redemption, 12)
	errs := together(12, func(i int) (err error) {
		if i%3 == 0 { // by the own wallet, under the same limit
			a := h.ask
			a.Key = fmt.Sprint("own", i)
			won[i], _, err = services[i].Redeem(wallet.Within(ctx, services[i].Pool.(*family.Service).Bound(h.people[1].Profile.ID)), h.people[1].Account.Wallet, a)
			return err
		}
		won[i], _, err = h.drawsBy(ctx, services[i], 1, fmt.Sprint("k", i), shopping)
		return err
	})
	n, drawn := 0, ""
	for i, err := range errs {
		switch {
		case err == nil:
			n++
			if won[i].Draw != nil {
				drawn = won[i].ID
			}
		case !refused(err, family.SpendLimit) && !refused(err, wallet.Insufficient):
			t.Errorf("it ends with %v", err)
		}
	}
	if n != 3 || drawn == "" {
		t.Fatalf("%d times 100 were spent under a limit of 350", n)
	}
	h.sound(t, 1160, 300)
	_, _, err := h.draws(ctx, 0, "others-are-free") // the owner draws: what others take of one's coins is not one's spending
	must(t, err)
	if _, _, err := h.draws(ctx, 1, "more"); !refused(err, family.SpendLimit) {
		t.Errorf("beyond the limit: %v", err)
	}
	_, err = h.Cancel(ctx, h.people[1].Account.Wallet, drawn, shopping.Add(time.Minute))
	must(t, err)
	_, _, err = h.draws(ctx, 1, "again")
	must(t, err)
	if _, _, err := h.draws(ctx, 1, "and-more"); !refused(err, family.SpendLimit) {
		t.Errorf("beyond the limit, after one was taken back: %v", err)
	}
	h.ask.At = shopping.AddDate(0, 0, 1)
	_, _, err = h.draws(ctx, 1, "tomorrow")
	must(t, err)
}

func drawMost(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 10, lots{5: 1000}, lots{6: 1000})
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{{ID: h.ask.Reward, Cost: 10, LimitPerMember: 3}}))
	services := h.many(s, 12)
	errs := together(12, func(i int) (err error) {
		a := h.ask
		a.Key = fmt.Sprint("k", i)
		if i%2 == 0 {
			a.Member, a.Family = h.people[1].Profile.ID, &redemption.Common{}
		}
		_, _, err = services[i].Redeem(ctx, h.people[1].Account.Wallet, a)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, redemption.LimitReached) {
			t.Error(err)
		}
	}
	if won != 3 {
		t.Errorf("one member got %d, want 3", won)
	}
	h.sound(t, 2000, 30)
}

func drawStock(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 100, lots{5: 400}, lots{6: 400}, lots{7: 400})
	two := int64(2)
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{{ID: h.ask.Reward, Cost: 100, Stock: &two}}))
	services := h.many(s, 9)
	errs := together(9, func(i int) error {
		_, _, err := h.drawsBy(ctx, services[i], i%3, fmt.Sprint("k", i), shopping)
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, redemption.OutOfStock) {
			t.Errorf("it ends with %v", err)
		}
	}
	taken, err := s.Redemptions.Taken(ctx, []string{h.ask.Reward})
	must(t, err)
	if won != 2 || taken[h.ask.Reward] != 2 {
		t.Errorf("%d were sold and %d are taken of a stock of 2", won, taken[h.ask.Reward])
	}
	h.sound(t, 1200, 200)
}

func drawLeaving(t *testing.T, ctx context.Context, s Hearth) {
	for round := range 4 {
		h := s.open(t, 300, lots{9: 110}, lots{5: 100}, lots{6: 100}, lots{7: 100})
		services := h.many(s, 4)
		var before wallet.State // of the one who leaves, when it is done
		errs := together(5, func(i int) error {
			if i == 4 {
				h.person(t, 1, func(p *family.Person) { p.State, p.LeftAt = family.Left, shopping })
				before = h.state(t, 1)
				return nil
			}
			_, _, err := h.drawsBy(ctx, services[i], []int{0, 2, 3, 1}[i], fmt.Sprint("k", i), shopping)
			return err
		})
		won := int64(0)
		for _, err := range errs[:4] {
			if err == nil {
				won++
			} else if !refused(err, wallet.Insufficient) && !refused(err, family.NoFamily) {
				t.Errorf("it ends with %v", err)
			}
		}
		h.sound(t, 410, 300*won)
		if won != 1 {
			t.Errorf("round %d: %d draws of 300 were had from 410 or 310", round, won)
		}
		if after := h.state(t, 1); after.Available() != 100 && after.Available() != 0 && !(errs[3] == nil) {
			t.Errorf("who left had %+v and has %+v", before, after)
		}
	}
}

func drawTooLate(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 150, lots{5: 100}, lots{6: 100})
	before := h.shows(t)
	d := &doomed{left: 21, after: true} // with the first gift held
	if _, _, err := h.drawsBy(ctx, s.dying(d).service(h.Book.(tier.Book)), 0, "k", shopping); err == nil || d.left != -1 {
		t.Fatalf("it is not killed: %v", err)
	}
	if h.shows(t) == before {
		t.Fatal("it was killed before anything was held")
	}
	must(t, h.Sweep(ctx, shopping.Add(24*time.Hour), 1000))
	if h.shows(t) != before {
		t.Errorf("a day later everybody has %s, and had %s", h.shows(t), before)
	}
	_, replayed, err := h.drawsBy(ctx, h.Service, 0, "k", shopping.Add(25*time.Hour))
	if err != nil || replayed || h.shows(t) != " | 6:50" {
		t.Errorf("sent again: %v, %v; left is %s", replayed, err, h.shows(t))
	}
}
