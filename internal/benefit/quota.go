package benefit

import (
	"time"

	"membergate/internal/programme"
)

// Left is what a member may still use of a benefit.
type Left struct {
	Unlimited bool      // no quota counts; the terms and the cost cap still bind
	Remaining int64     // uses left in the window; 0 when Unlimited
	Used      int64     // in the window; 0 when Unlimited
	ResetsAt  time.Time // when Remaining is full again; zero when it never is, or with every order
	CostLeft  int64     // fen left of the year's cost cap; 0 without a cap
	Fallback  bool      // the cost cap would be passed: the next use gives the cap's fallback
}

// Left is what is left of a benefit at now. The order matters for quotas per order alone; "" is any order that has
// not used it yet.
func (u Usage) Left(p *programme.Programme, b programme.Benefit, order string, now time.Time) Left {
	l := Left{Unlimited: b.Quota.Unlimited}
	if !l.Unlimited {
		name, next := window(b.Quota.Per, order, now, p.Zone())
		l.Used = u.Used(b.Code, name)
		l.Remaining = max(0, b.Quota.Count-l.Used)
		if b.ValidUntil == nil || next.Before(*b.ValidUntil) {
			l.ResetsAt = next // else the benefit ends first
		}
	}
	if b.CostCap != nil {
		l.CostLeft = max(0, b.CostCap.FenPerYear-u.Used(b.Code, costWindow(p, now)))
		l.Fallback = l.CostLeft < b.Value
	}
	return l
}

// Use counts one use at now, or answers ErrUsedUp. It tells whether the fallback of the cost cap was given instead:
// that costs nothing of the cap, but counts in the quota.
func (u Usage) Use(p *programme.Programme, b programme.Benefit, order string, now time.Time) (after Usage, fallback bool, err error) {
	l := u.Left(p, b, order, now)
	if !l.Unlimited && l.Remaining == 0 {
		return u, false, ErrUsedUp
	}
	if !l.Unlimited {
		name, _ := window(b.Quota.Per, order, now, p.Zone())
		u = u.add(b.Code, name, 1, now)
	}
	if b.CostCap != nil && !l.Fallback {
		u = u.add(b.Code, costWindow(p, now), b.Value, now)
	}
	return u, l.Fallback, nil
}

// costWindow names the local year in which costs count.
func costWindow(p *programme.Programme, now time.Time) string {
	year, _ := window(programme.PerYear, "", now, p.Zone())
	return "fen:" + year
}
