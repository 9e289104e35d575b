package order

import (
	"context"
	"errors"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// currencyOf is the currency that an order earns.
func currencyOf(p *programme.Programme, e Event) programme.Currency {
	if c, ok := p.Currency(e.Currency); ok {
		return c
	}
	return p.Coin()
}

// abroad gives what an order earns in its own currency for coins of the programme's: at the fixed rate, rounded down.
func abroad(p *programme.Programme, e Event, coins wallet.Coins, lines []wallet.Line) (wallet.Coins, []wallet.Line) {
	if e.Currency == "" {
		return coins, lines
	}
	c := currencyOf(p, e)
	there, _ := programme.Convert(coins, p.Coin(), c)
	if there != coins {
		lines = append(lines, wallet.Line{Code: "CONVERTED", Detail: c.Code, Coins: there - coins})
	}
	return there, lines
}

// currencies refuses orders that earn what the programme has not. The programme's own currency needs no name.
func (s *Service) currencies(told []Told) error {
	for _, t := range told {
		if t.Event == nil || t.Event.Currency == "" {
			continue
		}
		p := s.Book.At(t.Event.At)
		if _, ok := p.Currency(t.Event.Currency); !ok {
			return fault.Bad("data.currency", "currency of order %s is %q; the programme has no such one", t.Event.ID, t.Event.Currency)
		}
		if t.Event.Currency == p.Coin().Code {
			t.Event.Currency = ""
		}
	}
	return nil
}

// postAbroad carries the steps of an outbox out that go to wallets of further currencies, and gives the postings of the
// others.
func (s *Service) postAbroad(ctx context.Context, a account.Account) (home []wallet.Posting, err error) {
	for _, step := range a.Outbox {
		switch {
		case step.Posting == nil:
		case step.Currency == "":
			home = append(home, *step.Posting)
		default:
			_, wrong := s.Wallets.Post(ctx, a.Wallet.In(step.Currency), []wallet.Posting{*step.Posting})
			err = errors.Join(err, wrong)
		}
	}
	return home, err
}
