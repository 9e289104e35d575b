package saving_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/saving"
	"membergate/internal/wallet"
)

var (
	july   = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	august = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
)

type coupons struct {
	coupon.Store
	all []coupon.Coupon
}

func (c coupons) Page(_ context.Context, _ member.ID, until time.Time, after *coupon.Place, n int) (out []coupon.Coupon, _ error) {
	for _, one := range c.all {
		if !one.Until.Before(until) && (after == nil || one.ID > after.ID) && len(out) < n {
			out = append(out, one)
		}
	}
	return out, nil
}

type uses struct {
	benefit.UseStore
	all []benefit.Use // newest first
}

func (u uses) Page(_ context.Context, _ member.ID, after *benefit.Place, n int) (out []benefit.Use, _ error) {
	for _, one := range u.all {
		if (after == nil || one.At.Before(after.At)) && len(out) < n {
			out = append(out, one)
		}
	}
	return out, nil
}

type ledger struct {
	wallet.Store
	all []wallet.Entry
}

func (l ledger) Page(_ context.Context, _ wallet.ID, q wallet.Query) (out []wallet.Entry, _ error) {
	for _, e := range slices.Backward(l.all) {
		in := slices.Contains(q.Kinds, e.Kind) && !e.OccurredAt.Before(q.From) && (q.To.IsZero() || e.OccurredAt.Before(q.To))
		if in && (q.Before == 0 || e.Seq < q.Before) && len(out) < q.Limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// A month's report adds up what was really taken off in it, and nothing twice: S0-110.
func TestAMonthCountsWhatWasTakenOffInIt(t *testing.T) {
	in, before := july.AddDate(0, 0, 3), july.Add(-1)
	used := func(id string, at time.Time, told bool, fen int64) coupon.Coupon {
		return coupon.Coupon{ID: id, State: coupon.Used, UsedAt: at, Until: at, Told: told, SavedFen: fen}
	}
	service := saving.Service{
		Coupons: coupons{all: []coupon.Coupon{used("a", before, true, 1), used("b", july, true, 10), used("c", in, false, 100), used("d", august, true, 1000),
			{ID: "e", State: coupon.Issued, Until: in, SavedFen: 10_000}}},
		Uses: uses{all: []benefit.Use{{State: benefit.Used, At: august, Cost: 1}, {State: benefit.Used, At: in, Cost: 600, Benefit: "DELIVERY"},
			{State: benefit.Used, At: in.Add(-1), Cost: 700, ChoiceValue: 2_000, Benefit: "BOX"}, {State: benefit.Used, At: in.Add(-2), Cost: 3, Benefit: "PACK"},
			{State: benefit.Cancelled, At: in.Add(-3), Cost: 5}, {State: benefit.Used, At: in.Add(-4), Cost: 7, Fallback: true}, {State: benefit.Used, At: before, Cost: 9}}},
		Ledger: ledger{all: []wallet.Entry{
			{Seq: 1, Kind: wallet.Spend, Amount: -100, Fen: 100, OccurredAt: before}, {Seq: 2, Kind: wallet.Earn, Amount: 3, Claim: 5, Repaid: 2, OccurredAt: july},
			{Seq: 3, Kind: wallet.Spend, Amount: -200, Fen: 300, OccurredAt: in}, {Seq: 4, Kind: wallet.Spend, Amount: -500, OccurredAt: in}, // a reward
			{Seq: 5, Kind: wallet.Return, Amount: 50, Reverses: 3, OccurredAt: august}, {Seq: 6, Kind: wallet.Earn, Amount: 9, Claim: 9, OccurredAt: august},
		}},
	}
	p := &programme.Programme{Benefits: []programme.Benefit{{Code: "PACK", Coupon: "TEN_OFF"}, {Code: "DELIVERY"}, {Code: "BOX"}}}
	got, err := service.Month(t.Context(), p, "m", "w", july, august)
	want := []saving.Part{{Kind: saving.Coupons, Fen: 10}, {Kind: saving.Coins, Fen: 225}, {Kind: saving.Benefits, Fen: 2_600}}
	if err != nil || !slices.Equal(got.Parts, want) || got.Fen != 2_835 || got.Earned != 5 {
		t.Errorf("%+v, %v", got, err)
	}
	// however much there is, all of it is read
	many := service
	var all coupons
	for i := range 450 {
		all.all = append(all.all, used(string(rune('a'+i/100))+string(rune('a'+i%100)), in, true, 1))
	}
	var entries ledger
	for i := range int64(450) {
		entries.all = append(entries.all, wallet.Entry{Seq: i + 1, Kind: wallet.Earn, Claim: 1, OccurredAt: in})
	}
	many.Coupons, many.Ledger = all, entries
	if got, err := many.Month(t.Context(), p, "m", "w", july, august); err != nil || got.Parts[0].Fen != 450 || got.Earned != 450 {
		t.Errorf("of 450 each: %+v, %v", got, err)
	}
}

func TestSumsAreComparedWithWholeNumbers(t *testing.T) {
	p := &programme.Programme{Equivalences: []programme.Equivalent{
		{Code: "BOX", Fen: 6_000, Texts: programme.Text{"zh-CN": "相当于{0}次有机蔬菜配送", "en": "boxes: {0}"}}, {Code: "CAR", Fen: 10_000_000, Texts: programme.Text{"zh-CN": "{0}"}}}}
	got := saving.Equals(p, 12_000, "zh-CN") // 120 yuan are 2 deliveries, as the paper says
	if len(got) != 1 || got[0] != (saving.Equal{Code: "BOX", Count: 2, Text: "相当于2次有机蔬菜配送"}) {
		t.Errorf("%+v", got)
	}
	if got := saving.Equals(p, 5_999, "en"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
