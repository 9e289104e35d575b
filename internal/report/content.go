package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/posting"
	"membergate/internal/wallet"
)

// Content is a post or a comment as moderators see it; the other one is nil.
type Content struct {
	Post    *community.Post
	Comment *community.Comment
}

// Subject is what it is.
func (c Content) Subject() community.Subject {
	if c.Post != nil {
		return c.Post.Subject()
	}
	return c.Comment.Subject()
}

// Author is who wrote it.
func (c Content) Author() member.ID {
	if c.Post != nil {
		return c.Post.Author
	}
	return c.Comment.Author
}

// Body is its text.
func (c Content) Body() string {
	if c.Post != nil {
		return c.Post.Body
	}
	return c.Comment.Body
}

// State is where it stands.
func (c Content) State() community.Moderation {
	if c.Post != nil {
		return c.Post.State
	}
	return c.Comment.State
}

// Ruling is why.
func (c Content) Ruling() community.Ruling {
	if c.Post != nil {
		return c.Post.Ruling
	}
	return c.Comment.Ruling
}

// Review is what moderators keep with it.
func (c Content) Review() community.Review {
	if c.Post != nil {
		return c.Post.Review
	}
	return c.Comment.Review
}

// Gone tells whether its author took it away.
func (c Content) Gone() bool {
	if c.Post != nil {
		return !c.Post.DeletedAt.IsZero()
	}
	return c.Comment.Tombstone()
}

// Waits says since when somebody has to look at it, and why.
func (c Content) Waits() community.Wait {
	if c.Post != nil {
		return c.Post.Waits()
	}
	return c.Comment.Waits()
}

// Compare orders what waits as the queue does.
func Compare(a, b Content) int {
	return cmp.Or(a.Waits().Since.Compare(b.Waits().Since), strings.Compare(a.Subject().ID, b.Subject().ID))
}

// Text is a fingerprint of what is judged.
func (c Content) Text() string {
	if c.Post != nil {
		return wallet.Fingerprint(c.Post.Body, c.Post.Media)
	}
	return wallet.Fingerprint(c.Comment.Body)
}

// Edition names what a moderator looks at: another one after each change of the text, each decision and each appeal.
func (c Content) Edition() string {
	return fmt.Sprintf("%d-%s", c.Review().Judged, wallet.Fingerprint(c.Text(), c.Ruling().Appealed.UnixMilli()))
}

// judgedSince tells whether a moderator has decided since an edition.
func (c Content) judgedSince(edition string) bool {
	judged, _, _ := strings.Cut(edition, "-")
	return judged != strconv.FormatInt(c.Review().Judged, 10)
}

// ruled gives it with another state and ruling.
func (c Content) ruled(s community.Moderation, r community.Ruling) Content {
	if c.Post != nil {
		p := *c.Post
		p.State, p.Ruling = s, r
		return Content{Post: &p}
	}
	n := c.Comment.Ruled(s, r, r.At)
	return Content{Comment: &n}
}

// reviewed gives it with another review.
func (c Content) reviewed(v community.Review) Content {
	if c.Post != nil {
		p := *c.Post
		p.Review = v
		return Content{Post: &p}
	}
	n := *c.Comment
	n.Review = v
	return Content{Comment: &n}
}

// noted gives it with one more line for the log.
func (c Content) noted(n community.Note) Content {
	v := c.Review()
	v.Noted++
	n.Number, n.Text = v.Noted, c.Text()
	v.Todo = n
	return c.reviewed(v)
}

// find gives what a subject names, and false if there is none.
func (s *Service) find(ctx context.Context, on community.Subject) (Content, bool, error) {
	if on.Kind == community.OnComment {
		found, err := s.Contents.CommentsByIDs(ctx, []community.CommentID{community.CommentID(on.ID)})
		c, ok := found[community.CommentID(on.ID)]
		return Content{Comment: &c}, ok, err
	}
	found, err := s.Contents.ByIDs(ctx, []community.PostID{community.PostID(on.ID)})
	p, ok := found[community.PostID(on.ID)]
	return Content{Post: &p}, ok, err
}

// save stores it if nobody else has changed it, and gives it as it is then.
func (s *Service) save(ctx context.Context, c Content) (Content, error) {
	if c.Post != nil {
		p := *c.Post
		err := s.Contents.ChangePost(ctx, p)
		p.Version++
		return Content{Post: &p}, err
	}
	n := *c.Comment
	err := s.Contents.ChangeComment(ctx, n)
	n.Version++
	return Content{Comment: &n}, err
}

// changes is how often something that somebody else changed is read again; each time somebody got through.
const changes = 64

// change changes what a subject names by compare-and-swap until nobody comes between. What is left to do from before is
// done first, since a review has room for one thing; what follows from the change is done then, or by the next who comes.
// A rule that changes nothing says so.
func (s *Service) change(ctx context.Context, on community.Subject, rule func(Content) (next Content, changed bool, err error)) (Content, error) {
	for range changes {
		c, ok, err := s.find(ctx, on)
		if err != nil {
			return c, err
		}
		if !ok {
			return c, fault.New(fault.NotFound, "there is no such content")
		}
		if c, err = s.follow(ctx, c); err != nil {
			return c, err
		}
		next, changed, err := rule(c)
		if err != nil || !changed {
			return c, err
		}
		next, err = s.save(ctx, next)
		if errors.Is(err, posting.ErrStale) {
			continue
		}
		if err != nil {
			return next, err
		}
		return s.end(ctx, next)
	}
	return Content{}, fault.New(fault.Unavailable, "it is being changed by too many at once")
}

// follow does what follows from the last note, if that may not be done yet. It gives the content as it is without that
// being stored: the next change will store it.
func (s *Service) follow(ctx context.Context, c Content) (Content, error) {
	v := c.Review()
	if v.Todo.Number == 0 {
		return c, nil
	}
	if err := s.Store.Write(ctx, Entry{On: c.Subject(), Author: c.Author(), Note: v.Todo}); err != nil {
		return c, err
	}
	if v.Todo.Kind == community.NoteRuled {
		if err := s.Store.Settle(ctx, c.Subject(), v.Judged, settled(v.Last), v.Todo.At); err != nil {
			return c, err
		}
	}
	v.Todo = community.Note{}
	return c.reviewed(v), nil
}

// settled is what a decision makes of the reports.
func settled(to community.Moderation) State {
	if to == community.Published {
		return Dismissed
	}
	return Actioned
}

// end does what follows from a change and stores that it is done; somebody else's change may have done so meanwhile.
func (s *Service) end(ctx context.Context, c Content) (Content, error) {
	next, err := s.follow(ctx, c)
	if err != nil {
		return c, err
	}
	if next.Review() != c.Review() {
		saved, err := s.save(ctx, next)
		switch {
		case err == nil:
			next = saved
		case !errors.Is(err, posting.ErrStale):
			return next, err
		}
	}
	return next, s.above(ctx, next)
}

// above counts what a comment hangs below.
func (s *Service) above(ctx context.Context, c Content) error {
	if c.Comment == nil {
		return nil
	}
	return s.Counts.CountAbove(ctx, *c.Comment)
}

// First orders what waits and keeps at most n of it.
func First(all []Content, n int) []Content {
	slices.SortFunc(all, Compare)
	return all[:min(n, len(all))]
}

// stamp is a moment as stores keep it.
func stamp(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }
