package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// middle lies in the midst of the invented histories, after two of their quarters.
var middle = time.Date(2011, 10, 20, 0, 0, 0, 0, time.UTC)

// Settlement lets order.Sweep settle the members of a store: whole, killed, over a bad network, twice at once, and beside
// orders. What is stored in the end is what a reader sees who advances the standing.
func Settlement(t *testing.T, open func(t *testing.T) Stores) {
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	begin := func(t *testing.T, seed uint64) (Stores, []history, []history) {
		stores := open(t)
		mine := &mine{Store: stores.Accounts, ids: map[member.ID]bool{}}
		stores.Accounts = mine
		var before, after []history
		for i := range uint64(6) {
			who := invent(dice(seed + i))
			mine.ids[who.newcomer.ID] = true
			cut := 0
			for cut < len(who.events) && !who.events[cut].At.After(middle) {
				cut++
			}
			before = append(before, history{who.newcomer, who.events[:cut]})
			after = append(after, history{who.newcomer, who.events[cut:]})
			must(t, service(stores, book).Apply(t.Context(), who.newcomer, who.events[:cut], who.newcomer.JoinedAt))
		}
		return stores, before, after
	}
	sweep := func(s Stores) *order.Sweep { return &order.Sweep{Orders: service(s, book), Workers: 3} }
	settled := func(t *testing.T, s Stores, people []history, by time.Time) {
		t.Helper()
		plain := service(Memory(), book)
		for _, who := range people {
			must(t, plain.Apply(t.Context(), who.newcomer, who.events, by))
			want := load(t, t.Context(), plain.Accounts, who.newcomer.ID).Account
			got := load(t, t.Context(), s.Accounts, who.newcomer.ID).Account
			want.Standing = want.Standing.Advance(book, by).Foreseen(book)
			got.Standing.Clock = want.Standing.Clock // of somebody for whom nothing was due it stays behind
			same(t, "the standing of "+string(who.newcomer.ID), got.Standing, want.Standing)
			if len(got.Outbox) > 0 || !got.DueAt().After(by) {
				t.Errorf("%d steps are left, and something is due at %s", len(got.Outbox), got.DueAt())
			}
		}
	}
	t.Run("everybody is settled, and a second time nothing is done", func(t *testing.T) {
		s, people, _ := begin(t, 100)
		told := 0
		w := sweep(s)
		w.Workers, w.Progress = 1, func(done, total int) {
			if told++; done != told || total != len(people) {
				t.Errorf("the progress is %d of %d at member %d of %d", done, total, told, len(people))
			}
		}
		first, err := w.Settle(t.Context(), end, false)
		must(t, err)
		if first.Members != len(people) || told != len(people) || first.Changes[tier.FellShort] == 0 {
			t.Errorf("the first time gives %+v", first)
		}
		settled(t, s, people, end)
		again, err := sweep(s).Settle(t.Context(), end, false)
		must(t, err)
		same(t, "the second time", again, order.Settled{Changes: map[tier.Reason]int{}})
	})
	t.Run("every clock moves on where that is asked for", func(t *testing.T) {
		s, people, _ := begin(t, 200)
		for range 2 {
			_, err := sweep(s).Settle(t.Context(), middle.Add(time.Hour), true)
			must(t, err)
		}
		for _, who := range people {
			if a := load(t, t.Context(), s.Accounts, who.newcomer.ID).Account; !a.Standing.Clock.Equal(middle.Add(time.Hour)) {
				t.Errorf("a clock shows %s", a.Standing.Clock)
			}
		}
		settled(t, s, people, middle.Add(time.Hour))
	})
	t.Run("killed after any write and run again", func(t *testing.T) {
		s, people, _ := begin(t, 300)
		for n := int64(1); ; n++ {
			killed := s
			ctx, kill := context.WithCancel(t.Context())
			killed.Accounts = &mortal{Store: s.Accounts, left: n % 3, kill: kill}
			_, err := sweep(killed).Settle(ctx, end, false)
			kill()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) || n > 100 {
				t.Fatalf("run %d gives %v", n, err)
			}
		}
		// What the last one that was killed had sent may have arrived behind the look for what was left, and before that for
		// what is due: the next run finds it.
		_, err := sweep(s).Settle(t.Context(), end, false)
		must(t, err)
		settled(t, s, people, end)
	})
	t.Run("over a network that fails before and after writes", func(t *testing.T) {
		s, people, _ := begin(t, 400)
		bad := Flaky(s, 4)
		for n := 0; ; n++ {
			_, err := sweep(bad).Settle(t.Context(), end, false)
			if err == nil {
				break
			}
			if !fault.Is(err, fault.Unavailable) || n > 1000 {
				t.Fatalf("run %d gives %v", n, err)
			}
		}
		// A run that fails gives up what its other goroutines had sent, and that may arrive as late as above.
		_, err := sweep(s).Settle(t.Context(), end, false)
		must(t, err)
		settled(t, s, people, end)
	})
	t.Run("readers beside one that stands still do not wait, and see what it will do", func(t *testing.T) {
		s, people, _ := begin(t, 700)
		slow := s
		gate := &gate{Store: s.Accounts, reached: make(chan struct{}, 100), open: make(chan struct{})}
		slow.Accounts = gate
		done := make(chan error, 1)
		go func() {
			_, err := sweep(slow).Settle(t.Context(), end, false)
			done <- err
		}()
		<-gate.reached // in the middle of writing
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for range 20 {
			for _, who := range people {
				early := load(t, ctx, s.Accounts, who.newcomer.ID).Account.Standing
				seen := early.Advance(book, end).Held(book.At(end), end).Code
				if badge := early.Badge(book.At(end), end).Code; badge != seen {
					t.Errorf("others see %s, and the member %s", badge, seen)
				}
			}
		}
		close(gate.open)
		must(t, <-done)
		settled(t, s, people, end)
	})
	t.Run("twice at once beside orders", func(t *testing.T) {
		s, before, after := begin(t, 500)
		errs := together(2+len(after), func(i int) error {
			if i < 2 {
				_, err := sweep(s).Settle(t.Context(), middle, i == 1)
				return err
			}
			who := after[i-2]
			for _, e := range who.events {
				if err := service(s, book).Apply(t.Context(), who.newcomer, []order.Event{e}, e.At); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, errors.Join(errs...))
		_, err := sweep(s).Settle(t.Context(), end, false)
		must(t, err)
		for i := range before {
			before[i].events = append(before[i].events, after[i].events...)
		}
		settled(t, s, before, end)
		plain := service(Memory(), book)
		for _, who := range before {
			must(t, plain.Apply(t.Context(), who.newcomer, who.events, end))
		}
		sameOutcome(t, plain, service(s, book), before)
	})
	t.Run("who is late is settled by two at once, of whom one is killed again and again", func(t *testing.T) {
		s, people, _ := begin(t, 700)
		one := func(ctx context.Context, s Stores) error {
			late := order.Late{Sweep: *sweep(s)}
			for {
				if b, err := late.Batch(ctx, end, 2); err != nil || b.Found == 0 {
					return err
				}
			}
		}
		errs := together(2, func(i int) error {
			for n := int64(0); i == 0 && n < 20; n++ {
				killed := s
				ctx, kill := context.WithCancel(t.Context())
				killed.Accounts = &mortal{Store: s.Accounts, left: n % 2, kill: kill}
				_ = one(ctx, killed)
				kill()
			}
			return one(t.Context(), s)
		})
		must(t, errors.Join(errs...))
		left := order.Left{Sweep: *sweep(s)}
		for range 2 { // the second look finds what the killed one left
			_, err := left.Batch(t.Context(), 100)
			must(t, err)
		}
		settled(t, s, people, end)
	})
	t.Run("what a killed process left is found at the second look", func(t *testing.T) {
		s, people, _ := begin(t, 800)
		left := people[0].newcomer
		a := load(t, t.Context(), s.Accounts, left.ID).Account
		bought := order.Event{Kind: order.Paid, ID: name("left"), Member: left.ID, At: middle, Fen: 70_000, Channel: "STORE"}
		must(t, s.Orders.Put(t.Context(), []order.Record{{ID: bought.RecordID(), Event: bought}}))
		must(t, s.Accounts.Save(t.Context(), order.Decide(book, left, a, bought, order.Known{})))
		looks := order.Left{Sweep: *sweep(s)}
		for i, want := range []int{0, 1, 0} {
			if b, err := looks.Batch(t.Context(), 10); err != nil || b.Found != want || b.Done != want {
				t.Fatalf("look %d gives %+v, error %v; want %d", i+1, b, err, want)
			}
		}
		people[0].events = append(people[0].events, bought)
		plain := service(Memory(), book)
		must(t, plain.Apply(t.Context(), left, people[0].events, end))
		sameOutcome(t, plain, service(s, book), people[:1])
	})
	t.Run("what a killed process left is finished", func(t *testing.T) {
		s, people, _ := begin(t, 600)
		left := people[0].newcomer
		a := load(t, t.Context(), s.Accounts, left.ID).Account
		bought := order.Event{Kind: order.Paid, ID: name("left"), Member: left.ID, At: middle, Fen: 70_000, Channel: "STORE"}
		must(t, s.Orders.Put(t.Context(), []order.Record{{ID: bought.RecordID(), Event: bought}}))
		must(t, s.Accounts.Save(t.Context(), order.Decide(book, left, a, bought, order.Known{})))
		n, err := sweep(s).Finish(t.Context())
		if err != nil || n != 1 {
			t.Fatalf("%d were finished, error %v", n, err)
		}
		people[0].events = append(people[0].events, bought)
		plain := service(Memory(), book)
		must(t, plain.Apply(t.Context(), left, people[0].events, end))
		sameOutcome(t, plain, service(s, book), people[:1])
	})
}

// mine sees only a test's own members: a store may hold what other tests made of random values.
type mine struct {
	account.Store
	ids map[member.ID]bool
}

func (m *mine) pick(after member.ID, n int, page func(after member.ID, n int) ([]account.Holder, error)) (out []account.Holder, err error) {
	for len(out) < n {
		holders, err := page(after, 500)
		if err != nil || len(holders) == 0 {
			return out, err
		}
		for _, h := range holders {
			if m.ids[h.Profile.ID] && len(out) < n {
				out = append(out, h)
			}
		}
		after = holders[len(holders)-1].Profile.ID
	}
	return out, nil
}

func (m *mine) Due(ctx context.Context, by time.Time, after member.ID, n int) ([]account.Holder, error) {
	return m.pick(after, n, func(after member.ID, n int) ([]account.Holder, error) { return m.Store.Due(ctx, by, after, n) })
}

func (m *mine) Late(ctx context.Context, by time.Time, n int) ([]account.Holder, error) {
	return m.Due(ctx, by, "", n)
}

func (m *mine) CountDue(ctx context.Context, by time.Time) (int, error) {
	out, err := m.Due(ctx, by, "", 1<<30)
	return len(out), err
}

func (m *mine) Unfinished(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	return m.pick(after, n, func(after member.ID, n int) ([]account.Holder, error) { return m.Store.Unfinished(ctx, after, n) })
}

// gate lets nobody save until it is opened.
type gate struct {
	account.Store
	reached, open chan struct{}
}

func (g *gate) Save(ctx context.Context, a account.Account) error {
	select {
	case g.reached <- struct{}{}:
	default:
	}
	<-g.open
	return g.Store.Save(ctx, a)
}

// mortal ends its process after some writes.
type mortal struct {
	account.Store
	left int64
	kill func()
}

func (m *mortal) Save(ctx context.Context, a account.Account) error {
	err := m.Store.Save(ctx, a)
	if atomic.AddInt64(&m.left, -1) < 0 {
		m.kill()
	}
	return err
}
