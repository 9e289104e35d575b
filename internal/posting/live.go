package posting

import (
	"context"
	"errors"

	"membergate/internal/community"
	"membergate/internal/live"
)

// Waking gives the same store, which wakes whoever listens to what shows a post or comment that is added or changed. Of
// what an error leaves open it wakes them as well.
func Waking(s Store, post func(...live.Topic)) Store { return waking{s, post} }

type waking struct {
	Store
	post func(...live.Topic)
}

// AddPost implements Store.
func (w waking) AddPost(ctx context.Context, p community.Post) (bool, error) {
	added, err := w.Store.AddPost(ctx, p)
	if (added || err != nil) && p.Live() {
		w.post(community.TopicsOf(p)...)
	}
	return added, err
}

// ChangePost implements Store.
func (w waking) ChangePost(ctx context.Context, p community.Post) error {
	err := w.Store.ChangePost(ctx, p)
	if !errors.Is(err, ErrStale) { // of one that is hidden now, too: it may have been shown
		w.post(community.TopicsOf(p)...)
	}
	return err
}

// AddComment implements Store.
func (w waking) AddComment(ctx context.Context, c community.Comment) (bool, error) {
	added, err := w.Store.AddComment(ctx, c)
	if (added || err != nil) && c.Readable() {
		w.post(community.TopicOfThread(c.Post))
	}
	return added, err
}

// ChangeComment implements Store.
func (w waking) ChangeComment(ctx context.Context, c community.Comment) error {
	err := w.Store.ChangeComment(ctx, c)
	if !errors.Is(err, ErrStale) {
		w.post(community.TopicOfThread(c.Post))
	}
	return err
}
