package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Counters is what benefit.Service needs of one engine.
type Counters struct {
	Usages benefit.Store
	Uses   benefit.UseStore
	Stock  benefit.Stock
}

// Using tests benefit.Service on an engine: what is exact however many use it at once and from wherever, what comes back,
// and that anybody can finish what somebody left.
func Using(t *testing.T, s Counters) {
	group[Counters]{
		{"200 uses at once give a quota exactly", exactQuota},
		{"200 members at once get a stock exactly, and keep their quota else", exactStock},
		{"one key is one use, from however many processes", useOneKey},
		{"a key with another input is refused", useOtherInput},
		{"a cancelled use gives quota and stock back, once", cancelUse},
		{"of cancelling and using at once nothing is lost", cancelAndUse},
		{"a killed use is done or undone, and never half", useKilled},
		{"a killed cancelling is done or undone, and never half", cancelKilled},
	}.run(t, s)
}

// inForce is a programme that is always in force.
type inForce struct{ p *programme.Programme }

func (b inForce) At(time.Time) *programme.Programme { return b.p }

var useDay = time.Date(2026, 7, 8, 4, 0, 0, 0, time.UTC)

// using opens a process with one benefit of its own, and says how it is asked for.
func using(s Counters, change func(*programme.Benefit)) (*benefit.Service, benefit.Command) {
	b := programme.Benefit{Code: name("B"), State: programme.Live, Quota: programme.Quota{Count: 3, Per: programme.PerMonth}, CancelMinutes: 60}
	if change != nil {
		change(&b)
	}
	service := &benefit.Service{Usages: s.Usages, Uses: s.Uses, Stock: s.Stock, Book: inForce{&programme.Programme{Benefits: []programme.Benefit{b}}}}
	return service, asking(benefit.Command{Benefit: b.Code, Key: "k", By: benefit.ByMember, At: useDay})
}

// asking is the same wish of another member.
func asking(c benefit.Command) benefit.Command {
	c.Facts = eligibility.Facts{Profile: member.Profile{ID: member.ID(name("member"))}}
	return c
}

// another is the same service in another process.
func another(s *benefit.Service) *benefit.Service {
	return &benefit.Service{Usages: s.Usages, Uses: s.Uses, Stock: s.Stock, Book: s.Book}
}

func stocked(n int64) func(*programme.Benefit) {
	return func(b *programme.Benefit) { b.Stock = &programme.Stock{Total: n, Per: programme.PerMonth} }
}

// tallied is how often a member has used the benefit this month, and how often all have.
func tallied(t *testing.T, ctx context.Context, s *benefit.Service, c benefit.Command) (mine, all int64) {
	t.Helper()
	u, err := s.Usages.ByMember(ctx, c.Facts.Profile.ID)
	must(t, err)
	if len(u.Steps) > 0 {
		t.Errorf("%d steps are left", len(u.Steps))
	}
	stock := "/benefit/" + c.Benefit + "/2026-07"
	taken, err := s.Stock.Taken(ctx, []string{stock})
	must(t, err)
	return u.Used(c.Benefit, "2026-07"), taken[stock]
}

// usesOf are a member's uses by state.
func usesOf(t *testing.T, ctx context.Context, s *benefit.Service, who member.ID) map[benefit.State]int64 {
	t.Helper()
	all, err := s.Uses.Page(ctx, who, nil, 1000)
	must(t, err)
	out := map[benefit.State]int64{}
	for _, u := range all {
		out[u.State]++
	}
	return out
}

func exactQuota(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, nil)
	processes := []*benefit.Service{one, another(one), another(one), another(one)}
	given := 0
	for i, err := range together(200, func(i int) error {
		mine := c
		mine.Key = fmt.Sprint("k", i)
		_, _, err := processes[i%len(processes)].Use(ctx, mine)
		return err
	}) {
		switch {
		case err == nil:
			given++
		case !refused(err, benefit.UsedUp):
			t.Errorf("use %d got %v, want success or %s", i, err, benefit.UsedUp)
		}
	}
	mine, _ := tallied(t, ctx, one, c)
	if written := usesOf(t, ctx, one, c.Facts.Profile.ID)[benefit.Used]; given != 3 || mine != 3 || written != 3 {
		t.Errorf("%d uses were told that they won, %d are counted and %d written, want 3", given, mine, written)
	}
}

