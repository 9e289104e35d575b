package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// Hearth is what redemption.Service needs of one engine where families pay.
type Hearth struct {
	Redemptions redemption.Store
	Rewards     reward.Store
	Vouchers    voucher.Store
	Wallets     wallet.Store
	Families    family.Store
	Accounts    account.Store
}

// Drawing tests on an engine how families pay for rewards.
func Drawing(t *testing.T, s Hearth) {
	group[Hearth]{
		{"what dies first is drawn first, whoever's it is, and each who gave has a receipt", drawByRule},
		{"cancelled, everybody has back the same coins with the same end", cancelDraw},
		{"each refusal has its reason and leaves nothing", refusedDraws},
		{"of twenty draws at once from coins for three, three are had", drawRace},
		{"one key is one draw, from however many places", drawOneKey},
		{"of the wallet and the family one pays, where one key asks both at once", drawEitherWay},
		{"a limit counts whole draws, those at the same moment too", drawLimits},
		{"nobody gets more of a reward than a member may have, whoever pays", drawMost},
		{"a stock is sold once, and a draw that gets nothing gives everything back", drawStock},
		{"whoever leaves meanwhile has given the whole part or none of it", drawLeaving},
		{"killed at any call it is fully done or fully undone, and the key still does it once", drawKilled},
		{"what was not decided in time is undone", drawTooLate},
		{"a process that sleeps at any call while others give its draw up harms nothing when it wakes", drawAsleep},
		{"a draw that needs a yes holds every gift until somebody answers, and the first word counts", drawOnYes},
		{"a yes comes too late where somebody who gives has gone, and nobody loses a coin", drawYesTooLate},
		{"while a draw waits for a yes, who gives may go, and the coins of all are free again", drawGiverGoes},
		{"killed at any call while it asks or is answered, a draw is fully done or fully undone", drawAskedKilled},
	}.run(t, s)
}

// hearthBook is a programme for ever, whose family rules a test may change.
type hearthBook struct{ programme.Programme }

func (b *hearthBook) At(time.Time) *programme.Programme { return &b.Programme }

// home is a family with its wallets.
type home struct {
	*redemption.Service
	ask    redemption.Ask
	id     family.ID
	people []account.Holder
	rules  *programme.Family
}

// lots are coins by the day of July 2027 on which they die.
type lots map[int]int64

func dies(day int) time.Time { return time.Date(2027, 7, day, 0, 0, 0, 0, time.UTC) }

// open makes a family: the owner and adults, each with the coins given.
func (s Hearth) open(t testing.TB, cost int64, purses ...lots) *home {
	t.Helper()
	ctx := t.Context()
	p, err := retail()
	if err != nil {
		t.Fatal(err)
	}
	b := &hearthBook{*p}
	rules := *p.Family
	b.Family = &rules
	h := &home{Service: s.service(b), rules: &rules}
	for i, purse := range purses {
		one := account.Open(b, member.Profile{ID: member.ID(name("member")), DisplayName: "Lan", JoinedAt: shopping})
		if i == 0 {
			one.Account.Standing = one.Account.Standing.Give(b, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: shopping, Until: shopping.AddDate(9, 0, 0)})
		}
		if err := s.Accounts.Create(ctx, one); err != nil {
			t.Fatal(err)
		}
		for _, day := range slices.Sorted(maps.Keys(purse)) {
			if _, err := h.Wallets.Post(ctx, one.Account.Wallet, []wallet.Posting{{Op: fmt.Sprint("earn ", day), Kind: wallet.Earn, Coins: purse[day], Expires: dies(day), At: shopping}}); err != nil {
				t.Fatal(err)
			}
		}
		h.people = append(h.people, one)
	}
	f := family.Open("Home", h.people[0].Profile.ID, shopping)
	for _, one := range h.people[1:] {
		f = f.With(one.Profile.ID, family.Adult, shopping)
	}
	w := reward.Reward{ID: name("r"), Cost: cost}
	if err := errors.Join(s.Families.Create(ctx, f), s.Rewards.PutAll(ctx, []reward.Reward{w})); err != nil {
		t.Fatal(err)
	}
	h.id = f.ID
	h.ask = redemption.Ask{Key: "k", Reward: w.ID, Quantity: 1, Expected: cost, Tier: "SILVER", At: shopping}
	return h
}

func (s Hearth) service(b tier.Book) *redemption.Service {
	families := &family.Service{Families: s.Families, Accounts: s.Accounts, Book: b, Ledger: s.Wallets}
	r := &redemption.Service{
		Store: s.Redemptions, Rewards: s.Rewards, Vouchers: s.Vouchers, Book: b,
		Wallets: &wallet.Service{Store: s.Wallets, Most: 1 << 31, Now: func() time.Time { return shopping }},
		Pool:    families, Families: families,
	}
	families.Spending = r
	return r
}

// draws redeems with the family's coins for one of its people.
func (h *home) draws(ctx context.Context, who int, key string) (redemption.Redemption, bool, error) {
	return h.drawsBy(ctx, h.Service, who, key, h.ask.At)
}

