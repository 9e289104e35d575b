package order_test

import (
	"testing"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
)

// Orders earn at the shifted rate from its moment on and not before, the lines say so and add up, and the audit stays.
func TestAnOrderEarnsAtTheRateThatTheIndexHasShifted(t *testing.T) {
	k, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 7, 1, 0, 1, 0, 0, time.UTC)
	k.Shift([]programme.Shift{{From: from, BasisPoints: -10, Audit: "2026-Q2"}, {From: from.AddDate(0, 3, 0), BasisPoints: 0, Audit: "2026-Q3"}})
	born := member.Profile{Birthday: "1990-07-15"}
	for _, c := range []struct {
		at   time.Time
		who  member.Profile
		want int64
		line string
	}{
		{from.Add(-time.Millisecond), member.Profile{}, 150, ""},
		{from, member.Profile{}, 140, "-10 2026-Q2"},
		{from.AddDate(0, 0, 20), born, 420, "-10 2026-Q2"},
		{from.AddDate(0, 3, 0), member.Profile{}, 150, ""},
	} {
		p := k.At(c.at)
		coins, lines := order.Coins(p, eligibility.Facts{Tier: "GOLD", Profile: c.who}, order.Event{Kind: order.Paid, Fen: 10_000, At: c.at})
		sum, index := int64(0), ""
		for _, l := range lines {
			if sum += l.Coins; l.Code == "INDEX" {
				index = l.Detail
			}
		}
		if coins != c.want || sum != coins || index != c.line {
			t.Errorf("at %s: %d coins, lines %+v; want %d and %q", c.at, coins, lines, c.want, c.line)
		}
		if p.Version != "2026.1" || p != k.At(c.at) {
			t.Errorf("at %s another version is given: %s", c.at, p.Version)
		}
	}
	k.Shift([]programme.Shift{{From: from, BasisPoints: -10_000, Audit: "x"}})
	if coins, _ := order.Coins(k.At(from), eligibility.Facts{Tier: "GOLD", Profile: born}, order.Event{Kind: order.Paid, Fen: 10_000, At: from}); coins != 0 {
		t.Errorf("a rate below nothing earns %d", coins)
	}
}
