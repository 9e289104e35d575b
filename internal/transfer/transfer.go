// Package transfer moves coins from one wallet to another: from a member to a member, and between a member's own wallets
// of different currencies. It is one way for both, and whoever is killed on it leaves it fully done or fully undone.
package transfer

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// State is how far a transfer has come.
type State string

// The states.
const (
	Opening  State = "OPENING"  // the coins are held where they come from; what becomes of it is not yet decided
	Done     State = "DONE"     // they have arrived
	Expired  State = "EXPIRED"  // the hold ended before they left
	Declined State = "DECLINED" // there was no room for them, and they are back
)

// Transfer is coins on their way from one wallet to another.
type Transfer struct {
	ID         string
	From, To   wallet.ID
	Sender     member.ID
	Recipient  member.ID    // the sender where the coins are only converted
	Coins      wallet.Coins // that leave
	Arrives    wallet.Coins // that arrive: others only where they are converted
	Hold       int64        // sequence of the entry that holds them
	Message    string       // from the sender to the recipient
	State      State
	Unfinished bool // something must still follow, and anybody may do it
	At         time.Time
	Version    int64 // grows with every change; 1 when created
}

// Converts tells whether the coins change their currency.
func (t Transfer) Converts() bool { return t.From.Currency() != t.To.Currency() }

// Dead tells whether it came to nothing, so that it may be tried again.
func (t Transfer) Dead() bool { return t.State == Expired || t.State == Declined }

// kinds are what the ledgers call the coins' leaving and their arriving.
func (t Transfer) kinds() (out, in wallet.Kind) {
	if t.Converts() {
		return wallet.ConvertOut, wallet.ConvertIn
	}
	return wallet.Send, wallet.Receive
}

// Out and In are the ops of a transfer's entries in the two ledgers; Back is that of what returns to the first.
func (t Transfer) Out() string  { return t.ID + ":out" }
func (t Transfer) In() string   { return t.ID + ":in" }
func (t Transfer) Back() string { return t.ID + ":back" }

// What stores answer.
var (
	ErrExists = errors.New("transfer: it exists")
	ErrStale  = errors.New("transfer: somebody else changed it first")
)

// Store keeps transfers.
type Store interface {
	// Create adds a transfer at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, t Transfer) error
	// ByIDs finds transfers; those that do not exist are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Transfer, error)
	// Save replaces a transfer if its stored version is still t.Version, and stores it at the next; else ErrStale.
	Save(ctx context.Context, t Transfer) error
	// Unfinished lists at most n transfers that something must still follow.
	Unfinished(ctx context.Context, n int) ([]Transfer, error)
	// Walk gives at most n transfers by id, after an id.
	Walk(ctx context.Context, after string, n int) ([]Transfer, error)
}