func (h *home) drawsBy(ctx context.Context, s *redemption.Service, who int, key string, at time.Time) (redemption.Redemption, bool, error) {
	a := h.ask
	a.Key, a.At, a.Member, a.Family = key, at, h.people[who].Profile.ID, &redemption.Common{}
	return s.Redeem(ctx, h.people[who].Account.Wallet, a)
}

// change changes the family by a rule of its own.
func (h *home) change(t testing.TB, by func(family.Family) family.Family) {
	t.Helper()
	for {
		f, _, err := h.Pool.(*family.Service).Families.ByID(t.Context(), h.id)
		if err == nil {
			err = h.Pool.(*family.Service).Families.Save(t.Context(), by(f))
		}
		if err == nil {
			return
		}
		if !errors.Is(err, family.ErrStale) {
			t.Fatal(err)
		}
	}
}

// person changes one of the family's people.
func (h *home) person(t testing.TB, who int, change func(*family.Person)) {
	t.Helper()
	h.change(t, func(f family.Family) family.Family {
		f.People = slices.Clone(f.People)
		for i := range f.People {
			if f.People[i].Member == h.people[who].Profile.ID {
				change(&f.People[i])
			}
		}
		return f
	})
}

func (h *home) state(t testing.TB, who int) wallet.State {
	t.Helper()
	head, err := h.Wallets.Head(t.Context(), h.people[who].Account.Wallet)
	if err != nil {
		t.Fatal(err)
	}
	return head.State
}

// shows is what everybody has, lot by lot, such as "5:100 9:50 | 7:20": a held coin is marked.
func (h *home) shows(t testing.TB) string {
	t.Helper()
	text := ""
	for who := range h.people {
		if who > 0 {
			text += " | "
		}
		for i, l := range h.state(t, who).Lots {
			if i > 0 {
				text += " "
			}
			text += fmt.Sprint(l.Expires.Day(), ":", l.Free)
			if l.Held != 0 {
				text += fmt.Sprint("(", l.Held, " held)")
			}
		}
	}
	return text
}

func drawByRule(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 250, lots{5: 100, 9: 400}, lots{7: 100, 8: 30}, lots{6: 100})
	r, replayed, err := h.draws(ctx, 0, "k")
	must(t, err)
	if replayed || r.State != redemption.Reserved || r.Unfinished || r.Code == "" || h.shows(t) != "9:400 | 7:50 8:30 | " {
		t.Errorf("the redemption is %+v, left is %s", r, h.shows(t))
	}
	for who, gave := range []int64{100, 50, 100} {
		all := ledger(t, ctx, s.Wallets, h.people[who].Account.Wallet)
		receipt := all[len(all)-1]
		if receipt.Kind != wallet.Spend || receipt.Amount != -gave || receipt.Title != "coins.given" || !family.Given(receipt) ||
			receipt.Lines[0].Detail != h.ask.Reward || receipt.Lines[0].Coins != -gave || receipt.Ref != r.ID {
			t.Errorf("the receipt of %d is %+v", who, receipt)
		}
		if proof, err := h.Wallets.Prove(ctx, h.people[who].Account.Wallet); err != nil || !proof.Verified {
			t.Errorf("a chain proves as %+v, %v", proof, err)
		}
	}
	again, replayed, err := h.draws(ctx, 0, "k")
	if err != nil || !replayed || again.ID != r.ID || h.shows(t) != "9:400 | 7:50 8:30 | " {
		t.Errorf("sent again: %+v, %v, %v; left is %s", again, replayed, err, h.shows(t))
	}
	h.rules.DrawOrder = programme.Proportional // 400, 80: of 250 that is 208 1/3 and 41 2/3
	_, _, err = h.draws(ctx, 1, "k")
	must(t, err)
	if h.shows(t) != "9:192 | 7:8 8:30 | " {
		t.Errorf("in proportion, left is %s", h.shows(t))
	}
	h.rules.DrawOrder = programme.Requested
	a := h.ask
	a.Key, a.Member, a.Family = "asked", h.people[2].Profile.ID, &redemption.Common{Asked: map[member.ID]wallet.Coins{h.people[0].Profile.ID: 190, h.people[1].Profile.ID: 60}}
	if _, _, err := h.Redeem(ctx, h.people[2].Account.Wallet, a); err == nil {
		t.Error("somebody gives more than there is")
	}
	h.person(t, 0, func(p *family.Person) { p.Share = family.Share{Mode: family.SharePercent, Percent: 50} })
	w := reward.Reward{ID: name("r"), Cost: 100}
	must(t, s.Rewards.PutAll(ctx, []reward.Reward{w}))
	a.Reward, a.Expected, a.Family.Asked = w.ID, 100, map[member.ID]wallet.Coins{h.people[0].Profile.ID: 96, h.people[1].Profile.ID: 4}
	_, _, err = h.Redeem(ctx, h.people[2].Account.Wallet, a)
	must(t, err)
	if h.shows(t) != "9:96 | 7:4 8:30 | " {
		t.Errorf("as asked, left is %s", h.shows(t))
	}
}

