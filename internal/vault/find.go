package vault

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Guesses counts for all processes what was wrong.
type Guesses interface {
	// Wrong counts one more under a key, which lives so long after the first, and gives how many there are with it.
	Wrong(ctx context.Context, key string, life time.Duration) (int64, error)
	// Count gives how many there are.
	Count(ctx context.Context, key string) (int64, error)
}

const (
	// guessesLife is how long a day's wrong phones are remembered: longer than a day of any zone.
	guessesLife = 26 * time.Hour
	// mostFound is how many members with one phone are looked for: a family may share one.
	mostFound = 10
)

// Find gives those who have a phone, to one of the staff. After as many phones of nobody in a day of the programme's zone as
// it allows, nobody is found: RATE_LIMITED, until the day ends. Refusals: IDENTITY_OFF, WRONG_FORM.
func (s *Service) Find(ctx context.Context, phone, by string) ([]member.ID, error) {
	p, rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	clean, err := Clean(Phone, phone)
	if err != nil {
		return nil, err
	}
	hashes, err := s.Keys.Hashes(hashPurpose+string(Phone), clean)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Known(ctx, hashes, mostFound)
	if err != nil {
		return nil, err
	}
	now := s.now()
	key := wallet.Fingerprint("identity", by, clock.Day(now, p.Zone()))
	var n int64
	if len(found) == 0 {
		n, err = s.Guesses.Wrong(ctx, key, guessesLife)
	} else { // it is found while one wrong phone more would be answered
		n, err = s.Guesses.Count(ctx, key)
		n++
	}
	if err != nil {
		return nil, err
	}
	if most := rules.Reads.WrongPerDay; n > most {
		ends := clock.AddDays(clock.DayStart(now, p.Zone()), 1, p.Zone())
		return nil, &fault.Fault{Kind: fault.RateLimited, RetryAfter: ends.Sub(now),
			Message: fmt.Sprintf("%d phones were nobody's today; none is looked for until %s", most, ends.UTC().Format(time.RFC3339))}
	}
	return found, nil
}
