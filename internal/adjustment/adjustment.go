// Package adjustment is staff correcting a member's coins, two of them: one proposes, another decides, and the ledger
// then says it once.
package adjustment

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// State is how far a proposal has come.
type State string

// The states.
const (
	Pending  State = "PENDING"  // waits for a second person
	Approved State = "APPROVED" // the ledger says it, or will at once
	Rejected State = "REJECTED"
	Expired  State = "EXPIRED" // nobody decided in time
)

// Proposal is a wish to correct a member's coins, and what became of it. All of them together are the audit of
// adjustments.
type Proposal struct {
	ID         string // made of the proposer and the key, so that one key makes one
	Input      string // fingerprint of what was asked for
	Member     member.ID
	Coins      wallet.Coins // above 0 come in, below 0 go out
	Category   string       // code of the programme's, which the member reads
	Reason     string       // what staff wrote; only staff reads it
	By         string       // staff who proposed
	At         time.Time
	DecideBy   time.Time // exclusive
	State      State     // see StateAt
	DecidedBy  string    // staff who decided; empty if nobody did
	DecidedAt  time.Time // when it was decided; zero before
	Note       string    // what they wrote
	Unfinished bool      // the ledger may not say it yet, and anybody may see to that
	Version    int64     // grows with every change; 1 when created
}

// StateAt is the state at a time: what is not decided in time has expired.
func (p Proposal) StateAt(t time.Time) State {
	if p.State == Pending && !t.Before(p.DecideBy) {
		return Expired
	}
	return p.State
}

// What stores answer.
var (
	ErrExists = errors.New("adjustment: it exists")
	ErrStale  = errors.New("adjustment: somebody else changed it first")
)

// Query asks for a page of proposals, newest first.
type Query struct {
	Open   bool      // those that wait at Now; else those that do not wait any more
	Now    time.Time //
	Before Place     // only what comes after this place in the list; zero = from the newest
	Limit  int       // at most
}

// Place is where a proposal stands in lists.
type Place struct {
	At time.Time
	ID string // decides between equals; empty = from the beginning
}

// Store keeps proposals.
type Store interface {
	// Create adds a proposal at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, p Proposal) error
	// ByID finds a proposal, and false if there is none.
	ByID(ctx context.Context, id string) (Proposal, bool, error)
	// Save replaces a proposal if its stored version is still p.Version, and stores it at the next; else ErrStale.
	Save(ctx context.Context, p Proposal) error
	// List gives a page.
	List(ctx context.Context, q Query) ([]Proposal, error)
	// Unfinished lists at most n proposals that something must still follow: they are Unfinished, or wait though their
	// time is over.
	Unfinished(ctx context.Context, now time.Time, n int) ([]Proposal, error)
}

// Newest orders proposals newest first and keeps at most n of them.
func Newest(all []Proposal, n int) []Proposal {
	slices.SortFunc(all, func(a, b Proposal) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all[:min(n, len(all))]
}
