package insight

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/coupon"
	"membergate/internal/order"
	"membergate/internal/programme"
)

var back = programme.Winback{Below: 30, Coupon: "BACK", OnceDays: 90, LastDays: 730}

// However scores go, a spell begins with the first low one and ends with the first that is not, and of the spells of one
// stretch of days all have one coupon.
func TestASpellHasOneCoupon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 60).Draw(t, "scores")
		hours := rapid.SliceOfN(rapid.Int64Range(1, 2000), len(scores), len(scores)).Draw(t, "hours")
		var n Note
		now, since := noon, time.Time{}
		coupons := map[string]int64{}
		for k, score := range scores {
			now = now.Add(time.Duration(hours[k]) * time.Hour)
			next, changed := n.low(back, score, now)
			if again, twice := next.low(back, score, now.Add(time.Minute)); twice || again.Low != next.Low {
				t.Fatalf("told again, %v becomes %v", next.Low, again.Low)
			}
			if score >= 30 {
				since = time.Time{}
			} else if since.IsZero() {
				since = now
			}
			if !next.Low.Equal(since) || changed != !next.Low.Equal(n.Low) {
				t.Fatalf("at %d it is low since %v, want %v", score, next.Low, since)
			}
			if n = next; n.Low.IsZero() {
				continue
			}
			stretch := n.Low.Unix() / (90 * 24 * 3600)
			if was, known := coupons[winback(back, "m", n.Low, 0).ID()]; known && was != stretch {
				t.Fatalf("spells of the stretches %d and %d have one coupon", was, stretch)
			}
			coupons[winback(back, "m", n.Low, 0).ID()] = stretch
		}
		stretches := map[int64]bool{}
		for _, s := range coupons {
			if stretches[s] {
				t.Fatal("one stretch of days has two coupons")
			}
			stretches[s] = true
		}
	})
}

func TestWhoNeverBoughtOrLongAgoIsNotWonBack(t *testing.T) {
	bought := func(daysAgo int) []order.Record {
		return []order.Record{{Event: order.Event{Kind: order.Paid, At: noon.AddDate(0, 0, -daysAgo)}}}
	}
	for name, c := range map[string]struct {
		orders []order.Record
		want   bool
	}{"never": {nil, false}, "last year": {bought(365), true}, "on the last day": {bought(730), true}, "before": {bought(731), false}} {
		if got := lost(back, c.orders, noon); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTheCouponSuitsHowOftenAMemberBuys(t *testing.T) {
	zone := time.FixedZone("shop", 8*3600)
	o := programme.Often{Days: 90, Coupons: []programme.OftenCoupon{{From: 1, To: 2, Coupon: "SELDOM"}, {From: 3, Coupon: "OFTEN"}}}
	for orders, want := range map[int]string{0: "", 1: "SELDOM", 2: "SELDOM", 3: "OFTEN", 40: "OFTEN"} {
		records := []order.Record{{Event: order.Event{Kind: order.Paid, At: noon.AddDate(0, 0, -91)}}}
		for k := range orders {
			records = append(records, order.Record{Event: order.Event{Kind: order.Paid, At: noon.AddDate(0, 0, -k)}})
		}
		gift, ok := often(o, zone, "m", records, noon)
		if gift.Template != want || ok != (want != "") || gift.Source != coupon.ByFrequency {
			t.Errorf("%d orders: %+v, %v; want %s", orders, gift, ok, want)
		}
		end := time.Date(2026, 7, 31, 15, 59, 0, 0, time.UTC) // a minute before the local month ends
		this, _ := often(o, zone, "m", records, end)
		next, _ := often(o, zone, "m", records, end.Add(time.Minute))
		if this.ID() != gift.ID() || next.ID() == gift.ID() {
			t.Errorf("%d orders: %s, then %s and %s", orders, gift.Op, this.Op, next.Op)
		}
	}
}
