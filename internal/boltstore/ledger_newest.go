package boltstore

import (
	"context"

	"membergate/internal/wallet"
)

// Newest implements wallet.Store. It reads every entry; only a sandbox asks, once.
func (l *Ledger) Newest(ctx context.Context) (newest wallet.Entry, found bool, err error) {
	err = l.s.read(ctx, func(t *tx) error {
		for k, v := range t.from(entries, nil, nil) {
			var e wallet.Entry
			if err := decode(entries, k, v, &e); err != nil {
				return err
			}
			if !found || e.OccurredAt.After(newest.OccurredAt) {
				newest, found = e, true
			}
		}
		return nil
	})
	return newest, found, err
}
