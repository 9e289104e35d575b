package live

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"time"
)

const (
	// gathers is how long topics are gathered before they are published: a comment changes its post at once.
	gathers = 10 * time.Millisecond
	// mostPosted bounds the memory while the wire is away; who is not woken looks by itself.
	mostPosted = 100_000
	// postedAtOnce is how many topics are published in one call.
	postedAtOnce = 500
	// again is how long to wait when the wire did not take them.
	again = 500 * time.Millisecond
	// looks is how often listeners are woken without a message: what nobody could publish, because its process was killed
	// in between, is told that late.
	looks = time.Minute
)

// Post wakes whoever listens to topics, a little later: nobody who writes waits for it.
func (h *Hub) Post(topics ...Topic) {
	h.mu.Lock()
	for _, t := range topics {
		if len(h.outbox) < mostPosted {
			h.outbox[t] = struct{}{}
		}
	}
	h.mu.Unlock()
	select {
	case h.posted <- struct{}{}:
	default:
	}
}

// keepPosting publishes what was posted; what is left when the context ends goes with the last call.
func (h *Hub) keepPosting(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), again)
			defer cancel()
			_ = h.publishPosted(last)
			return
		case <-h.posted:
		}
		idle(ctx, gathers)
		if h.publishPosted(ctx) != nil {
			idle(ctx, again)
		}
	}
}

func (h *Hub) publishPosted(ctx context.Context) error {
	h.mu.Lock()
	out := h.outbox
	h.outbox = map[Topic]struct{}{}
	h.mu.Unlock()
	all := slices.Collect(maps.Keys(out))
	for len(all) > 0 {
		n := min(postedAtOnce, len(all))
		if err := h.Publish(ctx, all[:n]...); err != nil {
			h.Post(all...)
			return err
		}
		all = all[n:]
	}
	return nil
}

// keepLooking wakes all listeners now and then, those of different topics at different moments.
func (h *Hub) keepLooking(ctx context.Context) {
	parts := uint32(looks / time.Second)
	for part := uint32(0); idle(ctx, time.Second); part = (part + 1) % parts {
		h.mu.Lock()
		for t, all := range h.topics {
			hash := fnv.New32a()
			_, _ = hash.Write([]byte(t))
			if hash.Sum32()%parts != part {
				continue
			}
			for l := range all {
				l.wake()
			}
		}
		h.mu.Unlock()
	}
}
