package wallet

import "time"

// Grace is how much longer coins live that died while they were not their member's to spend: held by something that
// then failed, or spent on something that was then given back. A failed payment never burns coins. It is that of holds
// and returns that do not say their own.
const Grace = 72 * time.Hour

// graceOf is a grace in hours, as holds and postings say it.
func graceOf(hours int64) time.Duration {
	if hours == 0 {
		return Grace
	}
	return time.Duration(hours) * time.Hour
}

// release gives a whole hold back.
func (e *Entry) release(p Posting) error {
	h, err := e.State.end(p.Of)
	if err != nil {
		return err
	}
	if e.Ref == "" {
		e.Ref = h.Ref
	}
	e.Claim = h.Coins
	e.letGo(h, h.Parts, p.At)
	e.repay()
	return nil
}

// letGo makes held coins available in their lots. Those of a lot that died meanwhile live on for the grace, and a line
// of the entry says so.
func (e *Entry) letGo(h Hold, parts []Share, at time.Time) {
	for _, part := range parts {
		e.State.unhold(part)
		e.State.put(e.alive(part, at, graceOf(h.Grace)), part.Coins)
	}
}

// alive is when coins that come back at a time die: with their lot, or if that is over, after the grace.
func (e *Entry) alive(part Share, at time.Time, grace time.Duration) time.Time {
	if !(Lot{Expires: part.Expires}).dead(at) {
		return part.Expires
	}
	e.Lines = append(e.Lines, Line{Code: "EXTENDED", Detail: part.Expires.UTC().Format(time.RFC3339), Coins: part.Coins})
	return stored(at).Add(grace)
}

// repay pays what is owed out of what is available, first to expire first.
func (e *Entry) repay() {
	paid := e.State.take(e.State.Owed)
	if paid == 0 {
		return
	}
	e.State.Owed -= paid
	e.Repaid += paid
	e.Amount -= paid
	e.Lines = append(e.Lines, Line{Code: "REPAID", Coins: -paid})
}

// unhold takes coins of a share out of what its lot holds.
func (s *State) unhold(part Share) {
	s.add(Lot{Expires: part.Expires, Held: -part.Coins})
}
