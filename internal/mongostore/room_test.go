package mongostore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/fault"
)

// Slow calls of one kind of work fill its room and no more: other work does not wait, and what finds no seat in time is
// told so.
func TestASlowKindOfWorkLeavesRoomForTheRest(t *testing.T) {
	whole := &Store{patience: 50 * time.Millisecond}
	feed := whole.Room(3)
	hold, inside := make(chan struct{}), make(chan struct{}, 10)
	var most, now atomic.Int64
	var all sync.WaitGroup
	slow := func(context.Context) error {
		most.Store(max(most.Load(), now.Add(1)))
		inside <- struct{}{}
		<-hold
		now.Add(-1)
		return nil
	}
	for range 3 {
		all.Go(func() { _ = feed.run(t.Context(), slow) })
	}
	for range 3 {
		<-inside
	}
	for range 5 {
		if err := feed.run(t.Context(), slow); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a call without a seat got %v", err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := feed.run(gone, slow); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that went away got %v", err)
	}
	if err := whole.run(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("other work gets %v", err)
	}
	close(hold)
	all.Wait()
	if most.Load() != 3 {
		t.Errorf("%d ran at once in a room of 3", most.Load())
	}
	if err := feed.run(t.Context(), func(context.Context) error { return nil }); err != nil || len(feed.room) != 0 {
		t.Errorf("afterwards: %v, %d seats are taken", err, len(feed.room))
	}
}

// A call within a call has its seat already: a room of one does not wait for itself.
func TestACallWithinACallNeedsNoSecondSeat(t *testing.T) {
	s := (&Store{patience: time.Second}).Room(1)
	ran := false
	err := s.run(t.Context(), func(ctx context.Context) error {
		return s.once(ctx, func(context.Context) error { ran = true; return nil })
	})
	if err != nil || !ran {
		t.Errorf("ran %t, %v", ran, err)
	}
}
