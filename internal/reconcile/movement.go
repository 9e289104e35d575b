package reconcile

import (
	"slices"
	"time"

	"membergate/internal/wallet"
)

// step is what an entry did to the coins that die at one moment.
type step struct {
	expires    time.Time
	free, held wallet.Coins // change
	left       wallet.Coins // free after
}

// steps compares two states lot by lot, first to expire first; lots that did not change are there too.
func steps(before, after wallet.State) []step {
	var out []step
	at := func(t time.Time) *step {
		for i := range out {
			if out[i].expires.Equal(t) {
				return &out[i]
			}
		}
		out = append(out, step{expires: t})
		return &out[len(out)-1]
	}
	for _, l := range before.Lots {
		s := at(l.Expires)
		s.free, s.held = s.free-l.Free, s.held-l.Held
	}
	for _, l := range after.Lots {
		s := at(l.Expires)
		s.free, s.held, s.left = s.free+l.Free, s.held+l.Held, s.left+l.Free
	}
	slices.SortFunc(out, func(a, b step) int {
		switch {
		case sooner(a.expires, b.expires):
			return -1
		case sooner(b.expires, a.expires):
			return 1
		}
		return 0
	})
	return out
}

// movements say, for each kind of entry, what it did that it must not, empty if nothing; owed is the change of what is
// owed.
var movements = map[wallet.Kind]func(e wallet.Entry, s []step, owed wallet.Coins) string{
	wallet.Earn:     earns,
	wallet.Spend:    spends,
	wallet.Clawback: clawsBack,
	wallet.Expire:   expires,
}

func earns(e wallet.Entry, s []step, owed wallet.Coins) string {
	switch {
	case e.Repaid < 0 || owed != -e.Repaid:
		return "what it repaid is not what is owed less"
	case e.Claim != e.Amount+e.Repaid || e.Amount < 0:
		return "what came in and what it repaid are not what was earned"
	case len(changed(s)) > 1:
		return "it changed several lots"
	}
	return only(s, func(x step) bool { return x.free >= 0 && x.held == 0 }, "it took coins away")
}

func spends(e wallet.Entry, s []step, owed wallet.Coins) string {
	switch {
	case owed != 0:
		return "it changed what is owed"
	case e.Amount != -e.Claim:
		return "what left is not what was asked for"
	case skipped(s) > 0:
		return "coins that die sooner were left"
	}
	return only(s, func(x step) bool { return x.free <= 0 && x.held == 0 }, "it added coins or touched held ones")
}

// clawsBack lets one lot be emptied before its turn: that of the earning that is taken back.
func clawsBack(e wallet.Entry, s []step, owed wallet.Coins) string {
	own := 0
	if e.Reverses != 0 {
		own = 1
	}
	switch {
	case owed < 0 || owed != e.Claim+e.Amount:
		return "what was taken and what is owed more are not the claim"
	case skipped(s) > own:
		return "coins that die sooner were left"
	}
	return only(s, func(x step) bool { return x.free <= 0 && x.held == 0 }, "it added coins or touched held ones")
}

func expires(e wallet.Entry, s []step, owed wallet.Coins) string {
	gone := changed(s)
	switch {
	case owed != 0:
		return "it changed what is owed"
	case e.Amount != -e.Claim:
		return "what left is not what expired"
	case len(gone) != 1 || gone[0].left != 0 || gone[0].held != 0 || gone[0].free != e.Amount:
		return "it did not take the free coins of one lot"
	case !gone[0].expires.Equal(e.OccurredAt):
		return "the lot did not die then"
	}
	return ""
}

// changed are the steps that moved anything.
func changed(s []step) []step {
	return slices.DeleteFunc(slices.Clone(s), func(x step) bool { return x.free == 0 && x.held == 0 })
}

// skipped counts the lots that gave coins although one that dies sooner still has some.
func skipped(s []step) int {
	n, left := 0, false
	for _, x := range s {
		if x.free < 0 && left {
			n++
		}
		left = left || x.left > 0
	}
	return n
}

func only(s []step, may func(step) bool, otherwise string) string {
	for _, x := range s {
		if !may(x) {
			return otherwise
		}
	}
	return ""
}

// lifetimes say what the lifetime totals must be after an entry of a kind.
var lifetimes = map[wallet.Kind]func(before wallet.State, e wallet.Entry) wallet.State{
	wallet.Earn:     func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeEarned += e.Claim; return s },
	wallet.Spend:    func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeSpent += e.Claim; return s },
	wallet.Clawback: func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeClawed += e.Claim; return s },
	wallet.Expire:   func(s wallet.State, e wallet.Entry) wallet.State { s.LifetimeExpired += e.Claim; return s },
}

func totals(s wallet.State) [4]wallet.Coins {
	return [4]wallet.Coins{s.LifetimeEarned, s.LifetimeSpent, s.LifetimeExpired, s.LifetimeClawed}
}

func sameTotals(a, b wallet.State) bool { return totals(a) == totals(b) }
