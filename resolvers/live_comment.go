package resolvers

import (
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/live"
)

// CommentAdded tells each comment on a post when it can be read.
func (s subscription) CommentAdded(ctx context.Context, postID string) (<-chan *graph.CommentEdge, error) {
	key, err := keyOf("postId", postID, kindPost)
	if err != nil {
		return nil, err
	}
	id := community.PostID(key)
	var told community.CommentID
	list := cursor.List{Name: "live.comments", Filter: []string{key}}
	read := func(ctx context.Context) ([]community.Comment, error) {
		reader, err := s.reader(ctx)
		if err != nil {
			return nil, err
		}
		page, err := s.Community.Comments(ctx, community.CommentsBelow{Under: key, Sort: community.Newest, Args: cursor.Args{First: ptr(cursor.MaxPage)}}, reader)
		if err != nil {
			return nil, err
		}
		end := slices.IndexFunc(page.Nodes, func(c community.Comment) bool { return c.ID <= told })
		if end < 0 {
			end = len(page.Nodes)
		}
		return page.Nodes[:end], nil
	}
	return live.Open(ctx, s.Live, live.Stream[*graph.CommentEdge]{
		Policy: live.All, Topics: []live.Topic{community.TopicOfThread(id)},
		Begin: func(ctx context.Context, resume string) (bool, error) {
			p, _, err := s.visiblePost(ctx, id)
			if err != nil {
				return false, err
			}
			if p == nil {
				return false, gone("postId", kindPost)
			}
			if resume != "" {
				place, err := s.Cursors.Read(list, "lastEventId", resume)
				told = community.CommentID(place.ID)
				return true, err
			}
			found, err := read(ctx)
			if len(found) > 0 {
				told = found[0].ID
			}
			return false, err
		},
		Next: func(ctx context.Context) (*live.Told[*graph.CommentEdge], error) {
			p, _, err := s.visiblePost(ctx, id)
			if err != nil {
				return nil, err
			}
			if p == nil {
				return nil, live.ErrOver
			}
			found, err := read(ctx)
			if err != nil || len(found) == 0 {
				return nil, err
			}
			c := found[len(found)-1]
			told = c.ID
			place := s.Cursors.Write(list, cursor.Place{ID: string(c.ID)})
			return &live.Told[*graph.CommentEdge]{Value: &graph.CommentEdge{Cursor: place, Node: comment(&c)}, ID: place, More: len(found) > 1}, nil
		},
	})
}
