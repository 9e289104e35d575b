package supply

import (
	"context"
	"time"

	"membergate/internal/wallet"
)

// Due gives wallets to which something has happened by itself by a time and is not in the ledger yet, at most n at once;
// none when there are no more. Whoever writes it down folds them afterwards, or they are given again.
//
// A wallet is known from when it was counted first. The marks of each shard's last fold may be nowhere but in the shard.
func Due(ctx context.Context, s Store, by time.Time, n int) ([]wallet.ID, error) {
	shards, err := s.Shards(ctx)
	if err != nil {
		return nil, err
	}
	open := map[wallet.ID]bool{} // and whether something is due
	for _, shard := range shards {
		for _, m := range shard.Open {
			open[m.Wallet] = !m.Due.IsZero() && !m.Due.After(by)
		}
	}
	var out []wallet.ID
	for id, due := range open {
		if due && len(out) < n {
			out = append(out, id)
		}
	}
	found, err := s.Due(ctx, by, n+len(open)) // a mark that is written down may be older than the open one
	for _, id := range found {
		if _, newer := open[id]; !newer && len(out) < n {
			out = append(out, id)
		}
	}
	return out, err
}
