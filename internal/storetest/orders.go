package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Orders tests the promises of order.Store.
func Orders(t *testing.T, s order.Store) {
	group[order.Store]{
		{"every field of a record comes back", fieldsOfRecord},
		{"records are written down unapplied", putUnapplied},
		{"records that exist are left as they are", putLeaves},
		{"those unknown are missing", unknownRecords},
		{"a refund is added to its order once", addRefund},
		{"the refund of an unknown order finds none", addRefundUnknown},
		{"a record is applied once and stays so", apply},
		{"purchases are the applied orders, newest first", purchases},
		{"a walk gives applied records by id", walkRecords},
		{"of many who write one record down one counts", putRace},
		{"one refund from many writers is added once", addRefundRace},
		{"many refunds of one order are all added", addRefundsRace},
		{"a cancelled caller is told so", cancelledRecords},
	}.run(t, s)
}

// find reads one record.
func find(t *testing.T, ctx context.Context, s order.Store, id string) order.Record {
	t.Helper()
	found, err := s.ByIDs(ctx, []string{id})
	must(t, err)
	r, ok := found[id]
	if !ok {
		t.Fatalf("record %s is not there", id)
	}
	return r
}

// some makes n records of a new member.
func some(seed uint64, n int, kind order.Kind) (out []order.Record) {
	r, who := dice(seed), member.ID(name("member"))
	for range n {
		out = append(out, record(r, who, kind))
	}
	return out
}

func ids(records []order.Record) (out []string) {
	for _, r := range records {
		out = append(out, r.ID)
	}
	return out
}

func fieldsOfRecord(t *testing.T, ctx context.Context, s order.Store) {
	for seed := range uint64(10) {
		records := slices.Concat(some(seed, 3, order.Paid), some(seed, 2, order.Refunded))
		records = append(records, order.Record{ID: name("empty")})
		must(t, s.Put(ctx, records))
		for _, want := range records {
			same(t, "the record", find(t, ctx, s, want.ID), want)
		}
	}
	must(t, s.Put(ctx, nil))
	must(t, s.Apply(ctx, nil))
}

func putUnapplied(t *testing.T, ctx context.Context, s order.Store) {
	r := some(1, 1, order.Paid)[0]
	r.Applied = true
	must(t, s.Put(ctx, []order.Record{r}))
	if find(t, ctx, s, r.ID).Applied {
		t.Error("the new record is applied")
	}
}

func putLeaves(t *testing.T, ctx context.Context, s order.Store) {
	old := some(1, 3, order.Paid)
	must(t, s.Put(ctx, old))
	must(t, s.Apply(ctx, ids(old[:1])))
	old[0].Applied = true
	fresh := some(2, 3, order.Paid)
	other := slices.Clone(old)
	for i := range other {
		other[i].Event = filled[order.Event](dice(5))
	}
	mixed := []order.Record{fresh[0], other[0], fresh[1], other[1], other[2], fresh[2]}
	must(t, s.Put(ctx, mixed))
	must(t, s.Put(ctx, mixed))
	for _, want := range slices.Concat(old, fresh) {
		same(t, "the record", find(t, ctx, s, want.ID), want)
	}
	twice := some(3, 2, order.Paid) // the first of two alike counts
	twice[1].ID = twice[0].ID
	must(t, s.Put(ctx, twice))
	same(t, "the record", find(t, ctx, s, twice[0].ID), twice[0])
}

func unknownRecords(t *testing.T, ctx context.Context, s order.Store) {
	r := some(1, 1, order.Paid)[0]
	must(t, s.Put(ctx, []order.Record{r}))
	found, err := s.ByIDs(ctx, []string{"nothing", r.ID, r.ID, name("x")})
	must(t, err)
	same(t, "the answer", found, map[string]order.Record{r.ID: r})
	found, err = s.ByIDs(ctx, nil)
	must(t, err)
	same(t, "the answer to nothing", found, map[string]order.Record{})
}

func addRefund(t *testing.T, ctx context.Context, s order.Store) {
	want := some(1, 1, order.Paid)[0]
	must(t, s.Put(ctx, []order.Record{want}))
	must(t, s.Apply(ctx, []string{want.ID}))
	want.Applied = true
	for _, p := range []order.Part{{ID: "b", Fen: 3}, {ID: "a", Fen: 2}, {ID: "b", Fen: 3}, {ID: "a", Fen: 99}, {ID: "c.$", Fen: 1}} {
		if !slices.ContainsFunc(want.Refunds, func(q order.Part) bool { return q.ID == p.ID }) {
			want.Refunds = append(want.Refunds, p)
		}
		got, ok, err := s.AddRefund(ctx, want.Event.ID, p)
		must(t, err)
		if !ok {
			t.Fatal("the order is unknown")
		}
		same(t, "the answer", got, want)
		same(t, "the record", find(t, ctx, s, want.ID), want)
	}
}

func addRefundUnknown(t *testing.T, ctx context.Context, s order.Store) {
	id := name("no")
	if r, ok, err := s.AddRefund(ctx, id, order.Part{ID: "a", Fen: 1}); ok || err != nil || r.ID != "" {
		t.Errorf("the refund of an unknown order gave %v, %v, %v", r, ok, err)
	}
	found, err := s.ByIDs(ctx, []string{order.OrderRecord(id)})
	must(t, err)
	if len(found) > 0 {
		t.Error("the refund of an unknown order made a record")
	}
}

func apply(t *testing.T, ctx context.Context, s order.Store) {
	records := slices.Concat(some(1, 2, order.Paid), some(2, 2, order.Refunded))
	must(t, s.Put(ctx, records))
	applied := []string{records[0].ID, records[2].ID, name("unknown")}
	for range 2 {
		must(t, s.Apply(ctx, applied))
		for i, want := range records {
			want.Applied = i == 0 || i == 2
			same(t, "the record", find(t, ctx, s, want.ID), want)
		}
	}
}

func cancelledRecords(t *testing.T, ctx context.Context, s order.Store) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	cancel()
	if err := s.Put(ctx, some(1, 1, order.Paid)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Put gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.ByIDs(ctx, []string{"x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled ByIDs gave %v, want %v", err, context.Canceled)
	}
}
