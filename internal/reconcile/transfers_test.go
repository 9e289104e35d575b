package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/reconcile"
	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// twoMoneys is a programme with a further currency.
type twoMoneys struct{ programme.Programme }

func (b *twoMoneys) At(time.Time) *programme.Programme { return &b.Programme }

// blind hides entries whose op ends so.
type blind struct {
	wallet.Store
	suffix string
}

func (s blind) ByOps(ctx context.Context, id wallet.ID, ops []string) (map[string]wallet.Entry, error) {
	out, err := s.Store.ByOps(ctx, id, ops)
	for op := range out {
		if strings.HasSuffix(op, s.suffix) {
			delete(out, op)
		}
	}
	return out, err
}

// forgetful knows no transfer by its id.
type forgetful struct{ transfer.Store }

func (forgetful) ByIDs(context.Context, []string) (map[string]transfer.Transfer, error) {
	return nil, nil
}

func TestTransfersAndWalletsAbroadReconcile(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	book := &twoMoneys{*p}
	home := p.Coin()
	home.Transfers = &programme.Transfers{Min: 1, Max: 1000, PerMonth: 1000, HoldMinutes: 10}
	book.Currencies = []programme.Currency{home, {Code: "FAR", Region: "FAR", MaxBalance: 5000, Rate: &programme.Rate{Home: 2, Here: 3}}}
	s, moves, counts, ctx := storetest.Memory(), storetest.MemoryTransfers(), storetest.MemorySupply(), t.Context()
	wallets := &wallet.Service{Store: s.Wallets, Most: 5000, Mosts: func(string) wallet.Coins { return 5000 }, Now: func() time.Time { return start }}
	service := &transfer.Service{Store: moves, Wallets: wallets, Book: book}
	var people []transfer.Party
	for i := range 3 {
		h := account.Open(book, member.Profile{ID: member.ID(fmt.Sprint("m", i)), JoinedAt: start})
		if err := s.Accounts.Create(ctx, h); err != nil {
			t.Fatal(err)
		}
		people = append(people, transfer.Party{Member: h.Profile.ID, Wallet: h.Account.Wallet})
		if _, err := wallets.Post(ctx, h.Account.Wallet, []wallet.Posting{{Op: "gift", Kind: wallet.Adjust, Reason: "a test", Coins: 1000, At: start}}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 6 {
		from, to := people[i%3], people[(i+1)%3]
		if _, _, err := service.Send(ctx, from, &to, transfer.Gift{Key: fmt.Sprint(i), To: "t", Coins: 100, At: start}); err != nil {
			t.Fatal(err)
		}
		x := transfer.Exchange{Key: fmt.Sprint(i), From: "COIN", To: "FAR", Coins: 10, Expected: 15, At: start}
		if _, _, err := service.Convert(ctx, from.Member, from.Wallet, x); err != nil {
			t.Fatal(err)
		}
	}
	counter := &supply.Counter{Store: counts, Ledger: s.Wallets, Accounts: s.Accounts, Abroad: func() []string { return []string{"FAR"} }}
	if found, err := counter.Sweep(ctx, start, func(int) {}); err != nil || found != 6 {
		t.Fatalf("%d wallets are counted, %v", found, err)
	}
	for code, want := range map[string]supply.Amounts{
		"": {Issued: 3000, Burned: 60, Outstanding: 2940}, "FAR": {Issued: 90, Outstanding: 90},
	} {
		if got, told, err := supply.Read(ctx, counts.In(code), start); err != nil || !told || got != want {
			t.Errorf("the count of %q is %+v, %v, %v", code, got, told, err)
		}
	}
	all := reconcile.Stores{Accounts: s.Accounts, Ledger: s.Wallets, Orders: s.Orders, Supply: counts, Abroad: []string{"FAR"}, Transfers: moves}
	for name, c := range map[string]struct {
		change func(*reconcile.Stores)
		broken bool
	}{
		"as it is":                    {func(*reconcile.Stores) {}, false},
		"coins that never arrived":    {func(s *reconcile.Stores) { s.Ledger = blind{s.Ledger, ":in"} }, true},
		"coins that never left":       {func(s *reconcile.Stores) { s.Ledger = blind{s.Ledger, ":out"} }, true},
		"transfers that nobody knows": {func(s *reconcile.Stores) { s.Transfers = forgetful{s.Transfers} }, true},
	} {
		stores := all
		c.change(&stores)
		report, err := reconcile.Check(ctx, stores, book, func(string, int) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range report.Rows() {
			if row.Rule == reconcile.Transfer && (row.Broken > 0 != c.broken || row.Checked < 24) || row.Broken > 0 && !c.broken {
				t.Errorf("%s: %s: %d of %d are broken: %s", name, row.Rule, row.Broken, row.Checked, row.First)
			}
		}
	}
}
