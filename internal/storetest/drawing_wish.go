package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
)

const (
	childBefore = "5:100 9:400 | 7:100 8:30 | 6:100"
	childHeld   = "5:0(100 held) 9:400 | 7:50(50 held) 8:30 | 6:0(100 held)"
	childHad    = "9:400 | 7:50 8:30 | "
)

// withChild is a family in which the third is a child, whose draws need a yes.
func (s Hearth) withChild(t testing.TB) *home {
	t.Helper()
	h := s.open(t, 250, lots{5: 100, 9: 400}, lots{7: 100, 8: 30}, lots{6: 100})
	h.person(t, 2, func(p *family.Person) { p.Role = family.Child })
	h.person(t, 1, func(p *family.Person) { p.Role = family.Guardian })
	return h
}

// says lets one of the family answer the only request there is.
func (h *home) says(ctx context.Context, s *redemption.Service, who int, yes bool, at time.Time) error {
	families := s.Families.(*family.Service)
	f, _, err := families.Families.ByID(ctx, h.id)
	if err != nil {
		return err
	}
	if len(f.Approvals) == 0 {
		return errors.New("nothing was asked")
	}
	_, _, err = families.Decide(ctx, h.people[who].Profile.ID, h.id, f.Approvals[len(f.Approvals)-1].ID, yes, "", at)
	return err
}

func drawOnYes(t *testing.T, ctx context.Context, s Hearth) {
	for what, c := range map[string]struct {
		end  func(*home, redemption.Redemption) error
		want redemption.State
		left string
	}{
		"a yes": {func(h *home, _ redemption.Redemption) error { return h.says(ctx, h.Service, 1, true, shopping) }, redemption.Reserved, childHad},
		"a no":  {func(h *home, _ redemption.Redemption) error { return h.says(ctx, h.Service, 0, false, shopping) }, redemption.Declined, childBefore},
		"it is taken back": {func(h *home, r redemption.Redemption) error {
			_, err := h.Cancel(ctx, h.people[2].Account.Wallet, r.ID, shopping)
			return err
		}, redemption.Cancelled, childBefore},
		"nobody answers": {func(h *home, _ redemption.Redemption) error {
			return h.Families.(*family.Service).Settle(ctx, h.id, shopping.AddDate(0, 0, 2))
		}, redemption.Expired, childBefore},
	} {
		h := s.withChild(t)
		r, _, err := h.draws(ctx, 2, "k")
		must(t, err)
		if r.State != redemption.Awaiting || r.Code != "" || h.shows(t) != childHeld {
			t.Fatalf("asked: %+v, %s", r, h.shows(t))
		}
		if err := h.says(ctx, h.Service, 2, true, shopping); err == nil {
			t.Error("the child says yes to itself")
		}
		if again, replayed, err := h.draws(ctx, 2, "k"); err != nil || !replayed || again.ID != r.ID || again.State != redemption.Awaiting {
			t.Errorf("sent again while it waits: %+v, %v, %v", again, replayed, err)
		}
		must(t, h.Sweep(ctx, shopping.Add(5*time.Hour), 1000)) // a sweep decides nothing
		must(t, c.end(h, r))
		must(t, h.Sweep(ctx, shopping.Add(6*time.Hour), 1000))
		got, known, err := h.Find(ctx, h.people[2].Account.Wallet, r.ID)
		must(t, err)
		if !known || got.State != c.want || got.Unfinished || (got.Code != "") != (c.want == redemption.Reserved) || h.shows(t) != c.left {
			t.Errorf("%s: %+v; left is %s", what, got, h.shows(t))
		}
		if again, replayed, err := h.draws(ctx, 2, "k"); err != nil || !replayed || again.State != c.want {
			t.Errorf("%s, sent again: %+v, %v, %v", what, again, replayed, err)
		}
		if c.want == redemption.Reserved {
			_, err := h.Cancel(ctx, h.people[2].Account.Wallet, r.ID, shopping.Add(time.Minute))
			if must(t, err); h.shows(t) != childBefore {
				t.Errorf("taken back after the yes, left is %s", h.shows(t))
			}
		}
	}
	h := s.withChild(t)
	r, _, err := h.draws(ctx, 2, "k")
	must(t, err)
	services := h.many(s, 8)
	errs := together(8, func(i int) error { return h.says(ctx, services[i], i%2, i%2 == 0, shopping) })
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, family.AlreadyDecided) {
			t.Errorf("it ends with %v", err)
		}
	}
	must(t, h.Sweep(ctx, shopping, 1000))
	got, _, err := h.Find(ctx, h.people[2].Account.Wallet, r.ID)
	must(t, err)
	if want := map[redemption.State]string{redemption.Reserved: childHad, redemption.Declined: childBefore}[got.State]; won != 4 || h.shows(t) != want {
		t.Errorf("of yes and no at once %d are taken, it is %s and left is %s", won, got.State, h.shows(t))
	}
}

