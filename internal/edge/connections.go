package edge

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"membergate/internal/viewer"
)

// What one client may hold, and how long the gateway waits for it.
const (
	// maxConnections of one member, or of one address where nobody signed in: a phone, a tablet, the mini-program's five
	// sockets are counted by WeChat itself.
	maxConnections = 5
	// maxStrangers of one address, because an office or a school is one address.
	maxStrangers = 100
	// maxRunning operations on one connection: an app watches its own things and the posts on its screen.
	maxRunning = 20
	// maxMessages that a client sends over one socket in a minute.
	maxMessages = 100
	// initWithin is how long a socket may say nothing.
	initWithin = 5 * time.Second
	// writeWithin is how long a client may take to read one event; who is slower is left, and comes back for the newest
	// state. Nothing piles up meanwhile: the next event is looked for when the last one is sent.
	writeWithin = 20 * time.Second
	// beat is the pause between signs of life: proxies close what is silent for a minute, phones sleep sooner.
	beat = 12 * time.Second
)

// Connections counts what is open.
type Connections struct {
	Sockets    int // WebSockets
	Streams    int // event streams and multipart answers
	Operations int // that run on either, subscriptions above all
}

// connections knows every open connection of a gateway, and tells them when to end.
type connections struct {
	draining chan struct{}
	drain    sync.Once
	patience time.Duration // for one write: writeWithin, but for tests

	mu sync.Mutex
	of map[string]int // by member or address

	sockets, streams, operations atomic.Int64
}

func newConnections() *connections {
	return &connections{draining: make(chan struct{}), patience: writeWithin, of: map[string]int{}}
}

// enter takes a place of a member's or of an address's, if there is one left.
func (c *connections) enter(who viewer.Viewer, address string) (leave func(), ok bool) {
	key, most := "member "+who.Member, maxConnections
	if !who.SignedIn() {
		key, most = "address "+address, maxStrangers
	}
	return c.take(key, most)
}

// reserve takes one of the streams that a member or an address may have reserved and not opened.
func (c *connections) reserve(who viewer.Viewer, address string) (leave func(), ok bool) {
	if who.SignedIn() {
		address = who.Member
	}
	return c.take("reserved "+address, maxStrangers)
}

func (c *connections) take(key string, most int) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[key] >= most {
		return nil, false
	}
	c.of[key]++
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.of[key]--; c.of[key] == 0 {
			delete(c.of, key)
		}
	}), true
}

// Connections counts the connections that are open now.
func (g *Gateway) Connections() Connections {
	return Connections{
		Sockets:    int(g.open.sockets.Load()),
		Streams:    int(g.open.streams.Load()),
		Operations: int(g.open.operations.Load()),
	}
}

// Drain ends every connection that outlives its request, in a way that has clients come back: to another process, if
// this one listens no more. It does not wait for them.
func (g *Gateway) Drain() { g.open.drain.Do(func() { close(g.open.draining) }) }

// Drained waits until the sockets that Drain ends are closed, or the context ends: the server's own shutdown knows nothing of
// them.
func (g *Gateway) Drained(ctx context.Context) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for g.open.sockets.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// over says why a connection has to end; its channel gives one reason. It ends with the context.
func (g *Gateway) over(ctx context.Context, who viewer.Viewer) <-chan ending {
	out := make(chan ending, 1)
	go func() {
		var expired <-chan time.Time
		if !who.Until.IsZero() {
			t := time.NewTimer(time.Until(who.Until))
			defer t.Stop()
			expired = t.C
		}
		var ended <-chan struct{}
		if g.parts.Ended != nil && who.SignedIn() {
			ended = g.parts.Ended(ctx, who)
		}
		select {
		case <-ctx.Done():
		case <-g.open.draining:
			out <- restarting
		case <-expired:
			out <- tokenOver
		case <-ended:
			out <- signedOut
		}
	}()
	return out
}
