package community

import (
	"context"

	"membergate/internal/cursor"
	"membergate/internal/fault"
)

// keptAtOnce bounds how many marks one look reads where many posts can no longer be seen.
const keptAtOnce = 200

// Kept gives a page of the posts that the reader has marked in one of the kinds and can see now, newest mark first. It
// costs two looks where all can be seen.
func (s *Service) Kept(ctx context.Context, r Reader, name string, kinds []Kind, a cursor.Args) (FeedPage, error) {
	if !r.SignedIn() {
		return FeedPage{}, fault.New(fault.Unauthenticated, "%s is there for signed-in members only", name)
	}
	list := cursor.List{Name: "member." + name, Owner: string(r.Member)}
	for _, k := range kinds {
		list.Filter = append(list.Filter, string(k))
	}
	span, err := s.Cursors.Span(list, a, cursor.Rules{Default: PageSize})
	if err != nil {
		return FeedPage{}, err
	}
	page := FeedPage{Page: cursor.Page[Post]{HasPrevious: span.After != nil}}
	ask := MarkedQuery{Kinds: kinds, Span: cursor.Span{Limit: span.Limit + 1 + spare, After: span.After}}
	for {
		found, err := s.Store.Marked(ctx, r.Member, ask)
		if err != nil || len(found) == 0 {
			return page, err
		}
		ids := make([]PostID, len(found))
		for i, k := range found {
			ids[i] = k.Post
		}
		posts, err := s.Store.ByIDs(ctx, ids)
		if err != nil {
			return FeedPage{}, err
		}
		for _, k := range found {
			p, ok := posts[k.Post]
			if !ok || !r.CanSee(p) {
				continue
			}
			if len(page.Nodes) == span.Limit {
				page.HasNext = true
				return page, nil
			}
			page.Nodes, page.Cursors = append(page.Nodes, p), append(page.Cursors, s.Cursors.Write(list, k.Place()))
		}
		if len(found) < ask.Span.Limit {
			return page, nil
		}
		last := found[len(found)-1].Place()
		ask.Span.After, ask.Span.Limit = &last, min(2*ask.Span.Limit, keptAtOnce)
	}
}
