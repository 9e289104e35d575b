package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// newsroom is retail-5 with members who are told of what they do.
type newsroom struct {
	Board
	p     *programme.Programme
	hints *notice.Hints
	mu    sync.Mutex
	now   time.Time
	ids   map[member.ID]bool // other tests' members are none of its business
}

func (n *newsroom) At(time.Time) *programme.Programme { return n.p }

func (n *newsroom) clock(notice.View) time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

func newNewsroom(t *testing.T, s Board) *newsroom {
	t.Helper()
	p, err := programme.Load("retail-5")
	must(t, err)
	n := &newsroom{p: p, Board: s, hints: notice.NewHints(s.Notices), now: time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC), ids: map[member.ID]bool{}}
	n.Notices = &mineOnly{s.Notices, n}
	return n
}

// mineOnly gives those who are due of the newsroom's members alone.
type mineOnly struct {
	notice.Store
	of *newsroom
}

func (m *mineOnly) Due(ctx context.Context, by time.Time, most int) (out []member.ID, err error) {
	all, err := m.Store.Due(ctx, by, 1_000_000)
	for _, id := range all {
		if m.of.ids[id] && len(out) < most {
			out = append(out, id)
		}
	}
	return out, err
}

func (n *newsroom) desk(s notice.Store) *notice.Service {
	return &notice.Service{Store: s, Accounts: n.Accounts, Ledger: n.Wallets, Coupons: n.Coupons, Usages: n.Usages, Talk: n.Talk, Families: n.Families, Book: n, Now: n.clock, AtOnce: 2}
}

// pay lets a member pay orders, each of 100 yuan, an hour after the other.
func (n *newsroom) pay(t *testing.T, ctx context.Context, who member.ID, orders int) {
	t.Helper()
	n.ids[who] = true
	ledger := &wallet.Service{Store: n.hints.WatchLedger(n.Wallets), Most: n.p.Coin().MaxBalance, Now: time.Now}
	desk := &order.Service{Orders: n.Orders, Accounts: n.hints.WatchAccounts(n.Accounts), Wallets: ledger, Book: n}
	for i := range orders {
		e := order.Event{Kind: order.Paid, ID: name("order"), Member: who, At: n.now.Add(time.Duration(i-orders) * time.Hour), Fen: 10_000, Channel: "STORE",
			Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 10_000}}}
		must(t, desk.Apply(ctx, member.Profile{ID: who, JoinedAt: e.At}, []order.Event{e}, e.At))
	}
}

// work does what is due until nothing is.
func (n *newsroom) work(ctx context.Context, s notice.Store) error {
	round := &notice.Round{Service: n.desk(s)}
	for range 1000 {
		found, out, err := round.Batch(ctx, n.now, 50)
		if err = errors.Join(err, out.Err); err != nil || found == 0 {
			return err
		}
	}
	return errors.New("there is no end to it")
}

func (n *newsroom) inbox(t *testing.T, ctx context.Context, who member.ID) (out []string) {
	t.Helper()
	page, err := n.Notices.Page(ctx, who, notice.Query{Limit: 100})
	must(t, err)
	for _, each := range page {
		out = append(out, fmt.Sprintf("%s ×%d %d", each.Kind, each.Count, each.Fill.Coins))
	}
	return out
}

func toldOfOrders(t *testing.T, ctx context.Context, s Board) {
	n := newNewsroom(t, s)
	who := member.ID(name("member"))
	n.pay(t, ctx, who, 3)
	must(t, n.hints.Carry(ctx))
	must(t, n.work(ctx, n.Notices))
	same(t, "after three orders", n.inbox(t, ctx, who), []string{"COINS_EARNED ×3 300"})
	must(t, n.work(ctx, n.Notices))
	n.now = n.now.Add(2 * time.Hour)
	n.pay(t, ctx, who, 1)
	must(t, n.hints.Carry(ctx))
	must(t, n.work(ctx, n.Notices))
	same(t, "after a fourth on that day", n.inbox(t, ctx, who), []string{"COINS_EARNED ×4 400"})
	n.now = n.now.AddDate(0, 0, 1)
	n.pay(t, ctx, who, 2)
	must(t, n.hints.Carry(ctx))
	must(t, n.work(ctx, n.Notices))
	before := []string{"COINS_EARNED ×2 200", "TIER_CHANGED ×1 0", "COINS_EARNED ×4 400"}
	same(t, "after the next day", n.inbox(t, ctx, who), before)
	for _, c := range []struct{ day, news string }{
		{"2027-03-01", ""}, {"2027-03-03", "COINS_EXPIRING ×1 600"}, {"2027-03-17", ""}, {"2027-03-18", "TIER_AT_RISK ×1 0"},
		{"2027-03-24", ""}, {"2027-03-25", "COINS_EXPIRING ×1 600"}, {"2027-03-29", "TIER_AT_RISK ×1 0"}, {"2027-03-31", "COINS_EXPIRING ×1 600"},
	} {
		at, err := time.ParseInLocation(time.DateOnly, c.day, n.p.Zone())
		must(t, err)
		n.now = at
		must(t, n.work(ctx, n.Notices))
		if c.news != "" {
			before = append([]string{c.news}, before...)
		}
		same(t, "on "+c.day, n.inbox(t, ctx, who), before)
	}
}

