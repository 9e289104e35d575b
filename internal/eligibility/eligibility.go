package eligibility

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// asking is one question: whether a member meets conditions at a moment.
type asking struct {
	p   *programme.Programme
	of  string // the code of what is asked about
	f   Facts
	now time.Time
}

// Met tells whether a member meets all conditions at now. Of is the code of what is asked about: each has another share
// of members.
func Met(p *programme.Programme, of string, e programme.Eligibility, f Facts, now time.Time) bool {
	return asking{p, of, f, now}.met(e)
}

func (a asking) met(e programme.Eligibility) bool {
	for _, l := range a.leaves(e) {
		if !l.holds(a.now) {
			return false
		}
	}
	not := func(part programme.Eligibility) bool { return !a.met(part) }
	return !slices.ContainsFunc(e.All, not) && (len(e.Any) == 0 || slices.ContainsFunc(e.Any, a.met)) && (e.Not == nil || !a.met(*e.Not))
}

// Over tells whether the time in which the conditions can be met has passed, whoever asks.
func Over(e programme.Eligibility, now time.Time) bool {
	over := func(part programme.Eligibility) bool { return Over(part, now) }
	running := func(part programme.Eligibility) bool { return !Over(part, now) }
	return e.Until != nil && !now.Before(*e.Until) || slices.ContainsFunc(e.All, over) ||
		len(e.Any) > 0 && !slices.ContainsFunc(e.Any, running)
}

// InScope tells whether a member is among those to whom something is rolled out. Of is its code.
func InScope(p *programme.Programme, of string, s programme.Scope, f Facts) bool {
	return hereOrAnywhere(s.Stores, f.Store) && hereOrAnywhere(s.Channels, f.Channel) &&
		p.InRegion(s.Regions, f.Region) && InCohort(of, f.Profile.ID, s.CohortPercent)
}

// InCohort tells whether a member belongs to a share of all members; 0 percent is all. Who is in stays in when the
// share grows, and each code has another share.
func InCohort(code string, id member.ID, percent int) bool {
	if percent == 0 {
		return true
	}
	h := sha256.Sum256([]byte(code + "\x00" + string(id)))
	return binary.BigEndian.Uint64(h[:8])%100 < uint64(percent)
}

// anyOf tells whether one of those that are asked for is there; nothing asked is met.
func anyOf(asked, there []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool { return slices.Contains(there, a) })
}

// hereOrAnywhere tells whether a place is among those asked for. No place means that all are asked about at once.
func hereOrAnywhere(asked []string, place string) bool {
	return len(asked) == 0 || place == "" || slices.Contains(asked, place)
}
