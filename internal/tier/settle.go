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

// Advance applies every protection end, end of a grant and settlement that is due by to; at one moment in this order.
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
		if !g.Ended && !g.Until.IsZero() {
			due(g.Until, (*Standing).endGrants)
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
	met := r.Met(s.kept(p, at))
	held := s.Held(p, at)
	switch {
	case s.State == Protected && met:
		s.restore(p, at, r)
	case s.State == Protected || met:
	case p.Evaluation.Grace == nil:
		s.fall(p, at, r)
	default:
		s.State, s.ProtectedUntil = Protected, graceEnd(p, at)
		s.note(Change{At: at, From: held.Code, To: held.Code, Reason: FellShort,
			Score: r.Score(), Threshold: threshold(held), Programme: p.Version})
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

// endProtection makes the tier the highest one met at the end of the protection.
func (s *Standing) endProtection(p *programme.Programme, at time.Time) { s.fall(p, at, s.Read(p, at)) }

// fall makes the tier the highest one met, and ends grants that ask for something that is no longer met.
func (s *Standing) fall(p *programme.Programme, at time.Time, r Reading) {
	from := s.Held(p, at)
	if from.Keep != nil && !r.Met(from.Keep) {
		for i, g := range s.Grants {
			if g.Tier == from.Code && g.active(at) {
				s.Grants[i].Until, s.Grants[i].Ended = at, true
			}
		}
	}
	s.Earned = Highest(p, r).Code
	s.State, s.ProtectedUntil, s.Tasks = Active, time.Time{}, nil
	s.moved(p, at, from, r)
}

// endGrants ends every grant whose time is over and notes what that changes.
func (s *Standing) endGrants(p *programme.Programme, at time.Time) {
	from := s.Held(p, at.Add(-1))
	for i, g := range s.Grants {
		if !g.Until.IsZero() && !g.Until.After(at) {
			s.Grants[i].Ended = true
		}
	}
	s.moved(p, at, from, s.Read(p, at))
}

// moved notes a change of the tier held, after from, if there is one.
func (s *Standing) moved(p *programme.Programme, at time.Time, from programme.Tier, r Reading) {
	to := s.Held(p, at)
	if to.Code == from.Code {
		return
	}
	reason := Downgraded
	if to.Rank > from.Rank {
		reason = Upgraded
	}
	s.Since = at
	s.note(Change{At: at, From: from.Code, To: to.Code, Reason: reason,
		Score: r.Score(), Threshold: threshold(from), Programme: p.Version})
}

// DueBy tells whether a settlement or an end is due by t that has not been applied.
func (s Standing) DueBy(book Book, t time.Time) bool {
	_, step := s.next(book, t)
	return step != nil
}
