package redemption

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	Unknown        = "NOT_FOUND"
	TierRequired   = "TIER_REQUIRED"
	PriceChanged   = "PRICE_CHANGED"
	OutOfStock     = "OUT_OF_STOCK"
	LimitReached   = "LIMIT_REACHED"
	NotCancellable = "NOT_CANCELLABLE"
)

const (
	purpose = "REWARD"
	// holdLives is how long coins wait for the rest of a redemption: a killed process's work is done by somebody else
	// long before.
	holdLives = 10 * time.Minute
	// maxQuantity bounds one redemption.
	maxQuantity = 100
	// attempts bounds how often one key may come to nothing and be tried again.
	attempts = 1000
)

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service redeems. The way of a redemption: its coins are held under the app's key; it is written down; the stock
// decides, once; the hold is captured, or let go if nothing was left; the outcome is written down. Killed between any
// two, whoever touches it next finishes.
type Service struct {
	Store   Store
	Rewards reward.Store
	Wallets *wallet.Service
	Book    Book
}

// Ask is a wish for a reward.
type Ask struct {
	Key      string // the app's idempotency key
	Reward   string
	Quantity int64
	Expected wallet.Coins // what the app showed that it costs
	Tier     string       // held now
	At       time.Time
}

// Redeem gets a reward, and tells whether an earlier sending did.
func (s *Service) Redeem(ctx context.Context, id wallet.ID, a Ask) (Redemption, bool, error) {
	if a.Quantity < 1 || a.Quantity > maxQuantity {
		return Redemption{}, false, fault.Bad("quantity", "quantity is %d; allowed are 1 to %d", a.Quantity, maxQuantity)
	}
	key, err := wallet.OpKey("rewardRedeem", a.Key)
	if err != nil {
		return Redemption{}, false, err
	}
	input := wallet.Fingerprint(a.Reward, a.Quantity, a.Expected)
	for n := range attempts {
		op := key
		if n > 0 {
			op = fmt.Sprintf("%s %d", key, n) // a space: no key has one
		}
		made, found, err := s.Wallets.Made(ctx, id, op, input)
		if err != nil {
			return Redemption{}, false, err
		}
		if !found {
			done, err := s.hold(ctx, id, a, op, input)
			if err != nil {
				return Redemption{}, false, err
			}
			made, found = done.Entry, done.Replayed
		}
		r, err := s.resume(ctx, made)
		if err == nil {
			r, err = s.finish(ctx, r, a.At)
		}
		switch {
		case err != nil:
			return Redemption{}, false, err
		case found && r.Dead():
			continue // that time it came to nothing; a refusal is not kept
		case r.State == Rejected:
			return r, false, outOfStock()
		case r.State == Expired:
			return r, false, fault.Refuse(wallet.HoldExpired, "", "the redemption took too long and was given up")
		}
		return r, found, nil
	}
	return Redemption{}, false, fault.Refuse(wallet.KeyReused, "idempotencyKey", "the key was tried too often; allowed is a new one")
}

// hold sets the coins aside, if the reward is to be had.
func (s *Service) hold(ctx context.Context, id wallet.ID, a Ask, op, input string) (wallet.Done, error) {
	p := s.Book.At(a.At)
	cost, w, err := s.price(ctx, p, a)
	if err != nil {
		return wallet.Done{}, err
	}
	return s.Wallets.Do(ctx, id, wallet.Command{Op: op, Input: input, At: a.At, Programme: p.Version,
		Decide: func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
			if err := s.within(ctx, id, head.State, w, a.Quantity); err != nil {
				return wallet.Posting{}, err
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: cost, Until: a.At.Add(holdLives), Purpose: purpose, Ref: "redemption:" + wallet.Fingerprint(id, op),
				About: about(w.ID, a.Quantity), Title: "hold.reward", Actor: "member",
			}, nil
		},
	})
}

// price refuses what cannot be had, and tells what the rest costs.
func (s *Service) price(ctx context.Context, p *programme.Programme, a Ask) (wallet.Coins, reward.Reward, error) {
	found, err := s.Rewards.ByIDs(ctx, []string{a.Reward})
	if err != nil {
		return 0, reward.Reward{}, err
	}
	w, ok := found[a.Reward]
	cost := w.MemberCost(p, a.Tier) * a.Quantity
	switch {
	case !ok:
		return 0, w, fault.Refuse(Unknown, "rewardId", "rewardId names no reward that is known")
	case !w.Open(p, a.Tier):
		return 0, w, fault.Refuse(TierRequired, "rewardId", "the reward asks for the tier %s or a higher one", w.MinTier)
	case cost != a.Expected:
		return 0, w, fault.Refuse(PriceChanged, "expectedCost", "expectedCost is %d but it costs %d", a.Expected, cost)
	case w.Stock == nil:
		return cost, w, nil
	}
	taken, err := s.Store.Taken(ctx, []string{w.ID})
	if err == nil && taken[w.ID]+a.Quantity > *w.Stock {
		err = outOfStock()
	}
	return cost, w, err
}

func outOfStock() error { return fault.Refuse(OutOfStock, "rewardId", "the reward is sold out") }

// within refuses more than one member may have. What is written down is read after the wallet's holds: a redemption is
// among one of them at every moment, and if the wallet changes in between, this is asked again.
func (s *Service) within(ctx context.Context, id wallet.ID, now wallet.State, w reward.Reward, quantity int64) error {
	if w.LimitPerMember == 0 {
		return nil
	}
	known, err := s.Store.Of(ctx, id, w.ID)
	if err != nil {
		return err
	}
	had, seen := int64(0), map[string]bool{}
	for _, r := range known {
		seen[r.ID] = true
		if r.Counts() {
			had += r.Quantity
		}
	}
	for _, h := range now.Holds {
		if what, n := parse(h.About); h.Purpose == purpose && what == w.ID && !seen[h.Ref] {
			had += n
		}
	}
	if had+quantity > w.LimitPerMember {
		return fault.Refuse(LimitReached, "quantity", "%d of %d that one member may have are had", had, w.LimitPerMember)
	}
	return nil
}

// about writes what a hold is for, and parse reads it: the hold is there before anything else is.
func about(reward string, quantity int64) string {
	return strconv.FormatInt(quantity, 10) + " " + reward
}

func parse(about string) (reward string, quantity int64) {
	n, reward, _ := strings.Cut(about, " ")
	quantity, _ = strconv.ParseInt(n, 10, 64)
	return reward, quantity
}

// resume gives the redemption of the entry that holds its coins, and writes it down if nobody has.
func (s *Service) resume(ctx context.Context, made wallet.Entry) (Redemption, error) {
	h, _ := made.State.Open(made.Seq)
	if r, known, err := s.Store.ByID(ctx, h.Ref); err != nil || known {
		return r, err
	}
	what, quantity := parse(h.About)
	r := Redemption{
		ID: h.Ref, Wallet: made.Wallet, Reward: what, Quantity: quantity, Cost: h.Coins, Hold: made.Seq, Code: rand.Text()[:12],
		State: Opening, Unfinished: true, CreatedAt: h.At, Version: 1,
	}
	err := s.Store.Create(ctx, r)
	if errors.Is(err, ErrExists) {
		r, _, err = s.Store.ByID(ctx, h.Ref)
	}
	return r, err
}
