// Package adoption is how the retailer makes a member's post its own: the author gets coins and a badge, once.
package adoption

import (
	"context"
	"errors"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/posting"
	"membergate/internal/programme"
)

// Codes of refusals.
const (
	NotOffered = "ADOPTION_OFF" // the programme adopts no posts
	NotFound   = "NOT_FOUND"    // no such post
	NotLive    = "NOT_LIVE"     // others do not see it
	Own        = "YOURSELF"     // who adopts wrote it
)

// Badge is something that a member may show for good.
type Badge struct {
	Code string // of the programme's
	Post community.PostID
	At   time.Time // to the millisecond
}

// Store keeps badges, and finds posts.
type Store interface {
	// Award gives a member a badge, unless the member has one of the code.
	Award(ctx context.Context, who member.ID, b Badge) error
	// Badges gives members' badges, oldest first; who has none is missing.
	Badges(ctx context.Context, who []member.ID) (map[member.ID][]Badge, error)
	// Adopting gives at most n adopted posts whose author may not have got what comes with it yet.
	Adopting(ctx context.Context, n int) ([]community.Post, error)
}

// Posts keeps posts.
type Posts interface {
	// ByIDs gives posts in whatever state; those unknown are missing.
	ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error)
	// ChangePost stores a post under its next version; posting.ErrStale if it does not have the version any more.
	ChangePost(ctx context.Context, p community.Post) error
}

// Teller applies what the earning rules give the author of an adopted post. Told again, nothing more is given.
type Teller interface {
	Adopted(ctx context.Context, author member.ID, post community.PostID, at time.Time) error
}

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service adopts posts.
type Service struct {
	Store Store
	Posts Posts
	Tell  Teller
	Book  Book
}

// tries is how often a post that somebody else changed is read again.
const tries = 64

// Adopt makes a post the retailer's. The post's own document decides; what its author gets follows, and may be repeated.
// Adopted again, it is as it was. Refusals: ADOPTION_OFF, NOT_FOUND, NOT_LIVE, YOURSELF.
func (s *Service) Adopt(ctx context.Context, id community.PostID, staff string, now time.Time) (community.Post, error) {
	if p := s.Book.At(now); p.Posts == nil || p.Posts.Adoption == nil {
		return community.Post{}, fault.Refuse(NotOffered, "", "the programme adopts no posts")
	}
	for range tries {
		found, err := s.Posts.ByIDs(ctx, []community.PostID{id})
		if err != nil {
			return community.Post{}, err
		}
		p, ok := found[id]
		switch {
		case !ok || !p.DeletedAt.IsZero():
			return p, community.Unknown("postId")
		case !p.Adopted.At.IsZero():
			return s.finish(ctx, p)
		case !p.Live():
			return p, fault.Refuse(NotLive, "postId", "others do not see the post")
		case string(p.Author) == staff:
			return p, fault.Refuse(Own, "postId", "nobody adopts what they wrote themselves")
		}
		p.Adopted = community.Adoption{At: now.UTC().Truncate(time.Millisecond), Staff: staff, Open: true}
		err = s.Posts.ChangePost(ctx, p)
		if errors.Is(err, posting.ErrStale) {
			continue
		}
		if err != nil {
			return p, err
		}
		p.Version++
		return s.finish(ctx, p)
	}
	return community.Post{}, fault.New(fault.Unavailable, "the post is being changed by too many at once")
}

// finish gives the author what comes with an adoption, and notes that it did.
func (s *Service) finish(ctx context.Context, p community.Post) (community.Post, error) {
	if !p.Adopted.Open {
		return p, nil
	}
	if err := s.Tell.Adopted(ctx, p.Author, p.ID, p.Adopted.At); err != nil {
		return p, err
	}
	if rules := s.Book.At(p.Adopted.At).Posts; rules != nil && rules.Adoption != nil {
		if err := s.Store.Award(ctx, p.Author, Badge{Code: rules.Adoption.Badge.Code, Post: p.ID, At: p.Adopted.At}); err != nil {
			return p, err
		}
	}
	p.Adopted.Open = false
	err := s.Posts.ChangePost(ctx, p)
	if errors.Is(err, posting.ErrStale) { // it was changed meanwhile; the sweep notes it
		return p, nil
	}
	p.Version++
	return p, err
}

// Sweep finishes at most n adoptions that somebody left.
func (s *Service) Sweep(ctx context.Context, _ time.Time, n int) error {
	left, err := s.Store.Adopting(ctx, n)
	for _, p := range left {
		_, wrong := s.finish(ctx, p)
		err = errors.Join(err, wrong)
	}
	return err
}