func cancelDraw(t *testing.T, ctx context.Context, s Hearth) {
	h := s.open(t, 250, lots{5: 100, 9: 400}, lots{7: 100, 8: 30}, lots{6: 100})
	before := h.shows(t)
	r, _, err := h.draws(ctx, 0, "k")
	must(t, err)
	if _, err := h.Cancel(ctx, h.people[1].Account.Wallet, r.ID, shopping); !refused(err, redemption.Unknown) {
		t.Errorf("taken back by one who only gave: %v", err)
	}
	h.person(t, 2, func(p *family.Person) { p.State, p.LeftAt = family.Left, shopping }) // who gave, and has left since
	errs := together(6, func(int) error {
		_, err := s.service(h.Book.(tier.Book)).Cancel(ctx, h.people[0].Account.Wallet, r.ID, shopping.Add(time.Minute))
		return err
	})
	must(t, errors.Join(errs...))
	if h.shows(t) != before {
		t.Errorf("everybody had %s and has %s", before, h.shows(t))
	}
	for who := range h.people {
		if st := h.state(t, who); st.LifetimeSpent != 0 || len(st.Holds) != 0 {
			t.Errorf("%d has %+v", who, st)
		}
	}
	if got, err := h.Cancel(ctx, h.people[0].Account.Wallet, r.ID, shopping.Add(time.Hour)); err != nil || got.State != redemption.Cancelled {
		t.Errorf("taken back again: %+v, %v", got, err)
	}
}

func refusedDraws(t *testing.T, ctx context.Context, s Hearth) {
	for what, c := range map[string]struct {
		change func(*home)
		who    int
		want   string
	}{
		"more than all have": {func(h *home) { h.ask.Quantity, h.ask.Expected = 4, 400 }, 0, wallet.Insufficient},
		"more than is shared": {func(h *home) {
			h.person(t, 0, func(p *family.Person) { p.Share = family.Share{Mode: family.ShareNone} })
		}, 1, wallet.Insufficient},
		"no pool in the programme": {func(h *home) { h.rules.CommonDraw = false }, 0, family.NoPool},
		"a draw that is too large": {func(h *home) { h.rules.DrawMax = 99 }, 0, family.DrawMost},
		"a child whom nobody could answer": {func(h *home) {
			h.Service.Families = nil
			h.person(t, 1, func(p *family.Person) { p.Role = family.Child })
		}, 1, family.NeedsYes},
		"above what needs a yes, where nobody could answer": {func(h *home) {
			h.person(t, 0, func(p *family.Person) {
				p.Limit = &family.Limit{PerPeriod: 1000, Period: family.PerDay, ApprovalAbove: ptr(int64(99))}
			})
		}, 0, family.NeedsYes},
		"beyond the limit": {func(h *home) {
			h.person(t, 1, func(p *family.Person) { p.Limit = &family.Limit{PerPeriod: 99, Period: family.PerDay} })
		}, 1, family.SpendLimit},
		"an owner whose tier is too low": {func(h *home) {
			h.rules.MinTier, h.rules.GraceDays = "DIAMOND", 0
		}, 1, string(family.Paused)},
		"in no family": {func(h *home) {
			h.person(t, 1, func(p *family.Person) { p.State, p.LeftAt = family.Left, shopping })
		}, 1, family.NoFamily},
		"another price": {func(h *home) { h.ask.Expected = 1 }, 0, redemption.PriceChanged},
	} {
		h := s.open(t, 100, lots{5: 150}, lots{7: 60})
		before := h.shows(t)
		c.change(h)
		if _, _, err := h.draws(ctx, c.who, "k"); !refused(err, c.want) {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
		for who := range h.people {
			if n := len(ledger(t, ctx, s.Wallets, h.people[who].Account.Wallet)); n != 1 {
				t.Errorf("%s: %d entries are left, want the earning alone", what, n)
			}
		}
		if list, err := h.Page(ctx, h.people[c.who].Account.Wallet, nil, nil, 5, shopping); err != nil || len(list) != 0 || h.shows(t) != before {
			t.Errorf("%s: left are %v, %v, %s", what, list, err, h.shows(t))
		}
	}
	h := s.open(t, 100, lots{5: 150}, lots{7: 60})
	h.rules.MinTier, h.rules.GraceDays = "DIAMOND", 0
	if _, _, err := h.draws(ctx, 0, "own"); err != nil || h.shows(t) != "5:50 | 7:60" {
		t.Errorf("while sharing is paused the own coins pay: %v, left is %s", err, h.shows(t))
	}
	a := h.ask
	a.Key, a.Member, a.Family = "k", h.people[0].Profile.ID, &redemption.Common{Asked: map[member.ID]wallet.Coins{h.people[0].Profile.ID: 100}}
	if _, _, err := h.Redeem(ctx, h.people[0].Account.Wallet, a); err == nil {
		t.Error("who gives how much is asked for where the programme says it")
	}
	h.rules.DrawOrder = programme.Requested
	a.Family.Asked = map[member.ID]wallet.Coins{"a stranger": 100}
	if _, _, err := h.Redeem(ctx, h.people[0].Account.Wallet, a); !refused(err, family.Unknown) {
		t.Errorf("asked of a stranger: %v", err)
	}
}
