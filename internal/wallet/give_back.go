package wallet

import "membergate/internal/fault"

// giveBack returns spent coins to the lots that they came from, the last ones spent first. Coins whose lot is over by
// then live on for the grace. How much of the same spending came back before is the posting's to say.
func (e *Entry) giveBack(p Posting, most Coins) error {
	if spent := total(p.Parts); p.Given < 0 || p.Given+p.Coins > spent {
		return fault.New(fault.Internal, "posting %s returns %d coins after %d of a spending of %d", p.Op, p.Coins, p.Given, spent)
	}
	n := e.room(p.Coins, min(p.Coins, e.State.Owed), most)
	e.State.LifetimeSpent -= n
	e.Claim, e.Amount = n, n
	_, back := cut(p.Parts, total(p.Parts)-p.Given-n) // a spending's last coins come back first
	back, _ = cut(back, n)
	for _, part := range back {
		to := e.alive(part, p.At, graceOf(p.Grace))
		e.State.put(to, part.Coins)
		e.Parts = append(e.Parts, Share{to, part.Coins})
	}
	e.repay()
	return nil
}

// room is how many of n coins that come in the wallet can take. Those that go to a debt at once need no room; a line
// says what had none.
func (e *Entry) room(n, repays, most Coins) Coins {
	over := min(n-repays, n-repays-(most-e.State.Whole()))
	if over <= 0 {
		return n
	}
	e.Lines = append(e.Lines, Line{Code: "WALLET_FULL", Coins: -over})
	return n - over
}
