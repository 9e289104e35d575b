package allowance

import (
	"context"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Charge is a cost of one bucket.
type Charge struct {
	Key  string
	Rate Rate
	Cost int // negative is given back
}

// Store keeps buckets for all processes.
type Store interface {
	// Take makes all charges, each by itself, and gives their verdicts in the same order.
	Take(ctx context.Context, charges []Charge) ([]Verdict, error)
}

// Caller is who asks; what is empty has no bucket.
type Caller struct{ Member, Address, Device string }

// Limits are the buckets of everybody. It is safe for use by many goroutines.
type Limits struct {
	Store                   Store
	Key                     func(kind, of string) string // hides whose a bucket is
	Member, Address, Device Rate

	once sync.Once
	near *Near // while the store is gone
	owed *owed
}

// Answer is what a caller is told.
type Answer struct {
	Granted bool
	Left    int           // of the emptiest bucket
	Wait    time.Duration // refused: when to come again
	cost    int
	charges []Charge
}

// most is how many callers a process remembers; the longest unseen are forgotten.
const most = 50_000

func (l *Limits) start() {
	l.once.Do(func() { l.near, l.owed = newNear(time.Now), newOwed() })
}

// Ask takes a cost from all of a caller's buckets, or from none. While the store is gone each process keeps buckets of its
// own, so that no limit ends with it.
func (l *Limits) Ask(ctx context.Context, who Caller, cost int) Answer {
	l.start()
	a := Answer{Granted: true, cost: cost}
	for _, b := range []struct {
		kind, of string
		rate     Rate
	}{{"member", who.Member, l.Member}, {"address", who.Address, l.Address}, {"device", who.Device, l.Device}} {
		if b.of != "" {
			key := l.Key(b.kind, b.of)
			a.charges = append(a.charges, Charge{key, b.rate, cost - l.owed.take(key)})
		}
	}
	if len(a.charges) == 0 {
		return a
	}
	verdicts := l.take(ctx, a.charges)
	var back []Charge
	a.Left = verdicts[0].Left
	for i, v := range verdicts {
		a.Left = min(a.Left, v.Left)
		if v.Granted {
			back = append(back, Charge{a.charges[i].Key, a.charges[i].Rate, -a.charges[i].Cost})
			continue
		}
		a.Granted = false
		a.Wait = max(a.Wait, v.Wait)
	}
	if a.Granted {
		return a
	}
	if len(back) > 0 {
		l.take(ctx, back)
	}
	for _, c := range a.charges { // what was owed before is owed again
		l.owed.add(c.Key, cost-c.Cost)
	}
	return a
}

// take asks the store, or the process itself.
func (l *Limits) take(ctx context.Context, charges []Charge) []Verdict {
	verdicts, err := l.Store.Take(ctx, charges)
	if err != nil || len(verdicts) != len(charges) {
		return l.near.Take(charges)
	}
	return verdicts
}

// Settle gives back what a granted operation was priced at and did not come to. It costs no call: the next charge of the
// same bucket is smaller by it.
func (l *Limits) Settle(a Answer, actual int) {
	for _, c := range a.charges {
		l.owed.add(c.Key, max(a.cost-actual, 0))
	}
}

// owed is what buckets are to be given back.
type owed struct {
	mu   sync.Mutex
	cost *lru.Cache[string, int]
}

func newOwed() *owed {
	cost, err := lru.New[string, int](most)
	if err != nil {
		panic(err) // the size is right
	}
	return &owed{cost: cost}
}

func (o *owed) add(key string, cost int) {
	if cost == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	before, _ := o.cost.Get(key)
	o.cost.Add(key, before+cost)
}

func (o *owed) take(key string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	cost, _ := o.cost.Get(key)
	o.cost.Remove(key)
	return cost
}

// Near keeps buckets in the process.
type Near struct {
	now  func() time.Time
	mu   sync.Mutex
	full *lru.Cache[string, time.Time] // when a bucket will be full
}

func newNear(now func() time.Time) *Near {
	full, err := lru.New[string, time.Time](most)
	if err != nil {
		panic(err)
	}
	return &Near{now: now, full: full}
}

// Take makes charges as a Store does.
func (n *Near) Take(charges []Charge) (out []Verdict) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	for _, c := range charges {
		at, _ := n.full.Get(c.Key)
		debt, v := c.Rate.Take(at.Sub(now), c.Cost)
		n.full.Add(c.Key, now.Add(debt))
		out = append(out, v)
	}
	return out
}
