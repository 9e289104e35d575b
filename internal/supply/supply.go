// Package supply counts all coins that exist, over all wallets, in a few small documents that are read at once.
//
// Ledgers come first: an entry never waits to be counted. A counter looks at wallets' newest entries afterwards and
// folds those that are new to it into one of 16 shards. A wallet belongs to one shard, and a shard's total is the sum
// of the marks of its wallets; a mark says up to which entry a wallet is counted, and what it came to there. No store
// here changes two documents at once, so the order makes it exact:
//
//  1. read the shard with its version; it carries the marks of the last fold (Open) besides the total that holds them;
//  2. write those marks down, each unless a higher one is there;
//  3. read marks, then newest entries; whoever is beyond the own mark gets a new one, and the total changes by the
//     difference of the two;
//  4. put the shard with the new total and the new marks in place of the version that was read.
//
// Step 4 is the only commit. Killed anywhere, whoever comes next begins with step 2, and nothing is lost: the marks are
// in the shard. Two at once: one of them finds another version and begins anew, so that no entry is counted twice. A
// mark that comes late, from somebody who was stopped for an hour, is lower than the one that is there, and changes
// nothing. Entries may race in: they are above the mark, and counted next time.
//
// Once a period the inflation index is reviewed: Index says what it is, Step what it does to the earn rate, Reviewer who
// looks at it, and an Adjustment is the audit that stays.
//
// That a wallet has changed is told by hints, which may get lost with their process. A sweep over all members finds
// what was missed.
package supply

import (
	"context"
	"errors"
	"hash/crc32"
	"time"

	"membergate/internal/wallet"
)

// Shards is how many documents share the count: so many folds can run at once. It is part of what is stored; another
// number would mean to count anew.
const Shards = 16

// Mark says how much of a wallet is counted.
type Mark struct {
	Wallet wallet.ID
	Seq    int64 // of the newest entry that is counted
	Sum    Sum   // what the wallet came to at that entry
	// Due is when something next happens to the wallet by itself: coins die, or a hold or a promise ends. Zero for never.
	Due time.Time
}

// Shard is one part of the count.
type Shard struct {
	N       int       // from 0 to Shards-1
	Version int64     // grows with every change; 0 while it is not stored
	Total   Sum       // of all marks, the open ones included
	Open    []Mark    // of the last fold; they may not be written down yet
	Swept   time.Time // when the last sweep began that saw all its wallets; zero = none yet
	Held    time.Time // until then nobody counts into it, because the count is being rebuilt; zero = it is not
}

// ErrStale is a store's answer when somebody else changed the shard first.
var ErrStale = errors.New("supply: somebody else changed it first")

// Store keeps the count.
type Store interface {
	// In gives the store of another currency's shards; empty is the programme's own. Marks are the same wherever they are
	// asked for: a wallet's name says its currency.
	In(currency string) Store
	// Shards gives the shards that are stored, by number.
	Shards(ctx context.Context) ([]Shard, error)
	// Shard gives one; one that is not stored has version 0 and nothing in it.
	Shard(ctx context.Context, n int) (Shard, error)
	// Save puts a shard in place of the stored one if that still has s.Version, or is missing and s.Version is 0, and
	// stores it at the next version; otherwise ErrStale.
	Save(ctx context.Context, s Shard) error
	// Marks gives wallets' marks; those without are missing.
	Marks(ctx context.Context, ids []wallet.ID) (map[wallet.ID]Mark, error)
	// Raise writes marks down, each unless the wallet has one that is as high or higher.
	Raise(ctx context.Context, marks []Mark) error
	// Recount writes marks down, whatever is there.
	Recount(ctx context.Context, marks []Mark) error
	// Due gives at most n wallets of whose marks something is due by a time, in any order. However many there are, it reads
	// no more than it gives.
	Due(ctx context.Context, by time.Time, n int) ([]wallet.ID, error)
	// Adjustments gives all adjustments, by the end of their periods.
	Adjustments(ctx context.Context) ([]Adjustment, error)
	// Adjust adds a period's adjustment and tells so, or gives the one that is there already and changes nothing.
	Adjust(ctx context.Context, a Adjustment) (Adjustment, bool, error)
}

// ShardOf is the shard that a wallet belongs to.
func ShardOf(id wallet.ID) int { return int(crc32.ChecksumIEEE([]byte(id)) % Shards) }

// Read gives what all wallets come to at a moment, in one call of the store. It gives false until all of them have
// been counted once.
func Read(ctx context.Context, s Store, at time.Time) (Amounts, bool, error) {
	shards, err := s.Shards(ctx)
	if err != nil || len(shards) < Shards {
		return Amounts{}, false, err
	}
	var all Amounts
	for _, shard := range shards {
		if shard.Swept.IsZero() {
			return Amounts{}, false, nil
		}
		all = all.plus(shard.Total.At(at), 1)
	}
	return all, true, nil
}
