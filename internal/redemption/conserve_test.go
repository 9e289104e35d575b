package redemption_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/account"
	"membergate/internal/boltstore"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/storetest"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

var start = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

var retail = sync.OnceValues(func() (*programme.Programme, error) { return programme.Load("retail-5") })

type book struct{ programme.Programme }

func (b *book) At(time.Time) *programme.Programme { return &b.Programme }

// wishes are what the shop of a run offers.
var wishes = []wallet.Coins{1, 7, 60, 150, 400}

// run is one family over a network that loses answers.
type run struct {
	t         *rapid.T
	good, bad *redemption.Service
	hearth    storetest.Hearth
	shop      string // before the rewards' ids
	people    []account.Holder
	family    family.ID
	first     []wallet.State // of everybody's wallet
}

var runs = 0

func begin(t *rapid.T, s storetest.Hearth) *run {
	ctx := t.Context()
	p, err := retail()
	if err != nil {
		t.Fatal(err)
	}
	b := &book{*p}
	rules := *p.Family
	rules.DrawOrder = rapid.SampledFrom([]string{programme.ExpiringFirst, programme.Proportional}).Draw(t, "order")
	b.Family = &rules
	runs++
	r := &run{t: t, hearth: s, shop: fmt.Sprint("shop", runs, "-")}
	service := func(s storetest.Hearth) *redemption.Service {
		return &redemption.Service{
			Store: s.Redemptions, Rewards: s.Rewards, Vouchers: s.Vouchers, Book: b,
			Wallets: &wallet.Service{Store: s.Wallets, Most: 1 << 31, Now: func() time.Time { return start }},
			Pool:    &family.Service{Families: s.Families, Accounts: s.Accounts, Book: b, Ledger: s.Wallets},
		}
	}
	r.good, r.bad = service(s), service(storetest.FlakyHearth(s, rapid.Uint64().Draw(t, "network")))
	var shop []reward.Reward
	for _, cost := range wishes {
		w := reward.Reward{ID: fmt.Sprint(r.shop, cost), Cost: cost}
		if cost == 60 {
			two := int64(2)
			w.Stock = &two
		}
		shop = append(shop, w)
	}
	if err := s.Rewards.PutAll(ctx, shop); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		one := account.Open(b, member.Profile{ID: member.ID(fmt.Sprint("run", runs, "-", i)), JoinedAt: start})
		if i == 0 {
			one.Account.Standing = one.Account.Standing.Give(b, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: start, Until: start.AddDate(9, 0, 0)})
		}
		if err := s.Accounts.Create(ctx, one); err != nil {
			t.Fatal(err)
		}
		for n := range rapid.IntRange(1, 3).Draw(t, "lots") {
			earn := wallet.Posting{Op: fmt.Sprint("earn", n), Kind: wallet.Earn, Coins: rapid.Int64Range(1, 200).Draw(t, "coins"), At: start,
				Expires: start.AddDate(0, 0, rapid.IntRange(1, 5).Draw(t, "days"))}
			if _, err := r.good.Wallets.Post(ctx, one.Account.Wallet, []wallet.Posting{earn}); err != nil {
				t.Fatal(err)
			}
		}
		r.people = append(r.people, one)
	}
	f := family.Open("Home", r.people[0].Profile.ID, start).With(r.people[1].Profile.ID, family.Adult, start).With(r.people[2].Profile.ID, family.Teen, start)
	if err := s.Families.Create(ctx, f); err != nil {
		t.Fatal(err)
	}
	r.family, r.first = f.ID, r.states()
	return r
}

func (r *run) states() []wallet.State {
	var out []wallet.State
	for _, one := range r.people {
		head, err := r.good.Wallets.Head(r.t.Context(), one.Account.Wallet)
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, head.State)
	}
	return out
}

