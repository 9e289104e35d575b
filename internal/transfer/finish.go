package transfer

import (
	"context"
	"errors"
	"time"

	"membergate/internal/wallet"
)

// finish does what must still follow. Every step is done once, whoever does it, so anybody may finish at any time.
func (s *Service) finish(ctx context.Context, t Transfer, at time.Time) (Transfer, error) {
	if !t.Unfinished {
		return t, nil
	}
	var err error
	if t.State, err = s.move(ctx, t, at); err != nil {
		return t, err
	}
	t.Unfinished = false
	err = s.Store.Save(ctx, t)
	if errors.Is(err, ErrStale) { // somebody else finished it, in the same way
		return s.byID(ctx, t.ID)
	}
	t.Version++
	return t, err
}

// move takes the coins out of their hold. One entry decides that, whoever makes it: they leave, and then arrive, or come
// back if there is no room for them; or they do not leave, because the hold has ended, and nothing has happened.
func (s *Service) move(ctx context.Context, t Transfer, at time.Time) (State, error) {
	p := s.Book.At(at)
	out, in := t.kinds()
	sent, received := "coins.sent", "coins.received"
	if t.Converts() {
		sent, received = "coins.converted", "coins.converted"
	}
	left, err := s.Wallets.Do(ctx, t.From, wallet.Command{Op: t.Out(), At: at, Programme: p.Version,
		Decide: func(_ context.Context, head wallet.Entry) (wallet.Posting, error) {
			if _, open := head.State.Open(t.Hold); !open {
				return wallet.Posting{Kind: wallet.Decline, Ref: t.ID, Title: "hold.lapsed", Actor: "system"}, nil
			}
			return wallet.Posting{Kind: out, Of: t.Hold, Coins: t.Coins, Ref: t.ID, Title: sent, Actor: "member"}, nil
		},
	})
	if err != nil {
		return t.State, err
	}
	if left.Entry.Kind == wallet.Decline {
		return Expired, nil
	}
	arrived, err := s.post(ctx, t.To, wallet.Posting{
		Op: t.In(), Kind: in, Coins: t.Arrives, Parts: wallet.Convert(left.Entry.Parts, t.Arrives), Title: received,
		Ref: t.ID, Programme: p.Version, At: at, Actor: "member",
	})
	if err != nil {
		return t.State, err
	}
	if arrived.Kind != wallet.Decline {
		return Done, nil
	}
	_, err = s.post(ctx, t.From, wallet.Posting{
		Op: t.Back(), Kind: in, Coins: t.Coins, Parts: left.Entry.Parts, OwnSeq: left.Entry.Seq, Title: "coins.came_back",
		Ref: t.ID, Programme: p.Version, At: at, Actor: "system",
	})
	return Declined, err
}

func (s *Service) post(ctx context.Context, id wallet.ID, p wallet.Posting) (wallet.Entry, error) {
	done, err := s.Wallets.Post(ctx, id, []wallet.Posting{p})
	return done[p.Op], err
}

func (s *Service) byID(ctx context.Context, id string) (Transfer, error) {
	found, err := s.Store.ByIDs(ctx, []string{id})
	return found[id], err
}

// Sweep finishes at most n transfers that somebody left.
func (s *Service) Sweep(ctx context.Context, at time.Time, n int) error {
	left, err := s.Store.Unfinished(ctx, n)
	for _, t := range left {
		_, wrong := s.finish(ctx, t, at)
		err = errors.Join(err, wrong)
	}
	return err
}
