// Package wallet keeps members' coins as an append-only ledger. An entry is the commit: it carries the wallet's whole
// state after it, so the newest entry is the wallet, and nothing is ever updated in place.
package wallet

import (
	"slices"
	"strings"
	"time"
)

// ID is the random pseudonym of a wallet, such as "w_5f0c…": entries never name a member, so that erasing a person
// never touches the ledger.
type ID string

// In is the name of the wallet that the same member has in another currency: the home wallet's, a dot and the currency's
// code. So nobody has to write down which wallets a member has, and one pseudonym stands for all of them.
// Empty is the programme's own currency.
func (id ID) In(currency string) ID {
	if currency == "" {
		return id.Home()
	}
	return id.Home() + ID("."+currency)
}

// Home is the name of the member's wallet in the programme's own currency.
func (id ID) Home() ID {
	home, _, _ := strings.Cut(string(id), ".")
	return ID(home)
}

// Currency is the code of the wallet's currency; empty for the programme's own.
func (id ID) Currency() string {
	_, currency, _ := strings.Cut(string(id), ".")
	return currency
}

// Coins are counted in whole units; at the usual parity 100 are worth one yuan.
type Coins = int64

// Lot is the coins of a wallet that die at the same moment.
type Lot struct {
	Expires time.Time `json:"expires"` // exclusive end; zero = never
	Free    Coins     `json:"free"`    // may be spent
	Held    Coins     `json:"held"`    // set aside by holds
}

// State is all that a wallet has after an entry. Its invariants are those of Check.
type State struct {
	Lots            []Lot `json:"lots"` // first to expire first
	Owed            Coins `json:"owed"` // claimed back but not covered; the next coins repay it
	LifetimeEarned  Coins `json:"lifetimeEarned"`
	LifetimeSpent   Coins `json:"lifetimeSpent"`
	LifetimeExpired Coins `json:"lifetimeExpired"`
	LifetimeClawed  Coins `json:"lifetimeClawed"` // the whole claims, the owed parts included

	// LifetimeMoved is what came from other wallets of the currency, less what went there. Over all wallets it comes to 0,
	// but for what is on the way.
	LifetimeMoved Coins `json:"lifetimeMoved,omitempty"`

	Holds   []Hold    `json:"holds,omitempty"`   // open ones, oldest first; their coins are held in the lots
	Pending []Promise `json:"pending,omitempty"` // coins that are promised, oldest first
}

// Available is what may be spent.
func (s State) Available() Coins {
	var n Coins
	for _, l := range s.Lots {
		n += l.Free
	}
	return n
}

// Held is what holds have set aside.
func (s State) Held() Coins {
	var n Coins
	for _, l := range s.Lots {
		n += l.Held
	}
	return n
}

// Owned is available and held together: what an entry's balance counts.
func (s State) Owned() Coins { return s.Available() + s.Held() }

// Promised is what pending coins come to.
func (s State) Promised() Coins {
	var n Coins
	for _, p := range s.Pending {
		n += p.Coins
	}
	return n
}

// Whole is all that the wallet holds: available, held and pending. It is what the most of a wallet bounds.
func (s State) Whole() Coins { return s.Owned() + s.Promised() }

// At is the state as a reader at t must see it: what has become due by then has happened, whether or not anybody has
// written it down yet.
func (s State) At(t time.Time) State {
	s = s.clone()
	last, again := due{}, false
	for {
		d, ok := s.due(t)
		if !ok || again && d == last { // a damaged state, in which what is due cannot happen, must not hang its reader
			return s
		}
		e := Entry{State: s}
		e.happen(d)
		s, last, again = e.State, d, true
	}
}

// clone gives a state whose lists may be changed.
func (s State) clone() State {
	s.Lots, s.Holds, s.Pending = slices.Clone(s.Lots), slices.Clone(s.Holds), slices.Clone(s.Pending)
	return s
}

// Expiring lists the free coins that die after now and by until, by moment.
func (s State) Expiring(now, until time.Time) []Lot {
	var out []Lot
	for _, l := range s.Lots {
		if l.Free > 0 && !l.Expires.IsZero() && !l.dead(now) && !l.Expires.After(until) {
			out = append(out, l)
		}
	}
	return out
}

func (l Lot) dead(t time.Time) bool { return !l.Expires.IsZero() && !l.Expires.After(t) }
func (l Lot) empty() bool           { return l.Free == 0 && l.Held == 0 }

// before orders lots: first to expire first, those that never die last.
func before(a, b Lot) int {
	switch {
	case a.Expires.Equal(b.Expires):
		return 0
	case a.Expires.IsZero():
		return 1
	case b.Expires.IsZero():
		return -1
	default:
		return a.Expires.Compare(b.Expires)
	}
}
