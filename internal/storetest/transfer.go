package storetest

import (
	"context"
	"errors"
	"testing"

	"membergate/internal/transfer"
	"membergate/internal/wallet"
)

// Transfers tests the promises of transfer.Store.
func Transfers(t *testing.T, s transfer.Store) {
	group[transfer.Store]{
		{"every field of a transfer comes back", fieldsOfTransfer},
		{"it is created once and changed by its version", versionsOfTransfer},
		{"what is unfinished is found until it is finished", unfinishedTransfers},
		{"all are walked in the order of their ids", walkTransfers},
	}.run(t, s)
}

// moved makes a transfer with every field filled, under a new id.
func moved(seed uint64) transfer.Transfer {
	v := filled[transfer.Transfer](dice(seed))
	v.ID, v.From, v.To, v.Version = name("transfer"), wallet.NewID(), wallet.NewID(), 1
	return v
}

func fieldsOfTransfer(t *testing.T, ctx context.Context, s transfer.Store) {
	for seed := range uint64(5) {
		want := moved(seed)
		must(t, s.Create(ctx, want))
		got, err := s.ByIDs(ctx, []string{want.ID, name("nothing")})
		must(t, err)
		same(t, "the transfer", got, map[string]transfer.Transfer{want.ID: want})
	}
}

func versionsOfTransfer(t *testing.T, ctx context.Context, s transfer.Store) {
	v := moved(1)
	must(t, s.Create(ctx, v))
	if err := s.Create(ctx, v); !errors.Is(err, transfer.ErrExists) {
		t.Errorf("created again: %v", err)
	}
	must(t, s.Save(ctx, v))
	if err := s.Save(ctx, v); !errors.Is(err, transfer.ErrStale) {
		t.Errorf("saved at an old version: %v", err)
	}
	if err := s.Save(ctx, moved(2)); !errors.Is(err, transfer.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
	v.Version = 2
	errs := together(16, func(int) error { return s.Save(ctx, v) })
	onlyWinner(t, errs, transfer.ErrStale)
}

func unfinishedTransfers(t *testing.T, ctx context.Context, s transfer.Store) {
	v := moved(3)
	v.Unfinished = true
	must(t, s.Create(ctx, v))
	found := func() bool {
		all, err := s.Unfinished(ctx, 1000)
		must(t, err)
		for _, other := range all {
			if other.ID == v.ID {
				return true
			}
		}
		return false
	}
	if !found() {
		t.Error("it is not found")
	}
	v.Unfinished = false
	must(t, s.Save(ctx, v))
	if found() {
		t.Error("it is found after it is finished")
	}
}

func walkTransfers(t *testing.T, ctx context.Context, s transfer.Store) {
	want := map[string]bool{}
	for seed := range uint64(7) {
		v := moved(seed)
		must(t, s.Create(ctx, v))
		want[v.ID] = true
	}
	last := ""
	for {
		page, err := s.Walk(ctx, last, 3)
		must(t, err)
		for _, v := range page {
			if v.ID <= last {
				t.Fatalf("%s comes after %s", v.ID, last)
			}
			last = v.ID
			delete(want, v.ID)
		}
		if len(page) < 3 {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("not met: %v", want)
	}
}