// changes somebody's place: how much is shared, a limit, or whether there is one.
func (r *run) changes(now time.Time) {
	f, _, err := r.hearth.Families.ByID(r.t.Context(), r.family)
	if err != nil {
		r.t.Fatal(err)
	}
	f.People = slices.Clone(f.People)
	p := &f.People[rapid.IntRange(0, 2).Draw(r.t, "whose place")]
	switch rapid.IntRange(0, 3).Draw(r.t, "change") {
	case 0:
		p.Share = family.Share{Mode: family.ShareNone}
	case 1:
		p.Share = family.Share{Mode: family.SharePercent, Percent: rapid.Int64Range(0, 100).Draw(r.t, "percent")}
	case 2:
		p.Limit = &family.Limit{PerPeriod: rapid.Int64Range(0, 500).Draw(r.t, "limit"), Period: family.PerDay}
	default:
		if p.Role == family.Owner {
			return
		}
		if p.State == family.Active {
			p.State, p.LeftAt = family.Removed, now
		} else {
			p.State = family.Active
		}
	}
	if err := r.hearth.Families.Save(r.t.Context(), f); err != nil {
		r.t.Fatal(err)
	}
}

// Whoever draws whatever over a network that loses answers, while people change what they share, leave and come back: when
// all that was left is finished, what was spent is what was had, nothing is held, and when all of it is taken back everybody
// has the very coins of the beginning.
func TestDrawsNeitherLoseNorMakeCoins(t *testing.T) {
	s, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := storetest.Hearth{Redemptions: s.Redemptions(), Rewards: s.Rewards(), Vouchers: s.Vouchers(), Wallets: s.Ledger(), Families: s.Families(), Accounts: s.Members()}
	had, drawn := 0, 0
	_ = s.Hasty(func() error {
		rapid.Check(t, func(t *rapid.T) {
			ctx := t.Context()
			r := begin(t, h)
			now := start
			for n := range rapid.IntRange(1, 15).Draw(t, "steps") {
				now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
				who := r.people[rapid.IntRange(0, 2).Draw(t, "who")]
				switch rapid.IntRange(0, 6).Draw(t, "what") {
				case 0:
					r.changes(now)
				case 1:
					_ = r.bad.Sweep(ctx, now, 3)
				default:
					cost := rapid.SampledFrom(wishes).Draw(t, "cost")
					a := redemption.Ask{Key: fmt.Sprint("k", rapid.IntRange(0, n).Draw(t, "key")), Reward: fmt.Sprint(r.shop, cost), Quantity: 1, Expected: cost, Tier: "SILVER", At: now}
					if rapid.IntRange(0, 4).Draw(t, "alone") > 0 {
						a.Member, a.Family = who.Profile.ID, &redemption.Common{}
					}
					_, _, _ = r.bad.Redeem(ctx, who.Account.Wallet, a)
				}
			}
			if err := r.good.Sweep(ctx, now, 1000); err != nil {
				t.Fatal(err)
			}
			var spent, cost wallet.Coins
			for i, st := range r.states() {
				spent += st.LifetimeSpent
				if st.LifetimeEarned-st.LifetimeSpent != st.Whole() {
					t.Fatalf("%d earned %d, spent %d and has %d", i, st.LifetimeEarned, st.LifetimeSpent, st.Whole())
				}
				for _, hold := range st.Holds {
					if hold.Purpose == family.DrawPurpose {
						t.Fatalf("%d still holds %+v", i, hold)
					}
				}
			}
			var all []redemption.Redemption
			for _, one := range r.people {
				page, err := r.good.Page(ctx, one.Account.Wallet, []redemption.State{redemption.Reserved}, nil, 50, now)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, page...)
			}
			for _, one := range all {
				cost += one.Cost
				if had++; one.Draw != nil {
					drawn++
				}
			}
			if cost != spent {
				t.Fatalf("%d coins were spent for redemptions of %d", spent, cost)
			}
			for _, one := range all {
				if _, err := r.good.Cancel(ctx, one.Wallet, one.ID, now); err != nil {
					t.Fatal(err)
				}
			}
			later := now.Add(time.Hour) // holds of wallets that paid alone and were killed before they were written down have ended
			for i, st := range r.states() {
				if st = st.At(later); !slices.Equal(st.Lots, r.first[i].Lots) || st.LifetimeSpent != 0 {
					t.Fatalf("%d had %+v and has %+v", i, r.first[i].Lots, st.Lots)
				}
			}
		})
		return nil
	})
	if !t.Failed() && (drawn < 20 || had == drawn) {
		t.Errorf("of %d redemptions families paid for %d: the runs prove little", had, drawn)
	}
}
