package transfer

import (
	"context"
	"time"

	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// mostMessage is the longest message, in characters: a greeting.
const mostMessage = 100

// Party is a member with the wallet of the programme's own currency.
type Party struct {
	Member member.ID
	Name   string // as others see it
	Tier   string // held now; only asked of the sender
	Wallet wallet.ID
}

// Gift is a wish to send coins to another member.
type Gift struct {
	Key      string // the app's idempotency key
	To       string // as the app names the recipient
	Coins    wallet.Coins
	Message  string
	Expected string // what the app showed that the recipient is called; empty = it showed nothing
	At       time.Time
}

// Send sends coins from one member to another, and tells whether an earlier sending did. The recipient is nil where the
// app names nobody who may be seen.
func (s *Service) Send(ctx context.Context, from Party, to *Party, g Gift) (Transfer, bool, error) {
	op, err := wallet.OpKey("coinTransfer", g.Key)
	if err != nil {
		return Transfer{}, false, err
	}
	if n := len([]rune(g.Message)); n > mostMessage {
		return Transfer{}, false, fault.Bad("message", "message has %d characters; allowed are at most %d", n, mostMessage)
	}
	if g.Coins < 1 || g.Coins > wallet.MaxCoins {
		return Transfer{}, false, fault.Bad("coins", "coins is %d; allowed are 1 and more", g.Coins)
	}
	p := s.Book.At(g.At)
	rules := p.Coin().Transfers
	wish := plan{
		Transfer: Transfer{From: from.Wallet, Sender: from.Member, Coins: g.Coins, Arrives: g.Coins, Message: g.Message, At: g.At},
		op:       op, input: wallet.Fingerprint(g.To, g.Coins, g.Message, g.Expected), purpose: purposeSend,
		may:    func(context.Context) error { return allowed(p, rules, from, to, g) },
		within: func(ctx context.Context, head wallet.Entry) error { return s.month(ctx, p, rules, head, g) },
	}
	if to != nil {
		wish.To, wish.Recipient = to.Wallet, to.Member
	}
	if rules != nil {
		wish.lives = time.Duration(rules.HoldMinutes) * time.Minute
	}
	return s.carry(ctx, wish)
}

// allowed says who may send what to whom.
func allowed(p *programme.Programme, rules *programme.Transfers, from Party, to *Party, g Gift) error {
	switch {
	case rules == nil:
		return fault.Refuse(Off, "", "the programme lets nobody send coins")
	case to == nil:
		return fault.Refuse(Unknown, "recipientId", "recipientId names nobody who is known")
	case to.Member == from.Member:
		return fault.Refuse(Self, "recipientId", "nobody sends coins to themselves")
	case g.Expected != "" && g.Expected != to.Name:
		return fault.Refuse(NameChanged, "expectedName", "the recipient is called otherwise")
	case rules.MinTier != "" && p.Rank(from.Tier) < p.Rank(rules.MinTier):
		return fault.Refuse(TierTooLow, "", "coins are sent by the tier %s and above", rules.MinTier)
	case g.Coins < rules.Min:
		return fault.Refuse(TooFew, "coins", "coins is %d; one transfer moves at least %d", g.Coins, rules.Min).Near(rules.Min)
	case g.Coins > rules.Max:
		return fault.Refuse(TooMany, "coins", "coins is %d; one transfer moves at most %d", g.Coins, rules.Max).Near(rules.Max)
	}
	return nil
}

// month refuses more than a member may send in a local month. What was sent is read after the wallet's holds: a transfer
// is among one of them at every moment, and if the wallet changes in between, this is asked again. What came back
// because it found no room counts too.
func (s *Service) month(ctx context.Context, p *programme.Programme, rules *programme.Transfers, head wallet.Entry, g Gift) error {
	used := wallet.Coins(0)
	for _, h := range head.State.Holds {
		if h.Purpose == purposeSend {
			used += h.Coins
		}
	}
	sent, err := s.Wallets.Store.Page(ctx, head.Wallet, wallet.Query{
		Kinds: []wallet.Kind{wallet.Send}, From: clock.MonthStart(g.At, 0, p.Zone()), Limit: int(rules.PerMonth/rules.Min) + 1,
	})
	if err != nil {
		return err
	}
	for _, e := range sent {
		used += e.Claim
	}
	if left := max(0, rules.PerMonth-used); g.Coins > left {
		return fault.Refuse(MonthlyLimit, "coins", "%d coins may still be sent this month", left).Near(left)
	}
	return nil
}
