package community

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// ErrStale is a store's answer when somebody else changed it first.
var ErrStale = errors.New("community: somebody else changed it first")

// The codes of refusals of roles.
const (
	CodeUnknownRole = "UNKNOWN_ROLE" // none of the programme's
	CodeNotJoined   = "NOT_JOINED"   // only who is in a group has a role in it
	CodeRoleFull    = "ROLE_FULL"    // as many have it as the programme allows
)

// Holding is that a member has a role in a group.
type Holding struct {
	Member member.ID
	Role   string    // code of the programme's
	Since  time.Time // to the millisecond
}

// Staffing is who has which role in a group. Who leaves the group has none any more.
type Staffing struct {
	Held    []Holding // oldest first; a member once
	Version int64     // grows with every change
}

// Of is a member's role; empty for an ordinary member.
func (s Staffing) Of(m member.ID) string {
	for _, h := range s.Held {
		if h.Member == m {
			return h.Role
		}
	}
	return ""
}

// Taken is how many have a role.
func (s Staffing) Taken(role string) (n int) {
	for _, h := range s.Held {
		if h.Role == role {
			n++
		}
	}
	return n
}

// With gives the staffing with a member's role changed; an empty one makes an ordinary member.
func (s Staffing) With(m member.ID, role string, at time.Time) Staffing {
	s.Held = slices.DeleteFunc(slices.Clone(s.Held), func(h Holding) bool { return h.Member == m })
	if role != "" {
		s.Held = append(s.Held, Holding{Member: m, Role: role, Since: at.UTC().Truncate(time.Millisecond)})
	}
	return s
}

// RoleChange is a line of a group's log of roles, which is never changed.
type RoleChange struct {
	Number int64 // 1, 2, 3 … of those of the group, with gaps
	Member member.ID
	From   string // role before; empty = an ordinary member
	To     string // role since
	At     time.Time
	Staff  string // who changed it; empty = a rule did
	Reason string
}

// Roles keeps who has which role in a group.
type Roles interface {
	// Staffings tells who has which role in groups; one in which nobody has any stands at zero, but for its version.
	Staffings(ctx context.Context, codes []string) (map[string]Staffing, error)
	// SetStaffing puts what is held in the place of what the version held, and writes a line of the log under the next
	// version, in one step. ErrStale if the group does not have the version any more, or has no members.
	SetStaffing(ctx context.Context, code string, next Staffing, line RoleChange) error
	// RoleLog gives at most n lines of a group's log that are below a number, newest first; below 0 is all.
	RoleLog(ctx context.Context, code string, below int64, n int) ([]RoleChange, error)
	// Company gives at most n members of a group in the order of their ids, those after one.
	Company(ctx context.Context, code string, after member.ID, n int) ([]member.ID, error)
}

// tries is how often a group that somebody else changed is read again; each time somebody got through.
const tries = 64

// SetRole makes a member be something for a group, or, with no role, an ordinary member again, and writes down who did it
// and why. Said again it changes nothing. Refusals: UNKNOWN_ROLE, NOT_JOINED, ROLE_FULL.
func (s *Service) SetRole(ctx context.Context, p *programme.Programme, group string, a RoleChange) (Staffing, error) {
	role, known := p.GroupRole(a.To)
	if a.To != "" && !known {
		return Staffing{}, fault.Refuse(CodeUnknownRole, "role", "role is %q, which is none of the programme's", a.To)
	}
	for range tries {
		all, err := s.Store.Staffings(ctx, []string{group})
		if err != nil {
			return Staffing{}, err
		}
		is := all[group]
		stands, err := s.Store.Circles(ctx, []string{group}, a.Member)
		if err != nil {
			return is, err
		}
		a.From = is.Of(a.Member)
		switch {
		case !stands[group].Joined:
			return is, fault.Refuse(CodeNotJoined, "memberId", "only who is in the group has a role in it")
		case a.From == a.To:
			return is, nil
		case role.Seats > 0 && is.Taken(a.To) >= role.Seats:
			return is, fault.Refuse(CodeRoleFull, "role", "as many have the role as may: %d", role.Seats).Near(int64(role.Seats))
		}
		a.At, a.Number = a.At.UTC().Truncate(time.Millisecond), is.Version+1
		next := is.With(a.Member, a.To, a.At)
		err = s.Store.SetStaffing(ctx, group, next, a)
		if errors.Is(err, ErrStale) {
			continue
		}
		next.Version++
		return next, err
	}
	return Staffing{}, fault.New(fault.Unavailable, "the group is being changed by too many at once")
}

// MaySeeMembers tells whether a member of a group may see who is in it.
func (s Staffing) MaySeeMembers(p *programme.Programme, m member.ID) bool {
	role, ok := p.GroupRole(s.Of(m))
	return ok && slices.Contains(role.Rights, programme.SeeMembers)
}
