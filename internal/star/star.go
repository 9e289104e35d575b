// Package star is who did most of a group in a month, and what that one gets for it: once for a group and month, whoever
// decides it how often and when.
package star

import (
	"time"

	"membergate/internal/clock"
	"membergate/internal/contribution"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Star is who did most of a group in a month. Once it is decided it never changes, but for Open.
type Star struct {
	Group  string
	Month  contribution.Month
	Member member.ID // empty = nobody did enough
	Points int64
	Streak int // months running, this one included; 0 for nobody
	Awards []Award
	At     time.Time // when it was decided, to the millisecond
	Open   bool      // the member may not have got what comes with it yet
}

// Award is something that a member has for a while.
type Award struct {
	Code  string // of the programme's
	From  time.Time
	Until time.Time // exclusive
}

// ID names the star of a group and month.
func (s Star) ID() string { return s.Group + "/" + string(s.Month) }

// Full tells whether the months running are as many as the programme asks for, once more.
func (s Star) Full(rules *programme.GroupStar) bool {
	return rules.Streak != nil && s.Streak > 0 && s.Streak%rules.Streak.Months == 0
}

// crown decides who is the star: the first that may be. Before is the star of the month before, in whatever state.
func crown(p *programme.Programme, s Star, entries []contribution.Entry, before Star, may func(member.ID) bool) Star {
	rules := p.Contributions.Star
	for _, e := range entries {
		if e.Points < rules.LeastPoints {
			break
		}
		if !may(e.Member) {
			continue
		}
		s.Member, s.Points, s.Streak, s.Open = e.Member, e.Points, 1, true
		if before.Member == e.Member && before.Month == s.Month.After(-1) {
			s.Streak = before.Streak + 1
		}
		s.Awards = awarded(rules.Awards, s.At, p.Zone())
		if s.Full(rules) {
			s.Awards = append(s.Awards, awarded(rules.Streak.Awards, s.At, p.Zone())...)
		}
		break
	}
	return s
}

func awarded(all []programme.Award, at time.Time, zone *time.Location) (out []Award) {
	for _, a := range all {
		out = append(out, Award{Code: a.Code, From: at, Until: clock.AddMonths(at, a.Months, zone).UTC()})
	}
	return out
}

// Decidable tells when a month's stars are decided.
func Decidable(rules *programme.GroupStar, end time.Time) time.Time {
	return end.Add(time.Duration(rules.AfterHours) * time.Hour)
}
