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
	Revoked    Reason = "REVOKED"    // a grant was taken back, such as by a refund
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
	Tier   string // empty where something was taken back before it was given: then it is never given
	Route  programme.RouteKind
	From   time.Time
	Until  time.Time // exclusive; zero = open
	Reason string    // whose it is or why it was given, in the giver's words; empty if the route says it all
	Ended  bool      // its end has been applied

	ID        string    // what gave it, such as "payment:P1": one gives one grant. Empty where a seat gives it
	ToldFrom  time.Time // the period as it was told, before it had to wait for another of its tier; zero for routes that never wait
	ToldUntil time.Time
	TakenBack time.Time // when it was taken back; zero if it was not
	AutoRenew bool      // the payment told that it renews itself; what counts is the member's own Choice
	Offer     string    // the price promise that was paid by; empty for none
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

	Window   time.Time // when the window ended whose sums these are, if that was not At: a year that was judged later
	Measures []Measure // what was asked of metrics, where no score was
	By       string    // the route of the grant that began or ended; empty for none
	Ref      string    // what gave it, such as "payment:P1"
}

// Measure is how much of a metric there was, and how much was asked for, in the metric's own unit.
type Measure struct {
	Metric string
	Sum    int64
	Asked  int64
}

// Standing is everything about one member's tier. It is kept as one value and changed by the functions here only.
type Standing struct {
	Earned         string // code of the tier held by growth
	State          State
	Since          time.Time // when the tier that is now held began
	ProtectedUntil time.Time // exclusive; zero unless protected
	Tasks          []string  // the tasks done inside the protection: codes where the programme names them, else sources
	Steps          []string  // codes of the tasks that the member did as a newcomer
	Grants         []Grant
	Facts          []Fact    // by time; those whose windows have passed are dropped
	FirstPaid      time.Time // when the first order was paid that facts told of; zero if none did. It stays when its fact has passed
	Clock          time.Time // the latest moment applied: everything due by then is done
	Settled        time.Time // the last settlement applied, or the time of joining
	History        []Change  // newest last, at most KeepHistory
	Turns          []Turn    // the tiers held from now on if nothing more happens; see Outlook
	Named          Naming    // the segments that another system said the member is in
	Due            time.Time // when the next settlement or end comes; zero if none does; see Foreseen
	Choices        []Choice  // what the member decided on renewal, newest last
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

// Judged is the tier that a settlement looks at: the one held or, beneath a grant that asks nothing of who holds it, the
// earned one.
func (s Standing) Judged(p *programme.Programme, t time.Time) programme.Tier {
	held := s.Held(p, t)
	if held.Code != s.Earned && held.Keep == nil {
		held, _ = p.Tier(s.Earned)
	}
	return held
}

// StateAt is how the tier held at t is held: a protection of an earned tier does not show while a grant lies above it.
func (s Standing) StateAt(p *programme.Programme, t time.Time) State {
	if s.State == Protected && s.Judged(p, t).Code == s.Held(p, t).Code {
		return Protected
	}
	return Active
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
	s.Steps = slices.Clone(s.Steps)
	s.History = slices.Clone(s.History)
	s.Turns = slices.Clone(s.Turns)
	s.Choices = slices.Clone(s.Choices)
	s.Named.Segments = slices.Clone(s.Named.Segments)
	return s
}

func (s *Standing) note(c Change) {
	s.History = append(s.History, c)
	if extra := len(s.History) - KeepHistory; extra > 0 {
		s.History = slices.Delete(s.History, 0, extra)
	}
}
