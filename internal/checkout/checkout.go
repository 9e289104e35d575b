// Package checkout is paying part of an order with coins: what they are worth there, how many an order takes, and the
// hold that keeps them until the order is paid or given up.
package checkout

import (
	"slices"
	"time"

	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Purpose is the code of holds that are made here.
const Purpose = "CHECKOUT"

// MaxFen bounds an order's amount: 10 million yuan, as the schema says.
const MaxFen = 1_000_000_000

// Codes of refusals that are made here.
const (
	ShareExceeded = "ORDER_SHARE_EXCEEDED" // the coins would pay more of the order than they may
	NotOffered    = "NOT_OFFERED"          // the programme takes no coins at a checkout
)

// Terms are what a programme says of coins at a checkout, at one moment and place.
type Terms struct {
	Percent int64         // what a coin is worth, in percent of its usual value
	parity  int64         // coins that are usually worth one yuan
	share   int64         // most percent of an order's amount that coins pay
	lives   time.Duration // of a hold
}

// At gives the terms of a channel at a time, and false if the programme takes no coins there.
func At(p *programme.Programme, channel string, at time.Time) (Terms, bool) {
	i := slices.IndexFunc(p.Burn, func(b programme.Burn) bool { return b.Kind == programme.Checkout })
	if i < 0 || p.Coin().ParityPerYuan <= 0 {
		return Terms{}, false
	}
	b := p.Burn[i]
	t := Terms{Percent: 100, parity: p.Coin().ParityPerYuan, share: b.MaxPercentOfOrder, lives: time.Duration(b.HoldMinutes) * time.Minute}
	for _, m := range b.Multiply {
		here := len(m.Channels) == 0 || slices.Contains(m.Channels, channel)
		if here && m.When == programme.MonthDay && at.In(p.Zone()).Day() == m.Day {
			t.Percent = t.Percent * m.Percent / 100
		}
	}
	return t, true
}

// Value is what coins take off an order, in fen, rounded down.
func (t Terms) Value(coins wallet.Coins) int64 { return coins * t.Percent / t.parity }

// Most is what coins may take off an order of an amount, in fen, over all its holds.
func (t Terms) Most(orderFen int64) int64 { return orderFen * t.share / 100 }

// Coins is the fewest coins that take off the most that is possible, but no more than an amount of fen.
func (t Terms) Coins(fen int64, available wallet.Coins) wallet.Coins {
	if fen <= 0 {
		return 0
	}
	n := min(available, ((fen+1)*t.parity-1)/t.Percent)
	return (t.Value(n)*t.parity + t.Percent - 1) / t.Percent
}

// Plan is one way to pay part of an order.
type Plan struct {
	Coins    wallet.Coins
	Fen      int64
	CappedBy string // ORDER_SHARE or BALANCE: what keeps it from being bigger
	Percent  int64
}

// Limits of a plan.
const (
	ByShare   = "ORDER_SHARE"
	ByBalance = "BALANCE"
)

// Plans lists the ways to pay part of an order with available coins, best first; none if coins take nothing off it.
func (t Terms) Plans(orderFen int64, available wallet.Coins) []Plan {
	most := t.Most(orderFen)
	p := Plan{Coins: t.Coins(most, available), CappedBy: ByShare, Percent: t.Percent}
	if p.Fen = t.Value(p.Coins); p.Fen == 0 {
		return nil
	}
	if t.Coins(most, available+1) > p.Coins {
		p.CappedBy = ByBalance
	}
	return []Plan{p}
}
