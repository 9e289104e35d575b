package posting

import (
	"context"
	"errors"

	"membergate/internal/community"
	"membergate/internal/member"
)

// WatchHearers gives the same store, which tells of those who should hear of a comment whenever one that everybody can
// read is added or changed. Of one that an error leaves open it tells as well.
func WatchHearers(s Store, tell func(...member.ID)) Store { return watched{s, tell} }

type watched struct {
	Store
	tell func(...member.ID)
}

// AddComment implements Store.
func (w watched) AddComment(ctx context.Context, c community.Comment) (bool, error) {
	added, err := w.Store.AddComment(ctx, c)
	if (added || err != nil) && c.Readable() {
		w.tell(c.Hearers...)
	}
	return added, err
}

// ChangeComment implements Store.
func (w watched) ChangeComment(ctx context.Context, c community.Comment) error {
	err := w.Store.ChangeComment(ctx, c)
	if !errors.Is(err, ErrStale) && c.Readable() {
		w.tell(c.Hearers...)
	}
	return err
}
