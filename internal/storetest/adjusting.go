package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/adjustment"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Office is what adjustment.Service needs of one engine.
type Office struct {
	Adjustments adjustment.Store
	Accounts    account.Store
	Wallets     wallet.Store
}

// Adjusting tests adjustment.Service on an engine.
func Adjusting(t *testing.T, s Office) {
	group[Office]{
		{"two people correct a balance, and the member reads why", twoAdjust},
		{"each refusal has its reason and leaves nothing", refusedAdjustments},
		{"one key is one proposal, from however many places", proposeOneKey},
		{"decided by many at once it is decided once and done once", decideAtOnce},
		{"over a network that loses answers it is done once", adjustFlaky},
		{"what nobody decided in time is marked", adjustLate},
	}.run(t, s)
}

var officeHours = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

// desk opens a service with one member who has coins, and a proposal to make.
func desk(t *testing.T, ctx context.Context, s Office, coins int64) (*adjustment.Service, wallet.ID, adjustment.Ask) {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	h := account.Open(book, member.Profile{ID: member.ID(name("member")), JoinedAt: officeHours})
	must(t, s.Accounts.Create(ctx, h))
	service := &adjustment.Service{
		Store: s.Adjustments, Accounts: s.Accounts, Book: book,
		Wallets: &wallet.Service{Store: s.Wallets, Most: 1 << 31, Now: func() time.Time { return officeHours }},
	}
	if coins > 0 {
		_, err = service.Wallets.Post(ctx, h.Account.Wallet, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: coins, At: officeHours}})
		must(t, err)
	}
	return service, h.Account.Wallet, adjustment.Ask{Key: name("key"), Member: h.Profile.ID, Coins: 50, Category: "GOODWILL", Reason: "The parcel was wet."}
}

func headOf(t *testing.T, ctx context.Context, s wallet.Store, id wallet.ID) wallet.Entry {
	t.Helper()
	heads, err := s.Heads(ctx, []wallet.ID{id})
	must(t, err)
	return heads[id]
}

func twoAdjust(t *testing.T, ctx context.Context, s Office) {
	service, id, ask := desk(t, ctx, s, 30)
	p, replayed, err := service.Propose(ctx, ask, "ann", officeHours)
	must(t, err)
	if replayed || p.State != adjustment.Pending || !p.DecideBy.Equal(officeHours.Add(48*time.Hour)) || headOf(t, ctx, s.Wallets, id).Seq != 1 {
		t.Fatalf("the proposal is %+v", p)
	}
	at := officeHours.Add(time.Hour)
	p, err = service.Decide(ctx, p.ID, true, "seen", "bob", at)
	must(t, err)
	e := headOf(t, ctx, s.Wallets, id)
	if p.State != adjustment.Approved || p.Unfinished || p.DecidedBy != "bob" || e.Kind != wallet.Adjust || e.Amount != 50 || e.Reason != "GOODWILL" ||
		!e.OccurredAt.Equal(at) || e.Actor != "staff" || len(e.Lines) != 1 || e.Lines[0].Detail != "GOODWILL" || e.Title != "coins.adjusted" {
		t.Errorf("the proposal is %+v, the entry %+v", p, e)
	}
	if last := e.State.Lots[0].Expires; last.IsZero() || len(e.State.Lots) != 2 {
		t.Errorf("the lots are %+v; those of an adjustment die as earned ones do", e.State.Lots)
	}
	ask.Key, ask.Coins, ask.Category = name("key"), -100, "ABUSE"
	p, _, err = service.Propose(ctx, ask, "bob", at)
	must(t, err)
	_, err = service.Decide(ctx, p.ID, true, "", "ann", at)
	must(t, err)
	if e := headOf(t, ctx, s.Wallets, id); e.State.Available() != 0 || e.State.Owed != 20 || e.Amount != -80 {
		t.Errorf("after 100 of 80 are taken, the entry is %+v", e)
	}
}

