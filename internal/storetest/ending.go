package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/membership"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// endingHolders: whose membership ends is found by its end, page by page, and no more once it is over.
func endingHolders(t *testing.T, ctx context.Context, s account.Store) {
	prefix := name("ending")
	first := time.Date(2150, 5, 1, 0, 0, 0, 0, time.UTC) // nobody else's ends then
	grant := func(days int) tier.Grant {
		return tier.Grant{Tier: "SILVER", Route: programme.Paid, ID: fmt.Sprint(days), From: first.AddDate(-1, 0, 0), Until: first.AddDate(0, 0, days)}
	}
	over := grant(1)
	over.Ended = true
	open := grant(1)
	open.Until = time.Time{}
	var all []account.Holder
	for i, grants := range [][]tier.Grant{{grant(9), grant(3)}, {over, grant(3)}, {grant(8)}, {over}, {open}, nil, {grant(5)}} {
		h := someone(dice(uint64(i)))
		h.Profile.ID = member.ID(prefix + string(rune('a'+i)))
		h.Account.Member, h.Account.Standing.Grants = h.Profile.ID, grants
		must(t, s.Create(ctx, h))
		all = append(all, h)
	}
	list := func(by time.Time, size int) (out []account.Holder) {
		t.Helper()
		after := account.Mark{At: first, Member: "!"}
		for {
			page, err := s.Ending(ctx, by, after, size)
			must(t, err)
			for _, h := range page {
				if strings.HasPrefix(string(h.Profile.ID), prefix) { // others are of runs before
					out = append(out, h)
				}
			}
			if len(page) < size {
				return out
			}
			last := page[size-1]
			after = account.Mark{At: last.Account.EndsAt(), Member: last.Profile.ID}
		}
	}
	far := first.AddDate(0, 0, 30)
	for size := 1; size <= 5; size++ {
		same(t, fmt.Sprintf("whose membership ends, by pages of %d", size), list(far, size), []account.Holder{all[0], all[1], all[6], all[2]})
	}
	same(t, "whose membership ends by a day", list(first.AddDate(0, 0, 5), 2), []account.Holder{all[0], all[1], all[6]})
	all[0].Account.Standing.Grants = []tier.Grant{grant(9), over} // saving moves it
	all[6].Account.Standing.Grants = []tier.Grant{over}
	all[5].Account.Standing.Grants = []tier.Grant{grant(4)}
	for _, i := range []int{0, 5, 6} {
		must(t, s.Save(ctx, all[i].Account))
		all[i].Account.Version++
	}
	same(t, "whose membership ends later", list(far, 3), []account.Holder{all[1], all[5], all[2], all[0]})
	if none, err := s.Ending(ctx, far, account.Mark{}, 0); err != nil || len(none) > 0 {
		t.Errorf("of no holders %d came (error %v)", len(none), err)
	}
}

// Memberships tests what members decide about tiers that are bought, on a store of accounts.
func Memberships(t *testing.T, s Desk) {
	group[Desk]{
		{"fifty who say yes at once, over a bad network, have said it once", oneYes},
		{"yes and no at once end in one of them, and each is written down", yesAndNo},
		{"a free trial that is begun fifty times at once is one", oneTrial},
		{"what is due is listed page by page, and nobody who did not say so", dueRenewals},
	}.run(t, s)
}

func (f *freshShop) memberships(accounts account.Store) *membership.Service {
	return &membership.Service{Accounts: accounts, Book: f}
}

// buys gives a member a year of a tier from the shop's moment on.
func (f *freshShop) buys(t *testing.T, ctx context.Context, who member.ID, codes ...string) {
	t.Helper()
	a := load(t, ctx, f.Accounts, who).Account
	for _, code := range codes {
		a.Standing = a.Standing.Bought(f, f.at, tier.Payment{ID: string(who) + code, Tier: code, From: f.at, Until: f.at.AddDate(1, 0, 0), AutoRenew: true})
	}
	must(t, f.Accounts.Save(ctx, a))
}

func yes(p *programme.Programme) membership.Wish {
	return membership.Wish{Tier: "SILVER", On: true, Terms: p.Membership.Renewal.Version, Source: "APP"}
}

