package supply_test

import (
	"sync"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/supply"
)

func limits(t *testing.T) (*programme.Programme, programme.Index) {
	t.Helper()
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	return p, *p.Coin().Index
}

// Exactly 103 and 97 change nothing; a tenth beyond does, by a tenth of a percentage point, and never beyond the limits.
func TestTheIndexMovesTheRateByAStepWithinItsLimits(t *testing.T) {
	_, x := limits(t)
	for _, c := range []struct {
		stock, came, went    int64
		index, before, after int64
	}{
		{1000, 30, 0, 1030, 0, 0},
		{1000, 31, 0, 1031, 0, -10},
		{970, 0, 30, 970, 0, 0},
		{969, 0, 31, 969, 0, 10},
		{1000, 500, 500, 1000, -20, -20},
		{10_000, 304, 0, 1030, 0, 0}, // 103.04 is 103.0, as everybody sees it
		{10_000, 305, 0, 1031, 0, -10},
		{1000, 9000, 0, 10000, -50, -50},
		{1000, 9000, 0, 10000, -45, -50},
		{1000, 0, 1000, 500, 50, 50},
		{1000, 0, 1000, 500, 45, 50},
		{1000, -31, 0, 969, 0, 10}, // more claimed back than issued
		{9_000_000_000_000_000, 279_000_000_000_000, 0, 1031, 0, -10},
	} {
		index, told := supply.Index(c.stock, c.came, c.went)
		if !told || index != c.index {
			t.Errorf("%d + %d against + %d: %d, %v; want %d", c.stock, c.came, c.went, index, told, c.index)
		}
		if after := supply.Step(x, c.before, index); after != c.after {
			t.Errorf("an index of %d moves %d to %d, want %d", index, c.before, after, c.after)
		}
	}
	for _, none := range [][3]int64{{0, 5, 0}, {-5, 10, 5}, {5, -10, 0}, {0, 0, 0}} {
		if index, told := supply.Index(none[0], none[1], none[2]); told {
			t.Errorf("%v tells %d", none, index)
		}
	}
}

func TestTheLastPeriodIsThatOfTheProgrammesZone(t *testing.T) {
	p, _ := limits(t)
	for _, c := range []struct{ kind, now, name, from, to string }{
		{programme.Quarterly, "2026-10-01T00:00:00+08:00", "2026-Q3", "2026-07-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00"},
		{programme.Quarterly, "2026-09-30T23:59:59+08:00", "2026-Q2", "2026-04-01T00:00:00+08:00", "2026-07-01T00:00:00+08:00"},
		{programme.Quarterly, "2026-12-31T16:00:00Z", "2026-Q4", "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"},
		{programme.Monthly, "2026-03-31T12:00:00+08:00", "2026-02", "2026-02-01T00:00:00+08:00", "2026-03-01T00:00:00+08:00"},
		{programme.Monthly, "2026-01-15T12:00:00+08:00", "2025-12", "2025-12-01T00:00:00+08:00", "2026-01-01T00:00:00+08:00"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		name, from, to := supply.LastPeriod(c.kind, now, p.Zone())
		if name != c.name || from.In(p.Zone()).Format(time.RFC3339) != c.from || to.In(p.Zone()).Format(time.RFC3339) != c.to {
			t.Errorf("%s at %s: %s, %s to %s", c.kind, c.now, name, from, to)
		}
	}
}

// Ten who look at once write one audit, and all are told of it; without an index nobody looks.
func TestAPeriodIsReviewedOnceWhoeverLooks(t *testing.T) {
	p, _ := limits(t)
	s := storetest.MemorySupply()
	for n := range supply.Shards {
		shard := supply.Shard{N: n, Swept: time.Unix(1, 0)}
		if n == 0 {
			shard.Total.Amounts = supply.Amounts{Issued: 1040, Burned: 4, Outstanding: 1036}
		}
		if err := s.Save(t.Context(), shard); err != nil {
			t.Fatal(err)
		}
	}
	base := supply.Adjustment{Currency: "COIN", Period: "2026-Q1", To: time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC), Index: 1000,
		Before: -20, After: -20, Amounts: supply.Amounts{Issued: 1000, Outstanding: 1000}}
	if _, _, err := s.Adjust(t.Context(), base); err != nil {
		t.Fatal(err)
	}
	r := &supply.Reviewer{Store: s}
	now := time.Date(2026, 7, 1, 3, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	var all sync.WaitGroup
	done := 0
	for range 10 {
		all.Go(func() {
			a, mine, err := r.Review(t.Context(), p, now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || a.Period != "2026-Q2" || a.Index != 1036 || a.Before != -20 || a.After != -30 || a.Came != 40 || a.Went != 4 || a.InForce != now.Add(supply.Lead) {
				t.Errorf("%+v, %v", a, err)
			}
			if mine {
				done++
			}
		})
	}
	all.Wait()
	rows, err := s.Adjustments(t.Context())
	if err != nil || done != 1 || len(rows) != 2 {
		t.Errorf("%d reviewed it and %d audits are there, %v", done, len(rows), err)
	}
	if _, again, err := r.Review(t.Context(), p, now.AddDate(0, 0, -1)); again || err != nil {
		t.Errorf("an older period was reviewed: %v", err)
	}
	plain, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	if _, looked, err := r.Review(t.Context(), plain, now); looked || err != nil {
		t.Errorf("a programme without an index was reviewed: %v", err)
	}
}
