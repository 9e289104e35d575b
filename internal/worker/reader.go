package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"membergate/internal/event"
	"membergate/internal/fault"
)

const (
	// batch is how many entries are read at once.
	batch = 256
	// waiting is how long a reader waits for the first entry, which is also how long it may take to stop.
	waiting = 500 * time.Millisecond
	// oneTry bounds one try at applying a member's events; nothing that is under way is cut off when the worker ends.
	oneTry = 10 * time.Second
	// firstPause and longestPause are between tries while a store is away.
	firstPause, longestPause = 25 * time.Millisecond, 2 * time.Second
	// mistakes is how often an event may fail by our own mistake, which a store's odd moment may look like.
	mistakes = 6
)

// reader reads one partition.
type reader struct {
	*Worker
	partition int
	ctx       context.Context // ends when the reader must stop
	stop      context.CancelFunc
	gone      chan struct{}
}

// run first takes over what others left, then reads what is new. After any mishap it begins again with what was
// delivered to it and is not done, so that nothing is passed over.
func (r *reader) run() {
	claiming, from := true, ""
	for try := 0; r.ctx.Err() == nil; {
		var entries []event.Entry
		var err error
		if claiming {
			entries, from, err = r.Streams.Claim(r.ctx, r.Name, r.partition, from, batch)
			claiming = err != nil || from != "" || len(entries) > 0
		} else {
			entries, err = r.Streams.Read(r.ctx, r.Name, r.partition, batch, waiting)
		}
		if err == nil && len(entries) > 0 {
			err = r.batch(entries)
		}
		if err == nil {
			try = 0
			continue
		}
		claiming, from = true, ""
		if r.ctx.Err() == nil {
			r.Log.Warn("a partition waits", "partition", r.partition, "cause", err.Error())
		}
		pause(r.ctx, try)
		try++
	}
}

// batch applies entries, members side by side, each member's in their order, and acknowledges those that are written.
func (r *reader) batch(entries []event.Entry) error {
	members := map[string][]event.Entry{}
	var order []string
	for _, e := range entries {
		if members[e.Member] == nil {
			order = append(order, e.Member)
		}
		members[e.Member] = append(members[e.Member], e)
	}
	var wg sync.WaitGroup
	failed := make([]error, len(order))
	for i, id := range order {
		if failed[i] = r.slots.Acquire(r.ctx, 1); failed[i] != nil {
			continue
		}
		wg.Go(func() {
			defer r.slots.Release(1)
			failed[i] = r.member(members[id])
		})
	}
	wg.Wait()
	var first error
	unwritten := map[string]bool{}
	for i, err := range failed {
		if err != nil {
			first, unwritten[order[i]] = err, true
		}
	}
	var done []event.Entry
	for _, e := range entries {
		if !unwritten[e.Member] {
			done = append(done, e)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), parting)
	defer cancel()
	if err := r.Streams.Done(ctx, r.partition, done); err != nil {
		return err
	}
	return first
}

// member applies one member's entries, however long the stores are away, until the reader must stop.
func (r *reader) member(entries []event.Entry) error {
	for try, wrong := 0, 0; ; try++ {
		err := r.try(entries)
		switch {
		case err == nil:
			return nil
		case r.ctx.Err() != nil:
			return err
		case away(err):
		case len(entries) > 1: // one of them spoils the others: each alone
			for i := range entries {
				if err := r.member(entries[i : i+1]); err != nil {
					return err
				}
			}
			return nil
		default:
			if wrong++; wrong >= mistakes {
				return r.bury(entries[0], "it failed "+strconv.Itoa(mistakes)+" times: "+err.Error())
			}
		}
		r.Meter.Retried()
		pause(r.ctx, try)
	}
}

// away tells whether trying again may help: a store does not answer, or somebody else was first.
func away(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

func (r *reader) try(entries []event.Entry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), oneTry)
	defer cancel()
	messages := make([]event.Message, len(entries))
	for i, e := range entries {
		messages[i] = e.Message
	}
	poison, err := r.Apply(ctx, messages)
	if err != nil {
		return err
	}
	dead := map[int]bool{}
	for _, p := range poison {
		dead[p.Index] = true
		if err := r.bury(entries[p.Index], p.Reason); err != nil {
			return err
		}
	}
	for i, e := range entries {
		if !dead[i] {
			r.Meter.Applied(e.Type, time.Since(added(e.ID)))
		}
	}
	return nil
}

func (r *reader) bury(e event.Entry, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), parting)
	defer cancel()
	e.Message = e.Discreet()
	dropped, err := r.Streams.Bury(ctx, r.partition, e, reason)
	if err != nil {
		return err
	}
	r.Meter.Buried(e.Type)
	if dropped {
		r.Meter.Dropped()
		r.Log.Error("the dead are full: the oldest was dropped for good")
	}
	r.Log.Warn("an event cannot be applied", "partition", r.partition, "entry", e.ID) // the reason may tell of a member
	return nil
}

// added is when an entry was added: its id says so.
func added(id string) time.Time {
	head, _, _ := strings.Cut(id, "-")
	ms, err := strconv.ParseInt(head, 10, 64)
	if err != nil {
		return time.Now()
	}
	return time.UnixMilli(ms)
}

// pause waits longer from try to try, each time a random part of it, or until the context ends.
func pause(ctx context.Context, try int) {
	most := min(longestPause, firstPause<<min(try, 10))
	t := time.NewTimer(most/2 + rand.N(most/2))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
