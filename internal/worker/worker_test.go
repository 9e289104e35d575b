package worker_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/fault"
	"membergate/internal/redisstore"
	"membergate/internal/worker"
)

// ledger is what events do in these tests: it remembers them by member, in the order in which they were applied.
type ledger struct {
	mu      sync.Mutex
	of      map[string][]string
	applied int
	fail    func(messages []event.Message) error // nil for never
}

func (l *ledger) apply(_ context.Context, messages []event.Message) (poison []event.Poison, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(messages); err != nil {
			return nil, err
		}
	}
	for i, m := range messages {
		if m.Type == "poison" {
			poison = append(poison, event.Poison{Index: i, Reason: "type is poison"})
			continue
		}
		if !slices.Contains(l.of[m.Member], m.ID) {
			l.of[m.Member] = append(l.of[m.Member], m.ID)
			l.applied++
		}
	}
	return poison, nil
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.applied
}

// tally is a worker.Meter.
type tally struct {
	mu                       sync.Mutex
	applied, buried, retried int
}

func (t *tally) Applied(string, time.Duration) { t.mu.Lock(); t.applied++; t.mu.Unlock() }
func (t *tally) Dropped()                      {}
func (t *tally) Buried(string)                 { t.mu.Lock(); t.buried++; t.mu.Unlock() }
func (t *tally) Retried()                      { t.mu.Lock(); t.retried++; t.mu.Unlock() }

