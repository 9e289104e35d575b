package community

import (
	"context"

	"membergate/internal/live"
)

// Waking gives the same store, which wakes whoever watches a post when it is counted again.
func Waking(s Store, post func(...live.Topic)) Store { return waking{s, post} }

type waking struct {
	Store
	post func(...live.Topic)
}

// SavePost implements Marks.
func (w waking) SavePost(ctx context.Context, p Post, version int64) error {
	err := w.Store.SavePost(ctx, p, version)
	w.post(TopicOfPost(p.ID))
	return err
}