func exactStock(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, stocked(5))
	processes := []*benefit.Service{one, another(one)}
	people := make([]benefit.Command, 200)
	for i := range people {
		people[i] = asking(c)
	}
	errs := together(len(people), func(i int) error {
		_, _, err := processes[i%len(processes)].Use(ctx, people[i])
		return err
	})
	given, taken := 0, int64(0)
	for i, err := range errs {
		mine, all := tallied(t, ctx, one, people[i])
		written := usesOf(t, ctx, one, people[i].Facts.Profile.ID)[benefit.Used]
		want := int64(0)
		switch {
		case err == nil:
			want = 1
			given++
		case !refused(err, benefit.OutOfStock):
			t.Errorf("member %d got %v, want success or %s", i, err, benefit.OutOfStock)
		}
		if taken = all; mine != want || written != want {
			t.Errorf("member %d: %d counted, %d written, want %d", i, mine, written, want)
		}
	}
	if given != 5 || taken != 5 {
		t.Errorf("%d members were told that they won and %d are taken, want 5", given, taken)
	}
}

func useOneKey(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, stocked(5))
	uses, again := make([]benefit.Use, 40), make([]bool, 40)
	errs := together(len(uses), func(i int) (err error) {
		uses[i], again[i], err = another(one).Use(ctx, c)
		return err
	})
	first := 0
	for i, err := range errs {
		must(t, err)
		if uses[i].ID != uses[0].ID {
			t.Errorf("sending %d is another use", i)
		}
		if !again[i] {
			first++
		}
	}
	if mine, all := tallied(t, ctx, one, c); first > 1 || mine != 1 || all != 1 {
		t.Errorf("%d sendings say that they were the first; %d are counted and %d taken, want 1", first, mine, all)
	}
}

func useOtherInput(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, nil)
	_, _, err := one.Use(ctx, c)
	must(t, err)
	c.Order = "536365"
	if _, _, err := one.Use(ctx, c); !refused(err, wallet.KeyReused) {
		t.Errorf("the key with another order: %v", err)
	}
	if _, _, err := one.Use(ctx, asking(c)); err != nil {
		t.Errorf("the key of another member: %v", err)
	}
}

func cancelUse(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, func(b *programme.Benefit) {
		stocked(5)(b)
		b.Value, b.CostCap = 800, &programme.CostCap{FenPerYear: 5000}
	})
	r, _, err := one.Use(ctx, c)
	must(t, err)
	undo := benefit.Undo{Member: r.Member, Use: r.ID, By: benefit.ByMember, At: r.CancelUntil}
	if _, err := one.Cancel(ctx, undo); !refused(err, benefit.NotCancellable) {
		t.Errorf("when its time is over: %v", err)
	}
	other := undo
	other.Member = member.ID(name("member"))
	if _, err := one.Cancel(ctx, other); !refused(err, benefit.Unknown) {
		t.Errorf("by another member: %v", err)
	}
	undo.At = r.CancelUntil.Add(-time.Millisecond)
	for _, err := range together(40, func(int) error { _, err := another(one).Cancel(ctx, undo); return err }) {
		must(t, err)
	}
	mine, all := tallied(t, ctx, one, c)
	u, err := one.Usages.ByMember(ctx, r.Member)
	must(t, err)
	if mine != 0 || all != 0 || u.Used(c.Benefit, "fen:2026") != 0 || usesOf(t, ctx, one, r.Member)[benefit.Cancelled] != 1 {
		t.Errorf("%d counted, %d taken, %d fen spent, uses %v", mine, all, u.Used(c.Benefit, "fen:2026"), usesOf(t, ctx, one, r.Member))
	}
	got, again, err := one.Use(ctx, c)
	must(t, err)
	if !again || got.State != benefit.Cancelled || got.EndedBy != benefit.ByMember || !got.EndedAt.Equal(undo.At) {
		t.Errorf("its key, sent again: %v, %+v", again, got)
	}
	staff := c
	staff.Key, staff.For = "claim", "coupon 1"
	r, _, err = one.Use(ctx, staff)
	must(t, err)
	undo = benefit.Undo{Member: r.Member, Use: r.ID, By: "desk", At: useDay.AddDate(0, 0, 3)}
	if _, err := one.Cancel(ctx, undo); !refused(err, benefit.NotCancellable) {
		t.Errorf("one that belongs to something else: %v", err)
	}
	undo.For = staff.For
	r, err = one.Cancel(ctx, undo)
	must(t, err)
	if r.State != benefit.Cancelled || r.EndedBy != "desk" {
		t.Errorf("taken back with what it belongs to: %+v", r)
	}
}

