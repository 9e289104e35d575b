package inspection

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/report"
)

// Queue is what waits for somebody to look at it.
type Queue interface {
	// Queue gives the posts and comments that somebody has to look at, longest waiting first.
	Queue(ctx context.Context, q report.Queue) ([]report.Content, error)
}

// Ruler rules on contents by what a service found.
type Ruler interface {
	// Look gives what a subject names; false for what is unknown or gone.
	Look(ctx context.Context, on community.Subject) (report.Content, bool, error)
	// Inspected rules on a text that waits for a service, if it is still the text that was looked at.
	Inspected(ctx context.Context, on community.Subject, text string, to community.Moderation, v moderation.Verdict, now time.Time) (report.Content, error)
}

// Service asks, hears and rules.
type Service struct {
	Store   Store
	Queue   Queue
	Rulings Ruler
	Judge   moderation.Judge
	// Author says by which account a member can be asked about. One who has none, or is away, waits for a moderator.
	Author func(ctx context.Context, who member.ID, now time.Time) (moderation.Asked, error)
	// Address is where the service can load a picture.
	Address func(path string) string
}

// Keep keeps the verdict on a text that was judged at once.
func (s *Service) Keep(ctx context.Context, on community.Subject, v moderation.Verdict, now time.Time) error {
	if v.Trace == "" {
		return nil
	}
	now = stamp(now)
	return s.Store.AddFinding(ctx, Finding{Trace: v.Trace, On: on, State: v.State, Reason: v.Reason, Asked: now, Told: now})
}

// Hear takes a verdict that comes by itself. One that comes again changes nothing more. One on what nobody is known to have
// asked about changes nothing and is an error: it may have come before the question was kept, and is to be told again.
func (s *Service) Hear(ctx context.Context, trace string, v moderation.Verdict, now time.Time) error {
	f, ok, err := s.Store.Finding(ctx, trace)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "nothing is known to have been asked under that number")
	}
	if _, err := s.Store.Tell(ctx, trace, v, stamp(now)); err != nil {
		return err
	}
	c, ok, err := s.Rulings.Look(ctx, f.On)
	if err != nil || !ok {
		return err
	}
	_, err = s.settle(ctx, c, now)
	return err
}

// page is how many waiting texts are read at once.
const page = 50

// Sweep asks about at most n texts that wait for the service, longest waiting first, and about their pictures. It stops
// when the service does not answer: what is left is asked next time.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) (asked int, err error) {
	q := report.Queue{Cause: community.ForPending, Limit: page}
	for asked < n {
		found, err := s.Queue.Queue(ctx, q)
		if err != nil {
			return asked, err
		}
		for _, c := range found {
			q.After = &report.Place{At: c.Waits().Since, ID: c.Subject().ID}
			if asked >= n || !c.ForService() {
				continue
			}
			did, err := s.look(ctx, c, now)
			if err != nil {
				return asked, err
			}
			if did {
				asked++
			}
		}
		if len(found) < page {
			return asked, nil
		}
	}
	return asked, nil
}

// look asks about one that waits, and tells whether it did.
func (s *Service) look(ctx context.Context, c report.Content, now time.Time) (bool, error) {
	by, err := s.Author(ctx, c.Author(), now)
	if err != nil || by.OpenID == "" || by.Away {
		return false, err // a moderator's
	}
	by.Kind = moderation.Post
	if c.Post == nil {
		by.Kind = moderation.Comment
	}
	asked := false
	if c.Ruling().Reason == string(moderation.Unavailable) {
		v, err := s.Judge.Text(ctx, by, c.Body())
		if err != nil {
			return false, err
		}
		if err := s.Keep(ctx, c.Subject(), v, now); err != nil {
			return true, err
		}
		if c, err = s.judged(ctx, c, v, now); err != nil {
			return true, err
		}
		asked = true
	}
	if !c.ForService() {
		return asked, nil
	}
	sum, err := s.settle(ctx, c, now)
	if err != nil {
		return asked, err
	}
	for _, path := range sum.Ask {
		v, err := s.Judge.Picture(ctx, by, s.Address(path))
		if err != nil {
			return asked, err
		}
		asked = true
		if err := s.Store.AddFinding(ctx, Finding{Trace: v.Trace, On: c.Subject(), Picture: path, Asked: stamp(now)}); err != nil {
			return asked, err
		}
	}
	return asked, nil
}

// judged rules by the verdict on a text: its pictures are next.
func (s *Service) judged(ctx context.Context, c report.Content, v moderation.Verdict, now time.Time) (report.Content, error) {
	to := community.Pending
	switch {
	case v.State == moderation.Block:
		to = community.Removed
	case v.State == moderation.Pass && len(paths(c)) > 0:
		v.Reason = moderation.Checking
	case v.State == moderation.Pass:
		to = community.Published
	}
	return s.rule(ctx, c, to, v, now)
}

// settle rules by what is known of the pictures of one that waits for them.
func (s *Service) settle(ctx context.Context, c report.Content, now time.Time) (Sum, error) {
	if !c.ForService() || c.Ruling().Reason != string(moderation.Checking) {
		return Sum{}, nil
	}
	found, err := s.Store.Findings(ctx, c.Subject())
	if err != nil {
		return Sum{}, err
	}
	sum := SumOf(paths(c), found, now)
	switch {
	case sum.Passed:
		_, err = s.rule(ctx, c, community.Published, moderation.Verdict{}, now)
	case sum.Verdict.State == moderation.Block:
		_, err = s.rule(ctx, c, community.Removed, sum.Verdict, now)
	case sum.Verdict.State == moderation.Review:
		_, err = s.rule(ctx, c, community.Pending, sum.Verdict, now)
	}
	return sum, err
}

// rule does so; what is gone meanwhile needs nothing.
func (s *Service) rule(ctx context.Context, c report.Content, to community.Moderation, v moderation.Verdict, now time.Time) (report.Content, error) {
	c, err := s.Rulings.Inspected(ctx, c.Subject(), c.Text(), to, v, now)
	if fault.Is(err, fault.NotFound) {
		return report.Content{Post: &community.Post{}}, nil
	}
	return c, err
}

func paths(c report.Content) (out []string) {
	if c.Post != nil {
		for _, m := range c.Post.Media {
			out = append(out, m.Path)
		}
	}
	return out
}

// stamp is a moment as stores keep it.
func stamp(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }
