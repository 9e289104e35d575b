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

// move is what an entry did, against the state before it.
type move struct {
	e       wallet.Entry
	before  wallet.State
	steps   []step
	owed    wallet.Coins // change of what is owed
	pending wallet.Coins // change of what is promised
}

func moved(before wallet.State, e wallet.Entry) move {
	return move{e, before, steps(before, e.State), e.State.Owed - before.Owed, e.State.Promised() - before.Promised()}
}

// movements say, for each kind of entry, what it did that it must not, empty if nothing.
var movements = map[wallet.Kind]func(m move) string{
	wallet.Earn:     move.earns,
	wallet.Spend:    move.spends,
	wallet.Clawback: move.clawsBack,
	wallet.Expire:   move.expires,
	wallet.Return:   move.returns,
	wallet.Adjust:   move.adjusts,
	wallet.SetAside: move.holds,
	wallet.Release:  move.releases,
	wallet.Activate: move.activates,

	wallet.Send:       move.leaves,
	wallet.ConvertOut: move.leaves,
	wallet.Receive:    move.returns, // into the lots that its parts name, after what it repays
	wallet.ConvertIn:  move.returns,
	wallet.Decline:    move.declines,
}

func (m move) earns() string {
	if m.pending != 0 {
		return first(
			rule{m.pending != m.e.Claim || m.e.Amount != 0 || m.owed != 0 || len(changed(m.steps)) > 0, "it promises and does something else"},
			rule{!slices.ContainsFunc(m.e.State.Pending, func(p wallet.Promise) bool { return p.Seq == m.e.Seq && p.Coins == m.e.Claim }), "no promise is its own"},
		)
	}
	return m.comesIn()
}

// comesIn is about coins that become available in one lot, after what they repay.
func (m move) comesIn() string {
	return first(
		rule{m.e.Repaid < 0 || m.owed != -m.e.Repaid, "what it repaid is not what is owed less"},
		rule{m.e.Claim != m.e.Amount+m.e.Repaid || m.e.Amount < 0, "what came in and what it repaid are not the claim"},
		rule{len(changed(m.steps)) > 1, "it changed several lots"},
		rule{!all(m.steps, func(x step) bool { return x.free >= 0 && x.held == 0 }), "it took coins away"},
	)
}

func (m move) spends() string {
	if m.e.Of != 0 {
		return m.endsHold(m.e.Claim)
	}
	return first(
		rule{m.owed != 0 || m.pending != 0, "it changed what is owed or pending"},
		rule{m.e.Amount != -m.e.Claim, "what left is not what was asked for"},
		rule{skipped(m.steps) > 0, "coins that die sooner were left"},
		rule{!all(m.steps, func(x step) bool { return x.free <= 0 && x.held == 0 }), "it added coins or touched held ones"},
	)
}

// clawsBack lets one lot be emptied before its turn: that of the earning that is taken back.
func (m move) clawsBack() string {
	own := 0
	if m.e.Reverses != 0 {
		own = 1
	}
	return first(
		rule{m.pending != 0, "it changed what is pending"},
		rule{m.owed < 0 || m.owed != m.e.Claim+m.e.Amount, "what was taken and what is owed more are not the claim"},
		rule{skipped(m.steps) > own, "coins that die sooner were left"},
		rule{!all(m.steps, func(x step) bool { return x.free <= 0 && x.held == 0 }), "it added coins or touched held ones"},
	)
}

func (m move) adjusts() string {
	if m.e.State.LifetimeClawed != m.before.LifetimeClawed {
		return m.clawsBack()
	}
	return m.comesIn()
}

func (m move) expires() string {
	gone := changed(m.steps)
	return first(
		rule{m.owed != 0 || m.pending != 0, "it changed what is owed or pending"},
		rule{m.e.Amount != -m.e.Claim, "what left is not what expired"},
		rule{len(gone) != 1 || gone[0].left != 0 || gone[0].held != 0 || gone[0].free != m.e.Amount, "it did not take the free coins of one lot"},
		rule{len(gone) == 1 && !gone[0].expires.Equal(m.e.OccurredAt), "the lot did not die then"},
	)
}

func (m move) returns() string {
	var parts wallet.Coins
	for _, p := range m.e.Parts {
		parts += p.Coins
	}
	return first(
		rule{m.pending != 0 || m.owed != -m.e.Repaid || m.e.Repaid < 0, "it changed what is owed or pending otherwise than by repaying"},
		rule{parts != m.e.Claim || m.e.Claim != m.e.Amount+m.e.Repaid, "its parts, and what came in and was repaid, are not the claim"},
		rule{!all(m.steps, func(x step) bool { return x.held == 0 && x.free >= 0 && (x.free == 0 || in(m.e.Parts, x.expires)) }), "it changed other lots than its parts'"},
	)
}

func (m move) activates() string {
	i := slices.IndexFunc(m.before.Pending, func(p wallet.Promise) bool { return p.Seq == m.e.Of })
	return first(
		rule{i < 0 || slices.ContainsFunc(m.e.State.Pending, func(p wallet.Promise) bool { return p.Seq == m.e.Of }), "it does not end a promise that was open"},
		rule{i >= 0 && m.before.Pending[i].Coins != m.e.Claim || m.pending != -m.e.Claim, "what is pending less is not what was promised"},
		rule{true, m.comesIn()},
	)
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

func all(s []step, may func(step) bool) bool {
	return !slices.ContainsFunc(s, func(x step) bool { return !may(x) })
}

// rule is something that must not be, and what is said if it is.
type rule struct {
	broken bool
	says   string
}

// first is what the first broken rule says.
func first(rules ...rule) string {
	for _, r := range rules {
		if r.broken && r.says != "" {
			return r.says
		}
	}
	return ""
}
