package reconcile_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/checkout"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/reconcile"
	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// world is one member's orders, refunds and coins as the services write them.
type world struct {
	t       *testing.T
	book    *programme.Book
	holder  account.Holder
	entries []wallet.Entry
	records []order.Record
}

var start = time.Date(2026, 3, 5, 4, 0, 0, 0, time.UTC)

// newWorld is four orders that die in three months, a refund of a part, one without its order, a spending, an order that
// coins paid partly and of which two thirds came back, and an order a year later, before which the first coins expire.
func newWorld(t *testing.T) *world {
	t.Helper()
	book, err := programme.LoadBook("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.Memory()
	wallets := &wallet.Service{Store: s.Wallets, Most: 2_000_000_000, Now: func() time.Time { return start }}
	orders := &order.Service{Orders: s.Orders, Accounts: s.Accounts, Wallets: wallets, Book: book}
	apply := func(e ...order.Event) {
		if err := orders.Apply(t.Context(), member.Profile{ID: "m"}, e, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	paid := func(id string, months int, fen int64) order.Event {
		return order.Event{Kind: order.Paid, ID: id, Member: "m", At: start.AddDate(0, months, 0), Fen: fen, Channel: "STORE",
			Lines: []order.Line{{SKU: "s", Quantity: 1, Fen: fen}}}
	}
	back := func(id, of string, months int, fen int64) order.Event {
		return order.Event{Kind: order.Refunded, ID: id, Member: "m", At: start.AddDate(0, months, 1), Fen: fen, OrderID: of}
	}
	apply(paid("1", 0, 90_000), paid("2", 0, 33_333), paid("3", 1, 50_000), back("r1", "3", 1, 10_000))
	apply(paid("4", 2, 70_000), back("r2", "", 2, 20_000), paid("5", 2, 10))
	w := &world{t: t, book: book}
	w.load(s)
	if _, err := wallets.Post(t.Context(), w.holder.Account.Wallet, []wallet.Posting{
		{Op: "spend:1", Kind: wallet.Spend, Coins: 600, At: start.AddDate(0, 3, 0)},
		{Op: "hold:7", Kind: wallet.SetAside, Coins: 90, At: start.AddDate(0, 4, 0), Until: start.AddDate(0, 5, 0), Purpose: checkout.Purpose, Ref: "7"},
	}); err != nil {
		t.Fatal(err)
	}
	w.load(s)
	seven := paid("7", 4, 300)
	seven.Hold = w.entry("hold:7").Seq
	apply(seven, back("r3", "7", 4, 100), back("r4", "7", 4, 100))
	apply(paid("6", 13, 40_000))
	w.load(s)
	return w
}

// load reads everything out of stores.
func (w *world) load(s storetest.Stores) {
	w.t.Helper()
	found, err := s.Accounts.ByIDs(w.t.Context(), []member.ID{"m"}, account.Whole)
	if err != nil {
		w.t.Fatal(err)
	}
	w.holder = found["m"]
	if w.entries, err = s.Wallets.Chain(w.t.Context(), w.holder.Account.Wallet, 0, 100); err != nil {
		w.t.Fatal(err)
	}
	if w.records, err = s.Orders.Walk(w.t.Context(), "", 100); err != nil {
		w.t.Fatal(err)
	}
}

// kept puts the world into new stores, straight, as it is now.
func (w *world) kept() reconcile.Stores { return w.keep(storetest.Memory()) }

func (w *world) keep(s storetest.Stores) reconcile.Stores {
	w.t.Helper()
	ctx := w.t.Context()
	if err := s.Accounts.Create(ctx, w.holder); err != nil {
		w.t.Fatal(err)
	}
	if err := s.Wallets.Append(ctx, w.entries); err != nil {
		w.t.Fatal(err)
	}
	for _, r := range w.records {
		if err := s.Orders.Put(ctx, []order.Record{r}); err != nil {
			w.t.Fatal(err)
		}
		if r.Applied {
			if err := s.Orders.Apply(ctx, []string{r.ID}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	out := reconcile.Stores{Accounts: s.Accounts, Ledger: s.Wallets, Orders: s.Orders, Supply: storetest.MemorySupply()}
	counter := supply.Counter{Store: out.Supply, Ledger: out.Ledger, Accounts: out.Accounts}
	if _, err := counter.Sweep(ctx, start, func(int) {}); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// entry is the one with an op.
func (w *world) entry(op string) *wallet.Entry {
	w.t.Helper()
	i := slices.IndexFunc(w.entries, func(e wallet.Entry) bool { return strings.HasPrefix(e.Op, op) })
	if i < 0 {
		w.t.Fatalf("no entry is %s", op)
	}
	return &w.entries[i]
}

func (w *world) record(id string) int {
	w.t.Helper()
	i := slices.IndexFunc(w.records, func(r order.Record) bool { return r.ID == id })
	if i < 0 {
		w.t.Fatalf("no record is %s", id)
	}
	return i
}

// check reconciles stores and gives the broken rules.
func (w *world) check(s reconcile.Stores) (broken []reconcile.Rule, rows []reconcile.Row) {
	w.t.Helper()
	r, err := reconcile.Check(w.t.Context(), s, w.book, func(string, int) {})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range r.Rows() {
		if row.Broken > 0 {
			broken = append(broken, row.Rule)
			if row.First == "" {
				w.t.Errorf("%s has no example", row.Rule)
			}
		}
	}
	return broken, r.Rows()
}

func TestWhatTheServicesWriteHasNoDrift(t *testing.T) {
	w := newWorld(t)
	broken, rows := w.check(w.kept())
	for _, row := range rows {
		if row.Broken > 0 {
			t.Errorf("%s: %s", row.Rule, row.First)
		}
		if row.Checked == 0 && row.Rule != reconcile.Outbox && row.Rule != reconcile.Transfer { // a test of its own has transfers
			t.Errorf("%s was never checked", row.Rule)
		}
	}
	if len(broken) > 0 {
		t.Errorf("broken: %v", broken)
	}
}

func TestEveryKindOfDamageIsFoundAndNamed(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(w *world)
		want   []reconcile.Rule // all that must be named; an entry that was changed breaks its seal besides
	}{
		"an entry is gone": {func(w *world) { w.entries = slices.Delete(w.entries, 3, 4) },
			[]reconcile.Rule{reconcile.Sequence, reconcile.Chain, reconcile.Balance, reconcile.Lifetime}},
		"the newest entry is gone":         {func(w *world) { w.entries = w.entries[:len(w.entries)-1] }, []reconcile.Rule{reconcile.Earned}},
		"the title of an entry is another": {func(w *world) { w.entry("order:2").Title = "gift" }, []reconcile.Rule{reconcile.Seal}},
		"an amount is higher":              {func(w *world) { w.entry("order:2").Amount++ }, []reconcile.Rule{reconcile.Seal, reconcile.Balance, reconcile.Movement}},
		"coins were added to a lot": {func(w *world) { last(w).State.Lots[0].Free += 7 },
			[]reconcile.Rule{reconcile.Seal, reconcile.Balance, reconcile.Movement, reconcile.Identity, reconcile.Totals}},
		"coins moved to a lot that dies later": {func(w *world) { l := last(w).State.Lots; l[0].Free--; l[len(l)-1].Free++ },
			[]reconcile.Rule{reconcile.Seal, reconcile.Movement}},
		"a lot is empty":            {func(w *world) { s := &last(w).State; s.Lots = append(s.Lots, wallet.Lot{}) }, []reconcile.Rule{reconcile.Seal, reconcile.Lots}},
		"lots are in another order": {func(w *world) { slices.Reverse(last(w).State.Lots) }, []reconcile.Rule{reconcile.Seal, reconcile.Lots}},
		"something is owed while coins are free": {func(w *world) { last(w).State.Owed = 5 },
			[]reconcile.Rule{reconcile.Seal, reconcile.Movement, reconcile.Owed, reconcile.Identity, reconcile.Totals}},
		"more was earned in all": {func(w *world) { last(w).State.LifetimeEarned += 3 },
			[]reconcile.Rule{reconcile.Seal, reconcile.Lifetime, reconcile.Identity, reconcile.Totals}},
		"less expired in all": {func(w *world) { last(w).State.LifetimeExpired-- },
			[]reconcile.Rule{reconcile.Seal, reconcile.Lifetime, reconcile.Identity, reconcile.Totals}},
		"a claw-back takes back another kind of entry": {func(w *world) { w.entry("refund:r1").Reverses = w.entry("refund:r1").Seq },
			[]reconcile.Rule{reconcile.Seal, reconcile.Reversal, reconcile.Claim}},
		"a claim is higher than its share": {func(w *world) { w.entry("refund:r1").Claim += 1 },
			[]reconcile.Rule{reconcile.Seal, reconcile.Movement, reconcile.Lifetime, reconcile.Claim}},
		"more coins came back than were refunded": {func(w *world) { w.records[w.record("order:7")].Refunds[1].Fen = 50 },
			[]reconcile.Rule{reconcile.Returned, reconcile.Claim}},
		"coins came back for a refund that nobody knows": {func(w *world) { i := w.record("refund:r4"); w.records = slices.Delete(w.records, i, i+1) },
			[]reconcile.Rule{reconcile.Recorded, reconcile.Returned}},
		"a spending took what dies later": {func(w *world) { later(w.entry("spend:1")) },
			[]reconcile.Rule{reconcile.Seal, reconcile.Movement}},
		"an earning's lines say more":  {func(w *world) { w.entry("order:4").Lines[0].Coins++ }, []reconcile.Rule{reconcile.Seal, reconcile.Lines}},
		"a lot expired before its end": {func(w *world) { e := w.entry("expire:"); e.OccurredAt = e.OccurredAt.Add(-time.Hour) }, []reconcile.Rule{reconcile.Seal, reconcile.Movement}},
		"a record is gone": {func(w *world) { i := w.record("order:1"); w.records = slices.Delete(w.records, i, i+1) },
			[]reconcile.Rule{reconcile.Recorded}},
		"a record is not applied, and nobody waits": {func(w *world) { w.records[w.record("order:1")].Applied = false }, []reconcile.Rule{reconcile.Recorded}},
		"a record is another member's":              {func(w *world) { w.records[w.record("order:1")].Event.Member = "x" }, []reconcile.Rule{reconcile.Recorded, reconcile.Earned}},
		"an order was applied that never earned": {func(w *world) {
			r := w.records[w.record("order:1")]
			r.ID, r.Event.ID, r.Refunds = "order:9", "9", nil
			w.records = append(w.records, r)
		}, []reconcile.Rule{reconcile.Earned}},
		"a refund was applied that took nothing": {func(w *world) {
			r := w.records[w.record("refund:r1")]
			r.ID, r.Event.ID = "refund:r9", "r9"
			w.records = append(w.records, r)
		}, []reconcile.Rule{reconcile.Earned}},
		"an outbox waits for what nobody wrote down": {func(w *world) { w.holder.Account.Outbox = []account.Step{{Record: "order:77"}} },
			[]reconcile.Rule{reconcile.Outbox}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.damage(w)
			broken, rows := w.check(w.kept())
			for _, r := range c.want {
				if !slices.Contains(broken, r) {
					t.Errorf("%s is not named; named are %v", r, broken)
				}
			}
			if len(c.want) == 1 && len(broken) != 1 {
				t.Errorf("only %s is wrong, but named are %v", c.want[0], rows)
			}
		})
	}
}

func last(w *world) *wallet.Entry { return &w.entries[len(w.entries)-1] }

// later makes a spending leave a coin of the first lot and take one of the last.
func later(e *wallet.Entry) {
	e.State.Lots[0].Free++
	e.State.Lots[len(e.State.Lots)-1].Free--
}

func TestARecordThatTheOutboxStillHoldsIsNoDrift(t *testing.T) {
	w := newWorld(t)
	w.records[w.record("order:6")].Applied = false
	w.holder.Account.Outbox = []account.Step{{Record: "order:6"}}
	if broken, _ := w.check(w.kept()); len(broken) > 0 {
		t.Errorf("broken: %v", broken)
	}
}

func TestADamagedCountOfCoinsIsFoundAndOneThatIsBehindIsNoDrift(t *testing.T) {
	w := newWorld(t)
	newest := w.entries[len(w.entries)-1]
	mark := supply.Mark{Wallet: newest.Wallet, Seq: newest.Seq, Sum: supply.Of(newest.State)}
	older := w.entries[len(w.entries)-2]
	for name, c := range map[string]struct {
		damage func(*supply.Shard)
		want   []reconcile.Rule
		behind int
	}{
		"nothing":                {func(*supply.Shard) {}, nil, 0},
		"a total is higher":      {func(s *supply.Shard) { s.Total.Amounts.Issued++ }, []reconcile.Rule{reconcile.Shards}, 0},
		"a mark is another":      {func(s *supply.Shard) { s.Open[0].Sum.Amounts.Burned++ }, []reconcile.Rule{reconcile.Counted, reconcile.Shards}, 0},
		"a mark is of no entry":  {func(s *supply.Shard) { s.Open[0].Seq += 5 }, []reconcile.Rule{reconcile.Counted}, 0},
		"a mark is of one older": {func(s *supply.Shard) { s.Open[0].Seq-- }, []reconcile.Rule{reconcile.Counted}, 1},
		"the count is behind": {func(s *supply.Shard) {
			s.Open[0] = supply.Mark{Wallet: older.Wallet, Seq: older.Seq, Sum: supply.Of(older.State)}
			s.Total = s.Open[0].Sum
		}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.kept()
			s.Supply = storetest.MemorySupply()
			shard := supply.Shard{N: supply.ShardOf(newest.Wallet), Total: mark.Sum, Open: []supply.Mark{mark}}
			c.damage(&shard)
			if err := s.Supply.Save(t.Context(), shard); err != nil {
				t.Fatal(err)
			}
			r, err := reconcile.Check(t.Context(), s, w.book, func(string, int) {})
			if err != nil {
				t.Fatal(err)
			}
			var broken []reconcile.Rule
			for _, row := range r.Rows() {
				if row.Broken > 0 {
					broken = append(broken, row.Rule)
				}
			}
			if !slices.Equal(broken, c.want) || r.Behind != c.behind {
				t.Errorf("broken are %v, %d wallets are behind; want %v, %d", broken, r.Behind, c.want, c.behind)
			}
		})
	}
}

// lying is a ledger whose indexes are damaged.
type lying struct {
	wallet.Store
	heads, ops bool
}

func (l lying) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	found, err := l.Store.Heads(ctx, ids)
	for id, e := range found {
		if l.heads {
			e.Hash = "0"
			found[id] = e
		}
	}
	return found, err
}

func (l lying) ByOps(ctx context.Context, id wallet.ID, ops []string) (map[string]wallet.Entry, error) {
	found, err := l.Store.ByOps(ctx, id, ops)
	if l.ops {
		delete(found, "spend:1")
	}
	return found, err
}

func TestADamagedIndexIsFound(t *testing.T) {
	w := newWorld(t)
	for want, l := range map[reconcile.Rule]lying{reconcile.Head: {heads: true}, reconcile.Op: {ops: true}} {
		s := w.kept()
		l.Store = s.Ledger
		s.Ledger = l
		if broken, _ := w.check(s); !slices.Equal(broken, []reconcile.Rule{want}) {
			t.Errorf("broken: %v; want %s", broken, want)
		}
	}
}