// fatal is a store whose process is killed at a write: before it or after it.
type fatal struct {
	notice.Store
	at   int // the write that it dies at
	late bool
	mu   sync.Mutex
	seen int
}

var errKilled = fault.Down("store", errors.New("the process was killed"))

func (d *fatal) write(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen++
	if d.seen > d.at || d.seen == d.at && !d.late {
		return errKilled
	}
	err := do()
	if d.seen == d.at {
		return errKilled
	}
	return err
}

func (d *fatal) Save(ctx context.Context, in notice.Inbox) error {
	return d.write(func() error { return d.Store.Save(ctx, in) })
}

func (d *fatal) Put(ctx context.Context, all []notice.Notice) error {
	return d.write(func() error {
		if d.seen == d.at && len(all) > 1 {
			all = all[:len(all)/2] // killed in the midst of it
		}
		return d.Store.Put(ctx, all)
	})
}

func (d *fatal) Drop(ctx context.Context, id member.ID, upTo int64) error {
	return d.write(func() error { return d.Store.Drop(ctx, id, upTo) })
}

func toldThoughKilled(t *testing.T, ctx context.Context, s Board) {
	n := newNewsroom(t, s)
	who := member.ID(name("member"))
	for kill := range 20 {
		n.pay(t, ctx, who, 2)
		must(t, n.hints.Carry(ctx))
		_ = n.work(ctx, &fatal{Store: n.Notices, at: 1 + kill/2%5, late: kill%2 == 1})
		n.mu.Lock()
		n.now = n.now.Add(5 * time.Hour)
		n.mu.Unlock()
	}
	must(t, n.work(ctx, n.Notices))
	n.told(t, ctx, who, 40)
}

// told fails unless every entry of a member's ledger stands in one notice, and every notice once.
func (n *newsroom) told(t *testing.T, ctx context.Context, who member.ID, orders int) {
	t.Helper()
	page, err := n.Notices.Page(ctx, who, notice.Query{Limit: 1000})
	must(t, err)
	keys, numbers, count, coins := map[string]bool{}, map[int64]bool{}, 0, wallet.Coins(0)
	for _, each := range page {
		if keys[each.Kind+each.Key] || numbers[each.Number] {
			t.Errorf("%s %s, number %d, is there twice", each.Kind, each.Key, each.Number)
		}
		keys[each.Kind+each.Key], numbers[each.Number] = true, true
		if each.Kind == programme.CoinsEarned {
			count += each.Count
			coins += each.Fill.Coins
		}
	}
	h := load(t, ctx, n.Accounts, who)
	head, err := n.Wallets.Heads(ctx, []wallet.ID{h.Account.Wallet})
	must(t, err)
	if want := head[h.Account.Wallet].State.LifetimeEarned; count != orders || coins != want {
		t.Errorf("told of %d orders and %d coins, want %d and %d", count, coins, orders, want)
	}
	tiers := 0
	for _, c := range h.Account.Standing.History[1:] {
		if keys[programme.TierChanged+c.At.UTC().Format(time.RFC3339Nano)+" "+c.From+">"+c.To+" "+string(c.Reason)] {
			tiers++
		}
	}
	if want := len(h.Account.Standing.History) - 1; tiers != want {
		t.Errorf("told of %d changes of the tier, want %d", tiers, want)
	}
}

func toldByMany(t *testing.T, ctx context.Context, s Board) {
	n := newNewsroom(t, s)
	var people []member.ID
	for i := range 4 {
		people = append(people, member.ID(name("member"+strconv.Itoa(i))))
		n.ids[people[i]] = true
	}
	for range 3 {
		for _, who := range people {
			n.pay(t, ctx, who, 3)
		}
		must(t, errors.Join(together(10, func(int) error {
			return errors.Join(n.hints.Carry(ctx), n.work(ctx, n.Notices))
		})...))
		n.now = n.now.Add(7 * time.Hour)
	}
	must(t, n.work(ctx, n.Notices))
	for _, who := range people {
		n.told(t, ctx, who, 9)
	}
}

func foundByWalk(t *testing.T, ctx context.Context, s Board) {
	n := newNewsroom(t, s)
	who := member.ID(name("member"))
	walk := func() {
		w := notice.Walk{Service: n.desk(n.Notices), After: who[:len(who)-1]}
		for range 3 {
			out, err := w.Page(ctx, 1)
			must(t, errors.Join(err, out.Err))
		}
	}
	n.pay(t, ctx, who, 1)
	walk()
	same(t, "of a newcomer", n.inbox(t, ctx, who), []string{"COINS_EARNED ×1 100"})
	n.pay(t, ctx, who, 1)
	walk()
	walk()
	same(t, "after another order", n.inbox(t, ctx, who), []string{"COINS_EARNED ×2 200"})
}
