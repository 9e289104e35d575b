package mongostore

import (
	"context"
	"errors"

	"membergate/internal/fault"
)

// seated marks the context of a call that has its seat, so that a call within it asks for none.
type seated struct{}

var errFull = errors.New("too many calls of its kind run at once")

// Room gives the same store for one kind of work, of which at most so many calls run at once: the others wait for a
// seat as long as a call may take. Where one kind is slow, connections are left for the rest.
func (s *Store) Room(seats int) *Store {
	t := *s
	t.room = make(chan struct{}, seats)
	return &t
}

// seat waits for a free seat of the room; leave gives it back.
func (s *Store) seat(ctx context.Context) (_ context.Context, leave func(), err error) {
	if s.room == nil || ctx.Value(seated{}) != nil {
		return ctx, func() {}, nil
	}
	select {
	case s.room <- struct{}{}:
		return context.WithValue(ctx, seated{}, true), func() { <-s.room }, nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx, nil, context.Canceled
		}
		return ctx, nil, fault.Down("store", errFull)
	}
}
