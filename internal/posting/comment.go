package posting

import (
	"context"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Reply is a comment as it is sent.
type Reply struct {
	Key    string // the author's idempotency key
	Post   community.PostID
	Parent community.CommentID // empty = the post itself
	Body   string
}

// Reply writes a comment, once per key, and tells whether an earlier sending did. Refusals: POSTS_OFF, NOT_FOUND,
// COMMENTS_CLOSED, BLANK, TOO_LONG, IDEMPOTENCY_CONFLICT, TOO_OFTEN.
func (s *Service) Reply(ctx context.Context, r community.Reader, a Reply, now time.Time) (community.Comment, bool, error) {
	op, err := wallet.OpKey("commentCreate", a.Key)
	if err != nil {
		return community.Comment{}, false, err
	}
	slip := Slip{ID: wallet.Fingerprint(r.Member, op), At: stamp(now), Made: community.NewID(now),
		Input: wallet.Fingerprint(a.Post, a.Parent, a.Body)}.of(r.Member, community.OnComment, a.Body)
	known, found, err := s.sent(ctx, slip)
	if err != nil {
		return community.Comment{}, false, err
	}
	if found {
		slip = known
		if c, done, err := s.commentOf(ctx, slip); err != nil || done {
			return c, done, err
		}
	}
	c, err := s.reply(ctx, r, a, slip, now)
	if err != nil {
		return community.Comment{}, false, err
	}
	kept, err := s.keep(ctx, slip)
	if err != nil {
		return community.Comment{}, false, err
	}
	c.ID, c.CreatedAt = community.CommentID(kept.Made), kept.At
	c = c.Counted(community.Counts{}, 0)
	added, err := s.Store.AddComment(ctx, c)
	if err != nil {
		return c, false, err
	}
	if err := s.count(ctx, c); err != nil {
		return c, false, err
	}
	c, _, err = s.commentOf(ctx, kept)
	return c, !added, err
}

func (s *Service) commentOf(ctx context.Context, slip Slip) (community.Comment, bool, error) {
	id := community.CommentID(slip.Made)
	found, err := s.Store.CommentsByIDs(ctx, []community.CommentID{id})
	c, ok := found[id]
	return c, ok, err
}

// reply makes the comment of an answer, or refuses.
func (s *Service) reply(ctx context.Context, r community.Reader, a Reply, slip Slip, now time.Time) (community.Comment, error) {
	_, rules, err := s.rules(now)
	if err != nil {
		return community.Comment{}, err
	}
	p, err := s.seen(ctx, r, a.Post)
	if err != nil {
		return community.Comment{}, err
	}
	out, answered := community.Comment{Post: a.Post, Author: r.Member, Body: a.Body, Version: 1}, community.Comment{}
	if a.Parent != "" {
		if answered, err = s.parent(ctx, r, p, a.Parent); err != nil {
			return out, err
		}
		out = out.AnswerTo(answered)
	}
	out = out.HeardBy(p, answered)
	if !p.Live() || p.Locked {
		return out, fault.Refuse(Locked, "postId", "the post takes no comments")
	}
	if err := written("body", a.Body, rules.CommentMax, 0); err != nil {
		return out, err
	}
	return s.ruleComment(ctx, r, out, community.Subject{Kind: community.OnComment, ID: slip.Made}, slip.ID, now)
}

func (s *Service) ruleComment(ctx context.Context, r community.Reader, c community.Comment, on community.Subject, slip string, now time.Time) (community.Comment, error) {
	v, err := s.judge(ctx, Text{Author: r.Member, Kind: community.OnComment, On: on, Body: c.Body, Trusted: len(r.Roles) > 0, Slip: slip, At: now})
	if err != nil {
		return c, err
	}
	state, ruling := v.ruled(c.State, c.Ruling, stamp(now))
	return c.Ruled(state, ruling, stamp(now)), nil
}

// seen is a post that the reader sees; all others are unknown.
func (s *Service) seen(ctx context.Context, r community.Reader, id community.PostID) (community.Post, error) {
	posts, err := s.Store.ByIDs(ctx, []community.PostID{id})
	if err != nil {
		return community.Post{}, err
	}
	p, ok := posts[id]
	if !ok || !r.CanSee(p) {
		return p, unknown("postId")
	}
	return p, nil
}

// parent is a comment of the post that everybody can read and the reader can answer; all others are unknown.
func (s *Service) parent(ctx context.Context, r community.Reader, p community.Post, id community.CommentID) (community.Comment, error) {
	found, err := s.Store.CommentsByIDs(ctx, []community.CommentID{id})
	if err != nil {
		return community.Comment{}, err
	}
	c, ok := found[id]
	if !ok || c.Post != p.ID || !c.Readable() || r.Apart(c.Author) {
		return c, unknown("parentId")
	}
	return c, nil
}

// Rewrite changes a comment of the reader's own; the text is judged again. What is so already changes nothing.
// Refusals: POSTS_OFF, NOT_FOUND, NOT_EDITABLE, BLANK, TOO_LONG.
func (s *Service) Rewrite(ctx context.Context, r community.Reader, id community.CommentID, body string, now time.Time) (community.Comment, error) {
	_, rules, err := s.rules(now)
	if err != nil {
		return community.Comment{}, err
	}
	return s.changeComment(ctx, r, id, func(c community.Comment) (community.Comment, error) { return s.rewritten(ctx, r, rules, c, body, now) })
}

func (s *Service) rewritten(ctx context.Context, r community.Reader, rules *programme.Posts, c community.Comment, body string, now time.Time) (community.Comment, error) {
	switch {
	case c.Tombstone():
		return c, unknown("commentId")
	case c.State == community.Removed:
		return c, fault.Refuse(NotEditable, "commentId", "the comment was taken down and stays as it was judged")
	case body == c.Body:
		return c, nil
	}
	if err := written("body", body, rules.CommentMax, 0); err != nil {
		return c, err
	}
	c.Body, c.EditedAt = body, stamp(now)
	return s.ruleComment(ctx, r, c, c.Subject(), "", now)
}

// Erase takes a comment of the reader's own away; while replies hang below it, its place stays. Erased again it says the
// same. Refusals: NOT_FOUND.
func (s *Service) Erase(ctx context.Context, r community.Reader, id community.CommentID, now time.Time) (community.Comment, error) {
	return s.changeComment(ctx, r, id, func(c community.Comment) (community.Comment, error) {
		if !c.Tombstone() {
			c.DeletedAt, c.Body = stamp(now), ""
		}
		return c, nil
	})
}

// changeComment changes a comment of the reader's own, and counts it above. One whose post the reader sees no more is
// still the reader's.
func (s *Service) changeComment(
	ctx context.Context, r community.Reader, id community.CommentID, change func(community.Comment) (community.Comment, error),
) (c community.Comment, err error) {
	err = changing(ctx, func(ctx context.Context) error {
		found, err := s.Store.CommentsByIDs(ctx, []community.CommentID{id})
		if err != nil {
			return err
		}
		was, ok := found[id]
		if !ok || !r.Owns(was.Author) {
			return unknown("commentId")
		}
		if c, err = change(was); err != nil || sameComment(was, c) {
			return err
		}
		err = s.Store.ChangeComment(ctx, c)
		c.Version++
		if err != nil {
			return err
		}
		return s.count(ctx, c)
	})
	return c, err
}

func sameComment(a, b community.Comment) bool {
	return a.Body == b.Body && a.State == b.State && a.DeletedAt.Equal(b.DeletedAt) && a.Ruling == b.Ruling
}
