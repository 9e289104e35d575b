// Package tier says which tier a member holds and why: the facts that count, the tier they earn, settlements,
// protection, grants and history. All of it are plain functions of values; time comes in.
package tier

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// State is how a tier is held.
type State string

// The states.
const (
	Active    State = "ACTIVE"
	Protected State = "PROTECTED" // short of the tier's growth; kept until ProtectedUntil
)

// Reason is why a tier changed.
type Reason string

// The reasons in a history.
const (
	Joined     Reason = "JOINED"
	Upgraded   Reason = "UPGRADED"   // an order or a settlement met a higher tier
	FellShort  Reason = "FELL_SHORT" // a settlement found less than the tier asks for; protection begins
	Restored   Reason = "RESTORED"   // the threshold was met again inside the protection
	Downgraded Reason = "DOWNGRADED" // the protection, or a grant, ended
	Granted    Reason = "GRANTED"    // a grant began
)

// Fact is something that counts towards tiers, from its own time until its metric's window has passed it.
type Fact struct {
	At     time.Time
	Metric string // code of the programme's metric
	Value  int64  // fen, times or weights, by metric; negative for what was taken away
	Source string // what made it; a source counts once per metric
}

// Grant is a tier held by another route than earning, for a period.
type Grant struct {
	Tier   string
	Route  programme.RouteKind
	From   time.Time
	Until  time.Time // exclusive; zero = open
	Reason string    // one sentence for the member, empty if none
	Ended  bool      // its end has been applied
}

// active tells whether the grant holds at t.
func (g Grant) active(t time.Time) bool {
	return !t.Before(g.From) && (g.Until.IsZero() || t.Before(g.Until))
}

// Change is one line of a member's tier history.
type Change struct {
	At        time.Time
	From, To  string // tier codes; From is empty when joining, and both are alike for a change of state
	Reason    Reason
	Score     int64 // hundredths in the window at that moment
	Threshold int64 // hundredths that were asked for
	Programme string
}

// Standing is everything about one member's tier. It is kept as one value and changed by the functions here only.
type Standing struct {
	Earned         string // code of the tier held by growth
	State          State
	Since          time.Time // when the tier that is now held began
	ProtectedUntil time.Time // exclusive; zero unless protected
	Tasks          []string  // sources of the tasks done inside the protection
	Grants         []Grant
	Facts          []Fact    // by time; those whose windows have passed are dropped
	Clock          time.Time // the latest moment applied: everything due by then is done
	Settled        time.Time // the last settlement applied, or the time of joining
	History        []Change  // newest last, at most KeepHistory
	Turns          []Turn    // the tiers held from now on if nothing more happens; see Outlook
	Due            time.Time // when the next settlement or end comes; zero if none does; see Foreseen
}

// KeepHistory is how many changes a standing keeps: a member has at most a few a quarter, so this is over 15 years.
const KeepHistory = 200

// Join starts a standing at the lowest tier.
func Join(p *programme.Programme, at time.Time) Standing {
	first := p.Tiers[0].Code
	return Standing{
		Earned: first, State: Active, Since: at, Clock: at, Settled: at,
		History: []Change{{At: at, To: first, Reason: Joined, Programme: p.Version}},
	}
}

// Held is the tier that counts at t: the highest of the earned one and the active grants.
func (s Standing) Held(p *programme.Programme, t time.Time) programme.Tier {
	held, _ := p.Tier(s.Earned)
	for _, g := range s.Grants {
		if tier, ok := p.Tier(g.Tier); ok && g.active(t) && tier.Rank > held.Rank {
			held = tier
		}
	}
	return held
}

// Counted tells whether a source made a fact of a metric that the standing still keeps.
func (s Standing) Counted(metric, source string) bool {
	return slices.ContainsFunc(s.Facts, func(f Fact) bool { return f.Metric == metric && f.Source == source })
}

// Clone copies the standing so that a change of the copy never shows in the original.
func (s Standing) Clone() Standing {
	s.Grants = slices.Clone(s.Grants)
	s.Facts = slices.Clone(s.Facts)
	s.Tasks = slices.Clone(s.Tasks)
	s.History = slices.Clone(s.History)
	s.Turns = slices.Clone(s.Turns)
	return s
}

func (s *Standing) note(c Change) {
	s.History = append(s.History, c)
	if extra := len(s.History) - KeepHistory; extra > 0 {
		s.History = slices.Delete(s.History, 0, extra)
	}
}
