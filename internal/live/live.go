// Package live tells clients what happens while it happens.
//
// What travels between processes is a topic's name and nothing else: it wakes whoever listens. Who is woken reads the
// state from the store, as the one who may see it, and tells what is new since what was told last. So nothing is lost by a
// message that is lost, as long as another one wakes the listener: every new connection to the messages wakes all.
package live

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
)

// Policy says what a listener who cannot keep up misses.
type Policy string

// The policies. Under neither does anything pile up: a listener holds one wake-up, and reads the rest when it gets to it.
const (
	Latest Policy = "LATEST" // what lies between two events: only the newest state is told
	All    Policy = "ALL"    // nothing: everything behind the last event is told, one by one
)

// ErrOver ends a subscription: the viewer may not see any more what it is about.
var ErrOver = errors.New("live: the subscription is over")

// Told is one event.
type Told[T any] struct {
	Value T
	ID    string // from where on to go on
	More  bool   // more may be there already
}

// Stream says how a subscription is answered. Its functions are called one at a time, each with an operation of its own.
type Stream[T any] struct {
	Policy Policy
	Topics []Topic
	Pause  time.Duration // between two events at least
	// Own says that what is told depends on when the stream was opened: nobody else can be told the same.
	Own bool
	// Begin reads where the listener stands; listening has begun. resume is the id of the last event that the client has
	// seen, empty for none. It tells whether something may have been missed since. It may be nil.
	Begin func(ctx context.Context, resume string) (missed bool, err error)
	// Next gives what is new, nil for nothing, and ErrOver when there will be nothing any more.
	Next func(ctx context.Context) (*Told[T], error)
}

// Subscription is one that was opened, for whoever runs its operation.
type Subscription struct {
	listener *Listener
	policy   Policy
	own      bool
	pause    time.Duration
	rested   time.Time // when the last turn was taken
	next     func(ctx context.Context) (value any, id string, more bool, err error)
	more     bool // there is more without another wake-up
	failures int
}

// Policy says what a client that cannot keep up misses.
func (s *Subscription) Policy() Policy { return s.policy }

// Shared tells whether others that subscribe to the same are told the same from now on.
func (s *Subscription) Shared() bool { return !s.own }

type (
	openingKey struct{}
	turnKey    struct{}
)

// Opening is where an operation that runs under it leaves its subscription.
type Opening struct{ subscription *Subscription }

// Opened is the subscription; nil when the operation was refused.
func (o *Opening) Opened() *Subscription { return o.subscription }

// WithOpening lets an operation open a subscription.
func WithOpening(ctx context.Context) (context.Context, *Opening) {
	o := &Opening{}
	return context.WithValue(ctx, openingKey{}, o), o
}

// Turn is one look for what is new.
type Turn struct {
	subscription *Subscription
	id           string
	err          error
}

// WithTurn lets the operation of a subscription run once more, for its next event.
func (s *Subscription) WithTurn(ctx context.Context) (context.Context, *Turn) {
	t := &Turn{subscription: s}
	return context.WithValue(ctx, turnKey{}, t), t
}

// ID is where the client stands after the turn's event.
func (t *Turn) ID() string { return t.id }

// Over tells whether the turn was the last.
func (t *Turn) Over() bool { return t.err != nil && !t.Again() }

// Again tells whether a store did not answer: the turn is to be taken again, a little later.
func (t *Turn) Again() bool {
	return fault.Is(t.err, fault.Unavailable) || errors.Is(t.err, context.DeadlineExceeded)
}

// Open is what resolvers of subscriptions return. When a client subscribes it opens the stream and gives nothing; at each
// turn it gives the next event, if there is any.
func Open[T any](ctx context.Context, h *Hub, s Stream[T]) (<-chan T, error) {
	out := make(chan T, 1)
	defer close(out)
	if turn, ok := ctx.Value(turnKey{}).(*Turn); ok {
		value, id, more, err := turn.subscription.next(ctx)
		turn.id, turn.err, turn.subscription.more = id, err, more
		if errors.Is(err, ErrOver) {
			return out, nil
		}
		if v, ok := value.(T); ok && err == nil {
			out <- v
		}
		return out, err
	}
	opening, ok := ctx.Value(openingKey{}).(*Opening)
	if !ok {
		return nil, fault.New(fault.Internal, "a subscription was run by what cannot run one")
	}
	opened := &Subscription{policy: s.Policy, own: s.Own, pause: s.Pause, listener: h.Listen(s.Topics...), next: func(ctx context.Context) (any, string, bool, error) {
		told, err := s.Next(ctx)
		if told == nil || err != nil {
			return nil, "", false, err
		}
		return told.Value, told.ID, told.More, nil
	}}
	if s.Begin != nil {
		missed, err := s.Begin(ctx, Resume(ctx))
		if err != nil {
			opened.Close()
			return nil, err
		}
		opened.more = missed
	}
	opening.subscription = opened
	return out, nil
}

// Wait waits until something may be new; false means that there will be nothing any more.
func (s *Subscription) Wait(ctx context.Context) bool {
	if s.more {
		s.more = false
		return ctx.Err() == nil
	}
	if !s.listener.Wait(ctx) {
		return false
	}
	if s.pause > 0 {
		if !idle(ctx, s.pause-time.Since(s.rested)) {
			return false
		}
		s.rested = time.Now()
	}
	return true
}

// idle lasts a while; false means that the context ended before.
func idle(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const (
	// patienceLeast and patienceMost bound how long a turn waits for a store that does not answer.
	patienceLeast = 250 * time.Millisecond
	patienceMost  = 8 * time.Second
)

// Rest waits before a turn is taken again because a store did not answer.
func (s *Subscription) Rest(ctx context.Context) bool {
	wait := min(patienceLeast<<min(s.failures, 6), patienceMost)
	s.failures, s.more = s.failures+1, true
	return idle(ctx, wait)
}

// Rested says that the store has answered.
func (s *Subscription) Rested() { s.failures = 0 }

// Close ends the listening. Closing twice is closing once.
func (s *Subscription) Close() { s.listener.Close() }
