package reconcile

import "membergate/internal/wallet"

// lifetimes say what the lifetime totals must be after an entry of a kind. Kinds that are not here change none.
var lifetimes = map[wallet.Kind]func(before wallet.State, e wallet.Entry) wallet.State{
	wallet.Earn:       func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeEarned += e.Claim; return s },
	wallet.Spend:      func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeSpent += e.Claim; return s },
	wallet.Return:     func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeSpent -= e.Claim; return s },
	wallet.Clawback:   func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeClawed += e.Claim; return s },
	wallet.Expire:     func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeExpired += e.Claim; return s },
	wallet.Send:       func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeMoved -= e.Claim; return s },
	wallet.Receive:    func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeMoved += e.Claim; return s },
	wallet.ConvertOut: func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeSpent += e.Claim; return s },
	wallet.ConvertIn:  func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeEarned += e.Claim; return s },
	wallet.Adjust: func(s wallet.State, e wallet.Entry) wallet.State { // what goes out counts as clawed back
		if e.State.LifetimeClawed != s.LifetimeClawed {
			s.LifetimeClawed += e.Claim
		} else {
			s.LifetimeEarned += e.Claim
		}
		return s
	},
}

// lifetime gives the totals that must stand after an entry.
func lifetime(before wallet.State, e wallet.Entry) wallet.State {
	if f, ok := lifetimes[e.Kind]; ok {
		return f(before, e)
	}
	return before
}

func totals(s wallet.State) [5]wallet.Coins {
	return [5]wallet.Coins{s.LifetimeEarned, s.LifetimeSpent, s.LifetimeExpired, s.LifetimeClawed, s.LifetimeMoved}
}

func sameTotals(a, b wallet.State) bool { return totals(a) == totals(b) }
