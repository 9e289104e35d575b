package account

import (
	"context"
	"errors"
)

// Watch gives the same accounts, which tell of every one that they save, and the version that it has then. Of one that an
// error leaves open they tell as well: who looks at it for nothing has lost nothing.
func Watch(s Store, tell func(a Account, version int64)) Store { return watched{s, tell} }

type watched struct {
	Store
	tell func(Account, int64)
}

// Save implements Store.
func (w watched) Save(ctx context.Context, a Account) error {
	err := w.Store.Save(ctx, a)
	if !errors.Is(err, ErrStale) {
		w.tell(a, a.Version+1)
	}
	return err
}

// Create implements Store.
func (w watched) Create(ctx context.Context, h Holder) error {
	err := w.Store.Create(ctx, h)
	if !errors.Is(err, ErrExists) {
		w.tell(h.Account, 1)
	}
	return err
}
