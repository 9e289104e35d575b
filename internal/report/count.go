package report

import (
	"context"
	"errors"
	"math"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/posting"
)

// Reports are never added to a score: the rows are the truth, and are added up again after each one. A report is a row,
// and not counted; the rows of the subject are added up; the sum is stored with the subject by compare-and-swap; the report
// is counted. Whoever stores a sum last has read the subject after all others stored theirs, and so adds up their rows,
// too. Killed in between, the report stays uncounted, and Sweep, by anybody and any number of times, adds up again.

// ReasonReported is the reason of a ruling by reports.
const ReasonReported = "REPORTED"

// count adds up the reports of a subject. Where they are enough it is hidden until a moderator has looked: unless one has
// looked at this very text before.
func (s *Service) count(ctx context.Context, on community.Subject, now time.Time) error {
	_, err := s.change(ctx, on, func(c Content) (Content, bool, error) {
		v := c.Review()
		if err := s.late(ctx, c, now); err != nil {
			return c, false, err
		}
		sum, err := s.Store.Sum(ctx, on)
		if err != nil {
			return c, false, err
		}
		was := v
		v.Score, v.Reports, v.Since = sum.Score, sum.Reports, sum.Since
		next := c.reviewed(v)
		if s.hides(c, sum, now) {
			to := community.Ruling{Reason: ReasonReported, By: community.ByReports, At: stamp(now)}
			next = next.ruled(community.Limited, to).
				noted(community.Note{Kind: community.NoteLimited, At: to.At, From: c.State(), To: community.Limited, Reason: to.Reason})
		}
		return next, next.Review() != was, nil
	})
	if fault.Is(err, fault.NotFound) { // nothing takes a post or comment away for good yet; its reports stay as they are
		return nil
	}
	if err != nil {
		return err
	}
	open, err := s.Store.On(ctx, on, mostOpen)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range open {
		ids = append(ids, r.ID)
	}
	return s.Store.Counted(ctx, ids)
}

// mostOpen is how many reports of one subject are noted as counted at once; the sweep comes back for more.
const mostOpen = 1000

// late settles reports that came while a moderator was deciding, and those of what is gone.
func (s *Service) late(ctx context.Context, c Content, now time.Time) error {
	v := c.Review()
	switch {
	case c.Gone():
		return s.Store.Settle(ctx, c.Subject(), math.MaxInt64, Withdrawn, stamp(now))
	case v.Judged > 0:
		return s.Store.Settle(ctx, c.Subject(), v.Judged, settled(v.Last), stamp(now))
	default:
		return nil
	}
}

// hides tells whether reports hide something.
func (s *Service) hides(c Content, sum Sum, now time.Time) bool {
	_, m, err := s.rules(now)
	cleared := c.Ruling().By == community.ByStaff
	return err == nil && !c.Gone() && c.State() == community.Published && !cleared && sum.Score >= m.Reports.LimitAt && sum.Weighty >= m.Reports.Reporters
}

// Sweep does what is left to do of at most n reports, posts and comments each, and tells of how many.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) (int, error) {
	left, err := s.Store.Uncounted(ctx, n)
	if err != nil {
		return 0, err
	}
	done, ids := map[community.Subject]bool{}, []string{}
	for _, r := range left {
		ids = append(ids, r.ID)
		if done[r.On] {
			continue
		}
		if err := s.count(ctx, r.On, now); err != nil {
			return 0, err
		}
		done[r.On] = true
	}
	if err := s.Store.Counted(ctx, ids); err != nil {
		return 0, err
	}
	open, err := s.Contents.Undone(ctx, n)
	if err != nil {
		return 0, err
	}
	for _, c := range open {
		if err := s.finish(ctx, c, now); err != nil {
			return 0, err
		}
	}
	return len(left) + len(open), nil
}

// finish does what is left to do of a review.
func (s *Service) finish(ctx context.Context, c Content, now time.Time) error {
	next, err := s.follow(ctx, c)
	if err != nil {
		return err
	}
	if c.Gone() {
		if err := s.late(ctx, c, now); err != nil {
			return err
		}
		v := next.Review()
		v.Score, v.Reports, v.Since = 0, 0, time.Time{}
		next = next.reviewed(v)
	}
	next, err = s.save(ctx, next)
	if errors.Is(err, posting.ErrStale) { // somebody else did, or will
		return nil
	}
	if err != nil {
		return err
	}
	return s.above(ctx, next)
}
