package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// Supply tests the promises of supply.Store.
func Supply(t *testing.T, s supply.Store) {
	group[supply.Store]{
		{"every field of a shard comes back", fieldsOfShard},
		{"a shard is saved once at a version", shardVersions},
		{"one of many who save a shard wins each time", shardRace},
		{"every field of a mark comes back", fieldsOfMark},
		{"a mark never falls", marksRise},
		{"wallets with something due are found", marksDue},
		{"a mark that is counted anew replaces any", recountMarks},
		{"a period is adjusted once, with every field", adjustOnce},
		{"currencies are counted apart", supplyApart},
	}.run(t, s)
	t.Run("of another currency", func(t *testing.T) {
		group[supply.Store]{
			{"every field of a shard comes back", fieldsOfShard},
			{"a shard is saved once at a version", shardVersions},
			{"one of many who save a shard wins each time", shardRace},
		}.run(t, s.In(name("CUR")))
	})
}

func supplyApart(t *testing.T, ctx context.Context, s supply.Store) {
	codes := []string{"", name("A"), name("B")}
	for i, code := range codes {
		one := shardAt(2000, uint64(i))
		must(t, s.In(code).Save(ctx, one))
	}
	for i, code := range codes {
		want := shardAt(2000, uint64(i))
		want.Version = 1
		got, err := s.In(codes[2-i]).In(code).Shard(ctx, 2000) // asked of whichever
		must(t, err)
		same(t, "the shard", got, want)
		all, err := s.In(code).Shards(ctx)
		must(t, err)
		n := 0
		for _, shard := range all {
			if shard.N == 2000 {
				n++
			}
		}
		if n != 1 || code != "" && len(all) != 1 {
			t.Errorf("the list of %q has it %d times among %d", code, n, len(all))
		}
	}
	id := wallet.NewID().In(codes[1])
	must(t, s.Raise(ctx, []supply.Mark{{Wallet: id, Seq: 3}}))
	marks, err := s.In(codes[1]).Marks(ctx, []wallet.ID{id, id.Home()})
	must(t, err)
	if len(marks) != 1 || marks[id].Seq != 3 {
		t.Errorf("the marks are %+v", marks)
	}
}

// shardAt makes a shard with every field filled, at a number that one test uses.
func shardAt(n int, seed uint64) supply.Shard {
	s := filled[supply.Shard](dice(seed))
	s.N, s.Version = n, 0
	return s
}

func fieldsOfShard(t *testing.T, ctx context.Context, s supply.Store) {
	const n = 1000
	missing, err := s.Shard(ctx, n)
	must(t, err)
	same(t, "a shard that is not stored", missing, supply.Shard{N: n})
	want := shardAt(n, 1)
	must(t, s.Save(ctx, want))
	want.Version = 1
	got, err := s.Shard(ctx, n)
	must(t, err)
	same(t, "the shard", got, want)
	next := shardAt(n+1, 2)
	must(t, s.Save(ctx, next))
	next.Version = 1
	all, err := s.Shards(ctx)
	must(t, err)
	i := slices.IndexFunc(all, func(x supply.Shard) bool { return x.N == n })
	if i < 0 || len(all) < i+2 {
		t.Fatalf("the list has not both shards: %v", all)
	}
	same(t, "the list", all[i:i+2], []supply.Shard{want, next})
}

func shardVersions(t *testing.T, ctx context.Context, s supply.Store) {
	first := shardAt(1002, 3)
	must(t, s.Save(ctx, first))
	second := shardAt(1002, 4)
	for _, wrong := range []int64{0, 2, 9} {
		second.Version = wrong
		if err := s.Save(ctx, second); !errors.Is(err, supply.ErrStale) {
			t.Errorf("saving version %d over 1 gave %v, want %v", wrong, err, supply.ErrStale)
		}
	}
	if err := s.Save(ctx, supply.Shard{N: 1003, Version: 1}); !errors.Is(err, supply.ErrStale) {
		t.Errorf("saving version 1 of a shard that is not stored gave %v, want %v", err, supply.ErrStale)
	}
	second.Version = 1
	must(t, s.Save(ctx, second))
	second.Version = 2
	got, err := s.Shard(ctx, 1002)
	must(t, err)
	same(t, "the shard", got, second)
}

func shardRace(t *testing.T, ctx context.Context, s supply.Store) {
	const n, writers = 1004, 8
	for version := range int64(5) {
		var won atomic.Int64
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				err := s.Save(ctx, supply.Shard{N: n, Version: version})
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, supply.ErrStale) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d of %d writers saved version %d; want 1", won.Load(), writers, version)
		}
	}
}

func fieldsOfMark(t *testing.T, ctx context.Context, s supply.Store) {
	want := map[wallet.ID]supply.Mark{}
	var marks []supply.Mark
	ids := []wallet.ID{wallet.NewID()} // one without a mark
	for seed := range uint64(5) {
		m := filled[supply.Mark](dice(seed))
		m.Wallet, m.Seq = wallet.NewID(), 3
		marks, ids, want[m.Wallet] = append(marks, m), append(ids, m.Wallet), m
	}
	must(t, s.Raise(ctx, marks))
	got, err := s.Marks(ctx, ids)
	must(t, err)
	same(t, "the marks", got, want)
	must(t, s.Raise(ctx, nil))
}

