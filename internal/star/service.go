package star

import (
	"context"
	"errors"
	"time"

	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Store keeps stars.
type Store interface {
	// AddStar decides a group's month, unless it is decided.
	AddStar(ctx context.Context, s Star) error
	// Stars gives at most n stars of groups, months without anybody included, newest first; a group without any is missing.
	Stars(ctx context.Context, groups []string, n int) (map[string][]Star, error)
	// StarsOf gives at most n stars of members, newest first; who has none is missing.
	StarsOf(ctx context.Context, who []member.ID, n int) (map[member.ID][]Star, error)
	// OpenStars gives at most n stars whose member may not have got what comes with it yet.
	OpenStars(ctx context.Context, n int) ([]Star, error)
	// CloseStar notes that a star's member has got what comes with it; it may be repeated.
	CloseStar(ctx context.Context, id string) error
}

// Boards say who did how much.
type Boards interface {
	// Final gives who did most of each group in a month that is over, by code, first one first, without those who do not want
	// to be on boards.
	Final(ctx context.Context, m contribution.Month) (map[string][]contribution.Entry, error)
}

// Badges gives members badges.
type Badges interface {
	// Award gives a member a badge, unless the member has one of the code.
	Award(ctx context.Context, who member.ID, b adoption.Badge) error
}

// Teller applies what the earning rules give a star. Told again, nothing more is given.
type Teller interface {
	Starred(ctx context.Context, who member.ID, star string, at time.Time) error
}

// Groups tells and changes who is what for groups.
type Groups interface {
	// SetRole makes a member be something for a group.
	SetRole(ctx context.Context, p *programme.Programme, group string, a community.RoleChange) (community.Staffing, error)
}

// Roles tells who has which role in a group.
type Roles interface {
	Staffings(ctx context.Context, codes []string) (map[string]community.Staffing, error)
}

// Service decides stars, and gives them what they get.
type Service struct {
	Store  Store
	Boards Boards
	Badges Badges
	Tell   Teller
	Groups Groups
	Roles  Roles
	Known  func(ctx context.Context, who []member.ID) (map[member.ID]bool, error) // whose accounts there are
	Book   contribution.Book
}

// mostLate is how many months one sweep makes up for; the next goes on.
const mostLate = 12

// Sweep decides the months that are over and gives at most n stars what they get, whoever left them. It may be repeated, and
// run by many at once.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) error {
	err := s.decide(ctx, now)
	open, wrong := s.Store.OpenStars(ctx, n)
	err = errors.Join(err, wrong)
	for _, each := range open {
		err = errors.Join(err, s.finish(ctx, each))
	}
	return err
}

// decide decides the months of all groups that are over, oldest first. A group that has no star yet begins with the last
// month: nobody is told of months in which there were no stars.
func (s *Service) decide(ctx context.Context, now time.Time) error {
	p := s.Book.At(now)
	if p.Contributions == nil || p.Contributions.Star == nil {
		return nil
	}
	var groups []string
	for _, g := range p.Groups {
		groups = append(groups, g.Code)
	}
	last, err := s.Store.Stars(ctx, groups, 1)
	if err != nil {
		return err
	}
	is := contribution.MonthOf(now, p.Zone())
	next := map[string]Star{} // the newest of each group
	first := is
	for _, g := range groups {
		newest := Star{Group: g, Month: is.After(-2)}
		if all := last[g]; len(all) > 0 {
			newest = all[0]
		}
		next[g], first = newest, min(first, newest.Month.After(1))
	}
	for m, late := first, 0; m < is && late < mostLate; m, late = m.After(1), late+1 {
		if _, end, _ := m.Span(p.Zone()); now.Before(Decidable(p.Contributions.Star, end)) {
			return nil
		}
		if err := s.month(ctx, m, groups, next, now); err != nil {
			return err
		}
	}
	return nil
}

// month decides a month of the groups for which it is the next.
func (s *Service) month(ctx context.Context, m contribution.Month, groups []string, newest map[string]Star, now time.Time) error {
	p := s.rules(m, now)
	var boards map[string][]contribution.Entry
	var staff map[string]community.Staffing
	if p.Contributions != nil && p.Contributions.Star != nil {
		var err error
		if boards, err = s.Boards.Final(ctx, m); err != nil {
			return err
		}
		if staff, err = s.Roles.Staffings(ctx, groups); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if newest[g].Month.After(1) != m {
			continue
		}
		decided := Star{Group: g, Month: m, At: now.UTC().Truncate(time.Millisecond)}
		if len(boards[g]) > 0 {
			known, err := s.known(ctx, boards[g])
			if err != nil {
				return err
			}
			decided = crown(p, decided, boards[g], newest[g], func(who member.ID) bool {
				role, has := p.GroupRole(staff[g].Of(who))
				return known[who] && (!has || role.Star)
			})
		}
		if err := s.Store.AddStar(ctx, decided); err != nil {
			return err
		}
		kept, err := s.Store.Stars(ctx, []string{g}, 1) // somebody else may have decided it before
		if err != nil {
			return err
		}
		if all := kept[g]; len(all) > 0 {
			newest[g] = all[0]
		}
	}
	return nil
}

// rules are those of a month itself, whose zone is that of a time.
func (s *Service) rules(m contribution.Month, at time.Time) *programme.Programme {
	_, end, _ := m.Span(s.Book.At(at).Zone())
	return s.Book.At(end.Add(-time.Millisecond))
}

// lookedAt is how many of a board may be stars: those before them are staff, or have closed their accounts.
const lookedAt = 200

func (s *Service) known(ctx context.Context, entries []contribution.Entry) (map[member.ID]bool, error) {
	var who []member.ID
	for _, e := range entries[:min(len(entries), lookedAt)] {
		who = append(who, e.Member)
	}
	return s.Known(ctx, who)
}

// finish gives a star what comes with it, and notes that it did. Who has closed their account gets nothing any more.
func (s *Service) finish(ctx context.Context, is Star) error {
	known, err := s.Known(ctx, []member.ID{is.Member})
	if err != nil {
		return err
	}
	p := s.rules(is.Month, is.At)
	if known[is.Member] && p.Contributions != nil && p.Contributions.Star != nil {
		if err := s.give(ctx, p, is); err != nil {
			return err
		}
	}
	return s.Store.CloseStar(ctx, is.ID())
}

func (s *Service) give(ctx context.Context, p *programme.Programme, is Star) error {
	rules := p.Contributions.Star
	if err := s.Tell.Starred(ctx, is.Member, is.ID(), is.At); err != nil {
		return err
	}
	if err := s.Badges.Award(ctx, is.Member, adoption.Badge{Code: rules.Badge.Code, At: is.At}); err != nil {
		return err
	}
	if !is.Full(rules) || rules.Streak.Role == "" {
		return nil
	}
	staff, err := s.Roles.Staffings(ctx, []string{is.Group})
	if err != nil || staff[is.Group].Of(is.Member) != "" { // what the staff made of them stays
		return err
	}
	_, err = s.Groups.SetRole(ctx, p, is.Group, community.RoleChange{Member: is.Member, To: rules.Streak.Role, At: is.At, Reason: is.ID()})
	if fault.Is(err, fault.BadInput) { // they have left the group, or no seat is free
		return nil
	}
	return err
}
