package boltstore

import (
	"context"
	"slices"

	"membergate/internal/wallet"
)

// Ledgers:
//
//	entries  wallet id, 0, sequence → wallet.Entry
//	ops      wallet id, 0, op       → sequence     (unique: an op is done once per wallet)
var (
	entries = newBucket("entries")
	ops     = newBucket("ops")
)

// Ledger is a wallet.Store.
type Ledger struct{ s *Store }

// Ledger gives the store of wallets' entries.
func (s *Store) Ledger() *Ledger { return &Ledger{s} }

// Append implements wallet.Store. The entries before a taken place stay: they are consecutive and each is whole.
func (l *Ledger) Append(ctx context.Context, added []wallet.Entry) error {
	var taken bool
	err := l.s.write(ctx, func(t *tx) error {
		taken = false
		for _, e := range added {
			place, op := path(string(e.Wallet), number(e.Seq)), path(string(e.Wallet), []byte(e.Op))
			if taken = t.has(entries, place) || t.has(ops, op); taken {
				return nil
			}
			if err := t.put(entries, place, e); err != nil {
				return err
			}
			if err := t.set(ops, op, number(e.Seq)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && taken {
		return wallet.ErrTaken
	}
	return err
}

// Heads implements wallet.Store.
func (l *Ledger) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	out := make(map[wallet.ID]wallet.Entry, len(ids))
	err := l.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			for k, v := range t.backwards(entries, path(string(id)), nil) {
				var e wallet.Entry
				if err := decode(entries, k, v, &e); err != nil {
					return err
				}
				out[id] = e
				break
			}
		}
		return nil
	})
	return out, err
}

// ByOps implements wallet.Store.
func (l *Ledger) ByOps(ctx context.Context, id wallet.ID, wanted []string) (map[string]wallet.Entry, error) {
	out := make(map[string]wallet.Entry, len(wanted))
	err := l.s.read(ctx, func(t *tx) error {
		for _, op := range wanted {
			seq := t.raw(ops, path(string(id), []byte(op)))
			if seq == nil {
				continue
			}
			e, ok, err := get[wallet.Entry](t, entries, path(string(id), seq))
			if err != nil {
				return err
			}
			if ok {
				out[op] = e
			}
		}
		return nil
	})
	return out, err
}

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

// Page implements wallet.Store.
func (l *Ledger) Page(ctx context.Context, id wallet.ID, q wallet.Query) (out []wallet.Entry, err error) {
	var end []byte
	if q.Before > 0 {
		end = path(string(id), number(q.Before))
	}
	err = l.s.read(ctx, func(t *tx) error {
		for k, v := range t.backwards(entries, path(string(id)), end) {
			if len(out) >= q.Limit {
				return nil
			}
			var e wallet.Entry
			if err := decode(entries, k, v, &e); err != nil {
				return err
			}
			if asked(q, e) {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}

// asked tells whether an entry passes a query's filters.
func asked(q wallet.Query, e wallet.Entry) bool {
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, e.Kind)) &&
		(q.From.IsZero() || !e.OccurredAt.Before(q.From)) &&
		(q.To.IsZero() || e.OccurredAt.Before(q.To)) &&
		(q.Ref == "" || e.Ref == q.Ref) &&
		!(q.Shown && wallet.Hidden(e.Kind, e.Amount))
}

// Chain implements wallet.Store.
func (l *Ledger) Chain(ctx context.Context, id wallet.ID, after int64, n int) (out []wallet.Entry, err error) {
	err = l.s.read(ctx, func(t *tx) error {
		for k, v := range t.from(entries, path(string(id)), path(string(id), number(after+1))) {
			if len(out) >= n {
				return nil
			}
			var e wallet.Entry
			if err := decode(entries, k, v, &e); err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}
