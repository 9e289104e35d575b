package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	claims "membergate/internal/claim"
	coupons "membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Desk is what claims are given at.
type Desk struct {
	Claims   claims.Store
	Accounts account.Store
	Wallets  wallet.Store
	Orders   order.Store
	Coupons  coupons.Store
}

// Claims tests the promises of claims.Store, and that claims.Service keeps its own on it.
func Claims(t *testing.T, s Desk) {
	group[Desk]{
		{"every field of a claim comes back", fieldsOfClaim},
		{"a claim is added once and changed by its version", versionsOfClaim},
		{"what is unfinished is found until it is finished", unfinishedClaims},
		{"of fifty members who send one code at once one has it", oneClaims},
		{"one member who sends a code fifty times at once has it once, over a bad network", claimsOnce},
		{"a code is refused with its reason and leaves nothing", refusedClaims},
		{"days are added once per key, behind what there is", addedDays},
		{"the coins that come with a code come once, wherever its process is killed", claimKilled},
		{"a code that was withdrawn gives nothing, and one that was taken stays", withdrawnClaims},
		{"of twenty who withdraw and fifty who take a code at once the code has one end", withdrawnBeside},
	}.run(t, s)
}

func someClaim(seed uint64) claims.Claim {
	c := filled[claims.Claim](dice(seed))
	c.ID, c.Version, c.Given = name("claim"), 1, false
	return c
}

func fieldsOfClaim(t *testing.T, ctx context.Context, s Desk) {
	for seed := range uint64(5) {
		want := someClaim(seed)
		must(t, s.Claims.Add(ctx, []claims.Claim{want, someClaim(seed)}))
		want.Given = true
		must(t, s.Claims.Save(ctx, want))
		want.Version = 2
		got, known, err := s.Claims.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the claim", got, want)
		if !known {
			t.Error("it is not known")
		}
	}
	if _, known, err := s.Claims.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that nobody issued: %v, %v", known, err)
	}
}

func versionsOfClaim(t *testing.T, ctx context.Context, s Desk) {
	c := someClaim(1)
	must(t, s.Claims.Add(ctx, []claims.Claim{c}))
	if err := s.Claims.Add(ctx, []claims.Claim{c}); !errors.Is(err, claims.ErrExists) {
		t.Errorf("added again: %v", err)
	}
	for _, version := range []int64{0, 2} {
		c.Version = version
		if err := s.Claims.Save(ctx, c); !errors.Is(err, claims.ErrStale) {
			t.Errorf("saved at version %d: %v", version, err)
		}
	}
	if err := s.Claims.Save(ctx, someClaim(2)); !errors.Is(err, claims.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	c.Version = 1
	onlyWinner(t, together(writers, func(i int) error {
		mine := c
		mine.Member = member.ID(fmt.Sprint(i))
		return s.Claims.Save(ctx, mine)
	}), claims.ErrStale)
}

func unfinishedClaims(t *testing.T, ctx context.Context, s Desk) {
	open, given, free := someClaim(1), someClaim(2), someClaim(3)
	given.Given, free.Member = true, ""
	must(t, s.Claims.Add(ctx, []claims.Claim{open, given, free}))
	found := func() (out []string) {
		all, err := s.Claims.Unfinished(ctx, 1_000_000)
		must(t, err)
		for _, c := range all {
			for _, mine := range []claims.Claim{open, given, free} {
				if c.ID == mine.ID {
					out = append(out, c.ID)
				}
			}
		}
		return out
	}
	same(t, "what is unfinished", found(), []string{open.ID})
	open.Given = true
	must(t, s.Claims.Save(ctx, open))
	same(t, "what is unfinished when it is finished", found(), []string(nil))
}

// freshShop is fresh-3 with members who have just joined.
type freshShop struct {
	*programme.Programme
	Desk
	people []member.ID
	at     time.Time
}

func (f *freshShop) At(time.Time) *programme.Programme { return f.Programme }

// freshThree is read once: nobody changes a programme.
var freshThree = sync.OnceValues(func() (*programme.Programme, error) { return programme.Load("fresh-3") })

func newFreshShop(t *testing.T, ctx context.Context, s Desk, n int) *freshShop {
	t.Helper()
	p, err := freshThree()
	must(t, err)
	f := &freshShop{Programme: p, Desk: s, at: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)}
	for range n {
		who := member.Profile{ID: member.ID(name("member")), JoinedAt: f.at.AddDate(0, -1, 0)}
		must(t, s.Accounts.Create(ctx, account.Open(f, who)))
		f.people = append(f.people, who.ID)
	}
	return f
}

func (f *freshShop) service() *claims.Service {
	return &claims.Service{Store: f.Claims, Accounts: f.Accounts, Book: f, Outbox: f.orders()}
}

func (f *freshShop) orders() *order.Service {
	return &order.Service{Orders: f.Orders, Accounts: f.Accounts, Wallets: &wallet.Service{Store: f.Wallets, Most: f.Coin().MaxBalance, Now: time.Now}, Book: f,
		Coupons: &coupons.Service{Store: f.Desk.Coupons, Book: f}}
}

func (f *freshShop) issue(t *testing.T, ctx context.Context) string {
	t.Helper()
	codes, err := f.service().Issue(ctx, claims.Issue{Tier: "SILVER", Count: 3, Partner: "The bank", Expires: f.at.AddDate(0, 1, 0)}, "clerk", f.at)
	must(t, err)
	if len(codes) != 3 || codes[0] == codes[1] {
		t.Fatalf("the codes are %v", codes)
	}
	return codes[1]
}

func (f *freshShop) grants(t *testing.T, ctx context.Context, who member.ID) []tier.Grant {
	t.Helper()
	return load(t, ctx, f.Accounts, who).Account.Standing.Grants
}