func marksRise(t *testing.T, ctx context.Context, s supply.Store) {
	at := func(id wallet.ID, seq int64) supply.Mark {
		return supply.Mark{Wallet: id, Seq: seq, Sum: supply.Sum{Amounts: supply.Amounts{Issued: 100 * seq}}}
	}
	a, b, fresh := wallet.NewID(), wallet.NewID(), wallet.NewID()
	must(t, s.Raise(ctx, []supply.Mark{at(a, 5), at(b, 5)}))
	must(t, s.Raise(ctx, []supply.Mark{at(b, 7), at(fresh, 1), at(a, 4)}))
	equal := at(a, 5)
	equal.Sum.Amounts.Issued = 1
	must(t, s.Raise(ctx, []supply.Mark{equal}))
	got, err := s.Marks(ctx, []wallet.ID{a, b, fresh})
	must(t, err)
	same(t, "the marks", got, map[wallet.ID]supply.Mark{a: at(a, 5), b: at(b, 7), fresh: at(fresh, 1)})
}

func marksDue(t *testing.T, ctx context.Context, s supply.Store) {
	by := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Since(time.Unix(0, 0)).Truncate(time.Millisecond)) // earlier than that of a run before
	due := func(n int) map[wallet.ID]bool {
		found, err := s.Due(ctx, by, n)
		must(t, err)
		out := map[wallet.ID]bool{}
		for _, id := range found {
			out[id] = true
		}
		return out
	}
	want := map[wallet.ID]bool{}
	var marks []supply.Mark
	for _, at := range []time.Time{{}, by.Add(time.Millisecond), by, by.Add(-time.Millisecond), by.Add(-time.Hour)} {
		m := supply.Mark{Wallet: wallet.NewID(), Seq: 1, Due: at}
		marks = append(marks, m)
		if !at.IsZero() && !at.After(by) {
			want[m.Wallet] = true
		}
	}
	must(t, s.Raise(ctx, marks))
	same(t, "what is due", due(10), want)
	if got := due(2); len(got) != 2 {
		t.Errorf("of 3 that are due, 2 were asked for and %d came", len(got))
	}
	for i, m := range marks {
		m.Seq, m.Due = 2, by.AddDate(0, i, 1)
		must(t, s.Raise(ctx, []supply.Mark{m}))
		delete(want, m.Wallet)
		same(t, "what is due", due(10), want)
	}
}

func recountMarks(t *testing.T, ctx context.Context, s supply.Store) {
	by := time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Since(time.Unix(0, 0)).Truncate(time.Millisecond)) // earlier than that of a run before
	m := filled[supply.Mark](dice(1))
	m.Wallet, m.Seq, m.Due = wallet.NewID(), 7, by
	must(t, s.Raise(ctx, []supply.Mark{m}))
	m.Seq, m.Due, m.Sum.Amounts.Owed = 5, by.Add(time.Hour), 1
	fresh := m
	fresh.Wallet, fresh.Due = wallet.NewID(), time.Time{}
	must(t, s.Recount(ctx, nil))
	must(t, s.Recount(ctx, []supply.Mark{m, fresh}))
	got, err := s.Marks(ctx, []wallet.ID{m.Wallet, fresh.Wallet})
	must(t, err)
	same(t, "the marks", got, map[wallet.ID]supply.Mark{m.Wallet: m, fresh.Wallet: fresh})
	due, err := s.Due(ctx, by, 10)
	must(t, err)
	if slices.Contains(due, m.Wallet) {
		t.Error("it is due as the old mark said")
	}
}

func adjustOnce(t *testing.T, ctx context.Context, s supply.Store) {
	want := filled[supply.Adjustment](dice(1))
	want.Currency = name("currency")
	want.To = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	later := want
	later.Period, later.To = "later", want.To.AddDate(0, 3, 0)
	got, added, err := s.Adjust(ctx, later)
	must(t, err)
	same(t, "the later one", got, later)
	all := make([]supply.Adjustment, 10)
	errs := together(10, func(i int) (err error) {
		a := want
		a.After = int64(i)
		won := false
		if all[i], won, err = s.Adjust(ctx, a); err == nil && !won {
			err = supply.ErrStale
		}
		return err
	})
	onlyWinner(t, errs, supply.ErrStale)
	for _, a := range all {
		same(t, "what each is told", a, all[0])
	}
	want.After = all[0].After
	same(t, "the adjustment", all[0], want)
	listed, err := s.Adjustments(ctx)
	must(t, err)
	listed = slices.DeleteFunc(listed, func(a supply.Adjustment) bool { return a.Currency != want.Currency })
	same(t, "the list", listed, []supply.Adjustment{want, later})
	if !added {
		t.Error("the later one was not added")
	}
}

// Promises tests the promises of programme.Promises.
func Promises(t *testing.T, s programme.Promises) {
	group[programme.Promises]{{"a promise is kept once, with every field", keepPromise}}.run(t, s)
}

func keepPromise(t *testing.T, ctx context.Context, s programme.Promises) {
	var want []programme.Promise
	for seed := range uint64(3) {
		p := filled[programme.Promise](dice(seed))
		p.Currency = name("currency")
		want = append(want, p)
	}
	must(t, s.Promise(ctx, nil))
	must(t, s.Promise(ctx, want[:1]))
	for _, err := range together(4, func(int) error { return s.Promise(ctx, want) }) {
		must(t, err)
	}
	all, err := s.Promises(ctx)
	must(t, err)
	found := map[string]int{}
	for _, p := range all {
		for _, w := range want {
			if p.Currency == w.Currency {
				same(t, "the promise", p, w)
				found[p.Currency]++
			}
		}
	}
	for _, w := range want {
		if found[w.Currency] != 1 {
			t.Errorf("%s is there %d times", w.ID(), found[w.Currency])
		}
	}
}
