package main

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// book is the programme by time, reloaded while the program runs.
type book = *programme.Keeper

// programmeClock is the clock of the settings. A sandbox clock that would start before the newest ledger entry is
// refused: the past cannot be written again.
func programmeClock(ctx context.Context, s Settings, st *stores) (clock.Clock, error) {
	start := s.SandboxClock.Start
	if start.IsZero() {
		return clock.Real(), nil
	}
	newest, _, err := st.ledger.Newest(ctx)
	if err != nil {
		return nil, err
	}
	if start.Before(newest.OccurredAt) {
		return nil, fmt.Errorf("SANDBOX_CLOCK is %q; allowed are times from %s on, which is the newest ledger entry's",
			start.Format(time.RFC3339), newest.OccurredAt.UTC().Format(time.RFC3339))
	}
	return clock.From(start), nil
}
