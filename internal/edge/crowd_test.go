package edge

import (
	"sync"
	"testing"

	"membergate/internal/fault"
)

func TestACrowdLetsInAsManyAsFitAndTurnsTheOthersAwayAtOnce(t *testing.T) {
	c := NewCrowd(3)
	for range 3 {
		if err := c.Enter(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Enter(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the fourth got %v", err)
	}
	if c.Inside() != 3 || c.Refused() != 1 {
		t.Errorf("%d are inside, %d were turned away", c.Inside(), c.Refused())
	}
	c.Leave()
	if err := c.Enter(); err != nil {
		t.Errorf("a place is free, but %v", err)
	}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if c.Enter() == nil {
				c.Leave()
			}
		})
	}
	all.Wait()
	if c.Inside() != 3 {
		t.Errorf("%d are inside after a crowd has passed", c.Inside())
	}
}

func TestWithoutALimitEverybodyIsLetIn(t *testing.T) {
	var none *Crowd
	for _, c := range []*Crowd{none, NewCrowd(0)} {
		for range 1000 {
			if err := c.Enter(); err != nil {
				t.Fatal(err)
			}
		}
		c.Leave()
	}
}
