// Package order is what members bought and gave back, and what that does to their coins and their growth.
package order

import (
	"context"
	"errors"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Kind is what an event tells.
type Kind string

// The kinds of events; the names are those of the events that other services send.
const (
	Paid     Kind = "order.paid"
	Refunded Kind = "order.refunded"
)

// Line is one line of an order.
type Line struct {
	SKU      string
	Category string // empty if none
	Quantity int64
	Fen      int64
}

// Event is a paid order or a refund as it comes in.
type Event struct {
	Kind    Kind
	ID      string // of the order, or of the refund; it counts once, whatever the event's own id
	Member  member.ID
	At      time.Time
	Fen     int64  // what was paid with money, or given back
	Channel string // Paid
	Lines   []Line // Paid
	Hold    int64  // Paid: the hold of the member's coins that paid the rest, by its entry's sequence; 0 if none
	OrderID string // Refunded: the original order, empty if unknown

	// Currency is the further currency that an order earns; empty for the programme's own.
	Currency string `json:",omitempty"`

	// Coupons are the ids of the coupons that an order used: those that its event names, and those that were kept for it.
	Coupons []string `json:",omitempty"`
}

// MaxFen bounds one order: 10 billion yuan. Far above any order, it keeps every product of fen, rate and multiplier
// inside 64 bits.
const MaxFen = 1_000_000_000_000

// Check refuses an event that no member's account could take, in one sentence.
func (e Event) Check() error {
	switch {
	case e.Kind != Paid && e.Kind != Refunded:
		return fault.Bad("type", "type is %q; allowed are %s and %s", string(e.Kind), Paid, Refunded)
	case e.ID == "" || len(e.ID) > 128:
		return fault.Bad("id", "the id of the %s has %d characters; allowed are 1 to 128", e.Kind, len(e.ID))
	case e.At.IsZero():
		return fault.Bad("at", "the %s %s has no time", e.Kind, e.ID)
	case e.Fen > MaxFen || e.Fen < -MaxFen:
		return fault.Bad("amountFen", "amountFen of %s is %d; allowed are %d to %d", e.ID, e.Fen, -MaxFen, MaxFen)
	case e.Kind == Refunded && e.Fen < 0:
		return fault.Bad("amountFen", "amountFen of refund %s is %d; allowed are 0 and more", e.ID, e.Fen)
	}
	return e.Member.Check("member")
}

// RecordID names the record of the event: orders and refunds have ids of their own.
func (e Event) RecordID() string {
	if e.Kind == Refunded {
		return "refund:" + e.ID
	}
	return OrderRecord(e.ID)
}

// OrderRecord is the id of an order's record.
func OrderRecord(orderID string) string { return "order:" + orderID }

// Record is an event that was written down, and how far it has come.
type Record struct {
	ID      string
	Event   Event
	Refunds []Part // of an order: its refunds in the order in which they were written down
	Applied bool   // the standing has counted it, and its coins are in the ledger
}

// Part is one refund of an order.
type Part struct {
	ID  string
	Fen int64
}

// ErrExists is a store's answer when a record is there already.
var ErrExists = errors.New("order: the record exists")

// Store keeps records.
type Store interface {
	// Put writes records down, unapplied. Those that exist already are left as they are.
	Put(ctx context.Context, records []Record) error
	// ByIDs gives records; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Record, error)
	// AddRefund adds a refund to an order's record unless its id is there, and gives the record as it is then.
	// Of an unknown order it gives false.
	AddRefund(ctx context.Context, orderID string, p Part) (Record, bool, error)
	// Apply marks records as applied; those marked already stay so.
	Apply(ctx context.Context, ids []string) error
	// Purchases gives the lines of members' applied orders, newest order first, at most n orders a member.
	Purchases(ctx context.Context, ids []member.ID, n int) (map[member.ID][]Record, error)
	// Walk gives at most n applied records by id, after an id.
	Walk(ctx context.Context, after string, n int) ([]Record, error)
}
