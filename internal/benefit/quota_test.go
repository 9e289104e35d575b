package benefit_test

import (
	"errors"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/programme"

	"pgregory.net/rapid"
)

func TestQuotasCountInWindowsOfTheProgrammesZone(t *testing.T) {
	monthly := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 2, Per: programme.PerMonth}}
	yearly := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 2, Per: programme.PerYear}}
	once := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 1, Per: programme.Once}}
	perOrder := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 2, Per: programme.PerOrder}}
	ending := monthly
	end := at(t, "2026-08-01 00:00")
	ending.ValidUntil = &end
	for name, c := range map[string]struct {
		benefit programme.Benefit
		uses    []string // moments, or "order@moment"
		now     string
		left    int64
		resets  string // empty = never
	}{
		"nothing used":                    {monthly, nil, "2026-07-08 12:00", 2, "2026-08-01 00:00"},
		"used this month":                 {monthly, []string{"2026-07-01 00:00"}, "2026-07-31 23:59", 1, "2026-08-01 00:00"},
		"used up":                         {monthly, []string{"2026-07-01 00:00", "2026-07-02 00:00"}, "2026-07-31 23:59", 0, "2026-08-01 00:00"},
		"full again, though UTC is not":   {monthly, []string{"2026-07-31 23:58", "2026-07-31 23:59"}, "2026-08-01 00:00", 2, "2026-09-01 00:00"},
		"used this year":                  {yearly, []string{"2026-01-01 00:00"}, "2026-12-31 23:59", 1, "2027-01-01 00:00"},
		"a new year":                      {yearly, []string{"2026-12-31 23:59", "2026-12-31 23:59"}, "2027-01-01 00:00", 2, "2028-01-01 00:00"},
		"once, years ago":                 {once, []string{"2011-01-01 00:00"}, "2026-07-08 12:00", 0, ""},
		"once, never used":                {once, nil, "2026-07-08 12:00", 1, ""},
		"another order":                   {perOrder, []string{"536365@2026-07-01 00:00"}, "2026-07-08 12:00", 2, ""},
		"the benefit ends with the month": {ending, []string{"2026-07-01 00:00"}, "2026-07-08 12:00", 1, ""},
	} {
		p := example(t, c.benefit)
		var u benefit.Usage
		var err error
		for _, use := range c.uses {
			order := ""
			if i := len(use) - len("2026-07-01 00:00"); i > 0 {
				order, use = use[:i-1], use[i:]
			}
			if u, _, err = u.Use(p, c.benefit, order, at(t, use)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		got := u.Left(p, c.benefit, "", at(t, c.now))
		var resets time.Time
		if c.resets != "" {
			resets = at(t, c.resets)
		}
		if got.Remaining != c.left || !got.ResetsAt.Equal(resets) || got.Unlimited {
			t.Errorf("%s: %+v, want %d left, reset %s", name, got, c.left, resets)
		}
	}
}

func TestUseBeyondTheQuotaIsRefusedPerOrder(t *testing.T) {
	b := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 2, Per: programme.PerOrder}}
	p, now := example(t, b), at(t, "2026-07-08 12:00")
	var u benefit.Usage
	var err error
	for _, order := range []string{"536365", "536366", "536365", "536366"} {
		if u, _, err = u.Use(p, b, order, now); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err = u.Use(p, b, "536365", now); !errors.Is(err, benefit.ErrUsedUp) {
		t.Errorf("the third use for an order: %v", err)
	}
	if left := u.Left(p, b, "536367", now); left.Remaining != 2 {
		t.Errorf("a new order has %d", left.Remaining)
	}
}

func TestCostCapGivesTheFallbackBeforeItIsPassed(t *testing.T) {
	b := programme.Benefit{Code: "COURIER", Value: 800, Quota: programme.Quota{Unlimited: true}, CostCap: &programme.CostCap{FenPerYear: 5000}}
	p := example(t, b)
	var u benefit.Usage
	now := at(t, "2026-07-08 12:00")
	for n := 1; n <= 8; n++ {
		told := u.Left(p, b, "", now)
		next, fallback, err := u.Use(p, b, "", now)
		if err != nil {
			t.Fatal(err)
		}
		if want := n > 6; fallback != want || told.Fallback != want || !told.Unlimited { // 6 × 8 yuan are 48, the seventh would make 56
			t.Errorf("use %d: fallback %v, told before %v", n, fallback, told.Fallback)
		}
		u = next
	}
	if left := u.Left(p, b, "", now); left.CostLeft != 200 {
		t.Errorf("%d fen are left, want 200", left.CostLeft)
	}
	if left := u.Left(p, b, "", at(t, "2027-01-01 00:00")); left.Fallback || left.CostLeft != 5000 {
		t.Errorf("the new year has %+v", left)
	}
}

func TestNoSequenceOfUsesPassesAQuota(t *testing.T) {
	start := at(t, "2026-01-01 00:00")
	whole := example(t)
	rapid.Check(t, func(t *rapid.T) {
		b := programme.Benefit{Code: "B", State: programme.Live, Quota: programme.Quota{
			Count: rapid.Int64Range(0, 4).Draw(t, "count"),
			Per:   rapid.SampledFrom([]programme.Period{programme.PerMonth, programme.PerYear, programme.Once}).Draw(t, "per"),
		}}
		p := *whole
		p.Benefits = []programme.Benefit{b}
		var u benefit.Usage
		given := map[string]int64{}
		now := start
		for range rapid.IntRange(1, 60).Draw(t, "uses") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 40*24*60).Draw(t, "minutes")) * time.Minute)
			span := map[programme.Period]string{
				programme.PerMonth: now.In(china).Format("2006-01"), programme.PerYear: now.In(china).Format("2006"), programme.Once: "ever",
			}[b.Quota.Per]
			told := u.Left(&p, b, "", now)
			next, _, err := u.Use(&p, b, "", now)
			if want := given[span] < b.Quota.Count; (err == nil) != want || told.Remaining != b.Quota.Count-given[span] {
				t.Fatalf("at %s %d of %d were given: told %d left, use: %v", now, given[span], b.Quota.Count, told.Remaining, err)
			}
			if err == nil {
				given[span]++
			}
			u = next
		}
	})
}
