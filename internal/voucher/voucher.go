// Package voucher is a stock of codes that partners gave: each is kept sealed, and given to one redemption, once.
package voucher

import (
	"context"
	"strings"
	"time"

	"membergate/internal/fault"
)

// Code is one code of a partner.
type Code struct {
	ID       string    // keyed hash of reward and code: the same code is never loaded twice
	Reward   string    // id of the reward that it is given for
	Sealed   string    // the code itself, which only who holds the keys can read
	Given    string    // id of the redemption that has it; empty while it is free
	LoadedAt time.Time //
}

// Store keeps partners' codes.
type Store interface {
	// Add adds codes, but for those whose id is there.
	Add(ctx context.Context, codes []Code) error
	// Known tells which ids are there.
	Known(ctx context.Context, ids []string) (map[string]bool, error)
	// Count tells how many codes of a reward there are, given ones too.
	Count(ctx context.Context, reward string) (int64, error)
	// Free lists at most n codes of a reward that nobody has, in no order. Whether one is free is known when it is given.
	Free(ctx context.Context, reward string, n int) ([]Code, error)
	// Give gives a code to a redemption and tells whether it has it now: false if another one has it. Giving it again to
	// the same one changes nothing.
	Give(ctx context.Context, id, redemption string) (Code, bool, error)
}

// Sealer keeps codes secret.
type Sealer interface {
	// Seal makes what only who holds the keys can read.
	Seal(purpose, plain string) string
	// Open reads it.
	Open(purpose, sealed string) (string, error)
	// Hashes gives the keyed hash of a value under every key, newest first.
	Hashes(purpose, value string) []string
}

// Purpose names the keys that seal codes.
const Purpose = "voucher code"

// atOnce is how many codes one call of the store adds.
const atOnce = 500

// Load adds a partner's codes for a reward, and tells how many were new. Empty lines are skipped. It may be stopped and
// repeated with the same codes: what is there stays as it is.
func Load(ctx context.Context, s Store, keys Sealer, reward string, codes []string, now time.Time) (added int, err error) {
	seen := map[string]bool{}
	var batch []Code
	var known []string
	flush := func() error {
		there, err := s.Known(ctx, known)
		if err != nil {
			return err
		}
		var fresh []Code
		for _, c := range batch {
			plain, err := keys.Open(Purpose, c.Sealed)
			if err != nil {
				return err
			}
			old := false
			for _, id := range ids(keys, reward, plain) {
				old = old || there[id]
			}
			if !old {
				fresh = append(fresh, c)
			}
		}
		added += len(fresh)
		batch, known = nil, nil
		return s.Add(ctx, fresh)
	}
	for n, line := range codes {
		plain := strings.TrimSpace(line)
		if plain == "" || seen[plain] {
			continue
		}
		if len(plain) > mostBytes {
			return added, fault.Bad("code", "line %d has %d bytes; allowed are %d", n+1, len(plain), mostBytes) // and never the code
		}
		seen[plain] = true
		all := ids(keys, reward, plain)
		batch = append(batch, Code{ID: all[0], Reward: reward, Sealed: keys.Seal(Purpose, plain), LoadedAt: now})
		known = append(known, all...)
		if len(batch) == atOnce {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	return added, flush()
}

// mostBytes is the longest code: a link with a token fits.
const mostBytes = 512

// ids are the ids that a code may have been stored with, newest key first.
func ids(keys Sealer, reward, code string) []string { return keys.Hashes(Purpose, reward+"\x00"+code) }
