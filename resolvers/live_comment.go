package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/live"
	"membergate/loaders"
)

// hearing is how one listener hears of the comments on a post.
type hearing struct {
	*Root
	list cursor.List
	on   community.Follower
	held []community.Comment // were read, and wait to be told
}

// CommentAdded tells each comment on a post when it can be read.
func (s subscription) CommentAdded(ctx context.Context, postID string) (<-chan *graph.CommentEdge, error) {
	key, err := keyOf("postId", postID, kindPost)
	if err != nil {
		return nil, err
	}
	h := &hearing{Root: s.Root, list: cursor.List{Name: "live.comments", Filter: []string{key}}, on: community.Follower{Post: community.PostID(key)}}
	return live.Open(ctx, s.Live, live.Stream[*graph.CommentEdge]{
		Policy: live.All, Topics: []live.Topic{community.TopicOfThread(h.on.Post)}, Begin: h.begin, Next: h.next,
	})
}

func (h *hearing) begin(ctx context.Context, resume string) (bool, error) {
	p, _, err := h.visiblePost(ctx, h.on.Post)
	if err != nil {
		return false, err
	}
	if p == nil {
		return false, gone("postId", kindPost)
	}
	var came *cursor.Place
	if resume != "" {
		place, err := h.Cursors.Read(h.list, "lastEventId", resume)
		if err != nil {
			return false, err
		}
		came = &place
	}
	return resume != "", h.on.Begin(ctx, h.Community.Store, loaders.From(ctx).Now, came)
}

// next passes over what the viewer does not see: of people apart from the viewer, and what the viewer has muted.
func (h *hearing) next(ctx context.Context) (*live.Told[*graph.CommentEdge], error) {
	p, reader, err := h.visiblePost(ctx, h.on.Post)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, live.ErrOver
	}
	for fresh := false; ; {
		if len(h.held) == 0 {
			fresh = true
			if h.held, err = h.on.Next(ctx, h.Community.Store); err != nil || len(h.held) == 0 {
				return nil, err
			}
		}
		c, there := h.held[0], true
		if !fresh { // it waited while others were told, and may have been taken down
			if c, there, err = loaders.From(ctx).Comments.Load(ctx, c.ID); err != nil {
				return nil, err
			}
		}
		h.on.Told(h.held[0])
		h.held = h.held[1:]
		if !there || !c.Readable() {
			continue
		}
		if c = c.In(reader); c.Tombstone() || !reader.CanRead(*p, c) {
			continue
		}
		place := h.Cursors.Write(h.list, h.on.At)
		return &live.Told[*graph.CommentEdge]{Value: &graph.CommentEdge{Cursor: place, Node: comment(&c)}, ID: place, More: true}, nil
	}
}
