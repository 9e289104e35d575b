package wallet

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
)

// Lapse writes down what has happened to a wallet by itself by a time: coins that died, holds that ended, promised coins
// that became available. It gives how many entries that took; what somebody else wrote first is not written again.
func (s *Service) Lapse(ctx context.Context, id ID, by time.Time, programme string) (int, error) {
	defer s.lanes.take(id)()
	for try := range tries {
		at, err := s.Head(ctx, id)
		if err != nil {
			return 0, err
		}
		entries, _, err := s.settle(at, by, programme, nil)
		if err != nil || len(entries) == 0 {
			return 0, err
		}
		err = s.Store.Append(ctx, entries)
		if !errors.Is(err, ErrTaken) {
			return len(entries), err
		}
		if err := pause(ctx, try); err != nil {
			return 0, err
		}
	}
	return 0, fault.New(fault.Unavailable, "the wallet is being written by too many at once")
}
