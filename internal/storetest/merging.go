package storetest

import (
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/merge"
	"membergate/internal/wallet"
)

// Merging tests that coins that move with a merge, and come back, are all there when the process was killed at any of its
// calls to a store of ledgers and another finished what it began.
func Merging(t *testing.T, store wallet.Store) {
	t.Run("a merge and its undo are finished by another wherever they are killed", func(t *testing.T) {
		at := time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
		over := func(s wallet.Store) *merge.Service {
			return &merge.Service{Wallets: &wallet.Service{Store: s, Most: 1000, Now: func() time.Time { return at }}}
		}
		free := func(id wallet.ID) wallet.Coins {
			head, err := over(store).Wallets.Head(t.Context(), id)
			must(t, err)
			return head.State.At(at).Available()
		}
		for step, lived := 0, false; !lived; step++ {
			for _, after := range []bool{false, true} {
				m := merge.Move{ID: name("merge"), From: wallet.NewID(), To: wallet.NewID(), At: at}
				_, err := over(store).Wallets.Post(t.Context(), m.From, []wallet.Posting{{Op: "earn", Kind: wallet.Earn, Coins: 60, At: at}})
				must(t, err)
				dying := over(&doomedWallets{store, &doomed{left: step, after: after}})
				if err = dying.Bring(t.Context(), m); err == nil {
					err = dying.Undo(t.Context(), m)
				}
				if err != nil && !fault.Is(err, fault.Unavailable) {
					t.Fatalf("killed at call %d it answers %v", step, err)
				}
				lived = err == nil
				if !lived {
					must(t, over(store).Bring(t.Context(), m))
				}
				must(t, over(store).Undo(t.Context(), m))
				if a, b := free(m.From), free(m.To); a != 60 || b != 0 {
					t.Fatalf("killed at call %d (after it: %v) %d coins are back and %d are kept, of 60", step, after, a, b)
				}
			}
		}
	})
}
