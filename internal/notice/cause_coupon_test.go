package notice

import (
	"fmt"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/coupon"
)

func TestCouponsAreToldThreeDaysAndOneBeforeTheyAreOver(t *testing.T) {
	b := load(t, "fresh-3")
	start, end := day(t, "2026-07-06 12:00"), day(t, "2026-08-01 00:00")
	of := func(id string, change func(c *coupon.Coupon)) coupon.Coupon {
		c := coupon.Coupon{ID: id, Member: "m", IssuedAt: start, Until: end, State: coupon.Issued}
		change(&c)
		return c
	}
	plain := func(*coupon.Coupon) {}
	for _, c := range []struct {
		name    string
		coupons []coupon.Coupon
		want    []string
	}{
		{"one", []coupon.Coupon{of("a", plain)}, []string{"2026-07-29 COUPON_EXPIRING 2026-08-01", "2026-07-31 COUPON_EXPIRING 2026-08-01"}},
		{"each day of its own, and each moment", []coupon.Coupon{
			of("a", plain), of("b", plain), of("c", func(c *coupon.Coupon) { c.Until = end.Add(5 * time.Minute) }), of("d", func(c *coupon.Coupon) { c.Until = end.AddDate(0, 0, 1) }),
		}, []string{"2026-07-29 COUPON_EXPIRING 2026-08-01", "2026-07-29 COUPON_EXPIRING 2026-08-01", "2026-07-30 COUPON_EXPIRING 2026-08-02",
			"2026-07-31 COUPON_EXPIRING 2026-08-01", "2026-07-31 COUPON_EXPIRING 2026-08-01", "2026-08-01 COUPON_EXPIRING 2026-08-02"}},
		{"one that was given two days before has one", []coupon.Coupon{of("a", func(c *coupon.Coupon) { c.IssuedAt = end.Add(-48 * time.Hour) })}, []string{"2026-07-31 COUPON_EXPIRING 2026-08-01"}},
		{"one that was given on the last day has none", []coupon.Coupon{of("a", func(c *coupon.Coupon) { c.IssuedAt = end.Add(-10 * time.Hour) })}, nil},
		{"one that an order keeps is told when it lets go", []coupon.Coupon{of("a", func(c *coupon.Coupon) {
			c.State, c.Order, c.FrozenUntil = coupon.Frozen, "o", day(t, "2026-07-30 09:00")
		})}, []string{"2026-07-30 COUPON_EXPIRING 2026-08-01", "2026-07-31 COUPON_EXPIRING 2026-08-01"}},
		{"one that was used", []coupon.Coupon{of("a", func(c *coupon.Coupon) { c.State = coupon.Used })}, nil},
		{"one that was taken back", []coupon.Coupon{of("a", func(c *coupon.Coupon) { c.State = coupon.Revoked })}, nil},
	} {
		v := newcomer(b, start)
		v.Coupons = c.coupons
		equal(t, c.name, walk(t, b, v, start, end.AddDate(0, 1, 0)), c.want)
	}
	v := newcomer(b, start)
	v.Coupons = []coupon.Coupon{of("a", plain), of("b", plain)}
	causes, _ := Causes(b, v, day(t, "2026-07-29 12:00"))
	in := Inbox{}.take(b.Programme, v, Settings{}, causes, Ever, day(t, "2026-07-29 12:00"), nil)
	if len(in.Outbox) != 1 || in.Outbox[0].Count != 2 || in.Outbox[0].Fill.Days != 3 {
		t.Fatalf("two make %+v", in.Outbox)
	}
	if _, body := in.Outbox[0].Texts(b.Programme, "zh-CN"); body != "您有2张优惠券将于2026年8月1日到期，请尽快使用。" {
		t.Errorf("they are told as %q", body)
	}
}

func TestABenefitThatIsUsedUpIsToldOnceInEachOfItsPeriods(t *testing.T) {
	b := load(t, "fresh-3")
	at := day(t, "2026-07-06 12:00")
	used := func(code, window string, n int64, last time.Time) benefit.Count {
		return benefit.Count{Benefit: code, Window: window, Used: n, Last: last}
	}
	step := []benefit.Step{{Use: benefit.Use{Benefit: "MONTHLY_COUPON"}}}
	for _, c := range []struct {
		name  string
		usage benefit.Usage
		now   time.Time
		want  string
	}{
		{"one of two is left", benefit.Usage{Counts: []benefit.Count{used("MONTHLY_COUPON", "2026-07", 1, at)}}, at, "[]"},
		{"used up", benefit.Usage{Counts: []benefit.Count{used("MONTHLY_COUPON", "2026-07", 2, at)}}, at, "[MONTHLY_COUPON 2026-07 2026-08-01]"},
		{"used up a month ago", benefit.Usage{Counts: []benefit.Count{used("MONTHLY_COUPON", "2026-06", 2, at.AddDate(0, -1, 0))}}, at, "[]"},
		{"used up more than a week ago", benefit.Usage{Counts: []benefit.Count{used("MONTHLY_COUPON", "2026-07", 2, at)}}, at.AddDate(0, 0, 9), "[]"},
		{"the last use is not decided", benefit.Usage{Counts: []benefit.Count{used("MONTHLY_COUPON", "2026-07", 2, at)}, Steps: step}, at, "[]"},
		{"not the member's", benefit.Usage{Counts: []benefit.Count{used("NOTHING", "2026-07", 9, at)}}, at, "[]"},
	} {
		v := newcomer(b, at)
		v.Usage = c.usage
		causes, _ := Causes(b, v, c.now)
		got := []string{}
		for _, cause := range causes {
			got = append(got, fmt.Sprint(cause.Key, " ", cause.Until.In(b.Zone()).Format(time.DateOnly)))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
	v := newcomer(b, at)
	v.Usage.Counts = []benefit.Count{used("MONTHLY_COUPON", "2026-07", 2, at)}
	equal(t, "looked at again and again", walk(t, b, v, at, at.AddDate(0, 2, 0)), []string{"2026-07-06 QUOTA_USED_UP 2026-08-01"})
}
