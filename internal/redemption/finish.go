package redemption

import (
	"context"
	"errors"
	"math"
	"time"

	"membergate/internal/fault"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// finish does what must still follow. Every step is done once, whoever does it, so anybody may finish at any time.
func (s *Service) finish(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	if !r.Unfinished {
		return r, nil
	}
	var err error
	switch r.State {
	case Cancelled:
		err = s.undo(ctx, r)
	case Fulfilled:
		return s.give(ctx, r)
	case Opening:
		switch {
		case r.Draw != nil:
			return s.judge(ctx, r, at)
		case r.Request.ID != "":
			return s.ask(ctx, r, at)
		}
		r.State, err = s.decide(ctx, r, at)
	default:
		if r.Draw != nil {
			err = s.carry(ctx, r, at)
		} else {
			r.State, err = s.decide(ctx, r, at)
		}
	}
	if err != nil {
		return r, err
	}
	r.Unfinished = false
	err = s.Store.Save(ctx, r)
	if errors.Is(err, ErrStale) { // somebody else finished it, in the same way
		r, _, err = s.Store.ByID(ctx, r.ID)
		return r, err
	}
	r.Version++
	return r, err
}

// decide lets the stock decide, then the hold.
func (s *Service) decide(ctx context.Context, r Redemption, at time.Time) (State, error) {
	left, err := s.take(ctx, r)
	if err != nil {
		return r.State, err
	}
	end, op := wallet.End{Hold: r.Hold, Purpose: purpose}, r.ID+":void"
	if left {
		end.Coins, op = wallet.All, r.ID+":spend"
	}
	_, _, err = s.Wallets.Settle(ctx, r.Wallet, end, wallet.Command{Op: op, At: at, Programme: s.Book.At(at).Version})
	var ended *fault.Refusal
	switch {
	case err != nil && !errors.As(err, &ended):
		return r.State, err
	case !left:
		return Rejected, nil // let go now, or ended by itself
	case ended == nil:
		return Reserved, nil
	}
	return Expired, s.putBack(ctx, r)
}

// take asks the stock, which answers the same whenever it is asked. What does not run out is always there.
func (s *Service) take(ctx context.Context, r Redemption) (bool, error) {
	key, stock, err := s.stock(ctx, r)
	if err != nil {
		return false, err
	}
	n, err := s.Store.Move(ctx, key, r.ID, r.Quantity, stock)
	return n != 0, err
}

// stock is what a redemption takes from, and how much was put there; nothing of what is offered no more.
func (s *Service) stock(ctx context.Context, r Redemption) (key string, stock int64, err error) {
	if r.Slot != "" {
		found, err := s.Rewards.SlotsByIDs(ctx, []string{r.Slot})
		return stockOf(r.Slot), found[r.Slot].Seats, err
	}
	found, err := s.Rewards.ByIDs(ctx, []string{r.Reward})
	w, known := found[r.Reward]
	switch {
	case !known:
		return r.Reward, 0, err
	case w.Stock == nil:
		return r.Reward, math.MaxInt64 / 2, err
	default:
		return r.Reward, *w.Stock, err
	}
}

func (s *Service) putBack(ctx context.Context, r Redemption) error {
	key, _, err := s.stock(ctx, r)
	if err == nil {
		_, err = s.Store.Move(ctx, key, r.ID+":back", -r.Quantity, 0)
	}
	return err
}

// undo gives the coins of a cancelled redemption back to their lots, and its place back to the stock.
func (s *Service) undo(ctx context.Context, r Redemption) error {
	switch {
	case r.Draw != nil && r.CancelUntil.IsZero(): // it waited for a yes and was never paid for
		return s.letGo(ctx, r, r.EndedAt)
	case r.Draw != nil:
		return s.giveBack(ctx, r)
	}
	spent, found, err := s.Wallets.Made(ctx, r.Wallet, r.ID+":spend", "")
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.Internal, "redemption %s is cancelled but was never paid for", r.ID)
	}
	if _, err := s.Wallets.Post(ctx, r.Wallet, []wallet.Posting{{
		Op: r.ID + ":return", Kind: wallet.Return, Coins: r.Cost, OwnSeq: spent.Seq, Parts: spent.Parts, Title: "coins.returned", Ref: r.ID,
		Programme: s.Book.At(r.EndedAt).Version, At: r.EndedAt, Actor: "member",
	}}); err != nil {
		return err
	}
	return s.putBack(ctx, r)
}

