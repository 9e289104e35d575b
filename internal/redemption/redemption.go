// Package redemption is getting a reward for coins: a hold, a place in the stock, the spending, and the way back.
package redemption

import (
	"context"
	"errors"
	"time"

	"membergate/internal/wallet"
)

// State is how far a redemption has come.
type State string

// The states.
const (
	Opening   State = "OPENING"   // the coins are held; what becomes of it is not yet decided
	Reserved  State = "RESERVED"  // paid for; the code may be shown
	Fulfilled State = "FULFILLED" // the code was shown
	Cancelled State = "CANCELLED" // the coins came back
	Expired   State = "EXPIRED"   // its hold ended before it was paid for
	Rejected  State = "REJECTED"  // nothing was left
)

// Cancellable is how long a redemption can be cancelled while its code has not been shown: long enough for a slip of
// the finger.
const Cancellable = 10 * time.Minute

// Redemption is one reward, or several of a kind, for one wallet's coins.
type Redemption struct {
	ID         string
	Wallet     wallet.ID
	Reward     string
	Quantity   int64
	Cost       wallet.Coins // of all of them
	Hold       int64        // sequence of the entry that holds the coins
	Code       string       // to show in the store
	State      State
	Unfinished bool // something must still follow, and anybody may do it
	CreatedAt  time.Time
	EndedAt    time.Time // when it was cancelled or shown; zero before
	Version    int64     // grows with every change; 1 when created
}

// CancellableUntil is until when it can be cancelled, and false if it cannot be at a time.
func (r Redemption) CancellableUntil(now time.Time) (time.Time, bool) {
	until := r.CreatedAt.Add(Cancellable)
	return until, r.State == Reserved && now.Before(until)
}

// Dead tells whether it came to nothing, so that it may be tried again.
func (r Redemption) Dead() bool { return r.State == Rejected || r.State == Expired }

// Counts tells whether it counts for what one member may have.
func (r Redemption) Counts() bool { return !r.Dead() && r.State != Cancelled }

// What stores answer.
var (
	ErrExists = errors.New("redemption: it exists")
	ErrStale  = errors.New("redemption: somebody else changed it first")
)

// Store keeps redemptions, and how much of each reward's stock is taken.
type Store interface {
	// Create adds a redemption at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, r Redemption) error
	// ByID finds a redemption, and false if there is none.
	ByID(ctx context.Context, id string) (Redemption, bool, error)
	// Save replaces a redemption if its stored version is still r.Version, and stores it at the next; else ErrStale.
	Save(ctx context.Context, r Redemption) error
	// Of lists a wallet's redemptions of a reward, in no order.
	Of(ctx context.Context, id wallet.ID, reward string) ([]Redemption, error)
	// Unfinished lists at most n redemptions that something must still follow.
	Unfinished(ctx context.Context, n int) ([]Redemption, error)
	// Move decides once per op of a reward: n above 0 is taken if no more than stock is taken then, n below 0 is given
	// back. It tells what was decided, now or before: n, or 0 if there was too little.
	Move(ctx context.Context, reward, op string, n, stock int64) (int64, error)
	// Taken tells how much of rewards' stock is taken; of those missing, nothing.
	Taken(ctx context.Context, rewards []string) (map[string]int64, error)
}
