package family

import (
	"time"

	"membergate/internal/clock"
	"membergate/internal/wallet"
)

// Mode says how much of their coins a person lets the family draw.
type Mode string

// The modes.
const (
	ShareNone       Mode = "NONE"
	ShareAll        Mode = "ALL"
	SharePercent    Mode = "PERCENT"     // of what is available
	ShareAboveFloor Mode = "ABOVE_FLOOR" // what is available beyond the floor
)

// Share is how much of their coins a person lets the family draw.
type Share struct {
	Mode    Mode
	Percent int64        // PERCENT: 0 to 100
	Floor   wallet.Coins // ABOVE_FLOOR
}

// Of is how many of the available coins the family may draw.
func (s Share) Of(available wallet.Coins) wallet.Coins {
	switch s.Mode {
	case ShareAll:
		return available
	case SharePercent:
		return available * s.Percent / 100
	case ShareAboveFloor:
		return max(0, available-s.Floor)
	default:
		return 0
	}
}

// Period is the span in which a limit counts, in the programme's zone.
type Period string

// The periods.
const (
	PerDay   Period = "DAY"
	PerWeek  Period = "WEEK" // from Monday
	PerMonth Period = "MONTH"
)

// Limit is how many coins a person may spend in a period, own ones and others'.
type Limit struct {
	PerPeriod     wallet.Coins
	Period        Period
	Used          wallet.Coins  // spent or held in the period of Counted; UsedAt tells what counts now
	Counted       time.Time     // when Used last changed
	ApprovalAbove *wallet.Coins // spending more than this at once waits for a yes; nil = none does
}

// UsedAt is what was spent or held in the period of now.
func (l Limit) UsedAt(now time.Time, zone *time.Location) wallet.Coins {
	if l.Counted.Before(l.Period.start(now, zone)) {
		return 0
	}
	return l.Used
}

// LeftAt is what may still be spent in the period of now.
func (l Limit) LeftAt(now time.Time, zone *time.Location) wallet.Coins {
	return max(0, l.PerPeriod-l.UsedAt(now, zone))
}

// start is when the period of a moment began.
func (p Period) start(t time.Time, zone *time.Location) time.Time {
	switch p {
	case PerDay:
		return clock.DayStart(t, zone)
	case PerWeek:
		sinceMonday := (int(t.In(zone).Weekday()) + 6) % 7
		return clock.AddDays(clock.DayStart(t, zone), -sinceMonday, zone)
	default:
		return clock.MonthStart(t, 0, zone)
	}
}

// NeedsYes tells whether spending so many coins at once waits for somebody's yes.
func (p Person) NeedsYes(coins wallet.Coins) bool {
	return May(p.Role, AskToSpend) || p.Limit != nil && p.Limit.ApprovalAbove != nil && coins > *p.Limit.ApprovalAbove
}
