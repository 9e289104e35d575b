package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/desk"
	"membergate/internal/fault"
	"membergate/internal/programme"
)

// tally counts wrong words in memory.
type tally struct {
	n    map[string]int64
	down bool
}

func (c *tally) Wrong(_ context.Context, key string, _ time.Duration) (int64, error) {
	if c.down {
		return 0, fault.Down("cache", errors.New("gone"))
	}
	c.n[key]++
	return c.n[key], nil
}

func (c *tally) Count(_ context.Context, key string) (int64, error) {
	if c.down {
		return 0, fault.Down("cache", errors.New("gone"))
	}
	return c.n[key], nil
}

func TestWordsAreToldUntilTheDaysWrongOnesAreUsedUp(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := context.Background(), time.Date(2026, 3, 1, 23, 30, 0, 0, p.Zone())
	c := &tally{n: map[string]int64{}}
	s := &desk.Words{Keys: ring(t, "k1"), Guesses: c}
	word, _ := desk.WordFor(p, s.Keys, "PLATINUM", []benefit.Offer{{Benefit: programme.Benefit{Code: "STORE_SECRET"}}}, now)
	right := word.Texts.In("zh-CN")
	check := func(by, said string, at time.Time) (bool, *fault.Fault) {
		_, ok, err := s.Check(ctx, p, by, said, at)
		var f *fault.Fault
		errors.As(err, &f)
		return ok, f
	}
	for n := range p.Phrases.WrongPerDay {
		if ok, f := check("anna", right, now); !ok || f != nil {
			t.Errorf("after %d wrong words the right one is told %v, %v", n, ok, f)
		}
		if ok, f := check("anna", "a word", now); ok || f != nil {
			t.Errorf("wrong word %d is told %v, %v", n, ok, f)
		}
	}
	for _, said := range []string{"a word", right} {
		if ok, f := check("anna", said, now); ok || f == nil || f.Kind != fault.RateLimited || f.RetryAfter != 30*time.Minute {
			t.Errorf("%q after too many is told %v, %+v", said, ok, f)
		}
	}
	if ok, f := check("bert", right, now); !ok || f != nil {
		t.Errorf("another clerk is told %v, %v", ok, f)
	}
	if ok, f := check("anna", right, now.Add(30*time.Minute)); !ok || f != nil {
		t.Errorf("the next day says %v, %v", ok, f)
	}
	c.down = true
	for _, said := range []string{"a word", right} {
		if ok, f := check("bert", said, now); ok || f == nil || f.Kind != fault.Unavailable {
			t.Errorf("with nobody to count, %q is told %v, %+v", said, ok, f)
		}
	}
}
