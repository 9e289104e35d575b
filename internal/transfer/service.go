package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	Unknown       = "NOT_FOUND"      // no such recipient
	Off           = "TRANSFERS_OFF"  // the programme lets nobody send coins
	TierTooLow    = "TIER_TOO_LOW"   // to send
	TooFew        = "BELOW_MINIMUM"  // fewer than one transfer moves
	TooMany       = "ABOVE_MAXIMUM"  // more than one transfer moves
	MonthlyLimit  = "MONTHLY_LIMIT"  // more than one member sends in a month
	Self          = "SAME_MEMBER"    // nobody sends coins to themselves
	NameChanged   = "NAME_CHANGED"   // the recipient is not called what the app showed
	RecipientFull = "RECIPIENT_FULL" // there is no room for the coins
	UnknownMoney  = "UNKNOWN_CURRENCY"
	NotExact      = "NOT_EXACT"    // so many coins are not worth a whole number
	RateChanged   = "RATE_CHANGED" // other coins arrive than the app showed
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service moves coins. The way of a transfer: its coins are held under the app's key; it is written down; they leave
// their hold, which decides; they arrive, or come back where there is no room; the outcome is written down. Killed
// between any two, whoever touches it next finishes; killed before it was written down, the hold ends by itself. No two
// wallets are ever waited for at once, so transfers that go opposite ways never block each other.
type Service struct {
	Store   Store
	Wallets *wallet.Service
	Book    Book
}

const (
	purposeSend    = "TRANSFER"
	purposeConvert = "CONVERSION"
	// attempts bounds how often one key may come to nothing and be tried again.
	attempts = 1000
)

// plan is a transfer that is wished for, and what must be true when its coins are held.
type plan struct {
	Transfer
	op, input string
	purpose   string
	lives     time.Duration
	// may refuses what nobody may have. It is asked before anything is done, and not for what was done before.
	may func(ctx context.Context) error
	// within refuses by what the wallet has done before. It is asked again whenever that changes.
	within func(ctx context.Context, head wallet.Entry) error
}

// carry makes a transfer, and tells whether an earlier sending did. What came to nothing before is tried again.
func (s *Service) carry(ctx context.Context, p plan) (Transfer, bool, error) {
	for n := range attempts {
		op := p.op
		if n > 0 {
			op = fmt.Sprintf("%s %d", p.op, n) // a space: no key has one
		}
		made, found, err := s.Wallets.Made(ctx, p.From, op, p.input)
		if err != nil {
			return Transfer{}, false, err
		}
		p.ID = "transfer:" + wallet.Fingerprint(p.From.Home(), op)
		replayed := found
		if !found {
			if made, replayed, err = s.hold(ctx, p, op); err != nil {
				return Transfer{}, false, err
			}
		}
		t, err := s.resume(ctx, p, made)
		if err == nil {
			t, err = s.finish(ctx, t, p.At)
		}
		if err != nil {
			return Transfer{}, false, err
		}
		switch {
		case !t.Dead():
			return t, replayed, nil
		case replayed: // nothing came of the earlier sending
			continue
		case t.State == Declined:
			return Transfer{}, false, full()
		default:
			return Transfer{}, false, fault.New(fault.Unavailable, "the transfer took too long and was given up")
		}
	}
	return Transfer{}, false, fault.Refuse(wallet.KeyReused, "idempotencyKey", "the key was tried too often; allowed is a new one")
}

// hold sets the coins aside.
func (s *Service) hold(ctx context.Context, p plan, op string) (wallet.Entry, bool, error) {
	if err := p.may(ctx); err != nil {
		return wallet.Entry{}, false, err
	}
	heads, err := s.Wallets.Store.Heads(ctx, []wallet.ID{p.To})
	if err != nil {
		return wallet.Entry{}, false, err
	}
	if !heads[p.To].State.At(p.At).Takes(p.Arrives, s.Wallets.MostOf(p.To)) {
		return wallet.Entry{}, false, full()
	}
	done, err := s.Wallets.Do(ctx, p.From, wallet.Command{Op: op, Input: p.input, At: p.At, Programme: s.Book.At(p.At).Version,
		Decide: func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
			if err := p.within(ctx, head); err != nil {
				return wallet.Posting{}, err
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: p.Coins, Until: p.At.Add(p.lives), Purpose: p.purpose, Ref: p.ID, Title: "hold.transfer", Actor: "member",
			}, nil
		},
	})
	return done.Entry, done.Replayed, err
}

func full() error {
	return fault.Refuse(RecipientFull, "coins", "the wallet that the coins go to has no room for them")
}

// resume gives the transfer of the entry that holds its coins, and writes it down if nobody has.
func (s *Service) resume(ctx context.Context, p plan, made wallet.Entry) (Transfer, error) {
	t, err := s.byID(ctx, p.ID)
	if err != nil || t.ID != "" {
		return t, p.same(t, err)
	}
	if err := p.may(ctx); err != nil { // the recipient may be gone since; then the hold ends by itself
		return t, err
	}
	h, _ := made.State.Open(made.Seq)
	t = p.Transfer
	t.Hold, t.State, t.Unfinished, t.At, t.Version = made.Seq, Opening, true, h.At, 1
	err = s.Store.Create(ctx, t)
	if errors.Is(err, ErrExists) {
		t, err = s.byID(ctx, p.ID)
		return t, p.same(t, err)
	}
	return t, err
}

// same refuses a transfer that one key made between other wallets. Its hold was made at the same moment, and ends by
// itself.
func (p plan) same(t Transfer, err error) error {
	if err == nil && (t.From != p.From || t.Coins != p.Coins) {
		return fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	}
	return err
}
