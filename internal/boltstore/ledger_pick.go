package boltstore

import (
	"context"

	"membergate/internal/wallet"
)

// BySeqs implements wallet.Store.
func (l *Ledger) BySeqs(ctx context.Context, id wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	out := make(map[int64]wallet.Entry, len(seqs))
	err := l.s.read(ctx, func(t *tx) error {
		for _, seq := range seqs {
			e, ok, err := get[wallet.Entry](t, entries, path(string(id), number(seq)))
			if err != nil {
				return err
			}
			if ok {
				out[seq] = e
			}
		}
		return nil
	})
	return out, err
}
