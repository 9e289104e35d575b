package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

func purchases(t *testing.T, ctx context.Context, s order.Store) {
	day := func(n int) time.Time { return time.Date(2011, 3, n, 12, 0, 0, 0, time.UTC) }
	mine, others := some(1, 8, order.Paid), some(2, 3, order.Paid)
	for i := range mine {
		mine[i].Event.At = day(1 + (i*5)%8)
	}
	for i := range others {
		others[i].Event.At = day(20 + i)
	}
	refund := record(dice(3), mine[0].Event.Member, order.Refunded)
	refund.Event.At = day(30)
	must(t, s.Put(ctx, slices.Concat(mine, others, []order.Record{refund})))
	must(t, s.Apply(ctx, ids(append(mine[1:], others...)))) // mine[0] is not applied
	must(t, s.Apply(ctx, []string{refund.ID}))

	newest := func(records []order.Record) []order.Record {
		out := slices.Clone(records)
		slices.SortFunc(out, func(a, b order.Record) int { return b.Event.At.Compare(a.Event.At) })
		for i := range out {
			out[i].Applied = true
		}
		return out
	}
	me, other, nobody := mine[0].Event.Member, others[0].Event.Member, member.ID(name("nobody"))
	for _, n := range []int{1, 3, 7, 50} {
		got, err := s.Purchases(ctx, []member.ID{me, nobody, other}, n)
		must(t, err)
		want := map[member.ID][]order.Record{me: newest(mine[1:8]), other: newest(others)}
		for id, all := range want {
			want[id] = all[:min(n, len(all))]
		}
		same(t, fmt.Sprintf("the answer for %d orders a member", n), got, want)
	}
	got, err := s.Purchases(ctx, []member.ID{other}, 2)
	must(t, err)
	same(t, "the answer for one member", got, map[member.ID][]order.Record{other: newest(others)[:2]})
}

func walkRecords(t *testing.T, ctx context.Context, s order.Store) {
	prefix := name("walk")
	var want []order.Record
	for i, end := range []string{"1", "10", "2", "B", "a", "~"} {
		r := some(uint64(i), 1, order.Paid)[0]
		r.ID = prefix + end
		must(t, s.Put(ctx, []order.Record{r}))
		if i == 3 {
			continue
		}
		must(t, s.Apply(ctx, []string{r.ID}))
		r.Applied = true
		want = append(want, r)
	}
	var got []order.Record
	for after := prefix; ; after = got[len(got)-1].ID {
		page, err := s.Walk(ctx, after, 2)
		must(t, err)
		if len(page) > 2 {
			t.Fatalf("a page of 2 has %d records", len(page))
		}
		page = slices.DeleteFunc(page, func(r order.Record) bool { return !strings.HasPrefix(r.ID, prefix) })
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
	}
	same(t, "the walk", got, want)
}

func putRace(t *testing.T, ctx context.Context, s order.Store) {
	for round := range 5 {
		records := some(uint64(round), 4, order.Paid)
		errs := together(writers, func(i int) error {
			mine := slices.Clone(records)
			for k := range mine {
				mine[k].Event.Channel = fmt.Sprint(i)
			}
			return s.Put(ctx, mine)
		})
		must(t, errors.Join(errs...))
		for _, want := range records {
			got := find(t, ctx, s, want.ID)
			want.Event.Channel = got.Event.Channel
			same(t, "the record", got, want)
		}
	}
}

func addRefundRace(t *testing.T, ctx context.Context, s order.Store) {
	want := some(1, 1, order.Paid)[0]
	must(t, s.Put(ctx, []order.Record{want}))
	want.Refunds = []order.Part{{ID: "r", Fen: 5}}
	errs := together(writers, func(int) error {
		got, ok, err := s.AddRefund(ctx, want.Event.ID, want.Refunds[0])
		if err == nil && (!ok || !slices.Equal(got.Refunds, want.Refunds)) {
			err = fmt.Errorf("the refund gave %v, %v", got.Refunds, ok)
		}
		return err
	})
	must(t, errors.Join(errs...))
	same(t, "the record", find(t, ctx, s, want.ID), want)
}

func addRefundsRace(t *testing.T, ctx context.Context, s order.Store) {
	r := some(1, 1, order.Paid)[0]
	must(t, s.Put(ctx, []order.Record{r}))
	errs := together(writers, func(i int) error {
		p := order.Part{ID: fmt.Sprint("r", i/2), Fen: int64(i / 2)} // each comes twice
		got, ok, err := s.AddRefund(ctx, r.Event.ID, p)
		if err == nil && (!ok || !slices.Contains(got.Refunds, p)) {
			err = fmt.Errorf("the refund %v is missing in %v, %v", p, got.Refunds, ok)
		}
		return err
	})
	must(t, errors.Join(errs...))
	seen := map[string]bool{}
	got := find(t, ctx, s, r.ID).Refunds
	for _, p := range got {
		seen[p.ID] = true
	}
	if len(got) != writers/2 || len(seen) != writers/2 {
		t.Errorf("%d refunds of %d ids are there, want %d", len(got), len(seen), writers/2)
	}
}
