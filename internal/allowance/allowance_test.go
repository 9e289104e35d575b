package allowance

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestABucketHoldsWhatItHoldsAndFillsEvenly(t *testing.T) {
	r := Rate{Most: 10, Each: time.Second}
	for name, c := range map[string]struct {
		debt time.Duration
		cost int
		next time.Duration
		want Verdict
	}{
		"a full one":              {0, 4, 4 * time.Second, Verdict{true, 6, 0}},
		"long unseen":             {-time.Hour, 4, 4 * time.Second, Verdict{true, 6, 0}},
		"to the last":             {6 * time.Second, 4, 10 * time.Second, Verdict{true, 0, 0}},
		"one too many":            {6*time.Second + 1, 4, 6*time.Second + 1, Verdict{false, 3, 1}},
		"an empty one":            {10 * time.Second, 1, 10 * time.Second, Verdict{false, 0, time.Second}},
		"given back":              {6 * time.Second, -4, 2 * time.Second, Verdict{true, 8, 0}},
		"too much given back":     {6 * time.Second, -40, 0, Verdict{true, 10, 0}},
		"more than it can hold":   {0, 400, 10 * time.Second, Verdict{true, 0, 0}},
		"nothing of an empty one": {10 * time.Second, 0, 10 * time.Second, Verdict{true, 0, 0}},
	} {
		if next, v := r.Take(c.debt, c.cost); next != c.next || v != c.want {
			t.Errorf("%s: %v %+v; want %v %+v", name, next, v, c.next, c.want)
		}
	}
}

// In no stretch of time is more given than the bucket holds and what came back meanwhile, and whoever is told to wait and
// waits is served.
func TestNobodyGetsMoreThanTheRateAndWhoWaitsIsServed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rate{Most: rapid.IntRange(1, 50).Draw(t, "most"), Each: time.Duration(rapid.IntRange(1, 1000).Draw(t, "each")) * time.Millisecond}
		now := time.Unix(1e9, 0)
		n := newNear(func() time.Time { return now })
		began, given := now, 0
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause")) * time.Millisecond)
			cost := rapid.IntRange(1, r.Most).Draw(t, "cost")
			v := n.Take([]Charge{{"k", r, cost}})[0]
			if !v.Granted {
				now = now.Add(v.Wait)
				if v = n.Take([]Charge{{"k", r, cost}})[0]; !v.Granted {
					t.Fatalf("after the wait it is refused again: %+v", v)
				}
			}
			given += cost
			if came := int(now.Sub(began)/r.Each) + 1; given > r.Most+came {
				t.Fatalf("%d were given in %v; the bucket holds %d and %d came back", given, now.Sub(began), r.Most, came)
			}
		}
	})
}

// fake is a store that can be gone.
type fake struct {
	Near
	gone bool
}

func (f *fake) Take(_ context.Context, charges []Charge) ([]Verdict, error) {
	if f.gone {
		return nil, errors.New("gone")
	}
	return f.Near.Take(charges), nil
}

func limits() (*Limits, *fake) {
	at := time.Unix(1e9, 0)
	f := &fake{Near: *newNear(func() time.Time { return at })}
	l := &Limits{Store: f, Key: func(kind, of string) string { return kind + of },
		Member: Rate{100, time.Hour}, Address: Rate{200, time.Hour}, Device: Rate{50, time.Hour}}
	l.start()
	l.near.now = f.Near.now
	return l, f
}

func TestAllBucketsOfACallerAreChargedOrNone(t *testing.T) {
	l, _ := limits()
	ctx, who := t.Context(), Caller{"m", "a", "d"}
	if a := l.Ask(ctx, who, 40); !a.Granted || a.Left != 10 {
		t.Errorf("first: %+v; want the device's 10 left", a)
	}
	if a := l.Ask(ctx, who, 20); a.Granted || a.Wait != 10*time.Hour {
		t.Errorf("more than the device has: %+v", a)
	}
	if a := l.Ask(ctx, Caller{Member: "m", Address: "a"}, 60); !a.Granted || a.Left != 0 {
		t.Errorf("the member has 60 left, since what was refused cost nothing: %+v", a)
	}
	if a := l.Ask(ctx, Caller{Address: "a"}, 100); !a.Granted || a.Left != 0 {
		t.Errorf("the address has 100 left: %+v", a)
	}
	if a := l.Ask(ctx, Caller{}, 1_000_000); !a.Granted {
		t.Errorf("nobody known has no bucket: %+v", a)
	}
}

func TestWhatAnOperationDidNotComeToIsGivenBack(t *testing.T) {
	l, _ := limits()
	ctx, who := t.Context(), Caller{Member: "m"}
	for range 30 { // 30 times 90 are far more than 100, but each comes to 3
		a := l.Ask(ctx, who, 90)
		if !a.Granted {
			t.Fatalf("refused: %+v", a)
		}
		l.Settle(a, 3)
		if a.Left < 10 {
			break
		}
	}
	a := l.Ask(ctx, who, 90)
	if a.Granted {
		l.Settle(a, 200) // more than the price is not taken
		if b := l.Ask(ctx, who, 90); b.Granted {
			t.Errorf("180 of 100 were given: %+v", b)
		}
	}
}

func TestWithoutTheStoreEachProcessKeepsTheLimitItself(t *testing.T) {
	l, f := limits()
	f.gone = true
	ctx, granted := t.Context(), 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			a := l.Ask(ctx, Caller{Member: "m"}, 10)
			mu.Lock()
			defer mu.Unlock()
			if a.Granted {
				granted++
			}
		})
	}
	all.Wait()
	if granted != 10 {
		t.Errorf("%d times 10 of 100 were given", granted)
	}
	f.gone = false
	if a := l.Ask(ctx, Caller{Member: "m"}, 10); !a.Granted || a.Left != 90 {
		t.Errorf("with the store again: %+v", a)
	}
}

func TestManyAtOnceAreOwedExactly(t *testing.T) {
	o := newOwed()
	var all sync.WaitGroup
	got := make([]int, 50)
	for i := range got {
		all.Go(func() {
			o.add("k", 2)
			got[i] = o.take("k")
		})
	}
	all.Wait()
	sum := o.take("k")
	for _, n := range got {
		sum += n
	}
	if sum != 100 {
		t.Errorf("%d were owed of 100", sum)
	}
}
