package family

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Obstacle is the code of what stands in the way of joining or leaving; empty for nothing.
type Obstacle string

// The obstacles. Apps show a text for each; more may come.
const (
	OwnerMustTransfer Obstacle = "OWNER_MUST_TRANSFER" // hand the family over, or be the last to leave
	GuardianDecides   Obstacle = "GUARDIAN_DECIDES"    // children do not leave by themselves
	SignInFirst       Obstacle = "SIGN_IN_REQUIRED"
	AlreadyIn         Obstacle = "ALREADY_IN_FAMILY" // this one or another
	Cooldown          Obstacle = "COOLDOWN"          // left a family not long ago
	Full              Obstacle = "FAMILY_FULL"
	Paused            Obstacle = "OWNER_TIER_TOO_LOW" // the owner's tier may not own a family any more
	Unsuitable        Obstacle = "ROLE_UNSUITABLE"    // not a role for somebody of that age
)

// Leaving is what leaving would mean.
type Leaving struct {
	Allowed       bool
	BlockedBy     Obstacle
	CoinsKept     wallet.Coins // available and held: all of them stay the member's
	CooldownUntil time.Time    // until when no family could be joined, exclusive; zero = no wait
}

// LeavePreview is what leaving at now would mean for somebody in the family, who has the wallet state own at now.
func (f Family) LeavePreview(p *programme.Programme, who Person, own wallet.State, now time.Time) Leaving {
	l := Leaving{CoinsKept: own.Owned(), CooldownUntil: cooldown(p, now)}
	switch {
	case !May(who.Role, LeaveByOneself):
		l.BlockedBy = GuardianDecides
	case who.Role == Owner && len(f.Active()) > 1:
		l.BlockedBy = OwnerMustTransfer
	default:
		l.Allowed = true
	}
	return l
}

// cooldown is until when somebody who leaves at a time could not join a family; zero = no wait.
func cooldown(p *programme.Programme, left time.Time) time.Time {
	if p.Family == nil || p.Family.CooldownDays == 0 {
		return time.Time{}
	}
	return clock.AddDays(left, p.Family.CooldownDays, p.Zone())
}

// Candidate is somebody who could join a family: all families that the member is or was in.
type Candidate struct {
	Member   member.ID // empty when nobody is signed in
	Families []Family
	Birthday string                     // such as 1990-02-28; empty if unknown
	Apart    func(other member.ID) bool // whether the two keep apart, because one has blocked the other; nil = from nobody
}

// hidden tells whether a family does not exist for the candidate, because of somebody in it.
func (c Candidate) hidden(f Family) bool {
	return c.Apart != nil && slices.ContainsFunc(f.Members(), c.Apart)
}

// in tells whether the candidate is in any family.
func (c Candidate) in() bool {
	for _, f := range c.Families {
		if _, ok := f.Of(c.Member); ok {
			return true
		}
	}
	return false
}

// lastLeft is when the candidate last left a family or was removed from one, zero for never.
func (c Candidate) lastLeft() time.Time {
	var left time.Time
	for _, f := range c.Families {
		for _, p := range f.People {
			if p.Member == c.Member && p.State != Active && p.LeftAt.After(left) {
				left = p.LeftAt
			}
		}
	}
	return left
}

// JoiningBlockedBy is what keeps a candidate from joining the family at now; empty for nothing. The gate is that of
// the family's owner.
func (f Family) JoiningBlockedBy(p *programme.Programme, g Gate, c Candidate, now time.Time) Obstacle {
	left := c.lastLeft()
	switch {
	case c.Member == "":
		return SignInFirst
	case c.in():
		return AlreadyIn
	case !left.IsZero() && now.Before(cooldown(p, left)):
		return Cooldown
	case !g.Open:
		return Paused
	case len(f.Active()) >= p.Family.Capacity():
		return Full
	default:
		return ""
	}
}

// takingBlockedBy is what keeps a candidate from taking a role in the family at now.
func (f Family) takingBlockedBy(p *programme.Programme, g Gate, c Candidate, role Role, now time.Time) Obstacle {
	if o := f.JoiningBlockedBy(p, g, c, now); o != "" {
		return o
	}
	if !Suits(p, role, c.Birthday, now) {
		return Unsuitable
	}
	return ""
}
