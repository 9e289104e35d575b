package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/programme"
)

// Payment is a tier that was paid for, as the service that took the money tells it.
type Payment struct {
	ID        string
	Tier      string
	Trial     bool // a trial: it is had once, lasts as long as the programme says, and never renews itself
	From      time.Time
	Until     time.Time // exclusive
	AutoRenew bool      // the payment service holds a renewal; it turns none on here
	Offer     string    // the price promise that was paid by; empty for none
}

// maxPaid is the longest period that can be paid for at once, in months.
const maxPaid = 120

// Check refuses what the programme cannot give. A tier that it sells no more is given all the same: the money was taken.
// One with few seats is not for sale, because every holder of it needs a seat.
func (o Payment) Check(p *programme.Programme) error {
	t, known := p.Tier(o.Tier)
	switch {
	case !known:
		return fault.Bad("data.tier", "data.tier is %q; allowed are the tiers of %s", o.Tier, p.Code)
	case t.CapPerMille > 0:
		return fault.Bad("data.tier", "data.tier is %q, which has few seats; allowed are tiers that anybody may hold", o.Tier)
	case !o.From.Before(o.Until):
		return fault.Bad("data.until", "data.until is %s; allowed are times after data.from, %s", o.Until.Format(time.RFC3339), o.From.Format(time.RFC3339))
	case o.Until.After(clock.AddMonths(o.From, maxPaid, p.Zone())):
		return fault.Bad("data.until", "data.until is %s; allowed are at most %d months after data.from", o.Until.Format(time.RFC3339), maxPaid)
	}
	if _, ok := t.Route(programme.Trial); o.Trial && !ok {
		return fault.Bad("data.route", "data.route is %q; tier %s has no such route", programme.Trial, o.Tier)
	}
	return nil
}

// grantID names the grant of a payment.
func (o Payment) grantID() string { return PaymentGrant(o.ID) }

// PaymentGrant is the ID of the grant that a payment gives.
func PaymentGrant(payment string) string { return "payment:" + payment }

// Tried tells whether the member has had a trial by something else than an ID.
func (s Standing) Tried(id string) bool {
	return slices.ContainsFunc(s.Grants, func(g Grant) bool { return g.Route == programme.Trial && g.ID != id })
}

// Bought gives what a payment was for, told at a time to which the standing must have been advanced. A payment counts
// once; a second trial gives nothing.
func (s Standing) Bought(book Book, at time.Time, o Payment) Standing {
	g := Grant{ID: o.grantID(), Tier: o.Tier, Route: programme.Paid, From: o.From, Until: o.Until, AutoRenew: o.AutoRenew, Offer: o.Offer}
	if o.Trial {
		if s.Tried(g.ID) {
			return s
		}
		p := book.At(later(s.Clock, at))
		t, _ := p.Tier(o.Tier)
		r, _ := t.Route(programme.Trial)
		g.Route, g.AutoRenew = programme.Trial, false
		if end := clock.AddDays(o.From, r.Days, p.Zone()); end.Before(g.Until) {
			g.Until = end
		}
	}
	return s.grant(book, at, g)
}

// Started counts what a newcomer did: an action within the days after joining in which a tier is given for tasks. Enough
// different ones give it, from the moment at which that is known. Joined is when the member did.
func (s Standing) Started(book Book, joined, at time.Time, action string) Standing {
	p := book.At(at)
	for _, t := range p.Tiers {
		r, ok := t.Route(programme.ByTasks)
		if !ok || !newcomer(p, r, joined, at) || len(r.TaskCodes) > 0 && !slices.Contains(r.TaskCodes, action) {
			continue
		}
		if !slices.Contains(s.Steps, action) {
			s = s.Clone()
			s.Steps = append(s.Steps, action)
		}
		if done := doneOf(r, s.Steps); done >= r.Tasks && t.CapPerMille == 0 {
			now := later(s.Clock, at)
			s = s.grant(book, now, Grant{ID: "tasks:" + t.Code, Tier: t.Code, Route: r.Kind, From: now, Until: Lasts(p, r, now)})
		}
	}
	return s
}

// newcomer tells whether a time lies in the first days of a route: the day of joining is day 0, and the last one counts.
func newcomer(p *programme.Programme, r programme.Route, joined, at time.Time) bool {
	return !at.Before(joined) && at.Before(clock.AddDays(clock.DayStart(joined, p.Zone()), r.Days+1, p.Zone()))
}

func doneOf(r programme.Route, steps []string) (n int) {
	for _, step := range steps {
		if len(r.TaskCodes) == 0 || slices.Contains(r.TaskCodes, step) {
			n++
		}
	}
	return n
}

// Lasts is the end of a grant by a route from a time on; zero where the route gives none.
func Lasts(p *programme.Programme, r programme.Route, from time.Time) time.Time {
	if r.Months == 0 {
		return time.Time{}
	}
	return clock.AddMonths(from, r.Months, p.Zone())
}
