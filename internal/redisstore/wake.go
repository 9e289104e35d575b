package redisstore

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/live"
)

// Wake-ups between processes go through pub/sub, where nothing is kept:
//
//	live:T  channel of the topic T; its messages are empty
//
// A process has one connection for all channels that it hears.

// Wakes is a live.Wire.
type Wakes struct {
	s  *Store
	mu sync.Mutex // guards the subscribing; the order of what is said to the server
	on *redis.PubSub
}

// Wakes gives the messages between processes.
func (s *Store) Wakes() *Wakes { return &Wakes{s: s, on: s.redis.Subscribe(context.Background())} }

func (w *Wakes) channels(topics []live.Topic) []string {
	out := make([]string, len(topics))
	for i, t := range topics {
		out[i] = w.s.key("live", string(t))
	}
	return out
}

// Publish implements live.Wire.
func (w *Wakes) Publish(ctx context.Context, topics ...live.Topic) error {
	pipe := w.s.redis.Pipeline()
	for _, c := range w.channels(topics) {
		pipe.Publish(ctx, c, "")
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// Subscribe implements live.Wire. The client remembers what it could not say to a server that is away, and says it when
// it has another connection.
func (w *Wakes) Subscribe(ctx context.Context, topics ...live.Topic) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.on.Subscribe(ctx, w.channels(topics)...)
}

// Unsubscribe implements live.Wire.
func (w *Wakes) Unsubscribe(ctx context.Context, topics ...live.Topic) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.on.Unsubscribe(ctx, w.channels(topics)...)
}

const (
	// wakesHeld is how many wake-ups wait for a process that is busy; giving one on takes microseconds.
	wakesHeld = 10_000
	// wakesChecked is how often a silent connection is asked whether it is there: a server that vanished is noticed then.
	wakesChecked = time.Second
)

// Carry implements live.Wire.
func (w *Wakes) Carry(ctx context.Context, heard func(live.Topic)) error {
	in := w.on.ChannelWithSubscriptions(redis.WithChannelSize(wakesHeld), redis.WithChannelHealthCheckInterval(wakesChecked))
	head := w.s.key("live", "")
	for {
		select {
		case <-ctx.Done():
			return w.on.Close()
		case m, open := <-in:
			if !open {
				return nil
			}
			switch m := m.(type) {
			case *redis.Message:
				heard(live.Topic(strings.TrimPrefix(m.Channel, head)))
			case *redis.Subscription: // now, or anew after the connection was lost
				if m.Kind == "subscribe" {
					heard(live.Topic(strings.TrimPrefix(m.Channel, head)))
				}
			}
		}
	}
}
