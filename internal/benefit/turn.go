package benefit

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"time"

	"membergate/internal/fault"
)

// lanes let the users of this process take turns at one thing. Counts are exact without it, because the store takes one
// change and the others are decided anew; but of n at once the last would be decided n times. Things share lanes.
type lanes [256]sync.Mutex

var laneSeed = maphash.MakeSeed()

// take waits for the thing's turn, and gives what ends it.
func (l *lanes) take(thing string) (leave func()) {
	lane := &l[maphash.String(laneSeed, thing)%uint64(len(l))]
	lane.Lock()
	return lane.Unlock
}

// turn is a use's turn at a stock, from when it is taken.
type turn struct{ leave func() }

func (t *turn) end() {
	if t.leave != nil {
		t.leave()
	}
}

// pause waits a random while of up to try milliseconds, so that those who race spread, or until the context ends.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(min(try, 32)+1)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func busy(what string) error {
	return fault.New(fault.Unavailable, "%s is being used by too many at once", what)
}
