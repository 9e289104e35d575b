package tier

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Give adds a grant: whoever decides on grants asks before whether it may be given. One that begins later, or that must
// wait for another of its tier, lifts when it begins. The standing must have been advanced to the grant's beginning or,
// if that is later, to when it was decided. One ID gives one grant, and none where it was taken back before.
func (s Standing) Give(book Book, g Grant) Standing {
	return s.grant(book, later(s.Clock, g.From), g)
}

// grant adds a grant at a time, which may lie before its beginning.
func (s Standing) grant(book Book, at time.Time, g Grant) Standing {
	if i := s.byID(g.ID); i >= 0 {
		if s.Grants[i].Tier != "" {
			return s
		}
		g.TakenBack = s.Grants[i].TakenBack
	}
	return s.regrant(book, at, Granted, g, func(s *Standing) {
		if i := s.byID(g.ID); i >= 0 {
			s.Grants = slices.Delete(s.Grants, i, i+1)
		}
		s.Grants = append(s.Grants, g)
	})
}

// TakeBack ends what an ID gave, at a time: from then on it counts no more, and what waited for it begins. What was not
// given yet is never given.
func (s Standing) TakeBack(book Book, at time.Time, id string) Standing {
	i := s.byID(id)
	if i < 0 {
		s = s.Clone()
		s.Grants, s.Clock = append(s.Grants, Grant{ID: id, TakenBack: at}), later(s.Clock, at)
		return s
	}
	g := s.Grants[i]
	if !g.TakenBack.IsZero() && !at.Before(g.TakenBack) {
		return s
	}
	return s.regrant(book, at, Revoked, g, func(s *Standing) { s.Grants[i].TakenBack = at })
}

// Grant finds what an ID gave, and false if it gave nothing.
func (s Standing) Grant(id string) (Grant, bool) {
	i := s.byID(id)
	if i < 0 || s.Grants[i].Tier == "" {
		return Grant{}, false
	}
	return s.Grants[i], true
}

// byID finds a grant, -1 if there is none; an empty ID names none.
func (s Standing) byID(id string) int {
	return slices.IndexFunc(s.Grants, func(g Grant) bool { return id != "" && g.ID == id })
}

// waiting tells whether a grant has still to begin or to end.
func (s Standing) waiting() bool {
	return slices.ContainsFunc(s.Grants, func(g Grant) bool {
		return g.Tier != "" && !g.Ended && (g.Until.IsZero() || g.Until.After(s.Clock))
	})
}

// keepEnded is how many grants that have ended a standing keeps: one a month for 16 years.
const keepEnded = 200

// regrant changes the grants at a time, lays them out anew, and notes what that changes at once.
func (s Standing) regrant(book Book, at time.Time, lost Reason, g Grant, change func(*Standing)) Standing {
	s = s.Clone()
	s.Clock = later(s.Clock, at)
	p := book.At(s.Clock)
	from := s.Held(p, s.Clock)
	change(&s)
	s.layOut(p.Zone())
	for i, each := range s.Grants {
		s.Grants[i].Ended = !each.Until.IsZero() && !each.Until.After(s.Clock)
	}
	s.changed(p, s.Clock, from, s.Read(p, s.Clock), lost, g)
	for extra := len(s.Grants) - keepEnded; extra > 0; extra-- {
		i := slices.IndexFunc(s.Grants, func(g Grant) bool { return g.Ended })
		if i < 0 {
			break
		}
		s.Grants = slices.Delete(s.Grants, i, i+1)
	}
	return s
}

// follows tells whether periods of a route lie one behind another: time that was bought or given is never lost because
// there was some already.
func follows(kind programme.RouteKind) bool {
	return kind == programme.Paid || kind == programme.ByDays || kind == programme.Partner
}

// layOut puts the periods of one tier that follow each other in their places: in the order of their told beginnings, each
// as long as it was told, none before the end of the one before. It looks at what was told alone, so that it does not
// matter in which order that came.
func (s *Standing) layOut(zone *time.Location) {
	var order []int
	for i, g := range s.Grants {
		if g.ToldFrom.IsZero() && follows(g.Route) {
			s.Grants[i].ToldFrom, s.Grants[i].ToldUntil = g.From, g.Until
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		g, h := s.Grants[a], s.Grants[b]
		if n := g.ToldFrom.Compare(h.ToldFrom); n != 0 {
			return n
		}
		return cmp.Compare(g.ID, h.ID)
	})
	ends := map[string]time.Time{} // by tier
	for _, i := range order {
		g := &s.Grants[i]
		if follows(g.Route) && !g.ToldUntil.IsZero() {
			g.From = later(g.ToldFrom, ends[g.Tier])
			g.Until = shifted(g.ToldFrom, g.ToldUntil, g.From, zone)
		}
		if !g.TakenBack.IsZero() && (g.Until.IsZero() || g.TakenBack.Before(g.Until)) {
			g.Until = later(g.From, g.TakenBack)
		}
		if follows(g.Route) {
			ends[g.Tier] = later(ends[g.Tier], g.Until)
		}
	}
}

// maxMonths bounds the search for whole months: ten years, the longest period that can be told.
const maxMonths = 120

// shifted is where a period ends that begins at another time: whole months stay whole months, and all else stays as long.
func shifted(from, until, to time.Time, zone *time.Location) time.Time {
	for n := 1; n <= maxMonths; n++ {
		switch end := clock.AddMonths(from, n, zone); {
		case end.Equal(until):
			return clock.AddMonths(to, n, zone)
		case end.After(until):
			return to.Add(until.Sub(from))
		}
	}
	return to.Add(until.Sub(from))
}

// GrantState is how far a grant has come.
type GrantState string

// The states of a grant.
const (
	Waiting GrantState = "WAITING" // it begins later
	Lasting GrantState = "ACTIVE"
	Over    GrantState = "ENDED"
	GivenUp GrantState = "REVOKED" // it was taken back before its end
)

// StateAt is how far the grant has come at t.
func (g Grant) StateAt(t time.Time) GrantState {
	switch {
	case !g.TakenBack.IsZero() && !t.Before(g.TakenBack) && g.Until.Equal(later(g.From, g.TakenBack)):
		return GivenUp
	case !g.Until.IsZero() && !t.Before(g.Until):
		return Over
	case t.Before(g.From):
		return Waiting
	default:
		return Lasting
	}
}
