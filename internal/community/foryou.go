package community

import (
	"context"
	"strings"

	"membergate/internal/cursor"
	"membergate/internal/member"
)

// Chosen is a list of posts that was made for a member.
type Chosen struct {
	Version string // another one = the list was made anew
	Posts   []PostID
}

// Chooser gives what was chosen for a member; an empty list where nothing was. It is asked only for members who
// agreed to personal recommendations.
type Chooser interface {
	Chosen(ctx context.Context, m member.ID) (Chosen, error)
}

// versioned marks the cursors of a chosen list, to tell them from those of the hot feed that stands in for it.
const versioned = "@"

// forYou gives a page of what was chosen for the reader. Where nothing was, it is the hot feed; where a list was made
// anew, the page goes on at the same place of the new one, and says so.
func (s *Service) forYou(ctx context.Context, q FeedQuery, list cursor.List, span cursor.Span, facts Facts) (FeedPage, error) {
	chosen, r, err := s.choice(ctx, q.Who, facts)
	if err != nil {
		return FeedPage{}, err
	}
	known := func(context.Context) (Reader, error) { return r, nil }
	from, fromChosen := 0, span.After != nil && strings.HasPrefix(span.After.ID, versioned)
	switch {
	case span.After != nil && !fromChosen: // it began as the hot feed, and stays it
		page, err := s.hot(ctx, q, list, span, known)
		page.Stale = page.Stale || len(chosen.Posts) > 0
		return page, err
	case len(chosen.Posts) == 0:
		span.After = nil
		page, err := s.hot(ctx, q, list, span, known)
		page.Stale = page.Stale || fromChosen
		return page, err
	case fromChosen:
		from = int(span.After.Key) + 1
	}
	page, err := s.chosenPage(ctx, list, chosen, from, span.Limit, r)
	page.Stale = fromChosen && span.After.ID != versioned+chosen.Version
	return page, err
}

// choice asks for the facts and, only if the reader agreed, for what was chosen.
func (s *Service) choice(ctx context.Context, who member.ID, facts Facts) (Chosen, Reader, error) {
	if who == "" {
		return Chosen{}, Reader{}, nil
	}
	r, err := facts(ctx)
	if err != nil || !r.Personal || s.Choice == nil {
		return Chosen{}, r, err
	}
	chosen, err := s.Choice.Chosen(ctx, who)
	return chosen, r, err
}

// chosenPage reads the chosen posts from a place on, leaves out those that are gone or not for the reader, and stops
// when the page is full.
func (s *Service) chosenPage(ctx context.Context, list cursor.List, chosen Chosen, from, want int, r Reader) (FeedPage, error) {
	page := FeedPage{Page: cursor.Page[Post]{HasPrevious: from > 0}}
	for from < len(chosen.Posts) {
		part := chosen.Posts[from:min(from+want+1+spare, len(chosen.Posts))]
		posts, err := s.Store.ByIDs(ctx, part)
		if err != nil {
			return FeedPage{}, err
		}
		for i, id := range part {
			p, ok := posts[id]
			if !ok || !r.Wants(p) {
				continue
			}
			if len(page.Nodes) == want {
				page.HasNext = true
				return page, nil
			}
			page.Nodes = append(page.Nodes, p)
			page.Cursors = append(page.Cursors, s.Cursors.Write(list, cursor.Place{Key: int64(from + i), ID: versioned + chosen.Version}))
		}
		from += len(part)
	}
	return page, nil
}
