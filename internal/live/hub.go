package live

import (
	"context"
	"sync"
)

// Topic is what listeners listen to: a kind and whose it is. It says nothing of what has happened.
type Topic string

// Wire carries topics between processes. What it carries may be lost.
type Wire interface {
	// Publish wakes whoever listens to the topics, in every process.
	Publish(ctx context.Context, topics ...Topic) error
	// Carry calls heard for each topic that is published, and for each that is subscribed to, again and again, when that has
	// begun: until then something may have been lost. It returns when the context ends.
	Carry(ctx context.Context, heard func(Topic)) error
	// Subscribe and Unsubscribe say which topics to carry. They do not wait until it is so. What cannot be subscribed to now
	// is subscribed to later.
	Subscribe(ctx context.Context, topics ...Topic)
	Unsubscribe(ctx context.Context, topics ...Topic)
}

// Hub gives each topic's wake-ups to all that listen to it in this process. Each topic is subscribed to once, however many
// listen.
type Hub struct {
	wire Wire

	mu      sync.Mutex // guards what follows
	topics  map[Topic]map[*Listener]struct{}
	changed map[Topic]struct{} // somebody was the first or the last; the wire does not know
	stirred chan struct{}      // holds something while there are such
	outbox  map[Topic]struct{} // to be published
	posted  chan struct{}      // holds something while there are such
}

// NewHub makes a hub; its listeners are woken while Run runs.
func NewHub(w Wire) *Hub {
	return &Hub{
		wire: w, topics: map[Topic]map[*Listener]struct{}{}, changed: map[Topic]struct{}{}, stirred: make(chan struct{}, 1),
		outbox: map[Topic]struct{}{}, posted: make(chan struct{}, 1),
	}
}

// Publish wakes whoever listens to the topics, in every process.
func (h *Hub) Publish(ctx context.Context, topics ...Topic) error {
	if len(topics) == 0 {
		return nil
	}
	return h.wire.Publish(ctx, topics...)
}

// Run carries until the context ends.
func (h *Hub) Run(ctx context.Context) error {
	var all sync.WaitGroup
	all.Go(func() { h.keepSubscribed(ctx) })
	all.Go(func() { h.keepPosting(ctx) })
	all.Go(func() { h.keepLooking(ctx) })
	err := h.wire.Carry(ctx, h.wake)
	all.Wait()
	return err
}

// keepSubscribed tells the wire what is listened to, in an order in which the last word is the true one.
func (h *Hub) keepSubscribed(ctx context.Context) {
	known := map[Topic]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.stirred:
		}
		var come, gone []Topic
		h.mu.Lock()
		for t := range h.changed {
			switch listened := len(h.topics[t]) > 0; {
			case listened && !known[t]:
				known[t] = true
				come = append(come, t)
			case !listened && known[t]:
				delete(known, t)
				gone = append(gone, t)
			}
		}
		clear(h.changed)
		h.mu.Unlock()
		if len(come) > 0 {
			h.wire.Subscribe(ctx, come...)
		}
		if len(gone) > 0 {
			h.wire.Unsubscribe(ctx, gone...)
		}
	}
}

func (h *Hub) wake(t Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.topics[t] {
		l.wake()
	}
}

// Listening counts the topics and the listeners of this process.
func (h *Hub) Listening() (topics, listeners int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, all := range h.topics {
		listeners += len(all)
	}
	return len(h.topics), listeners
}

// Listener is woken when one of its topics is published.
type Listener struct {
	hub    *Hub
	topics []Topic
	woken  chan struct{} // holds one wake-up at most
	once   sync.Once
	closed chan struct{}
}

// Listen begins to listen to topics.
func (h *Hub) Listen(topics ...Topic) *Listener {
	l := &Listener{hub: h, topics: topics, woken: make(chan struct{}, 1), closed: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*Listener]struct{}{}
			h.stir(t)
		}
		h.topics[t][l] = struct{}{}
	}
	return l
}

// stir has the wire told of a topic. The mutex is held.
func (h *Hub) stir(t Topic) {
	h.changed[t] = struct{}{}
	select {
	case h.stirred <- struct{}{}:
	default:
	}
}

func (l *Listener) wake() {
	select {
	case l.woken <- struct{}{}:
	default: // it will read all that there is then
	}
}

// Wait waits for a wake-up; false means that the listener or the context has ended.
func (l *Listener) Wait(ctx context.Context) bool {
	select {
	case <-l.woken:
		return ctx.Err() == nil
	case <-l.closed:
	case <-ctx.Done():
	}
	return false
}

// Close ends the listening. Closing twice is closing once.
func (l *Listener) Close() {
	l.once.Do(func() {
		close(l.closed)
		l.hub.mu.Lock()
		defer l.hub.mu.Unlock()
		for _, t := range l.topics {
			delete(l.hub.topics[t], l)
			if len(l.hub.topics[t]) == 0 {
				delete(l.hub.topics, t)
				l.hub.stir(t)
			}
		}
	})
}
