package family

import (
	"context"
	"errors"

	"membergate/internal/member"
)

// WatchPeople gives the same families, which tell of everybody in a family, or who was, whenever something changes in one in
// which anything was ever asked for. An error does not say that nothing has changed.
func WatchPeople(s Store, changed func(...member.ID)) Store { return watched{s, changed} }

type watched struct {
	Store
	changed func(...member.ID)
}

// Save implements Store.
func (w watched) Save(ctx context.Context, f Family) error {
	err := w.Store.Save(ctx, f)
	if !errors.Is(err, ErrStale) && len(f.Approvals) > 0 {
		for _, p := range f.People {
			w.changed(p.Member)
		}
	}
	return err
}
