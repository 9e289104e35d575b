// Package breaker keeps calls away from a part that does not answer, so that nobody waits for what will not come: after
// several failures in a row calls are refused at once, and one a second goes through to see whether the part is back.
package breaker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"membergate/internal/fault"
)

const (
	// failures in a row open a breaker: a busy part loses a few calls, one that is gone loses all.
	failures = 10
	// openFor is how long everything is refused before one call may look again.
	openFor = time.Second
)

// errOpen is why a call was not made.
var errOpen = errors.New("it has not answered for a while; the next look is within a second")

// Group is the breakers of one part: one, or one for each node of a cluster. It is safe for concurrent use.
type Group struct {
	part    string
	openFor time.Duration
	refused atomic.Int64
	opened  atomic.Int64

	mu  sync.Mutex
	all []*Breaker
}

// NewGroup makes the group of a part; faults name it.
func NewGroup(part string) *Group { return &Group{part: part, openFor: openFor} }

// Breaker guards the calls to one server.
type Breaker struct {
	group *Group
	inner *gobreaker.TwoStepCircuitBreaker[struct{}]
}

// New makes a breaker for one more server of the part.
func (g *Group) New() *Breaker {
	b := &Breaker{group: g}
	b.inner = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        g.part,
		MaxRequests: 1,
		Timeout:     g.openFor,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errNobodyWaited) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if from == gobreaker.StateClosed && to == gobreaker.StateOpen {
				g.opened.Add(1)
			}
		},
	})
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, b)
	return b
}

// errNobodyWaited is the outcome of a call that says nothing about the part.
var errNobodyWaited = errors.New("the caller went away")

// Do makes a call unless the breaker is open. silent tells of the call's error whether it means that the part did not
// answer; an error of another kind is an answer. A call whose caller went away, or ran out of time, says nothing.
func (b *Breaker) Do(ctx context.Context, call func() error, silent func(error) bool) error {
	done, err := b.inner.Allow()
	if err != nil {
		b.group.refused.Add(1)
		return fault.Down(b.group.part, errOpen)
	}
	outcome := errNobodyWaited // of a panic, too
	defer func() { done(outcome) }()
	err = call()
	switch {
	case err == nil || !silent(err) && !errors.Is(err, context.Canceled):
		outcome = nil
	case ctx.Err() == nil && !errors.Is(err, context.Canceled):
		outcome = err
	}
	return err
}

// Part is what the group guards.
func (g *Group) Part() string { return g.part }

// Refused is how many calls were not made.
func (g *Group) Refused() int64 { return g.refused.Load() }

// Opened is how often a server was found not to answer any more.
func (g *Group) Opened() int64 { return g.opened.Load() }

// Open is how many servers are taken to be away now.
func (g *Group) Open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, b := range g.all {
		if b.inner.State() != gobreaker.StateClosed {
			n++
		}
	}
	return n
}
