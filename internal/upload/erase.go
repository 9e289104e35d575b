package upload

import (
	"context"
	"errors"
)

// Erase removes uploads at once, whatever shows them, files first. It may be repeated.
func (s *Service) Erase(ctx context.Context, ids []ID) error {
	found, err := s.Store.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	for _, u := range found {
		u.UsedBy = ""
		if err := s.settle(ctx, u); err != nil && !errors.Is(err, ErrStale) {
			return err
		}
	}
	return nil
}
