package wallet

import (
	"slices"
	"time"

	"membergate/internal/fault"
)

// Share is coins of one lot.
type Share struct {
	Expires time.Time `json:"expires"` // of the lot; zero = never
	Coins   Coins     `json:"coins"`
}

// Hold is coins set aside for something that is not finished. It ends exactly once: captured, released, or by itself.
type Hold struct {
	Seq     int64     `json:"seq"` // of the entry that made it: its name within the wallet
	Coins   Coins     `json:"coins"`
	Parts   []Share   `json:"parts,omitempty"` // from which lots, first to expire first
	Purpose string    `json:"purpose,omitempty"`
	Ref     string    `json:"ref,omitempty"`     // what it is for, such as an order's id
	About   string    `json:"about,omitempty"`   // what is got for it, such as a reward's id
	Percent int64     `json:"percent,omitempty"` // what a coin of it is worth, in percent of its usual value
	Fen     int64     `json:"fen,omitempty"`     // what the whole of it is worth
	At      time.Time `json:"at"`
	Until   time.Time `json:"until"`                // exclusive: then it ends by itself
	Grace   int64     `json:"graceHours,omitempty"` // how much longer coins live that died in it; 0 = Grace
}

// Codes of refusals. They never change.
const (
	Insufficient = "INSUFFICIENT_COINS"
	HoldUnknown  = "NOT_FOUND"
	HoldEnded    = "HOLD_ENDED"
	HoldExpired  = "HOLD_EXPIRED"
	HoldExceeded = "HOLD_EXCEEDED"
	KeyReused    = "IDEMPOTENCY_CONFLICT"
)

// Open finds an open hold by the sequence of the entry that made it.
func (s State) Open(seq int64) (Hold, bool) {
	i := slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Seq == seq })
	if i < 0 {
		return Hold{}, false
	}
	return s.Holds[i], true
}

// hold sets coins aside: available becomes held, and nothing else changes.
func (e *Entry) hold(p Posting) error {
	if !p.Until.After(p.At) {
		return fault.New(fault.Internal, "the hold %s ends at %s, which is not after its beginning", p.Op, p.Until)
	}
	if err := e.State.covers(p.Coins); err != nil {
		return err
	}
	parts, err := e.State.choose(p)
	if err != nil {
		return err
	}
	for _, part := range parts {
		e.State.add(Lot{Expires: part.Expires, Held: part.Coins})
	}
	e.State.Holds = append(e.State.Holds, Hold{
		Seq: e.Seq, Coins: p.Coins, Parts: parts, Purpose: p.Purpose, Ref: p.Ref, About: p.About, Percent: p.Percent, Fen: p.Fen,
		At: stored(p.At), Until: stored(p.Until), Grace: p.Grace,
	})
	return nil
}

// choose removes the coins of a hold: from the lots that the posting names, or else first to expire first.
func (s *State) choose(p Posting) ([]Share, error) {
	if len(p.Parts) == 0 {
		return s.draw(p.Coins), nil
	}
	if n := total(p.Parts); n != p.Coins {
		return nil, fault.New(fault.Internal, "posting %s holds %d coins in parts of %d", p.Op, p.Coins, n)
	}
	for _, part := range p.Parts {
		if short := part.Coins - s.takeFrom(part.Expires, part.Coins); short > 0 {
			return nil, fault.Refuse(Insufficient, "coins", "%d of the coins that are asked for are not available any more", short).Short(short)
		}
	}
	return slices.Clone(p.Parts), nil
}

// end takes a hold off the list of open ones. One that has ended cannot end again.
func (s *State) end(seq int64) (Hold, error) {
	h, open := s.Open(seq)
	if !open {
		return Hold{}, fault.Refuse(HoldEnded, "holdId", "the hold has ended already")
	}
	s.Holds = slices.DeleteFunc(s.Holds, func(other Hold) bool { return other.Seq == seq })
	return h, nil
}

// covers refuses more than what is available.
func (s State) covers(n Coins) error {
	if short := n - s.Available(); short > 0 {
		return fault.Refuse(Insufficient, "coins", "%d coins are asked for but %d are available", n, s.Available()).Short(short)
	}
	return nil
}