func oneYes(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 1)
	f.buys(t, ctx, f.people[0], "SILVER")
	errs := together(50, func(i int) error {
		bad := f.memberships(&flakyAccounts{s.Accounts, &flaky{r: dice(uint64(i))}})
		for range 1000 {
			if _, err := bad.Renew(ctx, f.people[0], yes(f.Programme), f.at); err == nil {
				return nil
			}
		}
		return errors.New("a thousand tries failed")
	})
	must(t, errors.Join(errs...))
	st := load(t, ctx, s.Accounts, f.people[0]).Account.Standing
	same(t, "the decisions", st.Choices, []tier.Choice{{Tier: "SILVER", On: true, At: f.at, Source: "APP", Terms: "2026-1", Fen: 9900}})
	for want, wrong := range map[string]func(*membership.Wish){
		"NOT_FOUND":     func(w *membership.Wish) { w.Tier = "BRONZE" },
		"NOT_RENEWABLE": func(w *membership.Wish) { w.Tier = "GOLD" },
		"TERMS_CHANGED": func(w *membership.Wish) { w.Terms = "1999-1" },
	} {
		w := yes(f.Programme)
		wrong(&w)
		if _, err := f.memberships(s.Accounts).Renew(ctx, f.people[0], w, f.at); storeCode(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func yesAndNo(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 1)
	f.buys(t, ctx, f.people[0], "SILVER")
	must(t, errors.Join(together(40, func(i int) error {
		w := yes(f.Programme)
		w.On = i%2 == 0
		_, err := f.memberships(s.Accounts).Renew(ctx, f.people[0], w, f.at)
		return err
	})...))
	st := load(t, ctx, s.Accounts, f.people[0]).Account.Standing
	on := false
	for i, c := range st.Choices {
		if c.On == on {
			t.Errorf("decision %d changes nothing: %+v", i, st.Choices)
		}
		on = c.On
	}
	if r, ok := st.Renewal(f.Programme, "SILVER", f.at); !ok || r.On != on {
		t.Errorf("the last decision is %v and renewal is %+v", on, r)
	}
	off := membership.Wish{Tier: "SILVER"}
	if _, err := f.memberships(s.Accounts).Renew(ctx, f.people[0], off, f.at.AddDate(3, 0, 0)); err != nil {
		t.Errorf("a no when all is over: %v", err)
	}
}

func oneTrial(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 2)
	paying := f.memberships(s.Accounts)
	if _, _, err := paying.Try(ctx, f.people[0], "SILVER", f.at); storeCode(err) != "PAYMENT_NEEDED" {
		t.Errorf("a trial that costs something: %v", err)
	}
	free := *f.Programme // the same shop, where the trial costs nothing
	free.Tiers = append([]programme.Tier(nil), f.Tiers...)
	free.Tiers[1].Routes = append([]programme.Route(nil), f.Tiers[1].Routes...)
	for i, r := range free.Tiers[1].Routes {
		if r.Kind == programme.Trial {
			free.Tiers[1].Routes[i].FeeFen = 0
		}
	}
	f.Programme = &free
	must(t, errors.Join(together(50, func(int) error {
		g, _, err := f.memberships(s.Accounts).Try(ctx, f.people[0], "SILVER", f.at)
		if err == nil && !g.Until.Equal(f.at.AddDate(0, 0, 7)) {
			return fmt.Errorf("the trial lasts until %s", g.Until)
		}
		return err
	})...))
	g := f.grants(t, ctx, f.people[0])
	if len(g) != 1 || g[0].Route != programme.Trial || g[0].AutoRenew {
		t.Errorf("the grants are %+v", g)
	}
	if _, replayed, err := f.memberships(s.Accounts).Try(ctx, f.people[0], "SILVER", f.at.AddDate(0, 2, 0)); err != nil || !replayed {
		t.Errorf("two months later: %v, replayed %v", err, replayed)
	}
	if _, _, err := f.memberships(s.Accounts).Try(ctx, f.people[0], "GOLD", f.at); storeCode(err) != "NOT_FOUND" {
		t.Errorf("a tier without a trial: %v", err)
	}
	f.buys(t, ctx, f.people[1], "GOLD")
	if _, _, err := f.memberships(s.Accounts).Try(ctx, f.people[1], "SILVER", f.at); storeCode(err) != "ALREADY_HELD" {
		t.Errorf("below what is held: %v", err)
	}
}

func dueRenewals(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 6)
	f.at = time.Date(2160, 1, 1, 0, 0, 0, 0, time.UTC) // nobody else's ends then
	service := f.memberships(s.Accounts)
	slices.Sort(f.people)
	for i, who := range f.people {
		codes := []string{"SILVER"}
		if i == 3 {
			codes = append(codes, "GOLD")
		}
		f.buys(t, ctx, who, codes...)
		for _, code := range codes {
			w := yes(f.Programme)
			w.Tier = code
			if i != 1 { // who was told to renew by the payment alone
				_, err := service.Renew(ctx, who, w, f.at)
				must(t, err)
			}
		}
	}
	_, err := service.Renew(ctx, f.people[2], membership.Wish{Tier: "SILVER"}, f.at)
	must(t, err)
	end := f.at.AddDate(1, 0, 0)
	list := func(now time.Time, size int) (out []string) {
		after := membership.Mark{Mark: account.Mark{At: f.at, Member: "!"}}
		for {
			page, err := service.Due(ctx, now, after, size)
			must(t, err)
			for _, d := range page {
				after = d.Place()
				if !slices.Contains(f.people, d.Holder.Profile.ID) {
					continue // of a run before
				}
				out = append(out, fmt.Sprint(d.Holder.Profile.ID, d.Renewal.Tier, d.Renewal.Fen, d.From.Equal(end), d.Until.Equal(end.AddDate(1, 0, 0))))
			}
			if len(page) < size {
				return out
			}
		}
	}
	want := []string{}
	for _, i := range []int{0, 3, 4, 5} {
		if i == 3 {
			want = append(want, fmt.Sprint(f.people[i], "GOLD", 29900, true, true))
		}
		want = append(want, fmt.Sprint(f.people[i], "SILVER", 9900, true, true))
	}
	for size := 1; size <= 4; size++ {
		same(t, "what is due", list(end.AddDate(0, 0, -3), size), want)
	}
	same(t, "what is due a moment before", list(end.AddDate(0, 0, -3).Add(-1), 9), []string{})
	same(t, "what is due when all is over", list(end, 9), []string{})
}
