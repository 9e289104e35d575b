package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// Kitchen is what families and their wishes need of one engine.
type Kitchen struct {
	Shop
	Families family.Store
}

// Approving tests on an engine how a family says yes or no to a wish: what is held, who wins, and that anybody can
// finish what somebody left.
func Approving(t *testing.T, s Kitchen) {
	group[Kitchen]{
		{"a wish holds its coins until somebody says yes or no", wishAnswered},
		{"of two who decide at once one is heard", wishRace},
		{"nobody decides twice, late, for a stranger or for themselves", wishRefused},
		{"a wish that nobody answers ends by itself", wishLapses},
		{"who asked takes a wish back", wishCancelled},
		{"a wish ends with who asked, and with the last who could decide", wishOrphaned},
		{"what is sold out meanwhile was kept, and is sold again after a no", wishStock},
		{"killed at any write, a wish is asked for or was never", askKilled},
		{"killed at any write, a decision is done, or was never made", decideKilled},
	}.run(t, s)
}

// hearth is a family of an owner, a guardian and a child, whose services one process has.
type hearth struct {
	Kitchen
	families *family.Service
	shop     *redemption.Service
	home     family.Family
	child    member.ID
	guard    member.ID
	purse    wallet.ID
	ask      redemption.Ask
}

var retail5 = sync.OnceValues(func() (*programme.Book, error) { return programme.LoadBook("retail-5") })

// services opens what one process has of the stores.
func (h hearth) services(t *testing.T, k Kitchen) hearth {
	t.Helper()
	book, err := retail5()
	must(t, err)
	h.Kitchen = k
	wallets := &wallet.Service{Store: k.Wallets, Most: 1 << 31, Now: func() time.Time { return shopping }}
	h.families = &family.Service{Families: k.Families, Book: book, Ledger: k.Wallets}
	h.shop = &redemption.Service{Store: k.Redemptions, Rewards: k.Rewards, Vouchers: k.Vouchers, Book: book, Wallets: wallets, Families: h.families}
	h.families.Spending = h.shop
	return h
}

// hearthOf puts a family, a child's coins and a reward of 100 coins into the stores.
func hearthOf(t *testing.T, ctx context.Context, k Kitchen, change func(*reward.Reward)) hearth {
	t.Helper()
	who := people(3)
	h := hearth{guard: who[1], child: who[2], purse: wallet.NewID()}.services(t, k)
	f := family.Open("Home", who[0], shopping.Add(-time.Hour)).With(who[1], family.Guardian, shopping.Add(-time.Hour)).With(who[2], family.Child, shopping.Add(-time.Hour))
	must(t, k.Families.Create(ctx, f))
	h.home = f
	_, err := h.shop.Wallets.Post(ctx, h.purse, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: 150, At: shopping}})
	must(t, err)
	w := reward.Reward{ID: name("r"), Cost: 100}
	if change != nil {
		change(&w)
	}
	must(t, k.Rewards.PutAll(ctx, []reward.Reward{w}))
	h.ask = redemption.Ask{Member: h.child, Key: "k", Reward: w.ID, Quantity: 1, Expected: 100, Tier: "SILVER", At: shopping}
	return h
}

// wish asks for the reward.
func (h hearth) wish(ctx context.Context) (redemption.Redemption, bool, error) {
	return h.shop.Redeem(wallet.Within(ctx, h.families.Bound(h.child)), h.purse, h.ask)
}

func (h hearth) asked(t *testing.T, ctx context.Context) redemption.Redemption {
	t.Helper()
	r, _, err := h.wish(ctx)
	must(t, err)
	if r.State != redemption.Awaiting || r.Code != "" || !r.Request.AnswerBy.Equal(shopping.Add(24*time.Hour)) {
		t.Fatalf("the wish is %+v", r)
	}
	return r
}

func (h hearth) decide(ctx context.Context, r redemption.Redemption, by member.ID, yes bool, at time.Time) (family.Approval, error) {
	_, a, err := h.families.Decide(ctx, by, h.home.ID, r.Request.ID, yes, "", at)
	return a, err
}

// stands compares what has become of a wish, everywhere, with what should.
func (h hearth) stands(t *testing.T, ctx context.Context, id string, state redemption.State, word family.Decision, available, held int64, at time.Time) {
	t.Helper()
	r, _, err := h.Redemptions.ByID(ctx, id)
	must(t, err)
	f := loadFamily(t, ctx, h.Families, h.home.ID)
	n := slices.IndexFunc(f.Approvals, func(a family.Approval) bool { return a.ID == r.Request.ID })
	if n < 0 {
		t.Fatalf("the family knows nothing of %s", r.Request.ID)
	}
	b := balance(t, ctx, h.shop, h.purse).At(at)
	taken, err := h.Redemptions.Taken(ctx, []string{r.Reward})
	must(t, err)
	wantTaken := map[bool]int64{true: r.Quantity, false: 0}[state == redemption.Awaiting || state == redemption.Reserved]
	if a := f.Approvals[n]; r.State != state || r.Unfinished || a.State != word || a.Unfinished || b.Available() != available || b.Held() != held || taken[r.Reward] != wantTaken {
		t.Errorf("it is %s (unfinished %v), the family says %s (unfinished %v), %d available, %d held, %d taken; want %s, %s, %d, %d, %d",
			r.State, r.Unfinished, a.State, a.Unfinished, b.Available(), b.Held(), taken[r.Reward], state, word, available, held, wantTaken)
	}
}

