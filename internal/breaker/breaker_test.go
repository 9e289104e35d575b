package breaker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"membergate/internal/fault"
)

var errAway = errors.New("no answer")

func away(err error) bool { return errors.Is(err, errAway) }

// fail makes n calls that get no answer.
func fail(b *Breaker, n int) {
	for range n {
		_ = b.Do(context.Background(), func() error { return errAway }, away)
	}
}

func TestAfterTenFailuresInARowNothingIsAskedForASecondAndThenOneCallASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGroup("store")
		b := g.New()
		fail(b, failures-1)
		if g.Open() != 0 {
			t.Fatal("it is open too early")
		}
		fail(b, 1)
		if g.Open() != 1 || g.Opened() != 1 {
			t.Fatalf("%d are open, opened %d times", g.Open(), g.Opened())
		}
		asked := 0
		for range 100 { // ten seconds
			err := b.Do(t.Context(), func() error { asked++; return errAway }, away)
			if !errors.Is(err, errAway) && !fault.Is(err, fault.Unavailable) {
				t.Fatalf("refused with %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if asked < 8 || asked > 10 {
			t.Errorf("%d calls went through in ten seconds; allowed is one a second", asked)
		}
		if refused := g.Refused(); refused != int64(100-asked) {
			t.Errorf("%d refused of %d", refused, 100-asked)
		}
		time.Sleep(openFor + time.Millisecond)
		for range 20 { // the first one finds that it is back
			if err := b.Do(t.Context(), func() error { return nil }, away); err != nil {
				t.Fatalf("the part is back, but %v", err)
			}
		}
		if g.Open() != 0 {
			t.Error("it stays open")
		}
	})
}

func TestOnlyOneOfManyLooksWhetherThePartIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewGroup("store").New()
		fail(b, failures)
		time.Sleep(openFor + time.Millisecond)
		var asked atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_ = b.Do(t.Context(), func() error { asked.Add(1); time.Sleep(100 * time.Millisecond); return errAway }, away)
			})
		}
		all.Wait()
		if asked.Load() != 1 {
			t.Errorf("%d looked at once", asked.Load())
		}
	})
}

func TestWhatSaysNothingOfThePartOpensNoBreaker(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range map[string]func(*Breaker){
		"an answer that is an error": func(b *Breaker) {
			_ = b.Do(context.Background(), func() error { return errors.New("duplicate key") }, away)
		},
		"a caller that went away":    func(b *Breaker) { _ = b.Do(gone, func() error { return errAway }, away) },
		"a call that was called off": func(b *Breaker) { _ = b.Do(context.Background(), func() error { return context.Canceled }, away) },
		"a panic": func(b *Breaker) {
			defer func() { _ = recover() }()
			_ = b.Do(context.Background(), func() error { panic("ours") }, away)
		},
	} {
		g := NewGroup("store")
		b := g.New()
		for range 5 * failures {
			call(b)
		}
		if g.Open() != 0 {
			t.Errorf("%s opens the breaker", name)
		}
	}
}

func TestACallThatWasCalledOffWhileLookingLetsTheNextOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewGroup("store").New()
		fail(b, failures)
		time.Sleep(openFor + time.Millisecond)
		_ = b.Do(t.Context(), func() error { return context.Canceled }, away)
		if err := b.Do(t.Context(), func() error { return nil }, away); err != nil {
			t.Errorf("nobody may look any more: %v", err)
		}
	})
}
