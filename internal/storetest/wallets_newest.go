package storetest

import (
	"context"
	"testing"
	"time"

	"membergate/internal/wallet"
)

func (s *ledgers) Newest(ctx context.Context) (newest wallet.Entry, found bool, err error) {
	err = locked(ctx, &s.mu, func() error {
		for _, entries := range s.all {
			for _, e := range entries {
				if !found || e.OccurredAt.After(newest.OccurredAt) {
					newest, found = e, true
				}
			}
		}
		return nil
	})
	return newest, found, err
}

// newestOfAll posts a cause of the year 9000 first, and an earlier one after it in the same wallet: what happened last
// counts, not what was written last.
func newestOfAll(t *testing.T, ctx context.Context, s wallet.Store) {
	id := wallet.NewID()
	last := time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Since(time.Unix(0, 0)).Truncate(time.Millisecond)) // later than that of a run before
	must(t, s.Append(ctx, []wallet.Entry{
		{Wallet: id, Seq: 1, Op: "late", OccurredAt: last},
		{Wallet: id, Seq: 2, Op: "early", OccurredAt: last.AddDate(-100, 0, 0)},
	}))
	e, found, err := s.Newest(ctx)
	must(t, err)
	if !found || e.Wallet != id || e.Seq != 1 {
		t.Errorf("the newest entry is %s of %s (found %t), want late of %s", e.Op, e.Wallet, found, id)
	}
}