func wishAnswered(t *testing.T, ctx context.Context, k Kitchen) {
	later := shopping.Add(time.Hour)
	for _, yes := range []bool{true, false} {
		h := hearthOf(t, ctx, k, nil)
		r := h.asked(t, ctx)
		h.stands(t, ctx, r.ID, redemption.Awaiting, family.Undecided, 50, 100, shopping)
		if again, replayed, err := h.wish(ctx); err != nil || !replayed || again.ID != r.ID {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		for range 2 {
			a, err := h.decide(ctx, r, h.guard, yes, later)
			must(t, err)
			if a.DecidedBy != h.guard || a.Unfinished {
				t.Errorf("decided: %+v", a)
			}
		}
		if yes {
			h.stands(t, ctx, r.ID, redemption.Reserved, family.Approved, 50, 0, later)
		} else {
			h.stands(t, ctx, r.ID, redemption.Declined, family.Declined, 150, 0, later)
		}
		got, replayed, err := h.wish(ctx)
		if must(t, err); !replayed || yes != (got.Code != "") || yes && !got.CancelUntil.Equal(later.Add(10*time.Minute)) {
			t.Errorf("asked for again after the answer: %+v", got)
		}
		if yes {
			if _, err := h.shop.Cancel(ctx, h.purse, r.ID, later); err != nil {
				t.Errorf("taken back after the yes: %v", err)
			}
			h.stands(t, ctx, r.ID, redemption.Cancelled, family.Approved, 150, 0, later)
		}
	}
}

func wishRace(t *testing.T, ctx context.Context, k Kitchen) {
	for range 4 {
		h := hearthOf(t, ctx, k, nil)
		r := h.asked(t, ctx)
		owner, _ := h.home.Owner()
		errs := together(8, func(i int) error {
			by := owner.Member
			if i%2 == 1 {
				by = h.guard
			}
			_, err := h.decide(ctx, r, by, i%2 == 0, shopping.Add(time.Minute))
			return err
		})
		for i, err := range errs {
			if (err == nil) != (errs[i%2] == nil) || err != nil && !refused(err, family.AlreadyDecided) {
				t.Errorf("the %d. is told %v", i, err)
			}
		}
		switch yes, no := errs[0] == nil, errs[1] == nil; {
		case yes == no:
			t.Errorf("yes: %v, no: %v", errs[0], errs[1])
		case yes:
			h.stands(t, ctx, r.ID, redemption.Reserved, family.Approved, 50, 0, shopping.Add(time.Hour))
		default:
			h.stands(t, ctx, r.ID, redemption.Declined, family.Declined, 150, 0, shopping.Add(time.Hour))
		}
	}
}

func wishRefused(t *testing.T, ctx context.Context, k Kitchen) {
	h, other := hearthOf(t, ctx, k, nil), hearthOf(t, ctx, k, nil)
	r := h.asked(t, ctx)
	for name, c := range map[string]struct {
		by   member.ID
		of   family.ID
		id   string
		want string
	}{
		"by who asked":            {h.child, h.home.ID, r.Request.ID, family.NotPermitted},
		"by a stranger":           {other.guard, h.home.ID, r.Request.ID, family.Unknown},
		"by somebody in none":     {people(1)[0], h.home.ID, r.Request.ID, family.Unknown},
		"by a guardian elsewhere": {other.guard, other.home.ID, r.Request.ID, family.Unknown},
		"of an unknown request":   {h.guard, h.home.ID, "fa_none", family.Unknown},
	} {
		if _, _, err := h.families.Decide(ctx, c.by, c.of, c.id, true, "", shopping); !refused(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := h.decide(ctx, r, h.guard, true, r.Request.AnswerBy); !refused(err, family.ApprovalExpired) {
		t.Errorf("too late: %v", err)
	}
	h.stands(t, ctx, r.ID, redemption.Expired, family.Lapsed, 150, 0, shopping) // whoever comes too late settles it
	r = other.asked(t, ctx)
	_, err := other.shop.Cancel(ctx, other.purse, r.ID, shopping)
	must(t, err)
	if _, err := other.decide(ctx, r, other.guard, true, shopping); !refused(err, family.ApprovalGone) {
		t.Errorf("after it was taken back: %v", err)
	}
}

func wishLapses(t *testing.T, ctx context.Context, k Kitchen) {
	h := hearthOf(t, ctx, k, nil)
	r := h.asked(t, ctx)
	if got := r.StateAt(r.Request.AnswerBy); got != redemption.Expired {
		t.Errorf("who reads it then sees %s", got)
	}
	h.sweep(t, ctx, r.Request.AnswerBy.Add(-time.Second))
	h.stands(t, ctx, r.ID, redemption.Awaiting, family.Undecided, 50, 100, shopping)
	h.sweep(t, ctx, r.Request.AnswerBy)
	h.stands(t, ctx, r.ID, redemption.Expired, family.Lapsed, 150, 0, shopping)
	if again, replayed, err := h.wish(ctx); err != nil || !replayed || again.State != redemption.Expired {
		t.Errorf("the same wish again: %+v, %v", again, err)
	}
}

func wishCancelled(t *testing.T, ctx context.Context, k Kitchen) {
	h := hearthOf(t, ctx, k, nil)
	r := h.asked(t, ctx)
	errs := together(6, func(i int) error {
		if i == 5 {
			_, err := h.decide(ctx, r, h.guard, true, shopping)
			if refused(err, family.ApprovalGone) {
				err = nil
			}
			return err
		}
		_, err := h.shop.Cancel(ctx, h.purse, r.ID, shopping.Add(time.Minute))
		return err
	})
	must(t, errors.Join(errs...))
	got, _, err := h.Redemptions.ByID(ctx, r.ID)
	must(t, err)
	b := balance(t, ctx, h.shop, h.purse)
	if got.State != redemption.Cancelled || b.Available() != 150 || b.Held() != 0 {
		t.Errorf("taken back while it was decided: %s, %d available, %d held", got.State, b.Available(), b.Held())
	}
}

func wishOrphaned(t *testing.T, ctx context.Context, k Kitchen) {
	for name, leave := range map[string]func(hearth, member.ID) error{
		"removed": func(h hearth, owner member.ID) error {
			_, err := h.families.Remove(ctx, owner, h.child, shopping)
			return err
		},
		"dissolved": func(h hearth, owner member.ID) error {
			return h.families.Dissolve(ctx, owner, true, shopping)
		},
	} {
		h := hearthOf(t, ctx, k, nil)
		r := h.asked(t, ctx)
		owner, _ := h.home.Owner()
		if err := leave(h, owner.Member); err != nil {
			t.Fatal(name, err)
		}
		h.stands(t, ctx, r.ID, redemption.Cancelled, family.Withdrawn, 150, 0, shopping)
		if _, err := h.decide(ctx, r, h.guard, true, shopping); err == nil {
			t.Errorf("%s: decided all the same", name)
		}
	}
	// A guardian whose own spending needs a yes asks the owner. When the owner hands the family to the guardian, nobody
	// who could decide is lost: the former owner is a guardian now.
	h := hearthOf(t, ctx, k, nil)
	owner, _ := h.home.Owner()
	none := int64(0)
	_, err := h.families.SetLimit(ctx, owner.Member, h.guard, &family.Limit{PerPeriod: 1000, Period: family.PerDay, ApprovalAbove: &none}, shopping)
	must(t, err)
	h.child, h.ask.Member = h.guard, h.guard
	r := h.asked(t, ctx)
	if _, err := h.decide(ctx, r, h.guard, true, shopping); !refused(err, family.NotPermitted) {
		t.Errorf("a guardian's own wish: %v", err)
	}
	_, err = h.decide(ctx, r, owner.Member, true, shopping)
	must(t, err)
	h.stands(t, ctx, r.ID, redemption.Reserved, family.Approved, 50, 0, shopping)
}

func wishStock(t *testing.T, ctx context.Context, k Kitchen) {
	h := hearthOf(t, ctx, k, stockOf(1))
	r := h.asked(t, ctx)
	rival := full(t, ctx, h.shop, 500)
	buy := redemption.Ask{Key: "rival", Reward: h.ask.Reward, Quantity: 1, Expected: 100, At: shopping}
	if _, _, err := h.shop.Redeem(ctx, rival, buy); !refused(err, redemption.OutOfStock) {
		t.Errorf("the last one is kept for the wish: %v", err)
	}
	_, err := h.decide(ctx, r, h.guard, false, shopping)
	must(t, err)
	if _, _, err := h.shop.Redeem(ctx, rival, buy); err != nil {
		t.Errorf("after the no: %v", err)
	}
	h.ask.Key = "second"
	if _, _, err := h.wish(ctx); !refused(err, redemption.OutOfStock) {
		t.Errorf("a wish for what is sold out: %v", err)
	}
	if b := balance(t, ctx, h.shop, h.purse); b.Available() != 150 || b.Held() != 0 {
		t.Errorf("%d available, %d held", b.Available(), b.Held())
	}
	// With the limit of a period, held coins count.
	h = hearthOf(t, ctx, k, nil)
	owner, _ := h.home.Owner()
	_, err = h.families.SetLimit(ctx, owner.Member, h.child, &family.Limit{PerPeriod: 120, Period: family.PerDay}, shopping)
	must(t, err)
	h.asked(t, ctx)
	_, err = h.shop.Wallets.Post(ctx, h.purse, []wallet.Posting{{Op: "more", Kind: wallet.Earn, Coins: 500, At: shopping}})
	must(t, err)
	h.ask.Key = "beyond"
	if _, _, err := h.wish(ctx); !refused(err, family.SpendLimit) {
		t.Errorf("beyond the limit of the day: %v", err)
	}
}
