package reconcile

import (
	"math/big"
	"slices"
	"strings"

	"membergate/internal/account"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// ofRecord tells whether an entry is what an order or a refund did: its op is then the record's id.
func ofRecord(e wallet.Entry) bool {
	return e.Kind == wallet.Earn && strings.HasPrefix(e.Op, "order:") || e.Kind == wallet.Clawback && strings.HasPrefix(e.Op, "refund:")
}

// bringsBack gives the record of the refund for which coins that paid an order came back.
func bringsBack(e wallet.Entry) (refund string, is bool) {
	refund, _, is = strings.Cut(e.Op, ":coins:")
	return refund, is && e.Kind == wallet.Return && strings.HasPrefix(refund, "refund:")
}

// mayReturn is how many of the coins that paid an order its refunds may bring back, all of them together.
func mayReturn(spent wallet.Coins, o order.Record) wallet.Coins {
	refunded := int64(0)
	for _, r := range o.Refunds {
		refunded += r.Fen
	}
	if refunded >= o.Event.Fen {
		return spent
	}
	n := new(big.Int).Mul(big.NewInt(spent), big.NewInt(refunded))
	return n.Div(n, big.NewInt(o.Event.Fen)).Int64()
}

// addsUp tells whether the lines of an earning add up to what came in, now or as a promise.
func addsUp(e wallet.Entry) bool {
	n := wallet.Coins(0)
	for _, l := range e.Lines {
		n += l.Coins
	}
	return n == e.Claim-e.Repaid
}

// waits tells whether an account still has to carry a record's step out.
func waits(a account.Account, record string) bool {
	return slices.ContainsFunc(a.Outbox, func(s account.Step) bool { return s.Record == record })
}

// isPart tells whether a refund counts against an order; one that came before its order was known does not.
func isPart(o order.Record, refundID string) bool {
	return slices.ContainsFunc(o.Refunds, func(p order.Part) bool { return p.ID == refundID })
}

// mustMove tells whether an applied order or refund must have an entry. Of some nobody can tell afterwards, because
// that hangs on the tier held then: those are let pass.
func mustMove(book tier.Book, r order.Record, original *order.Record, earned *wallet.Entry) bool {
	p := book.At(r.Event.At)
	switch {
	case r.Event.Kind == order.Paid, original == nil || !isPart(*original, r.Event.ID):
		coins := r.Event.Fen * lowestRate(p, r.Event.Kind) / 10_000
		if c, abroad := p.Currency(r.Event.Currency); abroad {
			coins, _ = programme.Convert(coins, p.Coin(), c)
		}
		return coins > 0
	case earned == nil:
		return false // the order earned nothing
	default:
		return order.ClawBack(earned.Claim, original.Event.Fen, original.Refunds, r.Event.ID) > 0
	}
}

// lowestRate is the least basis points that any tier may have had, in any month, with the index as low as it goes.
func lowestRate(p *programme.Programme, k order.Kind) int64 {
	rate := p.EarnRate(p.Tiers[0].Code)
	for _, t := range p.Tiers {
		rate = min(rate, p.EarnRate(t.Code))
	}
	if x := p.Coin().Index; x != nil {
		rate += min(0, x.FloorBasis)
	}
	if rule, ok := p.Earning(string(order.Paid)); ok && k == order.Paid {
		for _, m := range rule.Multipliers {
			rate = rate * min(100, m.Percent) / 100
		}
	}
	return max(0, rate)
}
