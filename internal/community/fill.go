package community

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"membergate/internal/cursor"
	"membergate/internal/member"
)

// shared gives a page of a list that is the same for all but for what each may see. Posts and facts are read at the
// same time: what the facts then rule out is left out, and if that makes the page short, the rest is asked for again
// with the facts in the question, which fills it or finds the list's end.
func (s *Service) shared(ctx context.Context, who member.ID, list cursor.List, ask Query, facts Facts) (FeedPage, error) {
	want := ask.Span.Limit
	ask.Span.Limit = want + 1 // one more tells whether there is another page
	if who == "" {
		ask.Audience = Reader{}.Audience()
		posts, err := s.Store.Page(ctx, ask)
		return s.page(list, ask, want, posts), err
	}
	ask.Span.Limit += spare
	ask.Audience = Audience{Own: who}
	posts, r, err := s.look(ctx, ask, facts)
	if err != nil {
		return FeedPage{}, err
	}
	ended := len(posts) < ask.Span.Limit
	next := ask.after(posts)
	seen := slices.DeleteFunc(posts, func(p Post) bool { return !r.Wants(p) })
	if missing := want + 1 - len(seen); missing > 0 && !ended {
		next.Audience, next.Span.Limit = r.Audience(), missing
		more, err := s.Store.Page(ctx, next)
		if err != nil {
			return FeedPage{}, err
		}
		if ask.Span.Backward {
			seen = slices.Concat(more, seen)
		} else {
			seen = slices.Concat(seen, more)
		}
	}
	return s.page(list, ask, want, seen), nil
}

// look reads posts and facts at the same time. The one never cuts the other short: others may wait for the same facts.
func (s *Service) look(ctx context.Context, ask Query, facts Facts) (posts []Post, r Reader, err error) {
	var both errgroup.Group
	both.Go(func() (err error) { posts, err = s.Store.Page(ctx, ask); return err })
	both.Go(func() (err error) { r, err = facts(ctx); return err })
	return posts, r, both.Wait()
}

// after asks for what lies behind the posts that the query gave.
func (q Query) after(posts []Post) Query {
	if len(posts) == 0 {
		return q
	}
	if q.Span.Backward {
		first := q.Order.Place(posts[0])
		q.Span.Before = &first
	} else {
		last := q.Order.Place(posts[len(posts)-1])
		q.Span.After = &last
	}
	return q
}

// page makes a page of at most want posts; those beyond tell that there are more.
func (s *Service) page(list cursor.List, ask Query, want int, posts []Post) FeedPage {
	page := FeedPage{Page: cursor.Page[Post]{HasPrevious: ask.Span.After != nil, HasNext: ask.Span.Before != nil}}
	more := len(posts) > want
	switch {
	case ask.Span.Backward:
		page.HasPrevious = more
		posts = posts[max(0, len(posts)-want):]
	default:
		page.HasNext = more
		posts = posts[:min(want, len(posts))]
	}
	page.Nodes = posts
	for _, p := range posts {
		page.Cursors = append(page.Cursors, s.Cursors.Write(list, ask.Order.Place(p)))
	}
	return page
}
