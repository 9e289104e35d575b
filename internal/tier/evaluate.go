package tier

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// Book gives the programme that is in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Highest is the highest tier whose FREE or EARNED route is met by a reading.
func Highest(p *programme.Programme, r Reading) programme.Tier {
	for _, t := range slices.Backward(p.Tiers) {
		for _, kind := range []programme.RouteKind{programme.Earned, programme.Free} {
			if route, ok := t.Route(kind); ok && r.Met(route.When) {
				return t
			}
		}
	}
	return p.Tiers[0]
}

// toKeep is what a settlement asks of the holder of a tier; nil asks nothing.
func toKeep(t programme.Tier) *programme.Condition {
	if t.Keep != nil {
		return t.Keep
	}
	if r, ok := t.Route(programme.Earned); ok {
		return r.When
	}
	return nil
}

// kept is the condition that the standing must meet at a settlement at t.
func (s Standing) kept(p *programme.Programme, t time.Time) *programme.Condition {
	return toKeep(s.Judged(p, t))
}

// rise lifts the earned tier to the highest one that the reading meets, if that is higher than the one held.
func (s *Standing) rise(p *programme.Programme, now time.Time, r Reading) {
	best, held := Highest(p, r), s.Held(p, now)
	if best.Rank <= held.Rank {
		if best.Rank > p.Rank(s.Earned) {
			s.Earned = best.Code // under a higher grant the earned tier rises unseen
		}
		return
	}
	s.Earned, s.State, s.Since, s.ProtectedUntil, s.Tasks = best.Code, Active, now, time.Time{}, nil
	s.note(r.change(Change{At: now, From: held.Code, To: best.Code, Reason: Upgraded}, best, wayTo(best)))
}

// restore ends the protection early, once what keeping the tier asks is met again.
func (s *Standing) restore(p *programme.Programme, now time.Time, r Reading) {
	g := p.Evaluation.Grace
	if s.State == Protected && (g == nil || slices.Contains(g.RestoreBy, programme.ByShortfall)) && r.Met(s.kept(p, now)) {
		s.restored(p, now, r)
	}
}

func (s *Standing) restored(p *programme.Programme, now time.Time, r Reading) {
	kept := s.Judged(p, now)
	s.State, s.ProtectedUntil, s.Tasks = Active, time.Time{}, nil
	s.note(r.change(Change{At: now, From: kept.Code, To: kept.Code, Reason: Restored}, kept, toKeep(kept)))
}

// threshold is the score that a tier asks for, in hundredths; 0 where it asks for none.
func threshold(t programme.Tier) int64 {
	n, _ := t.Threshold()
	return n * 100
}

// wayTo is what earning a tier asks; nil where nothing is asked or it cannot be earned.
func wayTo(t programme.Tier) *programme.Condition {
	r, _ := t.Route(programme.Earned)
	return r.When
}
