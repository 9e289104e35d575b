package reconcile

import (
	"slices"
	"time"

	"membergate/internal/wallet"
)

func (m move) holds() string {
	h, open := m.e.State.Open(m.e.Seq)
	return first(
		rule{m.e.Amount != 0 || m.owed != 0 || m.pending != 0, "it changed more than what is held"},
		rule{!open || h.Coins != m.e.Claim, "no hold is its own"},
		rule{skipped(m.steps) > 0, "coins that die sooner were left"},
		rule{!all(m.steps, func(x step) bool { return x.free <= 0 && x.held == -x.free && x.held == coinsOf(h.Parts, x.expires) }), "what became held is not what its hold says"},
	)
}

func (m move) releases() string { return m.endsHold(0) }

// leaves is about a hold whose coins go to another wallet, all of them.
func (m move) leaves() string {
	h, _ := m.before.Open(m.e.Of)
	return first(
		rule{h.Coins != m.e.Claim, "it did not take the whole hold"},
		rule{true, m.endsHold(m.e.Claim)},
	)
}

func (m move) declines() string {
	return first(rule{m.e.Claim != 0 || m.e.Amount != 0 || m.owed != 0 || m.pending != 0 || len(changed(m.steps)) > 0, "it says no and does something"})
}

// endsHold is about a hold of which some coins are spent, those that die sooner, and the rest becomes available: in the
// old lots, or for a grace where those are over.
func (m move) endsHold(spent wallet.Coins) string {
	h, open := m.before.Open(m.e.Of)
	_, still := m.e.State.Open(m.e.Of)
	var freed wallet.Coins
	for _, x := range m.steps {
		freed += x.free
	}
	graced := m.e.OccurredAt.Add(wallet.Grace)
	return first(
		rule{!open || still, "it does not end a hold that was open"},
		rule{m.pending != 0 || m.owed != -m.e.Repaid || m.e.Repaid < 0, "it changed what is owed or pending otherwise than by repaying"},
		rule{spent > h.Coins || m.e.Amount != -spent-m.e.Repaid || freed != h.Coins-spent-m.e.Repaid, "what was spent, repaid and let go is not the hold"},
		rule{!all(m.steps, func(x step) bool { return x.held == -coinsOf(h.Parts, x.expires) }), "what is held less is not the hold"},
		rule{!all(m.steps, func(x step) bool {
			return x.free >= 0 && (x.free == 0 || in(h.Parts, x.expires) || x.expires.Equal(graced))
		}), "it let coins go into other lots than the hold's"},
	)
}

// held says what is wrong between a state's lots and its holds and promises: every held coin belongs to one open hold.
func held(s wallet.State) string {
	claimed := map[int64]wallet.Coins{} // by milliseconds of the lot
	for _, h := range s.Holds {
		var n wallet.Coins
		for _, p := range h.Parts {
			n += p.Coins
			claimed[p.Expires.UnixMilli()] += p.Coins
		}
		if n != h.Coins || n < 1 {
			return "a hold is not its parts"
		}
	}
	for _, l := range s.Lots {
		if claimed[l.Expires.UnixMilli()] != l.Held {
			return "a lot holds other coins than its holds say"
		}
		delete(claimed, l.Expires.UnixMilli())
	}
	switch {
	case len(claimed) > 0:
		return "a hold is of a lot that is gone"
	case slices.ContainsFunc(s.Pending, func(p wallet.Promise) bool { return p.Coins < 1 }):
		return "a promise is empty"
	}
	return ""
}

func coinsOf(parts []wallet.Share, expires time.Time) wallet.Coins {
	var n wallet.Coins
	for _, p := range parts {
		if p.Expires.Equal(expires) {
			n += p.Coins
		}
	}
	return n
}

func in(parts []wallet.Share, expires time.Time) bool {
	return slices.ContainsFunc(parts, func(p wallet.Share) bool { return p.Expires.Equal(expires) })
}
