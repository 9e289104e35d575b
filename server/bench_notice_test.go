package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"membergate/internal/clock"
	"membergate/internal/notice"
	"membergate/internal/programme"
	"membergate/internal/supply"
)

// wholeWorker runs all that `server worker` does until the test ends: events, and beside them marks, notices and sweeps.
func (f *fire) wholeWorker(watch *stopwatch) {
	hints := supply.NewHints()
	f.st.watch(hints)
	f.oneWorker(watch)
	due := newSweeps(f.settings, f.st, f.rules, clock.Real(), discard())
	ctx, end := context.WithCancel(context.Background())
	var beside sync.WaitGroup
	for _, work := range []func(context.Context) error{keepSupply(f.st, f.rules, hints, discard()), f.st.keepTelling(discard()), f.st.keepMarking(discard()), due.runner.Run} {
		beside.Go(func() { _ = work(ctx) })
	}
	f.t.Cleanup(func() { end(); beside.Wait() })
}

// tellings are how many orders and how many notices members were told of.
func (f *fire) tellings() (orders, notices int) {
	f.t.Helper()
	for n := range paceMembers {
		page, err := f.st.notices.Page(f.t.Context(), memberOf(n), notice.Query{Limit: 100})
		if err != nil {
			f.t.Fatal(err)
		}
		for _, each := range page {
			if notices++; each.Kind == programme.CoinsEarned {
				orders += each.Count
			}
		}
	}
	return orders, notices
}

// toldOf waits until so many orders are told, and gives in how many notices; none may be told twice.
func (f *fire) toldOf(sent int) (notices int) {
	f.t.Helper()
	orders := 0
	awaiting(f.t, "all notices", func() bool {
		marked, err := f.st.notices.Due(f.t.Context(), notice.Marked, 1)
		if err != nil || len(marked) > 0 {
			return false
		}
		orders, notices = f.tellings()
		return orders >= sent
	})
	if orders != sent {
		f.t.Errorf("%d orders are told, want %d", orders, sent)
	}
	return notices
}

// benchNotices measures orders on real stores while every one of them is told.
func (f *fire) benchNotices(long time.Duration) {
	watch := &stopwatch{}
	f.wholeWorker(watch)
	sent := f.steady(watch, long)
	row("`XADD` → readable, 125 orders a second for "+long.String()+", beside notices and all else that a worker does, real stores", "p50 %s, p99 %s, at most %s", watch.part(500), watch.part(990), watch.part(1000))
	began := time.Now()
	notices := f.toldOf(sent)
	row("until the last of those orders is told, real stores", "%s, %d orders in %d notices", time.Since(began).Round(100*time.Millisecond), sent, notices)
}

func TestOrdersAreReadableAndToldWhileTheyComeIn(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	f := newFire(t)
	watch := &stopwatch{}
	f.wholeWorker(watch)
	sent := f.steady(watch, 3*time.Second)
	if got := watch.part(990); got > patientlyP99 {
		t.Errorf("beside notices p99 is %s; at most %s is allowed on a busy machine", got, patientlyP99)
	}
	f.toldOf(sent)
}
