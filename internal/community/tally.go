package community

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Counts are right without a transaction that spans documents, because they are never added to. The way of a mark:
//
//  1. the member's mark on the subject, a row of its own, is set; its version grows, and it is unsettled. This one
//     write is the commit;
//  2. the rows of the subject are counted, one by one, into a tally whose version is the sum of the rows' versions;
//  3. the counts are stored with the subject, unless a tally of the same or a later version is there;
//  4. the mark is settled, unless it has changed again.
//
// Rows are never removed, so versions only grow, and a tally that has seen more rows than another has a higher version. Whoever
// changes a row last counts after it: the last tally has seen everything, its version is the highest, and no slower
// one can take its place. Killed between two steps, the mark stays unsettled, and Repair, by anybody and any number of
// times, counts again. Nothing is ever counted twice, because counting is not adding.

// SetMark sets or takes back one kind of a member's mark, and counts. The subject must be known to exist and be the
// member's to mark.
func (s *Service) SetMark(ctx context.Context, m member.ID, on Subject, k Kind, set bool, at time.Time) (Mark, error) {
	mark, changed, err := s.Store.SetMark(ctx, m, on, k, set, at)
	if err != nil || !changed {
		return mark, err
	}
	if err := s.Recount(ctx, on); err != nil {
		return mark, err
	}
	return mark, s.Store.Settle(ctx, []Unsettled{{Member: m, Subject: on, Version: mark.Version}})
}

// Recount counts a subject's marks and comments again and stores what came out. Where that makes a comment appear in
// its thread or vanish from it, what it hangs below is counted as well. An unknown subject is NOT_FOUND.
func (s *Service) Recount(ctx context.Context, on Subject) error {
	if on.Kind == OnComment {
		return s.recountComment(ctx, CommentID(on.ID))
	}
	posts, err := s.Store.ByIDs(ctx, []PostID{PostID(on.ID)})
	if err != nil {
		return err
	}
	p, ok := posts[PostID(on.ID)]
	if !ok {
		return fault.New(fault.NotFound, "there is no such post")
	}
	t, err := s.Store.Tally(ctx, on)
	if err != nil {
		return err
	}
	return s.Store.SavePost(ctx, p.Counted(t.with(p.Counts)), t.Version)
}

func (s *Service) recountComment(ctx context.Context, id CommentID) error {
	found, err := s.Store.CommentsByIDs(ctx, []CommentID{id})
	if err != nil {
		return err
	}
	c, ok := found[id]
	if !ok {
		return fault.New(fault.NotFound, "there is no such comment")
	}
	t, err := s.Store.Tally(ctx, c.Subject())
	if err != nil {
		return err
	}
	next := c.Counted(t.with(c.Counts), t.Replies)
	if err := s.Store.SaveComment(ctx, next, t.Version); err != nil {
		return err
	}
	if next.Listed() == c.Listed() {
		return nil
	}
	if c.Parent != "" {
		if err := s.recountComment(ctx, c.Parent); err != nil {
			return err
		}
	}
	return s.Recount(ctx, Subject{OnPost, string(c.Post)})
}

// with takes over what a tally does not count.
func (t Tally) with(old Counts) Counts {
	t.Counts.Shares, t.Counts.Impressions = old.Shares, old.Impressions
	return t.Counts
}

// Repair counts the subjects of at most n marks whose counting did not come to its end, and tells how many marks it
// settled.
func (s *Service) Repair(ctx context.Context, n int) (int, error) {
	open, err := s.Store.Unsettled(ctx, n)
	if err != nil {
		return 0, err
	}
	done := map[Subject]bool{}
	for _, u := range open {
		if done[u.Subject] {
			continue
		}
		if err := s.Recount(ctx, u.Subject); err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
		done[u.Subject] = true
	}
	return len(open), s.Store.Settle(ctx, open)
}
