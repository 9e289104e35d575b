package wallet

import "context"

// Watch gives the same ledger, which tells of every wallet that it adds to: its id, and its newest entry's Seq, or 0 when
// an error leaves open whether that was added.
func Watch(s Store, tell func(id ID, seq int64)) Store { return watched{s, tell} }

type watched struct {
	Store
	tell func(ID, int64)
}

// Append implements Store.
func (w watched) Append(ctx context.Context, entries []Entry) error {
	err := w.Store.Append(ctx, entries)
	if len(entries) == 0 {
		return err
	}
	last := entries[len(entries)-1]
	if err != nil {
		last.Seq = 0
	}
	w.tell(last.Wallet, last.Seq)
	return err
}