func drawYesTooLate(t *testing.T, ctx context.Context, s Hearth) {
	for what, change := range map[string]func(*home){
		"who gives has gone": func(h *home) { h.person(t, 1, func(p *family.Person) { p.State, p.LeftAt = family.Left, shopping }) },
		"who gives shares no more": func(h *home) {
			h.person(t, 1, func(p *family.Person) { p.Share = family.Share{Mode: family.ShareNone} })
		},
		"sharing is paused": func(h *home) { h.rules.MinTier, h.rules.GraceDays = "DIAMOND", 0 },
	} {
		h := s.withChild(t)
		r, _, err := h.draws(ctx, 2, "k")
		must(t, err)
		change(h)
		must(t, h.says(ctx, h.Service, 0, true, shopping.Add(time.Hour)))
		got, _, err := h.Find(ctx, h.people[2].Account.Wallet, r.ID)
		must(t, err)
		f, _, err := s.Families.ByID(ctx, h.id)
		must(t, err)
		if got.State != redemption.Expired || got.Unfinished || h.shows(t) != childBefore || f.Approvals[0].State != family.Lapsed {
			t.Errorf("%s: %+v, the request is %s, left is %s", what, got, f.Approvals[0].State, h.shows(t))
		}
	}
}

// drawGiverGoes lets somebody who gives go by the app's own ways while a draw waits: the coins are free again at once.
func drawGiverGoes(t *testing.T, ctx context.Context, s Hearth) {
	for what, goes := range map[string]func(*family.Service, *home) error{
		"leaves": func(f *family.Service, h *home) error {
			return f.Leave(ctx, h.people[1].Profile.ID, true, shopping.Add(time.Hour))
		},
		"is taken out": func(f *family.Service, h *home) error {
			_, err := f.Remove(ctx, h.people[0].Profile.ID, h.people[1].Profile.ID, shopping.Add(time.Hour))
			return err
		},
		"goes with all, as the family ends": func(f *family.Service, h *home) error {
			return f.Dissolve(ctx, h.people[0].Profile.ID, true, shopping.Add(time.Hour))
		},
	} {
		h := s.withChild(t)
		r, _, err := h.draws(ctx, 2, "k")
		must(t, err)
		must(t, goes(h.Families.(*family.Service), h))
		got, _, err := h.Find(ctx, h.people[2].Account.Wallet, r.ID)
		must(t, err)
		if got.State != redemption.Cancelled || h.shows(t) != childBefore {
			t.Errorf("who gives %s: %+v; left is %s", what, got, h.shows(t))
		}
	}
}

func drawAskedKilled(t *testing.T, _ context.Context, s Hearth) {
	for what, least := range map[string]int{"asks": 25, "yes": 25, "no": 10} {
		for steps, lived := 0, false; !lived; steps += lifetimes {
			ends := make([]bool, lifetimes)
			_ = together(lifetimes, func(i int) error {
				ends[i] = s.askAndDie(t, what, &doomed{left: steps + i}, steps+i)
				return nil
			})
			for i, end := range ends {
				if lived = lived || end; end && steps+i < least {
					t.Errorf("%s: it makes %d calls only", what, steps+i)
				}
			}
		}
	}
}

// askAndDie lets a process die at one of its calls while a child's draw is asked for or answered.
func (s Hearth) askAndDie(t *testing.T, what string, d *doomed, step int) (lived bool) {
	ctx := t.Context()
	h := s.withChild(t)
	h.Store = &ownDraws{s.Redemptions, h.people[2].Account.Wallet}
	one := int64(1)
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{{ID: h.ask.Reward, Cost: 250, Stock: &one}}))
	dying := s.dying(d).service(h.Book.(tier.Book))
	var err error
	if what == "asks" {
		_, _, err = h.drawsBy(ctx, dying, 2, "k", shopping)
	} else {
		_, _, err = h.draws(ctx, 2, "k")
		must(t, err)
		err = h.says(ctx, dying, 1, what == "yes", shopping)
	}
	died := fault.Is(err, fault.Unavailable)
	if err != nil && !died {
		t.Errorf("%s, killed at call %d it answers %v", what, step, err)
	}
	settle := func() {
		must(t, h.Families.(*family.Service).Settle(ctx, h.id, shopping.Add(time.Minute)))
		must(t, h.Sweep(ctx, shopping.Add(time.Minute), 1000))
	}
	settle()
	shown := h.shows(t)
	if shown != childBefore && shown != childHeld && (shown != childHad || what != "yes") {
		t.Errorf("%s, killed at call %d: left is %s", what, step, shown)
	}
	if what == "asks" {
		again, _, err := h.drawsBy(ctx, h.Service, 2, "k", shopping.Add(2*time.Minute))
		if err != nil || again.State != redemption.Awaiting || h.shows(t) != childHeld {
			t.Errorf("asked again after call %d: %+v, %v; left is %s", step, again, err, h.shows(t))
		}
		must(t, h.says(ctx, h.Service, 1, true, shopping.Add(3*time.Minute)))
	} else if err := h.says(ctx, h.Service, 1, what == "yes", shopping.Add(2*time.Minute)); err != nil {
		t.Errorf("%s again after call %d: %v", what, step, err)
	}
	settle()
	if want := map[bool]string{true: childBefore, false: childHad}[what == "no"]; h.shows(t) != want {
		t.Errorf("%s, killed at call %d, in the end left is %s", what, step, h.shows(t))
	}
	taken, err := s.Redemptions.Taken(ctx, []string{h.ask.Reward})
	must(t, err)
	if want := map[bool]int64{true: 0, false: 1}[what == "no"]; taken[h.ask.Reward] != want {
		t.Errorf("%s, killed at call %d: %d are taken", what, step, taken[h.ask.Reward])
	}
	return !died
}
