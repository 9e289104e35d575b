package recommend

import (
	"context"
	"time"
)

// Behind renews the copies of what members said, after those who asked have their answers: a page costs one round trip to
// the cache, whether there was a copy or not.
type Behind struct {
	lists Lists
	notes chan Taste
}

const (
	// mostNotes bounds what waits; who comes while it is full is read again with the next request.
	mostNotes = 1000
	// noteWithin bounds one copy's writing.
	noteWithin = 2 * time.Second
)

// NewBehind makes one that writes nothing until Run.
func NewBehind(l Lists) *Behind { return &Behind{lists: l, notes: make(chan Taste, mostNotes)} }

func (b *Behind) note(t Taste) {
	select {
	case b.notes <- t:
	default:
	}
}

// Run writes copies until the context ends, and then those that wait. A copy that cannot be written is left out: the next
// request reads what it was made of.
func (b *Behind) Run(ctx context.Context) error {
	for {
		select {
		case t := <-b.notes:
			b.write(t)
		case <-ctx.Done():
			for {
				select {
				case t := <-b.notes:
					b.write(t)
				default:
					return nil
				}
			}
		}
	}
}

func (b *Behind) write(t Taste) {
	ctx, done := context.WithTimeout(context.Background(), noteWithin)
	defer done()
	_ = b.lists.Know(ctx, t)
}
