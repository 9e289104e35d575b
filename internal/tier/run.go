package tier

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Run is an unbroken stretch of one tier's periods: what was bought or given follows what there was of it.
type Run struct {
	Tier   string
	From   time.Time
	Until  time.Time // exclusive; zero = open
	Last   string    // ID of the grant that lies at its end
	Routes []programme.RouteKind
	Bought bool // a period of it was paid for and not given back
}

// Runs are the stretches of periods that hold at now or begin later, by their beginning. Those of other routes than the
// ones that follow each other stand alone.
func (s Standing) Runs(now time.Time) []Run {
	all := slices.DeleteFunc(slices.Clone(s.Grants), func(g Grant) bool {
		return g.Tier == "" || !g.Until.IsZero() && !g.From.Before(g.Until)
	})
	slices.SortStableFunc(all, func(a, b Grant) int {
		if n := a.From.Compare(b.From); n != 0 {
			return n
		}
		return cmp.Compare(a.ID, b.ID)
	})
	var out []Run
	open := map[string]int{} // by tier, the run that goes on
	for _, g := range all {
		bought := g.Route == programme.Paid && g.TakenBack.IsZero()
		i, on := open[g.Tier]
		if on && follows(g.Route) && !out[i].Until.IsZero() && !out[i].Until.Before(g.From) {
			r := &out[i]
			if g.Until.IsZero() || g.Until.After(r.Until) {
				r.Until, r.Last = g.Until, g.ID
			}
			r.Routes, r.Bought = append(r.Routes, g.Route), r.Bought || bought
			continue
		}
		out = append(out, Run{Tier: g.Tier, From: g.From, Until: g.Until, Last: g.ID, Routes: []programme.RouteKind{g.Route}, Bought: bought})
		if follows(g.Route) {
			open[g.Tier] = len(out) - 1
		}
	}
	return slices.DeleteFunc(out, func(r Run) bool { return !r.Until.IsZero() && !now.Before(r.Until) })
}

// runAt finds the run of a tier that holds at now and whose periods follow each other.
func (s Standing) runAt(code string, now time.Time) (Run, bool) {
	for _, r := range s.Runs(now) {
		if r.Tier == code && follows(r.Routes[0]) && !now.Before(r.From) {
			return r, true
		}
	}
	return Run{}, false
}

// End is the end of a membership that lies ahead.
type End struct {
	Run
	RemindAt []time.Time // when the member is to be reminded of it, earliest first; none where nobody needs to be
	Renews   bool        // the member has chosen that it is paid for again
}

// Ending tells which memberships end, and when to say so. The standing must have been advanced to now. Reminders are the
// programme's days before the end, by the local clock, as far as they lie after the beginning. A tier that growth holds
// by itself, or that lies under a better one, is told of all the same: it was bought or given.
func (s Standing) Ending(p *programme.Programme, now time.Time) []End {
	var out []End
	for _, r := range s.Runs(now) {
		if r.Until.IsZero() {
			continue
		}
		e := End{Run: r}
		if c, ok := s.Renewal(p, r.Tier, now); ok {
			e.Renews = c.On && c.Run.Last == r.Last
		}
		if p.Membership != nil {
			for _, days := range p.Membership.RemindDays {
				if at := clock.AddDays(r.Until, -days, p.Zone()); at.After(r.From) {
					e.RemindAt = append(e.RemindAt, at)
				}
			}
		}
		slices.SortFunc(e.RemindAt, time.Time.Compare)
		out = append(out, e)
	}
	return out
}

// NextEnd is the earliest end of a grant that has not been applied, zero if none has one: no membership of the standing
// ends before it, so that stores find by it whom to remind.
func (s Standing) NextEnd() time.Time {
	var next time.Time
	for _, g := range s.Grants {
		if g.Tier == "" || g.Ended || g.Until.IsZero() || !g.From.Before(g.Until) {
			continue
		}
		if next.IsZero() || g.Until.Before(next) {
			next = g.Until
		}
	}
	return next
}
