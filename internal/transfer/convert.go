package transfer

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Exchange is a wish to convert coins between a member's own wallets.
type Exchange struct {
	Key      string // the app's idempotency key
	From, To string // codes of currencies
	Coins    wallet.Coins
	Expected wallet.Coins // what the app showed that arrives
	At       time.Time
}

// conversionLives is how long coins wait for a conversion that somebody left half done, where the programme's transfers
// do not say: a killed process's work is done by somebody else long before.
const conversionLives = 10 * time.Minute

// Convert moves coins between a member's own wallets at the programme's fixed rate, and tells whether an earlier sending
// did. Home is the wallet of the programme's own currency. Only what converts without a rest is converted.
func (s *Service) Convert(ctx context.Context, who member.ID, home wallet.ID, x Exchange) (Transfer, bool, error) {
	op, err := wallet.OpKey("coinConvert", x.Key)
	if err != nil {
		return Transfer{}, false, err
	}
	p := s.Book.At(x.At)
	from, there := p.Currency(x.From)
	to, here := p.Currency(x.To)
	switch {
	case !there:
		return Transfer{}, false, fault.Refuse(UnknownMoney, "from", "from is %q; the programme has no such currency", x.From)
	case !here || from.Code == to.Code:
		return Transfer{}, false, fault.Refuse(UnknownMoney, "to", "to is %q; allowed is another currency of the programme", x.To)
	case x.Coins < 1 || x.Coins > from.MaxBalance:
		return Transfer{}, false, fault.Bad("coins", "coins is %d; allowed are 1 to %d", x.Coins, from.MaxBalance)
	}
	arrives, step := programme.Convert(x.Coins, from, to)
	wish := plan{
		Transfer: Transfer{From: purse(p, home, from), To: purse(p, home, to), Sender: who, Recipient: who, Coins: x.Coins, Arrives: arrives, At: x.At},
		op:       op, input: wallet.Fingerprint(x.From, x.To, x.Coins, x.Expected), purpose: purposeConvert, lives: conversionLives,
		may:    func(context.Context) error { return exact(x, arrives, step) },
		within: func(context.Context, wallet.Entry) error { return nil },
	}
	for _, other := range p.Currencies { // a key is the member's, but each ledger knows only its own
		if id := purse(p, home, other); id != wish.From {
			if _, _, err := s.Wallets.Made(ctx, id, op, wish.input); err != nil {
				return Transfer{}, false, err
			}
		}
	}
	return s.carry(ctx, wish)
}

// exact refuses what leaves a rest, and what the app showed otherwise.
func exact(x Exchange, arrives, step wallet.Coins) error {
	if rest := x.Coins % step; rest != 0 {
		return fault.Refuse(NotExact, "coins", "coins is %d; %d and its multiples convert without a rest", x.Coins, step).Near(max(step, x.Coins-rest))
	}
	if arrives != x.Expected {
		return fault.Refuse(RateChanged, "expectedCoins", "expectedCoins is %d but %d arrive", x.Expected, arrives).Near(arrives)
	}
	return nil
}

// purse is a member's wallet of a currency.
func purse(p *programme.Programme, home wallet.ID, c programme.Currency) wallet.ID {
	if c.Code == p.Coin().Code {
		return home.Home()
	}
	return home.In(c.Code)
}
