package posting

import (
	"context"
	"strings"

	"membergate/internal/community"
	"membergate/internal/fault"
)

// A comment that is written, changed or taken down is counted above it in the manner of marks: the comment itself, whose
// version grows, is the commit and is uncounted until what it hangs below has been counted again. Killed between the two,
// Repair counts it. Nothing is ever added to a count.

// count counts what a comment hangs below, from the nearest outwards, and the post.
func (s *Service) count(ctx context.Context, c community.Comment) error {
	if err := s.recount(ctx, above(c)); err != nil {
		return err
	}
	return s.Store.Counted(ctx, map[community.CommentID]int64{c.ID: c.Version})
}

// above are the comments that a comment hangs below, nearest first, and the post.
func above(c community.Comment) []community.Subject {
	var out []community.Subject
	if c.Path != "" {
		ids := strings.Split(c.Path, ".")
		for i := len(ids) - 1; i >= 0; i-- {
			out = append(out, community.Subject{Kind: community.OnComment, ID: ids[i]})
		}
	}
	return append(out, community.Subject{Kind: community.OnPost, ID: string(c.Post)})
}

func (s *Service) recount(ctx context.Context, all []community.Subject) error {
	for _, on := range all {
		if err := s.Counts.Recount(ctx, on); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// Repair counts at most n comments above them whose counting did not come to its end, and tells how many.
func (s *Service) Repair(ctx context.Context, n int) (int, error) {
	open, err := s.Store.Uncounted(ctx, n)
	if err != nil {
		return 0, err
	}
	for _, c := range open {
		if err := s.count(ctx, c); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// CountAbove counts what a comment hangs below, for those who change comments in other ways than their authors.
func (s *Service) CountAbove(ctx context.Context, c community.Comment) error { return s.count(ctx, c) }
