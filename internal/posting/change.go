package posting

import (
	"context"
	"slices"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
)

// Edit is what is to be changed of a post; nil leaves as it is.
type Edit struct {
	Post       community.PostID
	Body       *string
	Topics     *[]community.TopicID // its campaign's topic stays
	Products   *[]string
	Visibility *community.Visibility
	MinTier    string // with the visibility TIER; empty = the author's own
}

// Edit changes a post of the reader's own. A changed text is judged again. What is so already changes nothing.
// Refusals: POSTS_OFF, NOT_FOUND, NOT_EDITABLE, BLANK, TOO_LONG, TOO_MANY, NO_FAMILY, TIER_TOO_HIGH.
func (s *Service) Edit(ctx context.Context, r community.Reader, e Edit, now time.Time) (post community.Post, err error) {
	err = changing(ctx, func(ctx context.Context) error {
		was, err := s.ownPost(ctx, r, e.Post)
		if err != nil {
			return err
		}
		post, err = s.edited(ctx, r, was, e, now)
		if err != nil || same(was, post) {
			return err
		}
		post.EditedAt = stamp(now)
		err = s.Store.ChangePost(ctx, post)
		post.Version++
		return err
	})
	return post, err
}

// ownPost is a post of the reader's own that is not deleted; all others are unknown.
func (s *Service) ownPost(ctx context.Context, r community.Reader, id community.PostID) (community.Post, error) {
	posts, err := s.Store.ByIDs(ctx, []community.PostID{id})
	if err != nil {
		return community.Post{}, err
	}
	p, ok := posts[id]
	if !ok || !r.Owns(p.Author) || !p.DeletedAt.IsZero() {
		return p, unknown("postId")
	}
	return p, nil
}

func same(a, b community.Post) bool {
	return a.Body == b.Body && a.Visibility == b.Visibility && a.MinRank == b.MinRank && a.Family == b.Family &&
		slices.Equal(a.Topics, b.Topics) && slices.Equal(a.Products, b.Products)
}

func (s *Service) edited(ctx context.Context, r community.Reader, was community.Post, e Edit, now time.Time) (community.Post, error) {
	p, rules, err := s.rules(now)
	if err != nil {
		return was, err
	}
	if was.State == community.Removed {
		return was, fault.Refuse(NotEditable, "postId", "the post was taken down and stays as it was judged")
	}
	out := was
	if e.Visibility != nil || e.MinTier != "" {
		to := was.Visibility
		if e.Visibility != nil {
			to = *e.Visibility
		}
		if err := show(p, r, &out, to, e.MinTier); err != nil {
			return was, err
		}
	}
	topics, products := was.Topics, was.Products
	if e.Topics != nil {
		topics = *e.Topics
		if c, ok := rules.Campaign(was.Campaign); ok {
			topics = append(slices.Clone(topics), community.TopicID(c.Topic))
		}
	}
	if e.Products != nil {
		products = *e.Products
	}
	if e.Topics != nil || e.Products != nil {
		wider := *rules
		if was.Campaign != "" {
			wider.TopicsMax++ // the campaign's is not counted
		}
		if out.Topics, out.Products, err = s.about(ctx, &wider, topics, products); err != nil {
			return was, err
		}
	}
	if e.Body == nil || *e.Body == was.Body {
		return out, nil
	}
	if err := written("body", *e.Body, rules.BodyMax, len(was.Media)); err != nil {
		return was, err
	}
	out.Body = *e.Body
	v, err := s.judge(ctx, Text{Author: r.Member, Kind: community.OnPost, On: was.Subject(), Body: *e.Body, Pictures: len(was.Media),
		Shown: was.State == community.Published || was.State == community.Limited, Trusted: len(r.Roles) > 0, At: now})
	out.State, out.Ruling = v.ruled(was.State, was.Ruling, stamp(now))
	return out, err
}

// Delete takes a post of the reader's own away, with all that hangs below it; its pictures go soon after. Deleted again it says the same. Refusals:
// NOT_FOUND.
func (s *Service) Delete(ctx context.Context, r community.Reader, id community.PostID, now time.Time) error {
	return changing(ctx, func(ctx context.Context) error {
		posts, err := s.Store.ByIDs(ctx, []community.PostID{id})
		if err != nil {
			return err
		}
		p, ok := posts[id]
		switch {
		case !ok || !r.Owns(p.Author):
			return unknown("postId")
		case !p.DeletedAt.IsZero():
			return nil
		}
		if len(p.Media) > 0 && s.Uploads != nil {
			if err := s.Uploads.Release(ctx, p.Media); err != nil {
				return err
			}
		}
		p.DeletedAt = stamp(now)
		return s.Store.ChangePost(ctx, p)
	})
}
