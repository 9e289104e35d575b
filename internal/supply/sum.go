package supply

import (
	"slices"
	"time"

	"membergate/internal/wallet"
)

// Amounts are what wallets come to at one moment, in coins. Issued − ClawedBack − Burned − Expired is always
// Outstanding − Owed.
type Amounts struct {
	Issued      wallet.Coins // ever earned, before repayments and claw-backs
	ClawedBack  wallet.Coins // ever claimed back, owed parts included
	Burned      wallet.Coins // ever spent, less what came back
	Expired     wallet.Coins
	Outstanding wallet.Coins // what members have
	Owed        wallet.Coins // what members owe
}

// Reserve is what is kept for the coins outstanding: ⌊outstanding × percent / 100⌋ coins.
func (a Amounts) Reserve(percent int64) wallet.Coins {
	return a.Outstanding/100*percent + a.Outstanding%100*percent/100
}

// Turn is what will change by itself at a moment, without anybody's writing: coins die, or repay what is owed as they become
// available.
type Turn struct {
	At     time.Time
	Change Amounts
}

// Sum is what wallets come to as their ledgers stand, and what will become of that by itself.
type Sum struct {
	Amounts Amounts
	Turns   []Turn // by moment, at most one for each
}

// Of gives the sum of one wallet by its newest entry.
func Of(s wallet.State) Sum {
	out := Sum{Amounts: amounts(s)}
	var last time.Time
	for at := s.NextDue(); at.After(last); at = s.NextDue() { // each is later than the one before, but in a damaged state
		next := s.At(at)
		if change := amounts(next).plus(amounts(s), -1); change != (Amounts{}) {
			out.Turns = append(out.Turns, Turn{At: at.UTC(), Change: change})
		}
		s, last = next, at
	}
	return out
}

// At gives the amounts as they are at a moment: what has died by then is gone, whether or not anybody has written it
// down yet.
func (s Sum) At(t time.Time) Amounts {
	a := s.Amounts
	for _, turn := range s.Turns {
		if !turn.At.After(t) {
			a = a.plus(turn.Change, 1)
		}
	}
	return a
}

func amounts(s wallet.State) Amounts {
	return Amounts{
		Issued: s.LifetimeEarned, ClawedBack: s.LifetimeClawed, Burned: s.LifetimeSpent, Expired: s.LifetimeExpired,
		Outstanding: s.Whole() - s.LifetimeMoved, // what is on the way between two wallets is somebody's too
		Owed:        s.Owed,
	}
}

// Plus adds other amounts.
func (a Amounts) Plus(b Amounts) Amounts { return a.plus(b, 1) }

// plus adds other amounts, or takes them off with the sign -1.
func (a Amounts) plus(b Amounts, sign int64) Amounts {
	return Amounts{
		Issued: a.Issued + sign*b.Issued, ClawedBack: a.ClawedBack + sign*b.ClawedBack, Burned: a.Burned + sign*b.Burned,
		Expired: a.Expired + sign*b.Expired, Outstanding: a.Outstanding + sign*b.Outstanding, Owed: a.Owed + sign*b.Owed,
	}
}

// Same tells whether two sums are the same.
func (s Sum) Same(o Sum) bool {
	return s.Amounts == o.Amounts && slices.EqualFunc(s.Turns, o.Turns, func(a, b Turn) bool { return a.At.Equal(b.At) && a.Change == b.Change })
}

// plus adds another sum, or takes it off with the sign -1. Moments that come to nothing are left out.
func (s Sum) plus(o Sum, sign int64) Sum {
	out := Sum{Amounts: s.Amounts.plus(o.Amounts, sign), Turns: slices.Clone(s.Turns)}
	for _, t := range o.Turns {
		i, found := slices.BinarySearchFunc(out.Turns, t, func(a, b Turn) int { return a.At.Compare(b.At) })
		if !found {
			out.Turns = slices.Insert(out.Turns, i, Turn{At: t.At})
		}
		out.Turns[i].Change = out.Turns[i].Change.plus(t.Change, sign)
	}
	out.Turns = slices.DeleteFunc(out.Turns, func(t Turn) bool { return t.Change == Amounts{} })
	return out
}
