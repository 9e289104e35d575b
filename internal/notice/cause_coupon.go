package notice

import (
	"strconv"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// ending tells of coupons before they are over, on each of the kind's days of which the coupon has seen the beginning:
// whom a coupon is given on its last day needs no reminder of it. What an order keeps is left in peace until it lets go.
func (f *finding) ending() {
	k, ok := f.p.Notice(programme.CouponExpiring)
	if !ok {
		return
	}
	for _, c := range f.v.Coupons {
		switch c.StateAt(f.now) {
		case coupon.Frozen:
			f.at(c.FrozenUntil)
			continue
		case coupon.Issued:
		default:
			continue
		}
		var moments []time.Time
		for _, days := range k.Days {
			if m := clock.AddDays(c.Until, -days, f.p.Zone()); m.After(c.IssuedAt) {
				moments = append(moments, m)
			}
		}
		told := Cause{Subject: "Coupon:" + c.ID}
		if last := lastCome(moments, f.now); k.Group == programme.ByDay && last >= 0 {
			told.Group = clock.Day(c.Until, f.p.Zone()) + "-" + strconv.Itoa(days(moments[last], c.Until, f.p.Zone()))
		}
		f.before(k, c.Until, moments, c.ID, told)
	}
}

// exhausted tells of benefits that are used up, once in each of their windows.
func (f *finding) exhausted() {
	if _, ok := f.p.Notice(programme.QuotaUsedUp); !ok || len(f.v.Usage.Counts) == 0 {
		return
	}
	facts := eligibility.Gather(f.p, f.v.Profile, f.s, f.now)
	for _, e := range benefit.AllUsed(f.p, facts, f.v.Usage, f.now) {
		f.tell(Cause{
			Kind: programme.QuotaUsedUp, Key: e.Code + " " + e.Window, At: e.At, Until: e.Until,
			Fill: Fill{Benefit: e.Code, Day: e.Until}, Subject: "Benefit:" + e.Code,
		})
	}
}
