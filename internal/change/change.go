// Package change tells members' devices what of theirs has changed: kinds and versions, in their order, never what is in
// them. Whoever hears of a change reads the thing itself.
//
// The ledgers and the accounts are the source. Whoever writes to them hints at it, and the hint is told at once. A hint is
// lost with its process; then the change is told by whoever finds what the process left: the sweep of outboxes, or the
// count of coins, which counts nothing that was not told before.
package change

import (
	"context"
	"errors"

	"membergate/internal/wallet"
)

// Kind is what has changed.
type Kind string

// The kinds, with what their versions are.
const (
	Wallet Kind = "WALLET" // sequence of the ledger's newest entry
	Tier   Kind = "TIER"   // version of the account: tier, growth, protection
	Family Kind = "FAMILY" // version of the family
	Notice Kind = "NOTICE" // number of the member's newest notice
)

// Change is one thing that has changed.
type Change struct {
	Kind    Kind
	Version int64 // after the change, or a later one
}

// News is a change and whose it is. Members go by the pseudonyms of their wallets.
type News struct {
	Of wallet.ID
	Change
	Which string // of several things of the kind, each of which counts its own versions: the family's id; else empty
}

// Page is what has changed since a position, and where to go on.
type Page struct {
	Changes  []Change
	Position string
}

// ErrTooOld says that not everything since a position is known any more: the member's things must be read again, from a
// position that was taken before.
var ErrTooOld = errors.New("change: the position is too old")

// Store keeps what was told, for a while. It may lose it: then positions from before are too old.
type Store interface {
	// Tell adds news in their order. Of one kind, a version that is not above the last one told is left out. After an error
	// any of them may have been added.
	Tell(ctx context.Context, news []News) error
	// Position is behind everything that was told of a member's things.
	Position(ctx context.Context, of wallet.ID) (string, error)
	// Since gives at most n changes behind a position, oldest first, or ErrTooOld. Positions of one member only grow.
	Since(ctx context.Context, of wallet.ID, position string, n int) (Page, error)
}
