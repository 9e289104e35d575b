package community

import (
	"context"

	"golang.org/x/sync/errgroup"

	"membergate/internal/cursor"
)

// rankedLook is how many posts of a ranking the second and later looks read, where many are not for the reader.
const rankedLook = 200

// hot gives a page of the hot feed: of the ranking of now, or of the one that the page before was of. Where that one is
// gone, the page goes on at the same place of the newest one, and says so. Places of before there were rankings are
// those of posts: such a reader goes on along the keys.
func (s *Service) hot(ctx context.Context, q FeedQuery, list cursor.List, span cursor.Span, facts Facts) (FeedPage, error) {
	at := rankedPlace{limit: span.Limit}
	if span.After != nil {
		version, ok := inRanking(span.After.ID)
		if s.Hottest == nil || !ok {
			return s.shared(ctx, q.Who, list, Query{Order: ByHot, Span: span}, facts)
		}
		at.version, at.from = version, int(span.After.Key)+1
	}
	if s.Hottest == nil {
		return s.shared(ctx, q.Who, list, Query{Order: ByHot, Span: span}, facts)
	}
	return s.rankedPage(ctx, list, at, facts)
}

// rankedPlace is where a page of a ranking begins.
type rankedPlace struct {
	version string // empty = of now
	from    int
	limit   int
}

// rankedPage reads the posts of a ranking from a place on, at the same time as the facts, and leaves out those that are
// gone or not for the reader.
func (s *Service) rankedPage(ctx context.Context, list cursor.List, at rankedPlace, facts Facts) (FeedPage, error) {
	page := FeedPage{Page: cursor.Page[Post]{HasPrevious: at.from > 0}}
	r, first := Reader{}, true
	for look := at.limit + 1 + spare; ; look = rankedLook {
		part, stale, err := s.part(ctx, &at, look)
		if err != nil {
			return FeedPage{}, err
		}
		page.Stale = page.Stale || stale
		var posts map[PostID]Post
		var both errgroup.Group
		both.Go(func() (err error) { posts, err = s.Store.ByIDs(ctx, part); return err })
		if first {
			both.Go(func() (err error) { r, err = facts(ctx); return err })
		}
		if err := both.Wait(); err != nil {
			return FeedPage{}, err
		}
		first = false
		for i, id := range part {
			p, ok := posts[id]
			if !ok || !r.Wants(p) {
				continue
			}
			if len(page.Nodes) == at.limit {
				page.HasNext = true
				return page, nil
			}
			page.Nodes = append(page.Nodes, p)
			page.Cursors = append(page.Cursors, s.Cursors.Write(list, cursor.Place{Key: int64(at.from + i), ID: ranked + at.version}))
		}
		if at.from += len(part); len(part) < look {
			return page, nil
		}
	}
}

// part gives the posts of a ranking from a place on. Where it is gone, the newest takes its place.
func (s *Service) part(ctx context.Context, at *rankedPlace, n int) (posts []PostID, stale bool, err error) {
	if at.version != "" {
		if posts, ok := s.Hottest.Part(ctx, at.version, at.from, n); ok {
			return posts, false, nil
		}
		stale = true
	}
	now, err := s.Hottest.Now(ctx)
	at.version = now.Version
	return now.part(at.from, n), stale, err
}
