package wallet

import (
	"slices"
	"time"

	"membergate/internal/fault"
)

// Promise is coins that are earned but not yet available: they become so at a time, or when something happens.
type Promise struct {
	Seq     int64     `json:"seq"` // of the entry that made it: its name within the wallet
	Coins   Coins     `json:"coins"`
	From    time.Time `json:"from"`            // when they become available; zero = only by the event
	Event   string    `json:"event,omitempty"` // what they wait for; empty = only the time
	Expires time.Time `json:"expires"`         // when they die once they are available; zero = never
}

// promise writes an earning down whose coins come later. They are issued now, so the totals count them now; what is
// owed is repaid when they are there.
func (e *Entry) promise(p Posting, most Coins) {
	e.Claim = e.room(p.Coins, 0, most)
	e.State.LifetimeEarned += e.Claim
	if e.Claim > 0 {
		e.State.Pending = append(e.State.Pending, Promise{Seq: e.Seq, Coins: e.Claim, From: stored(p.From), Event: p.Event, Expires: p.Expires})
	}
}

// activate makes promised coins available. What a posting says of their expiry wins: a life may begin only now.
func (e *Entry) activate(seq int64, expires time.Time) error {
	i := slices.IndexFunc(e.State.Pending, func(p Promise) bool { return p.Seq == seq })
	if i < 0 {
		return fault.New(fault.Conflict, "the coins promised by entry %d are not pending", seq)
	}
	p := e.State.Pending[i]
	if expires.IsZero() {
		expires = p.Expires
	}
	e.State.Pending = slices.Delete(e.State.Pending, i, i+1)
	e.Claim, e.Amount = p.Coins, p.Coins
	e.State.put(expires, p.Coins)
	e.repay()
	return nil
}
