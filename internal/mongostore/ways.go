package mongostore

import (
	"sync"
	"time"
)

// way is how the posts of a list are found: both give the same ones.
type way int

const (
	indexed way = iota // by the list's own index, as the server likes
	walking            // in the order of _id, leaving out what is not on the list
)

// idIndex is the index of _id, in whose order a page is found without sorting.
const idIndex = "_id_"

const (
	// swift is a look that needs no better way.
	swift = 15 * time.Millisecond
	// waysMost bounds how many lists are remembered.
	waysMost = 10_000
	// fading takes a part off what the other way took, each time that one is used: it is tried again some day.
	fading = 64
)

// ways remember how long each way to a list took. A server that takes an order from any index finds a page of every list
// by the list's own. DocumentDB takes only the order of _id and sorts the whole list else: there long lists are found
// sooner by walking, and short ones by their index. Nil is for servers of the first kind.
type ways struct {
	mu    sync.Mutex
	lists map[string]*[2]time.Duration // by way, smoothed; zero = not tried
}

// of gives the faster way to a list, and whom to tell how long it took.
func (w *ways) of(list string) (way, func(took time.Duration, err error)) {
	if w == nil || list == "" {
		return indexed, func(time.Duration, error) {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	known := w.lists[list]
	if known == nil {
		if len(w.lists) >= waysMost || w.lists == nil {
			w.lists = map[string]*[2]time.Duration{}
		}
		known = &[2]time.Duration{}
		w.lists[list] = known
	}
	chosen := walking // of what is not known it takes less at its worst
	if known[walking] > swift && known[indexed] < known[walking] {
		chosen = indexed
	}
	return chosen, func(took time.Duration, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if err != nil {
			took *= 2 // it was given up: it would have taken longer
		}
		if known[chosen] > 0 {
			took = (3*known[chosen] + took) / 4
		}
		known[chosen] = max(took, 1)
		known[1-chosen] -= known[1-chosen] / fading
	}
}
