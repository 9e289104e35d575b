package datause_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/datause"
	"membergate/internal/member"
)

// kept is a store in memory that may be down.
type kept struct {
	datause.Store // for what the log does not ask
	mu            sync.Mutex
	down          int // calls that fail
	calls         int
	all           []datause.Use
}

func (k *kept) Add(_ context.Context, some []datause.Use) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.calls++; k.calls <= k.down {
		return errors.New("down")
	}
	for _, u := range some {
		if !slices.ContainsFunc(k.all, func(o datause.Use) bool { return o.ID == u.ID }) {
			k.all = append(k.all, u)
		}
	}
	return nil
}

var at = time.Date(2026, 7, 6, 4, 30, 0, 5e6, time.UTC)

// ended runs a log that is told to end at once: it writes what waits.
func ended(t *testing.T, l *datause.Log) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := l.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestUsesOfAnHourAreOneAndThoseThatDifferAreNot(t *testing.T) {
	k, now := &kept{}, at
	l := datause.NewLog(k, func() time.Time { return now })
	for range 100 {
		l.Note("ann", "PERSONALISATION", datause.Lists, datause.Recommender)
		now = now.Add(time.Second)
	}
	if k.calls != 0 {
		t.Errorf("a note cost %d calls", k.calls)
	}
	l.Note("bob", "PERSONALISATION", datause.Lists, datause.Recommender)
	l.Note("ann", "MARKETING", datause.Lists, datause.Recommender)
	l.Note("ann", "PERSONALISATION", datause.Portrait, datause.Recommender)
	l.Note("ann", "PERSONALISATION", datause.Lists, datause.ListBuilder)
	l.Note("", "PERSONALISATION", datause.Lists, datause.Recommender)
	now = at.Add(time.Hour)
	l.Note("ann", "PERSONALISATION", datause.Lists, datause.Recommender)
	ended(t, l)
	if len(k.all) != 6 || k.all[0].At != at || k.all[5].At != now {
		t.Errorf("listed is %+v", k.all)
	}
}

func TestWhatIsNotedOutlivesAStoreThatIsDown(t *testing.T) {
	k := &kept{down: 1}
	l := datause.NewLog(k, func() time.Time { return at })
	l.Note("ann", "PERSONALISATION", datause.Lists, datause.Recommender)
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		k.mu.Lock()
		n := len(k.all)
		k.mu.Unlock()
		if n == 1 {
			break
		}
	}
	end()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(k.all) != 1 || l.Lost() != 0 {
		t.Errorf("listed is %+v, lost %d", k.all, l.Lost())
	}
}

func TestWhatCannotBeListedIsCounted(t *testing.T) {
	k := &kept{down: 1 << 30}
	l := datause.NewLog(k, func() time.Time { return at })
	const waiting = 10_000
	for i := range waiting + 3 {
		l.Note(member.ID(time.Duration(i).String()), "PERSONALISATION", datause.Lists, datause.Recommender)
	}
	if l.Lost() != 3 {
		t.Errorf("%d are lost while %d wait, want 3", l.Lost(), waiting)
	}
	ended(t, l)
	if l.Lost() != waiting+3 {
		t.Errorf("%d are lost at the end, want %d", l.Lost(), waiting+3)
	}
}

func TestAUseThatMustBeListedIsNotDoneWithout(t *testing.T) {
	k := &kept{down: 1}
	l := datause.NewLog(k, func() time.Time { return at })
	read := datause.Single("ann", datause.ForStaff, datause.Identity, datause.Staff, "r-1", at)
	if err := l.Write(t.Context(), read); err == nil {
		t.Error("a use that could not be listed may be done")
	}
	if err := l.Write(t.Context(), read, read); err != nil || len(k.all) != 1 {
		t.Errorf("listed is %+v, %v", k.all, err)
	}
}

func TestALogThatIsNotThereTakesDownNothing(t *testing.T) {
	var l *datause.Log
	l.Note("ann", "PERSONALISATION", datause.Lists, datause.Recommender)
	if err := l.Write(t.Context(), datause.New("ann", "X", "Y", "Z", at)); err != nil {
		t.Error(err)
	}
}
