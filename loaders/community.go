package loaders

import (
	"context"

	"membergate/internal/community"
	"membergate/internal/cursor"
)

// ThreadKey asks for the first comments directly below a post or a comment.
type ThreadKey struct {
	Under string
	Sort  community.Sort
	First int
}

// threads reads the first comments of many places; those of one sort and length go in one call.
func threads(s Stores) Fetch[ThreadKey, cursor.Page[community.Comment]] {
	return func(ctx context.Context, keys []ThreadKey) (map[ThreadKey]cursor.Page[community.Comment], error) {
		under := map[ThreadKey][]string{}
		for _, k := range keys {
			like := ThreadKey{Sort: k.Sort, First: k.First}
			under[like] = append(under[like], k.Under)
		}
		out := make(map[ThreadKey]cursor.Page[community.Comment], len(keys))
		for like, places := range under {
			pages, err := s.Replies(ctx, places, like.Sort, like.First)
			if err != nil {
				return nil, err
			}
			for place, page := range pages {
				out[ThreadKey{place, like.Sort, like.First}] = page
			}
		}
		return out, nil
	}
}
