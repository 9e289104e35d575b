// Package loaders turns the many look-ups of one operation into few store calls. Branches of an operation say what
// they want and meet in waves: when every branch has said its wants, all of them are fetched at once, each kind in
// one call. No timer decides when to fetch.
package loaders

import (
	"context"
	"sync"

	"membergate/internal/trips"
)

// Fetch reads many values at once; a key without a value is missing from the answer.
type Fetch[K comparable, V any] func(ctx context.Context, keys []K) (map[K]V, error)

// Loader reads values of one kind for one operation, each key once.
type Loader[K comparable, V any] struct {
	fetch Fetch[K, V]

	mu     sync.Mutex
	cells  map[K]*cell[V]
	wanted []K  // for the next wave
	queue  []K  // asked for outside a wave while a fetch is under way
	busy   bool // such a fetch is under way
}

type cell[V any] struct {
	done  chan struct{}
	value V
	found bool
	err   error
}

func (c *cell[V]) ready() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// NewLoader makes a loader of a fetch.
func NewLoader[K comparable, V any](fetch Fetch[K, V]) *Loader[K, V] {
	return &Loader[K, V]{fetch: fetch, cells: map[K]*cell[V]{}}
}

// Want says that keys will be loaded: the next wave fetches them.
func (l *Loader[K, V]) Want(keys ...K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if _, ok := l.cells[k]; !ok {
			l.cells[k] = &cell[V]{done: make(chan struct{})}
			l.wanted = append(l.wanted, k)
		}
	}
}

// Prime puts a value that is known already.
func (l *Loader[K, V]) Prime(k K, v V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.cells[k]; !ok {
		c := &cell[V]{done: make(chan struct{}), value: v, found: true}
		close(c.done)
		l.cells[k] = c
	}
}

// Replace puts a value in the place of what was read: for an operation that has changed it.
func (l *Loader[K, V]) Replace(k K, v V) {
	c := &cell[V]{done: make(chan struct{}), value: v, found: true}
	close(c.done)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cells[k] = c
}

// Forget lets a key be read again: for an operation that has taken it away.
func (l *Loader[K, V]) Forget(k K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.cells[k]; ok && c.ready() {
		delete(l.cells, k)
	}
}

// Load gives the value of a key, and false if there is none. What no wave has fetched is fetched now; keys that are
// asked for while such a fetch is under way wait for it and then go together, so that a list of any length costs two
// calls.
func (l *Loader[K, V]) Load(ctx context.Context, k K) (V, bool, error) {
	l.mu.Lock()
	c, ok := l.cells[k]
	switch {
	case !ok:
		c = &cell[V]{done: make(chan struct{})}
		l.cells[k] = c
		l.queue = append(l.queue, k)
	case len(l.wanted) > 0 && !c.ready(): // wanted by a wave that may be waiting for this very branch
		l.queue = append(l.queue, l.wanted...)
		l.wanted = nil
	}
	run := len(l.queue) > 0 && !l.busy
	l.busy = l.busy || run
	l.mu.Unlock()
	if run {
		l.drain(ctx)
	}
	select {
	case <-c.done:
		return c.value, c.found, c.err
	case <-ctx.Done():
		var none V
		return none, false, ctx.Err()
	}
}

// Ready lists the keys that have been fetched or are known.
func (l *Loader[K, V]) Ready() []K {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []K
	for k, c := range l.cells {
		if c.ready() {
			out = append(out, k)
		}
	}
	return out
}

// All loads several keys: the values that exist, in the order of the keys.
func (l *Loader[K, V]) All(ctx context.Context, keys []K) ([]V, error) {
	l.Want(keys...)
	out := make([]V, 0, len(keys))
	for _, k := range keys {
		v, ok, err := l.Load(ctx, k)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, v)
		}
	}
	return out, nil
}

func (l *Loader[K, V]) drain(ctx context.Context) {
	for {
		l.mu.Lock()
		keys := l.queue
		l.queue = nil
		l.busy = len(keys) > 0
		l.mu.Unlock()
		if len(keys) == 0 {
			return
		}
		trips.Wave(ctx)
		l.run(ctx, keys)
	}
}

// run fetches keys and fills their cells, whatever happens: nobody may wait for ever.
func (l *Loader[K, V]) run(ctx context.Context, keys []K) {
	var got map[K]V
	err := unbroken(func() (err error) {
		got, err = l.fetch(ctx, keys)
		return err
	})
	fill(l, keys, got, err)
}

// flush hands the wanted keys to a wave: the function that fetches them, or nil if nothing is wanted.
func (l *Loader[K, V]) flush() func(context.Context) {
	keys := l.take()
	if len(keys) == 0 {
		return nil
	}
	return func(ctx context.Context) { l.run(ctx, keys) }
}