func cancelAndUse(t *testing.T, ctx context.Context, s Counters) {
	one, c := using(s, func(b *programme.Benefit) { stocked(2)(b); b.Quota.Count = 100 })
	people := []benefit.Command{asking(c), asking(c), asking(c), asking(c)}
	errs := together(len(people), func(i int) error {
		process := another(one)
		for n := range 8 {
			mine := people[i]
			mine.Key = fmt.Sprint("k", n)
			r, _, err := process.Use(ctx, mine)
			if refused(err, benefit.OutOfStock) {
				continue
			}
			if err == nil && n < 7 {
				_, err = process.Cancel(ctx, benefit.Undo{Member: r.Member, Use: r.ID, By: "desk", At: useDay})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	sum, taken := int64(0), int64(0)
	for i, err := range errs {
		must(t, err)
		mine, all := tallied(t, ctx, one, people[i])
		if written := usesOf(t, ctx, one, people[i].Facts.Profile.ID)[benefit.Used]; written != mine {
			t.Errorf("member %d: %d counted, %d written", i, mine, written)
		}
		sum, taken = sum+mine, all
	}
	if sum != taken || taken > 2 {
		t.Errorf("%d uses are counted, %d taken; the stock is 2", sum, taken)
	}
}

// dying does something in a process that is killed at every one of its calls in turn, and looks at what is left each
// time, until it lives to the end.
func dying(t *testing.T, s Counters, begin func(Counters) func(*benefit.Service) error, book func() inForce, look func()) {
	t.Helper()
	for step := 0; ; step++ {
		for _, after := range []bool{false, true} {
			do := begin(s)
			c := s.through(&doomed{left: step, after: after})
			err := do(&benefit.Service{Usages: c.Usages, Uses: c.Uses, Stock: c.Stock, Book: book()})
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("killed at call %d it answers %v", step, err)
			}
			look()
			if err == nil {
				if step < 6 {
					t.Errorf("it was killed at %d calls only", step)
				}
				return
			}
		}
	}
}

func useKilled(t *testing.T, ctx context.Context, s Counters) {
	var good *benefit.Service
	var c benefit.Command
	n := 0
	dying(t, s, func(s Counters) func(*benefit.Service) error {
		good, c = using(s, stocked(1))
		return func(p *benefit.Service) error { _, _, err := p.Use(ctx, c); return err }
	}, func() inForce { return good.Book.(inForce) }, func() {
		n++
		rival := asking(c)
		switch n % 3 { // who comes next: a sweep, the app again, or only somebody else
		case 0:
			must(t, good.Sweep(ctx, useDay, 10_000))
		case 1:
			_, _, err := good.Use(ctx, c)
			must(t, err)
		}
		_, _, err := good.Use(ctx, rival)
		if err != nil && !refused(err, benefit.OutOfStock) {
			t.Errorf("somebody else gets %v", err)
		}
		must(t, good.Sweep(ctx, useDay, 10_000))
		mine, all := tallied(t, ctx, good, c)
		theirs, _ := tallied(t, ctx, good, rival)
		if mine+theirs != 1 || all != 1 || usesOf(t, ctx, good, c.Facts.Profile.ID)[benefit.Used] != mine {
			t.Errorf("after kill %d: %d and %d counted, %d taken, want one of 1; written %v", n, mine, theirs, all, usesOf(t, ctx, good, c.Facts.Profile.ID))
		}
	})
}

func cancelKilled(t *testing.T, ctx context.Context, s Counters) {
	var good *benefit.Service
	var c benefit.Command
	var undo benefit.Undo
	n := 0
	dying(t, s, func(s Counters) func(*benefit.Service) error {
		good, c = using(s, stocked(1))
		r, _, err := good.Use(ctx, c)
		must(t, err)
		undo = benefit.Undo{Member: r.Member, Use: r.ID, By: benefit.ByMember, At: useDay}
		return func(p *benefit.Service) error { _, err := p.Cancel(ctx, undo); return err }
	}, func() inForce { return good.Book.(inForce) }, func() {
		if n++; n%2 == 0 {
			must(t, good.Sweep(ctx, useDay, 10_000))
			mine, all := tallied(t, ctx, good, c)
			if states := usesOf(t, ctx, good, undo.Member); mine != all || states[benefit.Used] != mine || states[benefit.Cancelled] != 1-mine {
				t.Errorf("after kill %d: %d counted, %d taken, uses %v", n, mine, all, states)
			}
		}
		_, err := good.Cancel(ctx, undo)
		must(t, err)
		if mine, all := tallied(t, ctx, good, c); mine != 0 || all != 0 || usesOf(t, ctx, good, undo.Member)[benefit.Cancelled] != 1 {
			t.Errorf("cancelled again after kill %d: %d counted, %d taken", n, mine, all)
		}
	})
}
