package checkout

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service holds coins for orders, and settles them.
type Service struct {
	Wallets *wallet.Service
	Book    Book
}

// Ask is a wish to pay part of an order with coins.
type Ask struct {
	Key      string // the app's idempotency key
	Order    string // the order's id
	OrderFen int64
	Coins    wallet.Coins
	Channel  string
	At       time.Time // the hold's time decides what a coin is worth
}

func (a Ask) check() error {
	switch {
	case a.Order == "" || len(a.Order) > 128:
		return fault.Bad("orderId", "orderId has %d characters; allowed are 1 to 128", len(a.Order))
	case a.OrderFen < 1 || a.OrderFen > MaxFen:
		return fault.Bad("orderAmountFen", "orderAmountFen is %d; allowed are 1 to %d", a.OrderFen, MaxFen)
	}
	return checkCoins(a.Coins)
}

// maxCoins is the most that a wallet holds, and so the most that anybody can mean.
const maxCoins = 2_000_000_000

func checkCoins(n wallet.Coins) error {
	if n < 1 || n > maxCoins {
		return fault.Bad("coins", "coins is %d; allowed are 1 to %d", n, maxCoins)
	}
	return nil
}

// Hold sets coins aside for an order, and tells whether an earlier sending did. All holds of the order together, those
// captured before included, take off no more than the programme's share.
func (s *Service) Hold(ctx context.Context, id wallet.ID, a Ask) (wallet.HoldView, bool, error) {
	if err := a.check(); err != nil {
		return wallet.HoldView{}, false, err
	}
	op, err := wallet.OpKey("checkoutHold", a.Key)
	if err != nil {
		return wallet.HoldView{}, false, err
	}
	p := s.Book.At(a.At)
	return s.Wallets.Hold(ctx, id, wallet.Command{
		Op: op, Input: wallet.Fingerprint(a.Order, a.OrderFen, a.Coins, a.Channel), At: a.At, Programme: p.Version,
		Decide: func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
			terms, offered := At(p, a.Channel, a.At)
			if !offered {
				return wallet.Posting{}, fault.Refuse(NotOffered, "channel", "coins are not taken at a checkout")
			}
			used, err := s.used(ctx, id, head.State, a.Order)
			if err != nil {
				return wallet.Posting{}, err
			}
			left := max(0, terms.Most(a.OrderFen)-used)
			fen := terms.Value(a.Coins)
			if fen > left {
				return wallet.Posting{}, fault.Refuse(ShareExceeded, "coins", "%d coins would take off %d fen; %d are allowed for the order now", a.Coins, fen, left)
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: a.Coins, Until: a.At.Add(terms.lives), Purpose: Purpose, Ref: a.Order,
				Percent: terms.Percent, Fen: fen, Title: "hold.checkout", Actor: "member",
			}, nil
		},
	})
}

// mostSpendings bounds how many captures of one order are added up: each is a hold of its own.
const mostSpendings = 1000

// used is what an order's open and captured holds take off it. The captured ones are read after the open ones: one that
// is captured in between changes the wallet, and then this is asked again.
func (s *Service) used(ctx context.Context, id wallet.ID, now wallet.State, order string) (int64, error) {
	var fen int64
	for _, h := range now.Holds {
		if h.Purpose == Purpose && h.Ref == order {
			fen += h.Fen
		}
	}
	paid, err := s.Wallets.Store.Page(ctx, id, wallet.Query{Kinds: []wallet.Kind{wallet.Spend}, Ref: order, Limit: mostSpendings})
	for _, e := range paid {
		fen += e.Fen
	}
	return fen, err
}

// Settle ends a hold of a checkout: with coins above 0 it spends so many and lets the rest go, with wallet.All it spends
// the whole, with 0 it lets all go.
func (s *Service) Settle(ctx context.Context, id wallet.ID, key string, hold int64, coins wallet.Coins, at time.Time) (wallet.HoldView, bool, error) {
	op, err := wallet.OpKey("checkoutSettle", key)
	if err != nil {
		return wallet.HoldView{}, false, err
	}
	if coins != 0 && coins != wallet.All {
		if err := checkCoins(coins); err != nil {
			return wallet.HoldView{}, false, err
		}
	}
	p := s.Book.At(at)
	end := wallet.End{Hold: hold, Coins: coins, Purpose: Purpose, Fen: func(h wallet.Hold, n wallet.Coins) int64 {
		return Terms{Percent: h.Percent, parity: p.Coin().ParityPerYuan}.Value(n)
	}}
	return s.Wallets.Settle(ctx, id, end, wallet.Command{Op: op, Input: wallet.Fingerprint(hold, coins), At: at, Programme: p.Version})
}
