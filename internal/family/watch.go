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

// Watch gives the same families, which tell of each one that is opened or changes, and of the version that it has then. An
// error does not say that nothing has changed.
func Watch(s Store, changed func(Family, int64)) Store { return seen{s, changed} }

type seen struct {
	Store
	changed func(Family, int64)
}

// Create implements Store.
func (w seen) Create(ctx context.Context, f Family) error {
	err := w.Store.Create(ctx, f)
	if !errors.Is(err, ErrExists) && !errors.Is(err, ErrTaken) {
		w.changed(f, 1)
	}
	return err
}

// Save implements Store.
func (w seen) Save(ctx context.Context, f Family) error {
	err := w.Store.Save(ctx, f)
	if !errors.Is(err, ErrStale) && !errors.Is(err, ErrTaken) {
		w.changed(f, f.Version+1)
	}
	return err
}
