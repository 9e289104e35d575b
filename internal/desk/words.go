package desk

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Guesses counts for all processes what was wrong.
type Guesses interface {
	// Wrong counts one more under a key, which lives so long after the first, and gives how many there are with it.
	Wrong(ctx context.Context, key string, life time.Duration) (int64, error)
	// Count gives how many there are.
	Count(ctx context.Context, key string) (int64, error)
}

// Words tells clerks which words are right, and bounds how often they may be wrong.
type Words struct {
	Keys    Hasher
	Guesses Guesses
}

// guessesLife is how long a day's wrong words are remembered: longer than a day of any zone.
const guessesLife = 26 * time.Hour

// Check is CheckWord for one of the staff. After as many wrong words in a day of the programme's zone as it allows, no word
// is told to be right or wrong: RATE_LIMITED, until the day ends. Where nobody can count, nothing is told: UNAVAILABLE.
func (s *Words) Check(ctx context.Context, p *programme.Programme, by, said string, now time.Time) (Word, bool, error) {
	if p.Phrases == nil {
		return Word{}, false, nil
	}
	w, right := CheckWord(p, s.Keys, said, now)
	key := wallet.Fingerprint(by, clock.Day(now, p.Zone()))
	count := func(ctx context.Context) (int64, error) { return s.Guesses.Wrong(ctx, key, guessesLife) }
	if right { // it is answered while one wrong word more would be
		count = func(ctx context.Context) (int64, error) {
			n, err := s.Guesses.Count(ctx, key)
			return n + 1, err
		}
	}
	n, err := count(ctx)
	if err != nil {
		return Word{}, false, err
	}
	if most := p.Phrases.WrongPerDay; n > most {
		ends := clock.AddDays(clock.DayStart(now, p.Zone()), 1, p.Zone())
		return Word{}, false, &fault.Fault{Kind: fault.RateLimited, RetryAfter: ends.Sub(now),
			Message: fmt.Sprintf("%d words were wrong today; none is checked until %s", most, ends.UTC().Format(time.RFC3339))}
	}
	return w, right, nil
}
