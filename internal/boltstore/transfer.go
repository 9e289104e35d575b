package boltstore

import (
	"context"

	"membergate/internal/transfer"
)

// Transfers:
//
//	transfers     transfer id → transfer.Transfer
//	openTransfers transfer id → nothing, while it is unfinished
var (
	transfers     = newBucket("transfers")
	openTransfers = newBucket("openTransfers")
)

// Transfers is a transfer.Store.
type Transfers struct{ s *Store }

// Transfers gives the store of transfers.
func (s *Store) Transfers() *Transfers { return &Transfers{s} }

func putTransfer(t *tx, v transfer.Transfer) error {
	if err := t.put(transfers, []byte(v.ID), v); err != nil {
		return err
	}
	return t.mark(openTransfers, []byte(v.ID), v.Unfinished)
}

// Create implements transfer.Store.
func (ts *Transfers) Create(ctx context.Context, v transfer.Transfer) error {
	return ts.s.write(ctx, func(t *tx) error {
		if t.has(transfers, []byte(v.ID)) {
			return transfer.ErrExists
		}
		v.Version = 1
		return putTransfer(t, v)
	})
}

// ByIDs implements transfer.Store.
func (ts *Transfers) ByIDs(ctx context.Context, ids []string) (map[string]transfer.Transfer, error) {
	out := make(map[string]transfer.Transfer, len(ids))
	err := ts.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			v, ok, err := get[transfer.Transfer](t, transfers, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = v
			}
		}
		return nil
	})
	return out, err
}

// Save implements transfer.Store.
func (ts *Transfers) Save(ctx context.Context, v transfer.Transfer) error {
	version := v.Version
	return ts.s.write(ctx, func(t *tx) error {
		old, ok, err := get[transfer.Transfer](t, transfers, []byte(v.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return transfer.ErrStale
		}
		v.Version = version + 1
		return putTransfer(t, v)
	})
}

// Unfinished implements transfer.Store.
func (ts *Transfers) Unfinished(ctx context.Context, n int) ([]transfer.Transfer, error) {
	return ts.walk(ctx, openTransfers, "", n)
}

// Walk implements transfer.Store.
func (ts *Transfers) Walk(ctx context.Context, after string, n int) ([]transfer.Transfer, error) {
	return ts.walk(ctx, transfers, after, n)
}

// walk gives the transfers whose ids are in a bucket, in their order.
func (ts *Transfers) walk(ctx context.Context, b bucket, after string, n int) (out []transfer.Transfer, err error) {
	err = ts.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(b, []byte(after)) {
			if len(out) >= n {
				return nil
			}
			v, ok, err := get[transfer.Transfer](t, transfers, k)
			if err != nil {
				return err
			}
			if ok {
				out = append(out, v)
			}
		}
		return nil
	})
	return out, err
}
