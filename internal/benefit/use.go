package benefit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// State is how far a use has come.
type State string

// The states of a use.
const (
	Used      State = "USED"
	Cancelled State = "CANCELLED" // what it took is there again
)

// Use is one use of a benefit by one member, with its words as they were then.
type Use struct {
	ID          string // of the member and the key, so that one key is one use
	Member      member.ID
	Benefit     string         // code
	Title       programme.Text // of the benefit
	Programme   string         // version that it was decided by
	Terms       string         // version of the benefit's terms
	Input       string         // fingerprint of what was asked for
	Window      string         // that it counts in, such as "2026-07"; empty = nothing is counted
	CostWindow  string         // that its cost counts in; empty = it costs nothing of a cap
	Cost        int64          // fen
	Fallback    bool           // the cost cap's fallback was given
	Given       programme.Text // what was given instead; nil unless Fallback
	Stock       string         // what it took one of; empty = nothing is limited over all members
	StockOp     string         // under which it took it
	Order       string         // that it was used for; empty if for none
	Channel     string         // where; empty if unknown
	Store       string         // where; empty if unknown
	Choice      string         // code of the option that was chosen; empty if nothing was
	ChoiceTitle programme.Text // of the option
	ChoiceValue int64          // fen
	By          string         // ByMember, or who used it on the member's behalf
	For         string         // what it belongs to elsewhere, which alone may take it back; empty = nothing
	State       State
	At          time.Time
	CancelUntil time.Time // exclusive; zero = the member cannot take it back
	EndedAt     time.Time // when it was cancelled; zero before
	EndedBy     string    // who cancelled it; empty before
	Version     int64     // grows with every change; 1 when created
}

// ByMember says that the member used a benefit.
const ByMember = "member"

// CancellableUntil is until when the member can take a use back, and false if that cannot be done at a time.
func (u Use) CancellableUntil(now time.Time) (time.Time, bool) {
	return u.CancelUntil, u.State == Used && u.For == "" && now.Before(u.CancelUntil)
}

// Place is where a use stands in its member's list.
type Place struct {
	At time.Time // to the millisecond
	ID string
}

// Place is the use's place.
func (u Use) Place() Place { return Place{At: u.At, ID: u.ID} }

// What stores of uses answer.
var ErrExists = errors.New("benefit: the use exists")

// UseStore keeps uses.
type UseStore interface {
	// Create adds a use at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, u Use) error
	// ByID finds a use, and false if there is none.
	ByID(ctx context.Context, id string) (Use, bool, error)
	// Save replaces a use if its stored version is still u.Version, and stores it at the next; else ErrStale.
	Save(ctx context.Context, u Use) error
	// Page lists at most n uses of a member, newest first, those of one moment by id, highest first: those after a
	// place, or from the first one if it is nil.
	Page(ctx context.Context, id member.ID, after *Place, n int) ([]Use, error)
}

// Stock counts what is limited over all members.
type Stock interface {
	// Move decides once per op: n above 0 is taken if no more than most is taken then, n below 0 is given back. It tells
	// what was decided, now or before: n, or 0 if there was too little.
	Move(ctx context.Context, of, op string, n, most int64) (int64, error)
	// Taken tells how much is taken of each; of those missing, nothing.
	Taken(ctx context.Context, of []string) (map[string]int64, error)
}

// useID is the id of the use that a member's key makes.
func useID(who member.ID, key string) string {
	h := sha256.Sum256([]byte(string(who) + "\x00" + key))
	return hex.EncodeToString(h[:16])
}

// StockOf names what a use at now takes one of; empty if the benefit is not limited over all members. No other stock's
// name begins with this one's first sign.
func StockOf(p *programme.Programme, b programme.Benefit, now time.Time) string {
	if b.Stock == nil {
		return ""
	}
	name, _ := window(b.Stock.Per, "", now, p.Zone())
	return "/benefit/" + b.Code + "/" + name
}

// StockResets is when the stock of a benefit that is limited over all members is full again; zero = never.
func StockResets(p *programme.Programme, b programme.Benefit, now time.Time) time.Time {
	_, next := window(b.Stock.Per, "", now, p.Zone())
	return next
}
