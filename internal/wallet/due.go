package wallet

import (
	"fmt"
	"time"
)

// due is one thing that happens to a wallet by itself: promised coins become available, a hold ends, or a lot dies.
type due struct {
	at   time.Time
	kind Kind      // ACTIVATE, RELEASE or EXPIRE
	seq  int64     // of the promise or the hold
	lot  time.Time // that dies
}

// lapsed is the title of the entry of a hold that ended by itself.
const lapsed = "hold.lapsed"

// due finds what happens first by t, and false if nothing does. At one moment coins become available before a hold
// ends, and a hold ends before a lot dies.
func (s State) due(t time.Time) (first due, found bool) {
	consider := func(d due) {
		if !d.at.After(t) && (!found || d.at.Before(first.at)) {
			first, found = d, true
		}
	}
	for _, p := range s.Pending {
		if !p.From.IsZero() {
			consider(due{at: p.From, kind: Activate, seq: p.Seq})
		}
	}
	for _, h := range s.Holds {
		consider(due{at: h.Until, kind: Release, seq: h.Seq})
	}
	for _, l := range s.Lots {
		if l.Free > 0 && !l.Expires.IsZero() {
			consider(due{at: l.Expires, kind: Expire, lot: l.Expires})
		}
	}
	return first, found
}

// NextDue is when something next happens to the wallet by itself; zero for never.
func (s State) NextDue() time.Time {
	d, _ := s.due(time.Unix(1<<40, 0))
	return d.at
}

// happen lets what is due happen. It was found in this state, so it can.
func (e *Entry) happen(d due) {
	switch d.kind {
	case Activate:
		_ = e.activate(d.seq, time.Time{})
	case Release:
		_ = e.release(Posting{Of: d.seq, At: d.at})
	case Expire:
		n := e.State.takeFrom(d.lot, e.State.Available())
		e.State.LifetimeExpired += n
		e.Amount, e.Claim = -n, n
	}
}

// Expiry gives the entry of what happens first by t without anybody's doing, and false if nothing has. One happening
// makes one entry, whose op names it, so that any number of sweeps write it once. The op of a death names the head too:
// coins that came late into a month that is over die in an entry of their own.
func Expiry(head Entry, t, recordedAt time.Time, programme string) (Entry, bool) {
	d, ok := head.State.due(t)
	if !ok {
		return Entry{}, false
	}
	e := Entry{
		Wallet: head.Wallet, Seq: head.Seq + 1, Kind: d.kind, State: head.State.clone(), Programme: programme,
		OccurredAt: d.at, RecordedAt: recordedAt, Actor: "system", Of: d.seq,
	}
	switch d.kind {
	case Activate:
		e.Op, e.Title = fmt.Sprintf("activate:%d", d.seq), "coins.activated"
	case Release:
		e.Op, e.Title = fmt.Sprintf("lapse:%d", d.seq), lapsed
	default:
		e.Op, e.Title = fmt.Sprintf("expire:%s@%d", d.lot.UTC().Format(time.RFC3339), head.Seq), "coins.expired"
	}
	e.happen(d)
	return e.behind(head).seal(head.Hash), true
}
