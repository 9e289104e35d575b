// Package reconcile recomputes every ledger from its entries and says what does not add up: a second opinion, which
// shares no arithmetic with the code that writes entries. It reads only, and repairs nothing.
package reconcile

import (
	"time"

	"membergate/internal/wallet"
)

// Ledger checks one wallet's entries, given in their order.
type Ledger struct {
	Report *Report
	ID     wallet.ID

	last   wallet.Entry
	claims map[int64]claims // by the sequence of the earning or spending
}

// claims are what an earning brought or a spending took, and how much of it was taken back.
type claims struct {
	of           wallet.Kind
	whole, taken wallet.Coins
}

// Last is the entry that was checked last.
func (l *Ledger) Last() wallet.Entry { return l.last }

// Next checks an entry against the one before it.
func (l *Ledger) Next(e wallet.Entry) {
	before := l.last
	l.see(Sequence, e, e.Wallet == l.ID && e.Seq == before.Seq+1, "it follows entry %d", before.Seq)
	l.see(Chain, e, e.PrevHash == before.Hash, "it names %.8q, the entry before has %.8q", e.PrevHash, before.Hash)
	l.see(Seal, e, e.Intact(e.Seq-1, e.PrevHash), "its hash is %.8q and not that of what it says", e.Hash)
	l.see(Balance, e, e.BalanceAfter() == before.BalanceAfter()+e.Amount, "%d and %+d make %d", before.BalanceAfter(), e.Amount, e.BalanceAfter())
	wrong := lots(e.State)
	l.see(Lots, e, wrong == "", "%s", wrong)
	wrong = held(e.State)
	l.see(Holds, e, wrong == "", "%s", wrong)
	check, known := movements[e.Kind]
	wrong = "the kind is unknown"
	if known {
		wrong = check(moved(before.State, e))
	}
	l.see(Movement, e, wrong == "", "%s: %s", e.Kind, wrong)
	want := lifetime(before.State, e)
	l.see(Lifetime, e, sameTotals(want, e.State), "%s: earned, spent, expired, clawed back are %d; want %d", e.Kind, totals(e.State), totals(want))
	l.see(Owed, e, e.State.Owed >= 0 && (e.State.Owed == 0 || e.State.Available() == 0), "%d are owed and %d are free", e.State.Owed, e.State.Available())
	s := e.State
	l.see(Identity, e, s.LifetimeEarned+s.LifetimeMoved-s.LifetimeClawed-s.LifetimeSpent-s.LifetimeExpired == s.Whole()-s.Owed,
		"%d %+d − %d − %d − %d is not %d − %d", s.LifetimeEarned, s.LifetimeMoved, s.LifetimeClawed, s.LifetimeSpent, s.LifetimeExpired, s.Whole(), s.Owed)
	l.reversal(e)
	l.last = e
}

// see notes a check of an entry under its place.
func (l *Ledger) see(r Rule, e wallet.Entry, holds bool, format string, args ...any) {
	l.Report.see(r, holds, "%s entry %d: "+format, append([]any{l.ID, e.Seq}, args...)...)
}

// reversals say what kind of entry each kind may take back.
var reversals = map[wallet.Kind]wallet.Kind{
	wallet.Clawback: wallet.Earn, wallet.Return: wallet.Spend, wallet.Receive: wallet.Send, wallet.ConvertIn: wallet.ConvertOut,
}

// reversal adds a claw-back or a return up with those before it: an earning or a spending is taken back at most once, in
// however many parts.
func (l *Ledger) reversal(e wallet.Entry) {
	if l.claims == nil {
		l.claims = map[int64]claims{}
	}
	of, back := reversals[e.Kind]
	switch {
	case e.Kind == wallet.Earn || e.Kind == wallet.Spend || e.Kind == wallet.Send || e.Kind == wallet.ConvertOut:
		l.claims[e.Seq] = claims{of: e.Kind, whole: e.Claim}
	case back && e.Reverses != 0:
		c, found := l.claims[e.Reverses]
		fits := c.of == of
		c.taken += e.Claim
		l.see(Reversal, e, found && fits && c.taken <= c.whole, "%d are taken back of the %d of entry %d (%s)", c.taken, c.whole, e.Reverses, c.of)
		if found {
			l.claims[e.Reverses] = c
		}
	}
}

// earnedBy is what an earning of this wallet brought, and false if the sequence is none.
func (l *Ledger) earnedBy(seq int64) (wallet.Coins, bool) {
	c, ok := l.claims[seq]
	return c.whole, ok
}

// lots says what is wrong with the lots of a state, empty if nothing is.
func lots(s wallet.State) string {
	for i, l := range s.Lots {
		switch {
		case l.Free < 0 || l.Held < 0:
			return "a lot is below 0"
		case l.Free == 0 && l.Held == 0:
			return "a lot is empty"
		case i > 0 && !sooner(s.Lots[i-1].Expires, l.Expires):
			return "lots are not in order"
		}
	}
	return ""
}

// sooner tells whether coins that die at a are spent before those that die at b; the zero time is never.
func sooner(a, b time.Time) bool { return !a.IsZero() && (b.IsZero() || a.Before(b)) }
