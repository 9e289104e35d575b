package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/wallet"
)

func pages(t *testing.T, ctx context.Context, s wallet.Store) {
	entries := chain(dice(1), 10)
	must(t, s.Append(ctx, entries))
	must(t, s.Append(ctx, chain(dice(2), 10)))
	newest := slices.Clone(entries)
	slices.Reverse(newest)
	for _, c := range []struct {
		q    wallet.Query
		want []wallet.Entry
	}{
		{wallet.Query{Limit: 3}, newest[:3]},
		{wallet.Query{Limit: 10}, newest},
		{wallet.Query{Limit: 11}, newest},
		{wallet.Query{Limit: 0}, nil},
		{wallet.Query{Before: 8, Limit: 3}, newest[3:6]},
		{wallet.Query{Before: 3, Limit: 9}, newest[8:]},
		{wallet.Query{Before: 1, Limit: 9}, nil},
		{wallet.Query{Before: 99, Limit: 2}, newest[:2]},
	} {
		got, err := s.Page(ctx, entries[0].Wallet, c.q)
		must(t, err)
		if len(got) != len(c.want) {
			t.Errorf("the page %+v has %d entries, want %d", c.q, len(got), len(c.want))
		}
		same(t, "a page", got, c.want)
	}
	got, err := s.Page(ctx, wallet.NewID(), wallet.Query{Limit: 3})
	must(t, err)
	same(t, "the page of an empty wallet", got, []wallet.Entry(nil))
}

func filteredPages(t *testing.T, ctx context.Context, s wallet.Store) {
	day := func(n int) time.Time { return time.Date(2011, 3, n, 12, 0, 0, 0, time.UTC) }
	kinds := []wallet.Kind{wallet.Earn, wallet.Spend, wallet.Expire}
	entries := chain(dice(1), 9)
	for i := range entries {
		entries[i].OccurredAt, entries[i].Kind = day(1+i), kinds[i%3]
	}
	entries[8].OccurredAt = day(2) // a late one: its time is not in the order of the sequence
	for i := range entries {
		entries[i].Ref = fmt.Sprint("ref ", i/4)
	}
	quiet := entry(dice(3), entries[0].Wallet, 10, "quiet") // it only sets coins aside
	quiet.Kind, quiet.Amount, quiet.OccurredAt = wallet.SetAside, 0, day(20)
	repaid := entry(dice(4), entries[0].Wallet, 11, "repaid") // what it let go went to a debt
	repaid.Kind, repaid.Amount, repaid.OccurredAt = wallet.Release, -3, day(20)
	entries = append(entries, quiet, repaid)
	must(t, s.Append(ctx, entries))
	for _, c := range []struct {
		says string
		q    wallet.Query
		want []int64
	}{
		{"one kind", wallet.Query{Kinds: []wallet.Kind{wallet.Spend}}, []int64{8, 5, 2}},
		{"two kinds", wallet.Query{Kinds: []wallet.Kind{wallet.Earn, wallet.Expire}}, []int64{9, 7, 6, 4, 3, 1}},
		{"what is for one thing", wallet.Query{Ref: "ref 1"}, []int64{8, 7, 6, 5}},
		{"without what is hidden", wallet.Query{Shown: true, Limit: 3}, []int64{11, 9, 8}},
		{"what is hidden, asked for by kind", wallet.Query{Kinds: wallet.HiddenKinds}, []int64{11, 10}},
		{"a kind that is not there", wallet.Query{Kinds: []wallet.Kind{wallet.Adjust}}, nil},
		{"from a time on, inclusive", wallet.Query{From: day(7), To: day(15)}, []int64{8, 7}},
		{"until a time, exclusive", wallet.Query{To: day(3)}, []int64{9, 2, 1}},
		{"from and until", wallet.Query{From: day(2), To: day(4)}, []int64{9, 3, 2}},
		{"everything at once", wallet.Query{From: day(2), To: day(8), Kinds: []wallet.Kind{wallet.Earn, wallet.Spend}, Before: 7}, []int64{5, 4, 2}},
		{"no more than asked for", wallet.Query{Kinds: []wallet.Kind{wallet.Earn, wallet.Spend}, Limit: 2}, []int64{8, 7}},
	} {
		if c.q.Limit == 0 {
			c.q.Limit = 20
		}
		page, err := s.Page(ctx, entries[0].Wallet, c.q)
		must(t, err)
		var got []int64
		for _, e := range page {
			got = append(got, e.Seq)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: sequences %v, want %v", c.says, got, c.want)
		}
	}
}

func chains(t *testing.T, ctx context.Context, s wallet.Store) {
	entries := chain(dice(1), 10)
	must(t, s.Append(ctx, entries))
	must(t, s.Append(ctx, chain(dice(2), 3)))
	for _, c := range []struct {
		after int64
		n     int
		want  []wallet.Entry
	}{{0, 4, entries[:4]}, {4, 4, entries[4:8]}, {8, 4, entries[8:]}, {10, 4, nil}, {0, 100, entries}, {3, 0, nil}} {
		got, err := s.Chain(ctx, entries[0].Wallet, c.after, c.n)
		must(t, err)
		same(t, "the chain", got, c.want)
	}
}

func byOps(t *testing.T, ctx context.Context, s wallet.Store) {
	entries, other := chain(dice(1), 5), chain(dice(2), 5)
	must(t, s.Append(ctx, entries))
	must(t, s.Append(ctx, other))
	got, err := s.ByOps(ctx, entries[0].Wallet, []string{"op-2", "op-5", "op-9", "op-2"})
	must(t, err)
	same(t, "the answer", got, map[string]wallet.Entry{"op-2": entries[1], "op-5": entries[4]})
	got, err = s.ByOps(ctx, entries[0].Wallet, nil)
	must(t, err)
	same(t, "the answer to nothing", got, map[string]wallet.Entry{})
}

func bySeqs(t *testing.T, ctx context.Context, s wallet.Store) {
	entries := chain(dice(1), 5)
	must(t, s.Append(ctx, entries))
	must(t, s.Append(ctx, chain(dice(2), 9)))
	got, err := s.BySeqs(ctx, entries[0].Wallet, []int64{5, 2, 9, 0, 2, -1})
	must(t, err)
	same(t, "the answer", got, map[int64]wallet.Entry{2: entries[1], 5: entries[4]})
	got, err = s.BySeqs(ctx, entries[0].Wallet, nil)
	must(t, err)
	same(t, "the answer to nothing", got, map[int64]wallet.Entry{})
}
