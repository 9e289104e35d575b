package supply

import (
	"sync"

	"membergate/internal/wallet"
)

// Hints remember which wallets this process wrote to. They may get lost: a sweep finds what they missed.
type Hints struct {
	mu      sync.Mutex
	wallets map[wallet.ID]bool
	told    chan struct{} // holds something while there are hints
}

// mostHints bounds the memory; beyond it a sweep has to find them.
const mostHints = 100_000

// NewHints makes an empty set.
func NewHints() *Hints {
	return &Hints{wallets: map[wallet.ID]bool{}, told: make(chan struct{}, 1)}
}

// Told gives something when there are hints.
func (h *Hints) Told() <-chan struct{} { return h.told }

// Add remembers wallets.
func (h *Hints) Add(ids ...wallet.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		if len(h.wallets) < mostHints {
			h.wallets[id] = true
		}
	}
	select {
	case h.told <- struct{}{}:
	default:
	}
}

// Take gives all hints and forgets them.
func (h *Hints) Take() []wallet.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]wallet.ID, 0, len(h.wallets))
	for id := range h.wallets {
		out = append(out, id)
	}
	clear(h.wallets)
	return out
}

// Watch gives the same ledger, which hints at every wallet that it adds to.
func (h *Hints) Watch(s wallet.Store) wallet.Store {
	return wallet.Watch(s, func(id wallet.ID, _ int64) { h.Add(id) })
}