func refusedAdjustments(t *testing.T, ctx context.Context, s Office) {
	service, id, ask := desk(t, ctx, s, 30)
	for _, c := range []struct {
		want   string
		change func(*adjustment.Ask)
	}{
		{adjustment.LimitExceeded, func(a *adjustment.Ask) { a.Coins = 100_001 }},
		{adjustment.LimitExceeded, func(a *adjustment.Ask) { a.Coins = -100_001 }},
		{adjustment.UnknownCategory, func(a *adjustment.Ask) { a.Category = "WHIM" }},
		{adjustment.Unknown, func(a *adjustment.Ask) { a.Member = "nobody" }},
		{adjustment.OwnWallet, func(a *adjustment.Ask) { a.Member = "ann" }},
	} {
		a := ask
		c.change(&a)
		if _, _, err := service.Propose(ctx, a, "ann", officeHours); !refused(err, c.want) {
			t.Errorf("%+v: %v, want %s", a, err, c.want)
		}
	}
	for field, change := range map[string]func(*adjustment.Ask){
		"coins": func(a *adjustment.Ask) { a.Coins = 0 }, "reason": func(a *adjustment.Ask) { a.Reason = "" }, "idempotencyKey": func(a *adjustment.Ask) { a.Key = "" },
	} {
		a := ask
		change(&a)
		var f *fault.Fault
		if _, _, err := service.Propose(ctx, a, "ann", officeHours); !errors.As(err, &f) || f.Field != field {
			t.Errorf("without %s: %v", field, err)
		}
	}
	p, _, err := service.Propose(ctx, ask, "ann", officeHours)
	must(t, err)
	for _, c := range []struct {
		id, by, want string
		at           time.Time
	}{
		{name("nothing"), "bob", adjustment.Unknown, officeHours},
		{p.ID, "ann", adjustment.OwnProposal, officeHours},
		{p.ID, string(ask.Member), adjustment.OwnWallet, officeHours},
		{p.ID, "bob", adjustment.Late, p.DecideBy},
	} {
		if _, err := service.Decide(ctx, c.id, true, "", c.by, c.at); !refused(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	_, err = service.Decide(ctx, p.ID, false, "", "bob", officeHours)
	must(t, err)
	if _, err := service.Decide(ctx, p.ID, true, "", "cat", officeHours); !refused(err, adjustment.Decided) {
		t.Errorf("a yes after a no: %v", err)
	}
	if again, err := service.Decide(ctx, p.ID, false, "", "cat", officeHours); err != nil || again.DecidedBy != "bob" {
		t.Errorf("a no after a no: %+v, %v", again, err)
	}
	if e := headOf(t, ctx, s.Wallets, id); e.Seq != 1 {
		t.Errorf("the ledger has %d entries", e.Seq)
	}
}

func proposeOneKey(t *testing.T, ctx context.Context, s Office) {
	service, _, ask := desk(t, ctx, s, 0)
	made := make([]adjustment.Proposal, 50)
	first := make([]bool, 50)
	errs := together(50, func(i int) error {
		p, replayed, err := service.Propose(ctx, ask, "ann", officeHours)
		made[i], first[i] = p, !replayed
		return err
	})
	must(t, errors.Join(errs...))
	n := 0
	for i, p := range made {
		if p.ID != made[0].ID {
			t.Errorf("proposals %s and %s", p.ID, made[0].ID)
		}
		if first[i] {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d first answers", n)
	}
	ask.Coins++
	if _, _, err := service.Propose(ctx, ask, "ann", officeHours); !refused(err, wallet.KeyReused) {
		t.Errorf("the key with another input: %v", err)
	}
	if p, replayed, err := service.Propose(ctx, ask, "bob", officeHours); err != nil || replayed || p.ID == made[0].ID {
		t.Errorf("the same key of somebody else: %+v, %v, %v", p, replayed, err)
	}
}

func decideAtOnce(t *testing.T, ctx context.Context, s Office) {
	for n := range 4 {
		service, id, ask := desk(t, ctx, s, 0)
		p, _, err := service.Propose(ctx, ask, "ann", officeHours)
		must(t, err)
		errs := together(24, func(i int) error {
			_, err := service.Decide(ctx, p.ID, i%2 == n%2, "", fmt.Sprint("staff ", i), officeHours)
			return err
		})
		after, _, err := service.Store.ByID(ctx, p.ID)
		must(t, err)
		yes := after.State == adjustment.Approved
		for i, err := range errs {
			if said := i%2 == n%2; said == yes && err != nil || said != yes && !refused(err, adjustment.Decided) {
				t.Errorf("it is %s; who said %v got %v", after.State, said, err)
			}
		}
		e := headOf(t, ctx, s.Wallets, id)
		if want := map[bool]int64{true: 1, false: 0}[yes]; e.Seq != want || e.State.Available() != 50*want {
			t.Errorf("it is %s, and the ledger has %d entries and %d coins", after.State, e.Seq, e.State.Available())
		}
	}
}

func adjustFlaky(t *testing.T, ctx context.Context, s Office) {
	for seed := range uint64(6) {
		service, id, ask := desk(t, ctx, s, 0)
		f := &flaky{r: dice(seed)}
		bad := *service
		bad.Store, bad.Accounts = &flakyAdjustments{s.Adjustments, f}, &flakyAccounts{s.Accounts, f}
		bad.Wallets = &wallet.Service{Store: &flakyWallets{s.Wallets, f}, Most: 1 << 31, Now: service.Wallets.Now}
		p, err := insist(func() (adjustment.Proposal, error) {
			p, _, err := bad.Propose(ctx, ask, "ann", officeHours)
			return p, err
		})
		must(t, err)
		_, err = bad.Decide(ctx, p.ID, true, "", "bob", officeHours) // once, and then killed
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
		must(t, service.Sweep(ctx, officeHours, 1000))
		after, _, err := service.Store.ByID(ctx, p.ID)
		must(t, err)
		if want := map[adjustment.State]int64{adjustment.Approved: 1, adjustment.Pending: 0}[after.State]; after.Unfinished || headOf(t, ctx, s.Wallets, id).Seq != want {
			t.Errorf("swept it is %+v, and the ledger has %d entries", after, headOf(t, ctx, s.Wallets, id).Seq)
		}
		_, err = insist(func() (adjustment.Proposal, error) { return bad.Decide(ctx, p.ID, true, "", "bob", officeHours) })
		must(t, err)
		if e := headOf(t, ctx, s.Wallets, id); e.Seq != 1 || e.State.Available() != 50 {
			t.Errorf("in the end there are %d entries and %d coins", e.Seq, e.State.Available())
		}
	}
}

// insist asks again while the answer is that something does not answer now.
func insist[T any](do func() (T, error)) (v T, err error) {
	for range 1000 {
		if v, err = do(); !fault.Is(err, fault.Unavailable) {
			return v, err
		}
	}
	return v, err
}

func adjustLate(t *testing.T, ctx context.Context, s Office) {
	service, _, ask := desk(t, ctx, s, 0)
	p, _, err := service.Propose(ctx, ask, "ann", officeHours)
	must(t, err)
	must(t, service.Sweep(ctx, p.DecideBy.Add(-time.Millisecond), 1000))
	before, _, err := service.Store.ByID(ctx, p.ID)
	must(t, err)
	errs := together(8, func(int) error { return service.Sweep(ctx, p.DecideBy, 1000) })
	must(t, errors.Join(errs...))
	after, _, err := service.Store.ByID(ctx, p.ID)
	must(t, err)
	if before.State != adjustment.Pending || after.State != adjustment.Expired {
		t.Errorf("before its end it is %s, then %s", before.State, after.State)
	}
	if _, err := service.Decide(ctx, p.ID, true, "", "bob", officeHours); !refused(err, adjustment.Late) && !refused(err, adjustment.Decided) {
		t.Errorf("decided by a clock that is late: %v", err)
	}
}

// flakyAdjustments is an adjustment.Store over a bad network.
type flakyAdjustments struct {
	adjustment.Store
	f *flaky
}

func (s *flakyAdjustments) Create(ctx context.Context, p adjustment.Proposal) error {
	return s.f.call(func() error { return s.Store.Create(ctx, p) })
}

func (s *flakyAdjustments) ByID(ctx context.Context, id string) (p adjustment.Proposal, ok bool, err error) {
	err = s.f.call(func() error { p, ok, err = s.Store.ByID(ctx, id); return err })
	return p, ok, err
}

func (s *flakyAdjustments) Save(ctx context.Context, p adjustment.Proposal) error {
	return s.f.call(func() error { return s.Store.Save(ctx, p) })
}
