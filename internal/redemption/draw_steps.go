package redemption

import (
	"context"
	"errors"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// held is how long a gift may wait for its draw, in years: for ever, because the draw ends it, and a hold that ended by
// itself would leave a draw half done.
const held = 10

// command is one step of a draw in one ledger. It is done once, whoever does it.
func (s *Service) command(ctx context.Context, id wallet.ID, op, input string, at time.Time, decide func(context.Context, wallet.Entry) (wallet.Posting, error)) (wallet.Entry, error) {
	done, err := s.Wallets.Do(ctx, id, wallet.Command{Op: op, Input: input, At: at, Programme: s.Book.At(at).Version, Decide: decide})
	return done.Entry, err
}

// gather lets the draw begin in the spender's ledger, and sets everybody's gift aside. A refusal says why it cannot be.
func (s *Service) gather(ctx context.Context, r Redemption, at time.Time) ([]int64, error) {
	w, err := s.Rewards.ByIDs(ctx, []string{r.Reward})
	if err != nil {
		return nil, err
	}
	d := r.Draw
	began, err := s.command(ctx, r.Wallet, d.Op, d.Input, at, func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
		if err := s.Pool.MayDraw(ctx, d.Plan, head, r.Cost, at); err != nil {
			return wallet.Posting{}, err
		}
		if err := s.within(ctx, r.Wallet, head.State, w[r.Reward], r.Quantity, r.ID); err != nil {
			return wallet.Posting{}, err
		}
		return s.drew(r, r.Cost, "draw.begun"), nil
	})
	if err == nil && !family.Begins(began) {
		err = undone()
	}
	if err != nil {
		return nil, err
	}
	holds := make([]int64, len(d.Gifts))
	for i, g := range d.Gifts {
		made, err := s.command(ctx, g.Wallet, r.ID+":hold", "", at, func(ctx context.Context, head wallet.Entry) (wallet.Posting, error) {
			if err := s.Pool.Gives(ctx, d.Plan, g, head, at); err != nil {
				return wallet.Posting{}, err
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: g.Coins, Until: r.CreatedAt.AddDate(held, 0, 0), Purpose: family.DrawPurpose,
				Ref: r.ID, Title: "hold.family", Actor: "family",
			}, nil
		})
		if err == nil && made.Kind != wallet.SetAside {
			err = undone()
		}
		if err != nil {
			return nil, err
		}
		holds[i] = made.Seq
	}
	return holds, nil
}

// undone is why a step of a draw that was given up cannot be done any more.
func undone() error { return fault.Refuse(Ended, "", "the draw was given up") }

// drew is what the spender's ledger says of a draw: nothing moves by it, but it counts for the spender's limit.
func (s *Service) drew(r Redemption, coins wallet.Coins, title string) wallet.Posting {
	p := wallet.Posting{Kind: wallet.Decline, Ref: r.ID, Title: title, Actor: "member"}
	if coins != 0 {
		p.Lines = []wallet.Line{{Code: family.Drew, Detail: r.Reward, Coins: coins}}
	}
	return p
}

// gave is what a giver's ledger says of a gift: for what, and nothing of who else gave.
func gave(r Redemption, coins wallet.Coins) []wallet.Line {
	return []wallet.Line{{Code: family.Gave, Detail: r.Reward, Coins: coins}}
}

// carry does what was decided about a draw: all gifts are spent, or none is.
func (s *Service) carry(ctx context.Context, r Redemption, at time.Time) error {
	if r.Dead() {
		return s.letGo(ctx, r, at)
	}
	for i, g := range r.Draw.Gifts {
		_, err := s.command(ctx, g.Wallet, r.ID+":spend", "", at, func(context.Context, wallet.Entry) (wallet.Posting, error) {
			return wallet.Posting{
				Kind: wallet.Spend, Of: r.Draw.Holds[i], Coins: g.Coins, Ref: r.ID, Title: "coins.given", Lines: gave(r, -g.Coins), Actor: "family",
			}, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// letGo gives back what a draw held. Where a step has not been done, the ledger says that it never will be: somebody who
// was on the way to it may still come.
func (s *Service) letGo(ctx context.Context, r Redemption, at time.Time) error {
	never := func(context.Context, wallet.Entry) (wallet.Posting, error) { return s.drew(r, 0, "draw.undone"), nil }
	for _, g := range r.Draw.Gifts {
		made, err := s.command(ctx, g.Wallet, r.ID+":hold", "", at, never)
		if err == nil && made.Kind == wallet.SetAside {
			_, err = s.command(ctx, g.Wallet, r.ID+":void", "", at, func(_ context.Context, head wallet.Entry) (wallet.Posting, error) {
				return wallet.Posting{Kind: wallet.Release, Of: made.Seq, Ref: r.ID, Title: "hold.released", Actor: "family"}, nil
			})
		}
		if err != nil {
			return err
		}
	}
	began, err := s.command(ctx, r.Wallet, r.Draw.Op, r.Draw.Input, at, never)
	var no *fault.Refusal
	switch {
	case errors.As(err, &no) && no.Code == wallet.KeyReused: // it was used for something else, and this draw never began
	case err != nil:
		return err
	default:
		if err := s.closeDraw(ctx, r, began, at); err != nil {
			return err
		}
	}
	key, _, err := s.stock(ctx, r)
	if err != nil {
		return err
	}
	taken, err := s.Store.Move(ctx, key, r.ID, r.Quantity, 0)
	if err == nil && taken != 0 {
		err = s.putBack(ctx, r)
	}
	return err
}

// closeDraw says in the spender's ledger that a draw counts no more, if it had begun there.
func (s *Service) closeDraw(ctx context.Context, r Redemption, began wallet.Entry, at time.Time) error {
	if !family.Begins(began) {
		return nil
	}
	_, err := s.command(ctx, r.Wallet, r.ID+":closed", "", at, func(context.Context, wallet.Entry) (wallet.Posting, error) {
		return s.drew(r, -r.Cost, "draw.undone"), nil
	})
	return err
}

// giveBack returns every gift of a cancelled redemption to the lots that it came from.
func (s *Service) giveBack(ctx context.Context, r Redemption) error {
	for _, g := range r.Draw.Gifts {
		spent, found, err := s.Wallets.Made(ctx, g.Wallet, r.ID+":spend", "")
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.Internal, "redemption %s is cancelled but was never paid for", r.ID)
		}
		if _, err := s.Wallets.Post(ctx, g.Wallet, []wallet.Posting{{
			Op: r.ID + ":return", Kind: wallet.Return, Coins: g.Coins, OwnSeq: spent.Seq, Parts: spent.Parts, Title: "coins.given_back", Ref: r.ID,
			Lines: gave(r, g.Coins), Programme: s.Book.At(r.EndedAt).Version, At: r.EndedAt, Actor: "family",
		}}); err != nil {
			return err
		}
	}
	began, _, err := s.Wallets.Made(ctx, r.Wallet, r.Draw.Op, r.Draw.Input)
	if err == nil {
		err = s.closeDraw(ctx, r, began, r.EndedAt)
	}
	if err != nil {
		return err
	}
	return s.putBack(ctx, r)
}