func oneClaims(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 50)
	code := f.issue(t, ctx)
	errs := together(len(f.people), func(i int) error {
		_, _, err := f.service().Redeem(ctx, f.people[i], code, f.at)
		return err
	})
	if n := onlyCode(t, errs, "ALREADY_CLAIMED"); n != 1 {
		t.Errorf("%d have it, want 1", n)
	}
	have := 0
	for i, who := range f.people {
		if n := len(f.grants(t, ctx, who)); n > 0 {
			have += n
			if errs[i] != nil {
				t.Errorf("member %d has it and was told %v", i, errs[i])
			}
		}
	}
	if have != 1 {
		t.Errorf("there are %d grants, want 1", have)
	}
}

func claimsOnce(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 1)
	code := f.issue(t, ctx)
	errs := together(50, func(i int) error {
		bad := f.service()
		shaky := &flaky{r: dice(uint64(i))}
		bad.Store, bad.Accounts = &flakyClaims{s.Claims, shaky}, &flakyAccounts{s.Accounts, shaky}
		for range 1000 {
			if _, _, err := bad.Redeem(ctx, f.people[0], " "+code+" ", f.at); !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
		return errors.New("a thousand tries failed")
	})
	must(t, errors.Join(errs...))
	g := f.grants(t, ctx, f.people[0])
	if len(g) != 1 || g[0].Tier != "SILVER" || g[0].Route != programme.Partner || !g[0].From.Equal(f.at) || !g[0].Until.Equal(f.at.AddDate(1, 0, 0)) || g[0].Reason != "The bank" {
		t.Errorf("the grants are %+v", g)
	}
	must(t, f.service().Sweep(ctx, f.at, 1_000_000))
	if left := f.grants(t, ctx, f.people[0]); len(left) != 1 {
		t.Errorf("a sweep makes it %+v", left)
	}
}

func refusedClaims(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 2)
	code := f.issue(t, ctx)
	for _, c := range []struct {
		code string
		at   time.Time
		want string
	}{{"ABC", f.at, "NOT_FOUND"}, {"", f.at, "NOT_FOUND"}, {code, f.at.AddDate(0, 1, 0), "EXPIRED"}} {
		if _, _, err := f.service().Redeem(ctx, f.people[0], c.code, c.at); storeCode(err) != c.want {
			t.Errorf("%q gives %v, want %s", c.code, err, c.want)
		}
	}
	if g := f.grants(t, ctx, f.people[0]); len(g) > 0 {
		t.Errorf("something was given: %+v", g)
	}
	for field, in := range map[string]claims.Issue{
		"count": {Tier: "SILVER", Partner: "x", Expires: f.at.Add(1)}, "partner": {Tier: "SILVER", Count: 1, Expires: f.at.Add(1)},
		"days": {Tier: "SILVER", Count: 1, Partner: "x", Days: 367, Expires: f.at.Add(1)}, "expiresAt": {Tier: "SILVER", Count: 1, Partner: "x", Expires: f.at},
	} {
		var bad *fault.Fault
		if _, err := f.service().Issue(ctx, in, "clerk", f.at); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("a wrong %s gives %v", field, err)
		}
	}
	if _, err := f.service().Issue(ctx, claims.Issue{Tier: "GOLD", Count: 1, Partner: "x", Expires: f.at.Add(1)}, "clerk", f.at); storeCode(err) != "NOT_FOUND" {
		t.Errorf("a tier that partners do not give: %v", err)
	}
}

func storeCode(err error) string {
	if err == nil {
		return ""
	}
	return code(err)
}

func addedDays(t *testing.T, ctx context.Context, s Desk) {
	f := newFreshShop(t, ctx, s, 2)
	gift := claims.Gift{Key: "k", Member: f.people[0], Tier: "SILVER", Days: 15, Reason: "Welcome back."}
	by := name("clerk")
	errs := together(20, func(int) error {
		_, _, err := f.service().Add(ctx, gift, by, f.at)
		return err
	})
	must(t, errors.Join(errs...))
	again, replayed, err := f.service().Add(ctx, gift, by, f.at.AddDate(0, 0, 3))
	if err != nil || !replayed || !again.From.Equal(f.at) {
		t.Errorf("sent again: %+v, %v, %v", again, replayed, err)
	}
	other := gift
	other.Key = "k2"
	next, replayed, err := f.service().Add(ctx, other, by, f.at.AddDate(0, 0, 5))
	if err != nil || replayed || !next.From.Equal(f.at.AddDate(0, 0, 15)) || !next.Until.Equal(f.at.AddDate(0, 0, 30)) {
		t.Errorf("more days are %+v, %v, %v", next, replayed, err)
	}
	for want, change := range map[string]func(*claims.Gift){
		"IDEMPOTENCY_CONFLICT": func(g *claims.Gift) { g.Member = f.people[1] },
		"NOT_FOUND":            func(g *claims.Gift) { g.Key, g.Member = "k3", "nobody" },
	} {
		wrong := gift
		change(&wrong)
		if _, _, err := f.service().Add(ctx, wrong, by, f.at); storeCode(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if len(f.grants(t, ctx, f.people[0])) != 2 || len(f.grants(t, ctx, f.people[1])) != 0 {
		t.Error("the grants are not two and none")
	}
}

// flakyClaims is a claims.Store over a bad network.
type flakyClaims struct {
	claims.Store
	f *flaky
}

func (s *flakyClaims) ByID(ctx context.Context, id string) (c claims.Claim, ok bool, err error) {
	err = s.f.call(func() error { c, ok, err = s.Store.ByID(ctx, id); return err })
	return c, ok, err
}

func (s *flakyClaims) Save(ctx context.Context, c claims.Claim) error {
	return s.f.call(func() error { return s.Store.Save(ctx, c) })
}