// changes bounds how often a redemption that somebody else changed is read again.
const changes = 20

// Cancel takes a redemption back. Cancelling what is cancelled changes nothing.
func (s *Service) Cancel(ctx context.Context, id wallet.ID, redemption string, at time.Time) (Redemption, error) {
	return s.end(ctx, id, redemption, at, Cancelled, func(r Redemption) bool {
		_, may := r.CancellableUntil(at)
		return may
	})
}

// Show gives the code: from then on the redemption cannot be cancelled. Showing again changes nothing.
func (s *Service) Show(ctx context.Context, id wallet.ID, redemption string, at time.Time) (Redemption, error) {
	return s.end(ctx, id, redemption, at, Fulfilled, func(r Redemption) bool { return r.StateAt(at) == Reserved })
}

// end brings a redemption to a state; of those who want different ones the first wins.
func (s *Service) end(ctx context.Context, id wallet.ID, redemption string, at time.Time, to State, may func(Redemption) bool) (Redemption, error) {
	for range changes {
		r, known, err := s.Store.ByID(ctx, redemption)
		if err != nil {
			return r, err
		}
		if !known || r.Wallet != id || r.State == Undone {
			return Redemption{}, fault.Refuse(Unknown, "redemptionId", "redemptionId names no redemption that is known")
		}
		if r, err = s.finish(ctx, r, at); err != nil || r.State == to || to == Fulfilled && r.State == Used {
			return r, err
		}
		if r.State == Awaiting && to == Cancelled {
			if r, err = s.withdraw(ctx, r, at); err != nil || r.State == Cancelled {
				return r, err
			}
		}
		if !may(r) {
			return r, cannot(r, to, at)
		}
		r.State, r.EndedAt, r.Unfinished = to, at, to == Cancelled || r.Kind == reward.Voucher
		switch err := s.Store.Save(ctx, r); {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return r, err
		}
		r.Version++
		return s.finish(ctx, r, at)
	}
	return Redemption{}, busy()
}

// cannot tells why a redemption cannot come to a state.
func cannot(r Redemption, to State, at time.Time) error {
	state := r.StateAt(at)
	switch {
	case to == Cancelled:
		return fault.Refuse(NotCancellable, "redemptionId", "the redemption is %s and cannot be cancelled now", state)
	case state == Expired && r.State != Expired:
		return fault.Refuse(CodeExpired, "redemptionId", "the code was good until %s", r.GoodUntil.UTC().Format(time.RFC3339))
	default:
		return fault.Refuse(Ended, "redemptionId", "the redemption is %s and has no code", state)
	}
}

func busy() error {
	return fault.New(fault.Unavailable, "the redemption is being changed by too many at once")
}

// Find gives a wallet's redemption, and false if it has no such one.
func (s *Service) Find(ctx context.Context, id wallet.ID, redemption string) (Redemption, bool, error) {
	r, known, err := s.Store.ByID(ctx, redemption)
	return r, known && r.Wallet == id && r.State != Undone, err
}

// Sweep finishes at most n redemptions that somebody left.
func (s *Service) Sweep(ctx context.Context, at time.Time, n int) error {
	left, err := s.Store.Unfinished(ctx, n)
	for _, r := range left {
		_, wrong := s.finish(ctx, r, at)
		err = errors.Join(err, wrong)
	}
	return err
}
