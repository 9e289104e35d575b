package resolvers

import (
	"context"
	"fmt"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/live"
	"membergate/internal/wallet"
)

// PostUpdated tells a post when its text, reactions, number of comments or moderation have changed.
func (s subscription) PostUpdated(ctx context.Context, postID string) (<-chan *graph.Post, error) {
	key, err := keyOf("postId", postID, kindPost)
	if err != nil {
		return nil, err
	}
	id, began := community.PostID(key), false
	return newest(ctx, s.Live, []live.Topic{community.TopicOfPost(id)}, func(ctx context.Context) (state[*graph.Post], error) {
		p, _, err := s.visiblePost(ctx, id)
		switch {
		case err != nil:
			return state[*graph.Post]{}, err
		case p == nil && began:
			return state[*graph.Post]{}, live.ErrOver
		case p == nil:
			return state[*graph.Post]{}, gone("postId", kindPost)
		}
		began = true
		return state[*graph.Post]{version: looksOf(p), value: func() (*graph.Post, error) {
			s.foreseePosts(ctx, []community.Post{*p})
			return s.post(ctx, p), nil
		}}, nil
	})
}

// looksOf is another string whenever a post looks different.
func looksOf(p *community.Post) string {
	return fmt.Sprintf("%d-%s", p.Version, wallet.Fingerprint(p.Counts.Reactions, p.Counts.Comments, p.State)[:12])
}
