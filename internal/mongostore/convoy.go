package mongostore

import (
	"context"
	"sync"
)

// convoy lets calls that come while others are under way travel together in the next command. A server spends most of
// a small command on its way and on its commit, so thirty members in one command cost it little more than one. Nobody
// waits for company: a call that finds the road free goes at once.
type convoy[In, Out any] struct {
	most int // calls that one command carries
	// carry does all calls in one command, and gives the answer or the error of each.
	carry func(ctx context.Context, calls []In) ([]Out, []error)

	mu      sync.Mutex // guards what follows
	waiting []*traveller[In, Out]
	driving bool
}

// traveller is one call.
type traveller[In, Out any] struct {
	in   In
	out  Out
	err  error
	done chan struct{}
}

// call does one call. A caller who goes away does not stop it, and does not know whether it was done.
func (c *convoy[In, Out]) call(ctx context.Context, in In) (out Out, err error) {
	if err := ctx.Err(); err != nil {
		return out, translate(err)
	}
	t := &traveller[In, Out]{in: in, done: make(chan struct{})}
	c.mu.Lock()
	c.waiting = append(c.waiting, t)
	free := !c.driving
	c.driving = true
	c.mu.Unlock()
	if free {
		go c.drive(context.WithoutCancel(ctx))
	}
	select {
	case <-t.done:
		return t.out, t.err
	case <-ctx.Done():
		return out, translate(ctx.Err())
	}
}

// drive carries until nobody waits.
func (c *convoy[In, Out]) drive(ctx context.Context) {
	for {
		c.mu.Lock()
		n := min(c.most, len(c.waiting))
		group := c.waiting[:n:n]
		if c.waiting = c.waiting[n:]; n == 0 {
			c.driving = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		calls := make([]In, n)
		for i, t := range group {
			calls[i] = t.in
		}
		outs, errs := c.carry(ctx, calls)
		for i, t := range group {
			t.out, t.err = outs[i], errs[i]
			close(t.done)
		}
	}
}

// all gives everybody the same error.
func all(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

// convoyMost keeps a command short: those that come meanwhile wait for its end. One command of each kind is under way at
// once; with two of them, small ones passed each other and a server on two cores did half as much.
const convoyMost = 64
