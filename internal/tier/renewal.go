package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Choice is one decision of a member on whether a membership is to be paid for again when it ends. Nothing else turns
// renewal on: what a payment tells of it is kept with its grant and decides nothing.
type Choice struct {
	Tier   string
	On     bool
	At     time.Time
	Source string // where it was decided, such as APP
	Terms  string // version of the terms that were agreed to; of a no, empty
	Fen    int64  // the most that was agreed to for one period; of a no, 0
}

// keepChoices is how many decisions a standing keeps: nobody is held to more.
const keepChoices = 200

// Renewal is how a bought membership may go on.
type Renewal struct {
	Run
	On     bool
	Choice Choice // the last decision; its time is zero where there was none
	Fen    int64  // what one more period costs now
	Months int    // how long that is, in months or in days
	Days   int
}

// Renewal tells how a tier that was bought goes on, and false where it does not renew: the programme has no renewal, sells
// the tier no more, or nothing bought of it runs. A yes counts for the membership that it was said for, until that has
// ended, and as long as no more is asked for than was agreed to; else it is as good as none.
func (s Standing) Renewal(p *programme.Programme, code string, now time.Time) (Renewal, bool) {
	r, runs := s.runAt(code, now)
	t, _ := p.Tier(code)
	route, sold := t.Route(programme.Paid)
	if !runs || !r.Bought || r.Until.IsZero() || !sold || p.Membership == nil || p.Membership.Renewal == nil {
		return Renewal{}, false
	}
	out := Renewal{Run: r, Fen: route.FeeFen, Months: route.Months, Days: route.Days}
	for _, c := range slices.Backward(s.Choices) {
		if c.Tier == code {
			out.Choice, out.On = c, c.On && !c.At.Before(r.From) && route.FeeFen <= c.Fen
			break
		}
	}
	return out, true
}

// ChargeFrom is from when on the next period of a renewal may be charged.
func (r Renewal) ChargeFrom(p *programme.Programme) time.Time {
	return clock.AddDays(r.Until, -p.Membership.Renewal.ChargeDays, p.Zone())
}

// Next is the period that a renewal pays for.
func (r Renewal) Next(p *programme.Programme) (from, until time.Time) {
	return r.Until, clock.AddDays(clock.AddMonths(r.Until, r.Months, p.Zone()), r.Days, p.Zone())
}

// Chosen adds a decision.
func (s Standing) Chosen(c Choice) Standing {
	s = s.Clone()
	s.Choices = append(s.Choices, c)
	if extra := len(s.Choices) - keepChoices; extra > 0 {
		s.Choices = slices.Delete(s.Choices, 0, extra)
	}
	return s
}

// TrialGrant is the ID of the grant of a trial that costs nothing.
func TrialGrant(code string) string { return "trial:" + code }

// Try gives a tier on trial from now on, as long as its route says. Whoever gives it asks before whether the member has
// had a trial. It ends by itself and is never renewed.
func (s Standing) Try(book Book, code string, now time.Time) Standing {
	p := book.At(now)
	t, _ := p.Tier(code)
	r, _ := t.Route(programme.Trial)
	return s.Give(book, Grant{ID: TrialGrant(code), Tier: code, Route: programme.Trial, From: now, Until: clock.AddDays(now, r.Days, p.Zone())})
}
