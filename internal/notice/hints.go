package notice

import (
	"context"
	"errors"
	"sync"

	"membergate/internal/account"
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

// WatchLedger gives the same ledger, which hints at every wallet that it adds to.
func (h *Hints) WatchLedger(s wallet.Store) wallet.Store { return watchedLedger{s, h} }

type watchedLedger struct {
	wallet.Store
	hints *Hints
}

// Append implements wallet.Store. An error does not say that nothing was added.
func (w watchedLedger) Append(ctx context.Context, entries []wallet.Entry) error {
	err := w.Store.Append(ctx, entries)
	if len(entries) > 0 {
		w.hints.Found(entries[0].Wallet)
	}
	return err
}

// WatchAccounts gives the same accounts, which hint at every one that they save.
func (h *Hints) WatchAccounts(s account.Store) account.Store { return watchedAccounts{s, h} }

type watchedAccounts struct {
	account.Store
	hints *Hints
}

// Save implements account.Store.
func (w watchedAccounts) Save(ctx context.Context, a account.Account) error {
	err := w.Store.Save(ctx, a)
	if !errors.Is(err, account.ErrStale) {
		w.hints.Add(Touched{a.Member, a.Wallet.Home()})
	}
	return err
}

// Create implements account.Store.
func (w watchedAccounts) Create(ctx context.Context, h account.Holder) error {
	err := w.Store.Create(ctx, h)
	if !errors.Is(err, account.ErrExists) {
		w.hints.Add(Touched{h.Account.Member, h.Account.Wallet.Home()})
	}
	return err
}
