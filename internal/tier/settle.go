package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// NextSettlement is the first settlement after t, and false where the programme has none. A quarter is settled at
// 00:00 local time after its last day; an annual window at 00:00 after the last day of its last month.
func NextSettlement(p *programme.Programme, t time.Time) (time.Time, bool) {
	switch p.Evaluation.Kind {
	case programme.RollingQuarter:
		month := int(t.In(p.Zone()).Month()) - 1
		return clock.MonthStart(t, 3-month%3, p.Zone()), true
	case programme.AnnualWindow:
		last := slices.Max(p.Evaluation.Months)
		ahead := last - int(t.In(p.Zone()).Month()) + 1
		if ahead <= 0 {
			ahead += 12
		}
		return clock.MonthStart(t, ahead, p.Zone()), true
	default:
		return time.Time{}, false
	}
}

// Advance applies every protection end, turn of a grant and settlement that is due by to; at one moment in this order.
// It is idempotent, and whoever reads shows what it gives: a sweep that comes late is never seen.
func (s Standing) Advance(book Book, to time.Time) Standing {
	s = s.Clone()
	for {
		at, step := s.next(book, to)
		if step == nil {
			break
		}
		p := book.At(at)
		step(&s, p, at)
		s.Clock = later(s.Clock, at)
		s.forget(p)
	}
	s.Clock = later(s.Clock, to)
	s.forget(book.At(s.Clock))
	return s
}

type step func(s *Standing, p *programme.Programme, at time.Time)

// next finds the earliest thing that is due by to; of those at one moment the first in the order below.
func (s Standing) next(book Book, to time.Time) (at time.Time, do step) {
	due := func(t time.Time, f step) {
		if !t.After(to) && (do == nil || t.Before(at)) {
			at, do = t, f
		}
	}
	if s.State == Protected {
		due(s.ProtectedUntil, (*Standing).endProtection)
	}
	for _, g := range s.Grants {
		if g.Ended || !g.Until.IsZero() && !g.From.Before(g.Until) {
			continue
		}
		for _, t := range []time.Time{g.From, g.Until} {
			if t.After(s.Clock) {
				due(t, (*Standing).turnGrants)
			}
		}
	}
	if t, ok := NextSettlement(book.At(s.Settled), s.Settled); ok {
		due(t, (*Standing).settle)
	}
	return at, do
}

// settle looks at a member at a settlement: up if a higher tier is met, else protected if the held one is not.
func (s *Standing) settle(p *programme.Programme, at time.Time) {
	s.Settled = at
	r := s.Read(p, judged(p, at))
	s.rise(p, at, r)
	kept := s.Judged(p, at)
	met := r.Met(toKeep(kept))
	switch {
	case s.State == Protected && met:
		s.restore(p, at, r)
	case s.State == Protected || met:
	case p.Evaluation.Grace == nil:
		s.fall(p, at, r)
	default:
		s.State, s.ProtectedUntil = Protected, graceEnd(p, at)
		s.note(r.change(Change{At: at, From: kept.Code, To: kept.Code, Reason: FellShort}, kept, toKeep(kept)))
	}
}

// judged is the moment whose reading a settlement looks at: its own, or the end of the year before.
func judged(p *programme.Programme, settlement time.Time) time.Time {
	if p.Evaluation.Kind == programme.AnnualWindow {
		return time.Date(settlement.In(p.Zone()).Year(), 1, 1, 0, 0, 0, 0, p.Zone()).Add(-1).UTC()
	}
	return settlement
}

func graceEnd(p *programme.Programme, at time.Time) time.Time {
	g := p.Evaluation.Grace
	return clock.AddDays(clock.AddMonths(at, g.Months, p.Zone()), g.Days, p.Zone())
}

// endProtection makes the tier the highest one met at the end of the protection. Where years are judged, what the judged
// year met is met still.
func (s *Standing) endProtection(p *programme.Programme, at time.Time) {
	r := s.Read(p, at)
	if before := s.Read(p, judged(p, s.Settled)); Highest(p, before).Rank > Highest(p, r).Rank && p.Evaluation.Kind == programme.AnnualWindow {
		r = before
	}
	s.fall(p, at, r)
}

// fall makes the tier the highest one met, and ends grants that ask for something that is no longer met.
func (s *Standing) fall(p *programme.Programme, at time.Time, r Reading) {
	from := s.Held(p, at)
	if from.Keep != nil && !r.Met(from.Keep) {
		for i, g := range s.Grants {
			if g.Tier == from.Code && g.active(at) {
				s.Grants[i].Until, s.Grants[i].TakenBack, s.Grants[i].Ended = at, at, true
			}
		}
	}
	s.Earned = Highest(p, r).Code
	s.State, s.ProtectedUntil, s.Tasks = Active, time.Time{}, nil
	s.moved(at, from, s.Held(p, at), r, Downgraded, Grant{})
}

// turnGrants begins and ends the grants whose time has come, and notes what that changes. Whoever loses a grant has at
// least what is met otherwise: where tiers rise at once, growth that no order has looked at yet counts too.
func (s *Standing) turnGrants(p *programme.Programme, at time.Time) {
	before := at.Add(-1)
	from, r := s.Held(p, before), s.Read(p, at)
	var ended Grant
	for i, g := range s.Grants {
		if g.Until.IsZero() || g.Until.After(at) {
			continue
		}
		s.Grants[i].Ended = true
		if g.Tier == from.Code && g.active(before) {
			ended = g
		}
	}
	s.changed(p, at, from, r, Downgraded, ended)
}

// changed is what a change of grants leads to: the tier moves, and what was protected is no more if it was the grant's.
func (s *Standing) changed(p *programme.Programme, at time.Time, from programme.Tier, r Reading, lost Reason, g Grant) {
	if best := Highest(p, r); s.Held(p, at).Rank < from.Rank && p.Evaluation.Upgrade == programme.Immediate && best.Rank > p.Rank(s.Earned) {
		s.Earned = best.Code
		if from.Keep == nil {
			s.State, s.ProtectedUntil, s.Tasks = Active, time.Time{}, nil
		}
	}
	to := s.Held(p, at)
	if from.Code == to.Code {
		return
	}
	if s.State == Protected && (from.Keep != nil || to.Rank > from.Rank && to.Keep != nil) {
		s.State, s.ProtectedUntil, s.Tasks = Active, time.Time{}, nil
	}
	if to.Rank > from.Rank {
		lost = Granted
		for _, each := range s.Grants {
			if each.Tier == to.Code && each.active(at) {
				g = each
			}
		}
	}
	s.moved(at, from, to, r, lost, g)
}

// moved notes a change of the tier held, if there is one, with the grant that it came from.
func (s *Standing) moved(at time.Time, from, to programme.Tier, r Reading, why Reason, g Grant) {
	if to.Code == from.Code {
		return
	}
	if to.Rank > from.Rank && why == Downgraded {
		why = Upgraded
	}
	asked := from
	if to.Rank > from.Rank {
		asked = to
	}
	s.Since = at
	s.note(r.change(Change{At: at, From: from.Code, To: to.Code, Reason: why, By: string(g.Route), Ref: g.ID}, asked, toKeep(asked)))
}

// DueBy tells whether a settlement or an end is due by t that has not been applied.
func (s Standing) DueBy(book Book, t time.Time) bool {
	_, step := s.next(book, t)
	return step != nil
}