// streams are the embedded ones, or with REDIS_URL a server's.
func streams(t *testing.T, server bool) event.Streams {
	t.Helper()
	var s *redisstore.Store
	var err error
	if address := os.Getenv("REDIS_URL"); !server {
		s, err = redisstore.OpenEmbedded(t.Context(), "", "t:")
	} else if address == "" {
		t.Skip("REDIS_URL is not set")
	} else {
		s, err = redisstore.Open(t.Context(), address, "worker-"+rand.Text()+":")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.Events(4)
}

// work runs a worker until its end is called, which gives its error.
func work(t *testing.T, s event.Streams, l *ledger, m worker.Meter) (end func() error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	w := &worker.Worker{Streams: s, Apply: l.apply, Name: rand.Text(), Life: 300 * time.Millisecond, AtOnce: 4, Meter: m, Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- w.Run(ctx) }()
	return sync.OnceValue(func() error { stop(); return <-ended })
}

func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !yes(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

func drained(t *testing.T, s event.Streams) func() bool {
	return func() bool {
		waiting, _, err := s.Lag(t.Context())
		return err == nil && !slices.ContainsFunc(waiting, func(n int64) bool { return n > 0 })
	}
}

// sent makes n events for each of some members, mixed, and gives what each member must have in the end.
func sent(n, members int) (messages []event.Message, want map[string][]string) {
	want = map[string][]string{}
	for i := range n {
		for m := range members {
			msg := event.Message{ID: fmt.Sprintf("%d-%d", m, i), Type: "ok", Member: fmt.Sprint("m", m)}
			messages = append(messages, msg)
			want[msg.Member] = append(want[msg.Member], msg.ID)
		}
	}
	return messages, want
}

func compare(t *testing.T, l *ledger, want map[string][]string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for member, ids := range want {
		if !slices.Equal(l.of[member], ids) {
			t.Errorf("member %s got %v, want %v", member, l.of[member], ids)
		}
	}
}

func publish(t *testing.T, s event.Streams, messages []event.Message) {
	t.Helper()
	if err := s.Publish(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
}

func TestEveryMembersEventsAreAppliedInTheirOrder(t *testing.T) {
	for _, server := range []bool{false, true} {
		t.Run(fmt.Sprintf("server %v", server), func(t *testing.T) {
			s := streams(t, server)
			l := &ledger{of: map[string][]string{}}
			messages, want := sent(40, 25)
			publish(t, s, messages[:500])
			end := work(t, s, l, &tally{})
			publish(t, s, messages[500:])
			until(t, "all events", func() bool { return l.count() == len(messages) })
			until(t, "all done", drained(t, s))
			if err := end(); err != nil {
				t.Error(err)
			}
			compare(t, l, want)
		})
	}
}

func TestPoisonNeitherBlocksNorSpoilsTheOthers(t *testing.T) {
	s := streams(t, false)
	l := &ledger{of: map[string][]string{}}
	messages, want := sent(10, 3)
	for i := range 5 {
		messages = slices.Insert(messages, i*6, event.Message{ID: fmt.Sprint("p", i), Type: "poison", Member: "m1"})
	}
	messages = append(messages, event.Message{})
	l.fail = func(messages []event.Message) error {
		if messages[0].Member == "" {
			return errors.New("our own mistake")
		}
		return nil
	}
	publish(t, s, messages)
	m := &tally{}
	end := work(t, s, l, m)
	until(t, "all done", drained(t, s))
	if err := end(); err != nil {
		t.Error(err)
	}
	compare(t, l, want)
	dead, err := s.Buried(t.Context(), "", 100)
	if err != nil || len(dead) != 6 || m.buried != 6 || m.applied != 30 {
		t.Errorf("%d dead, %v; counted %+v", len(dead), err, m)
	}
	i := slices.IndexFunc(dead, func(d event.Dead) bool { return d.Member == "m1" })
	if i < 0 || dead[i].Reason != "type is poison" {
		t.Errorf("the dead are %+v", dead)
	}
}

func TestAStoreThatIsAwayIsWaitedFor(t *testing.T) {
	s := streams(t, false)
	l := &ledger{of: map[string][]string{}}
	left := 20
	l.fail = func([]event.Message) error {
		if left--; left > 0 {
			return fault.Down("store", errors.New("refused"))
		}
		return nil
	}
	messages, want := sent(3, 3)
	publish(t, s, messages)
	m := &tally{}
	end := work(t, s, l, m)
	until(t, "all done", drained(t, s))
	if err := end(); err != nil {
		t.Error(err)
	}
	compare(t, l, want)
	if dead, _ := s.Buried(t.Context(), "", 1); len(dead) > 0 || m.retried == 0 {
		t.Errorf("dead %v, retried %d", dead, m.retried)
	}
}

func TestWorkersShareAndTakeOver(t *testing.T) {
	s := streams(t, true)
	l := &ledger{of: map[string][]string{}}
	messages, want := sent(60, 20)
	var workers []func() error
	for part := range slices.Chunk(messages, 100) { // workers come and go while events flow
		publish(t, s, part)
		workers = append(workers, work(t, s, l, &tally{}))
		if len(workers) > 3 {
			if err := workers[0](); err != nil {
				t.Error(err)
			}
			workers = workers[1:]
		}
	}
	until(t, "all events", func() bool { return l.count() == len(messages) })
	until(t, "all done", drained(t, s))
	for _, end := range workers {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	compare(t, l, want)
	held, err := s.Lease(t.Context(), "next", []int{0, 1, 2, 3}, time.Second)
	if err != nil || len(held) != 4 {
		t.Errorf("after all have ended, %v of 4 partitions are free, %v", held, err)
	}
}

func TestAWorkerThatEndsLeavesWhatItCouldNotWrite(t *testing.T) {
	s := streams(t, false)
	l := &ledger{of: map[string][]string{}}
	tried := make(chan struct{}, 1000)
	l.fail = func([]event.Message) error {
		tried <- struct{}{}
		return fault.Down("store", errors.New("refused"))
	}
	messages, want := sent(3, 3)
	publish(t, s, messages)
	end := work(t, s, l, &tally{})
	<-tried
	if err := end(); err != nil {
		t.Error(err)
	}
	l.fail = nil
	end = work(t, s, l, &tally{})
	until(t, "all done", drained(t, s))
	if err := end(); err != nil {
		t.Error(err)
	}
	compare(t, l, want)
}
