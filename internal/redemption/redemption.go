// Package redemption is getting a reward for coins: a hold, a place in the stock, the yes of a family where one is needed,
// the spending, the way back, and the code that a store or a partner takes.
package redemption

import (
	"context"
	"errors"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// State is how far a redemption has come.
type State string

// The states.
const (
	Opening   State = "OPENING"           // the coins are held; what becomes of it is not yet decided
	Awaiting  State = "AWAITING_APPROVAL" // the coins are held until somebody of the family says yes or no
	Reserved  State = "RESERVED"          // paid for; the code may be shown
	Fulfilled State = "FULFILLED"         // the code was shown
	Used      State = "USED"              // a till took the code
	Cancelled State = "CANCELLED"         // the coins came back
	Expired   State = "EXPIRED"           // its hold ended before it was paid for, or nobody said yes in time; of StateAt: nobody used the code in time
	Rejected  State = "REJECTED"          // nothing was left
	Declined  State = "DECLINED"          // the family said no
	Undone    State = "UNDONE"            // a family's draw that was planned and not carried out; members never see it
)

// Redemption is one reward, or several of a kind, for one wallet's coins.
type Redemption struct {
	ID          string
	Wallet      wallet.ID
	Reward      string
	Kind        reward.Kind
	Slot        string // id of the slot, of a reward that has some
	Quantity    int64
	Cost        wallet.Coins // of all of them
	Hold        int64        // sequence of the entry that holds the coins; 0 where a family pays
	Draw        *Draw        // how a family pays; nil where the wallet does
	Code        string       // for a till; empty where a partner's code is given
	Voucher     string       // id of the partner's code that is meant for it; empty before it is shown
	Sealed      string       // that code, which only who holds the keys can read; empty before it is given
	State       State
	Unfinished  bool // something must still follow, and anybody may do it
	CreatedAt   time.Time
	CancelUntil time.Time // exclusive
	GoodUntil   time.Time // exclusive, as members read it; zero = the partner says
	UsableUntil time.Time // exclusive, as tills see it; zero = for ever
	EndedAt     time.Time // when it was cancelled or shown; zero before
	UsedAt      time.Time // when a till took it; zero before
	UsedBy      string    // who stood at that till
	Version     int64     // grows with every change; 1 when created
	Request     Request   // to the family; empty where none is needed
}

// Request is what a redemption asks a family.
type Request struct {
	ID       string    // of the family's request; empty where nobody is asked
	By       member.ID // who asks
	AnswerBy time.Time // exclusive: then nobody can say yes any more
	Family   family.ID // that was asked; empty before
}

// CancellableUntil is until when it can be cancelled, and false if it cannot be at a time.
func (r Redemption) CancellableUntil(now time.Time) (time.Time, bool) {
	if r.State == Awaiting {
		return r.Request.AnswerBy, now.Before(r.Request.AnswerBy)
	}
	return r.CancelUntil, r.State == Reserved && now.Before(r.CancelUntil)
}

// StateAt is the state as it is at a time: what nobody used or allowed in time has expired.
func (r Redemption) StateAt(now time.Time) State {
	if r.State == Awaiting && !now.Before(r.Request.AnswerBy) {
		return Expired
	}
	if (r.State == Reserved || r.State == Fulfilled) && !r.UsableUntil.IsZero() && !now.Before(r.UsableUntil) {
		return Expired
	}
	return r.State
}

// Dead tells whether it came to nothing.
func (r Redemption) Dead() bool {
	return r.State == Rejected || r.State == Expired || r.State == Declined || r.State == Undone
}

// again tells whether it came to nothing in such a way that the same wish may be tried again: nobody has answered it.
func (r Redemption) again() bool { return r.Dead() && r.Request.Family == "" }

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
	// ByCode finds a redemption by its code, and false if there is none; an empty code is nobody's.
	ByCode(ctx context.Context, code string) (Redemption, bool, error)
	// ByIDs finds redemptions; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Redemption, error)
	// Page lists at most n redemptions of a wallet, newest first, those created at one moment by id, highest first:
	// those after a place, or from the first one if it is nil.
	Page(ctx context.Context, id wallet.ID, after *Place, n int) ([]Redemption, error)
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

// Place is where a redemption stands in its wallet's list.
type Place struct {
	At time.Time // when it was created, to the millisecond
	ID string
}

// Place is the redemption's place.
func (r Redemption) Place() Place { return Place{At: r.CreatedAt, ID: r.ID} }
