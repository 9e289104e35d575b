package community

import (
	"context"

	"membergate/internal/cursor"
)

// CommentsBelow asks for a page of the comments that hang directly below a post or a comment.
type CommentsBelow struct {
	Under string // id of the post or the comment
	Sort  Sort
	Args  cursor.Args
}

// Comments gives a page of comments as the reader sees them. Whether the reader can see the post is asked before.
func (s *Service) Comments(ctx context.Context, q CommentsBelow, r Reader) (cursor.Page[Comment], error) {
	span, err := s.Cursors.Span(thread(q.Under, q.Sort), q.Args, cursor.Rules{Default: PageSize})
	if err != nil {
		return cursor.Page[Comment]{}, err
	}
	pages, err := s.threads(ctx, []string{q.Under}, q.Sort, span, r)
	return pages[q.Under], err
}

// Replies gives the first comments, at most n each, below many posts or comments in one call of the store. A place
// without any has an empty page. Their cursors are good for Comments.
func (s *Service) Replies(ctx context.Context, under []string, sort Sort, n int, r Reader) (map[string]cursor.Page[Comment], error) {
	span, err := s.Cursors.Span(cursor.List{}, cursor.Args{First: &n}, cursor.Rules{})
	if err != nil {
		return nil, err
	}
	return s.threads(ctx, under, sort, span, r)
}

func (s *Service) threads(ctx context.Context, under []string, sort Sort, span cursor.Span, r Reader) (map[string]cursor.Page[Comment], error) {
	want := span.Limit
	span.Limit++ // one more tells whether there is another page
	found, err := s.Store.Thread(ctx, ThreadQuery{Under: under, Sort: sort, Audience: r.Audience(), Span: span})
	if err != nil {
		return nil, err
	}
	pages := make(map[string]cursor.Page[Comment], len(under))
	for _, place := range under {
		comments := found[place]
		page := cursor.Page[Comment]{HasPrevious: span.After != nil, HasNext: len(comments) > want}
		for _, c := range comments[:min(want, len(comments))] {
			page.Nodes = append(page.Nodes, c.In(r))
			page.Cursors = append(page.Cursors, s.Cursors.Write(thread(place, sort), sort.Place(c)))
		}
		pages[place] = page
	}
	return pages, nil
}

// thread names a list of comments for its cursors.
func thread(under string, sort Sort) cursor.List {
	return cursor.List{Name: "comments." + string(sort), Filter: []string{under}}
}
