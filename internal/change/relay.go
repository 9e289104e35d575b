package change

import (
	"context"
	"maps"
	"slices"
	"sync"

	"membergate/internal/account"
	"membergate/internal/wallet"
)

// Relay tells what this process changes.
type Relay struct {
	store  Store
	ledger wallet.Store
	people account.Store // whose families are watched
	carry  sync.Mutex    // one telling at a time: when Carry returns, all that was hinted at before it began is told
	mu     sync.Mutex    // guards what follows
	hints  hints
	homes  map[home]int64 // versions of families to be told to their people
	told   chan struct{}  // holds something while there are hints
}

// hints are the versions to be told of each kind. That of a wallet is 0 where the ledger must be asked.
type hints map[Kind]map[wallet.ID]int64

func newHints() hints { return hints{Wallet: {}, Tier: {}} }

// mostHints bounds the memory while the store is away; what is left out is found by sweeps.
const mostHints = 100_000

// NewRelay makes a relay; it asks the ledger where a write may have happened or not.
func NewRelay(s Store, ledger wallet.Store) *Relay {
	return &Relay{store: s, ledger: ledger, hints: newHints(), homes: map[home]int64{}, told: make(chan struct{}, 1)}
}

// Told gives something when there is anything to tell.
func (r *Relay) Told() <-chan struct{} { return r.told }

// Found hints at wallets of which nobody knows whether their last change was told.
func (r *Relay) Found(ids ...wallet.ID) {
	for _, id := range ids {
		r.hint(Wallet, id, 0)
	}
}

func (r *Relay) hint(kind Kind, id wallet.ID, version int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.hints[kind]
	if before, known := in[id]; known || len(in) < mostHints {
		if in[id] = max(before, version); version == 0 || known && before == 0 {
			in[id] = 0
		}
	}
	select {
	case r.told <- struct{}{}:
	default:
	}
}

// Carry tells everything that was hinted at. What cannot be told stays for the next time.
func (r *Relay) Carry(ctx context.Context) error {
	r.carry.Lock()
	defer r.carry.Unlock()
	r.mu.Lock()
	taken, homes := r.hints, r.homes
	r.hints, r.homes = newHints(), map[home]int64{}
	r.mu.Unlock()
	err := r.tellHomes(ctx, homes)
	if err == nil {
		err = r.tell(ctx, taken)
	}
	if err != nil {
		for kind, versions := range taken {
			for id, version := range versions {
				r.hint(kind, id, version)
			}
		}
		for in, version := range homes {
			r.hintHome(in, version)
		}
	}
	return err
}

// tellAtOnce is how many news go to the store in one call.
const tellAtOnce = 500

func (r *Relay) tell(ctx context.Context, h hints) error {
	var unsure []wallet.ID
	var news []News
	for _, kind := range []Kind{Wallet, Tier} {
		for _, id := range slices.Sorted(maps.Keys(h[kind])) {
			if version := h[kind][id]; version > 0 {
				news = append(news, News{Of: id, Change: Change{kind, version}})
			} else {
				unsure = append(unsure, id)
			}
		}
	}
	for some := range slices.Chunk(unsure, tellAtOnce) {
		heads, err := r.ledger.Heads(ctx, some)
		if err != nil {
			return err
		}
		for id, e := range heads {
			news = append(news, News{Of: id, Change: Change{Wallet, e.Seq}})
		}
	}
	for some := range slices.Chunk(news, tellAtOnce) {
		if err := r.store.Tell(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// WatchLedger gives the same ledger, which hints at every wallet that it adds to.
func (r *Relay) WatchLedger(s wallet.Store) wallet.Store {
	return wallet.Watch(s, func(id wallet.ID, seq int64) { r.hint(Wallet, id, seq) })
}

// WatchAccounts gives the same accounts, which hint at every one that they save.
func (r *Relay) WatchAccounts(s account.Store) account.Store {
	return account.Watch(s, func(a account.Account, version int64) {
		if a.Wallet != "" {
			r.hint(Tier, a.Wallet, version)
		}
	})
}
