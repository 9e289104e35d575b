package notice

import (
	"context"
	"sync"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Hints remember whom this process has changed, to mark them together a little later: nobody who pays waits for it. What
// is lost with the process is found by who counts the ledgers, or by the walk.
type Hints struct {
	store Store
	mu    sync.Mutex // guards what follows
	found map[Touched]bool
	told  chan struct{} // holds something while there are hints
}

// mostHints bounds the memory while the store is away.
const mostHints = 100_000

// NewHints makes an empty set for a store.
func NewHints(s Store) *Hints {
	return &Hints{store: s, found: map[Touched]bool{}, told: make(chan struct{}, 1)}
}

// Told gives something when there are hints.
func (h *Hints) Told() <-chan struct{} { return h.told }

// Add remembers members.
func (h *Hints) Add(all ...Touched) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range all {
		if len(h.found) < mostHints {
			h.found[t] = true
		}
	}
	select {
	case h.told <- struct{}{}:
	default:
	}
}

// Found remembers wallets of which nobody knows whether their last change was marked.
func (h *Hints) Found(ids ...wallet.ID) {
	for _, id := range ids {
		h.Add(Touched{Wallet: id.Home()})
	}
}

// Carry marks everybody who was remembered. Who cannot be marked stays for the next time.
func (h *Hints) Carry(ctx context.Context) error {
	h.mu.Lock()
	found := h.found
	h.found = map[Touched]bool{}
	h.mu.Unlock()
	both, members := map[wallet.ID]bool{}, map[member.ID]bool{}
	var touched []Touched
	for t := range found {
		if t.Member != "" && t.Wallet != "" {
			both[t.Wallet], members[t.Member] = true, true
			touched = append(touched, t)
		}
	}
	for t := range found {
		if t.Wallet == "" && !members[t.Member] || t.Member == "" && !both[t.Wallet] {
			touched = append(touched, t)
		}
	}
	if len(touched) == 0 {
		return nil
	}
	err := h.store.Mark(ctx, touched)
	if err != nil {
		h.Add(touched...)
	}
	return err
}

// Changed remembers members of whom something has changed that is no business of their wallets.
func (h *Hints) Changed(ids ...member.ID) {
	for _, id := range ids {
		h.Add(Touched{Member: id})
	}
}
