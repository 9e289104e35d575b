package merge

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// Undo gives back what came, each coin with the expiry that it had. It is all or nothing: what was spent since cannot be
// given back, and then it is refused. Coins that died since are gone as they would have been. Once it is done no more
// coins follow the merge.
func (s *Service) Undo(ctx context.Context, m Move) error {
	held, made, err := s.made(ctx, m.To, m.undo("hold"))
	if err != nil {
		return err
	}
	if !made {
		if held, err = s.reclaim(ctx, m); err != nil {
			return err
		}
	}
	if held.Kind == wallet.Decline { // nothing had come
		return nil
	}
	out, err := s.leave(ctx, m, m.To, held, m.undo("out"))
	if err != nil || out.Kind == wallet.Decline {
		return err
	}
	_, first, err := s.sent(ctx, m)
	if err == nil {
		_, err = s.arrive(ctx, m, m.From, out, m.undo("in"), first)
	}
	return err
}

// reclaim closes the merge and sets aside, where the coins went, all that came. It looks before it closes, so that a
// refusal leaves the merge as it was unless somebody spends between the two.
func (s *Service) reclaim(ctx context.Context, m Move) (wallet.Entry, error) {
	came, _, err := s.sent(ctx, m)
	if err != nil {
		return wallet.Entry{}, err
	}
	head, err := s.Wallets.Head(ctx, m.To)
	if err != nil {
		return wallet.Entry{}, err
	}
	if !covers(head.State.At(m.At), alive(came, m.At)) {
		return wallet.Entry{}, spent()
	}
	if err := s.close(ctx, m); err != nil {
		return wallet.Entry{}, err
	}
	if came, _, err = s.sent(ctx, m); err != nil {
		return wallet.Entry{}, err
	}
	done, err := s.Wallets.Do(ctx, m.To, wallet.Command{Op: m.undo("hold"), At: m.At, Programme: m.Programme,
		Decide: func(_ context.Context, head wallet.Entry) (wallet.Posting, error) {
			parts := alive(came, m.At)
			switch {
			case len(parts) == 0:
				return wallet.Posting{Kind: wallet.Decline, Ref: m.ID, Title: "hold.lapsed", Actor: "system"}, nil
			case !covers(head.State, parts):
				return wallet.Posting{}, spent()
			}
			return wallet.Posting{
				Kind: wallet.SetAside, Coins: total(parts), Parts: parts, Until: never, Purpose: "MERGE", Ref: m.ID, Title: "hold.transfer", Actor: "member",
			}, nil
		}})
	return done.Entry, err
}

// never is when the hold of an undo ends by itself: it is decided, and is finished whoever does it.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// close takes the place of the next round, for ever. A round that took it first is finished, and the one behind it tried.
func (s *Service) close(ctx context.Context, m Move) error {
	for round := range rounds {
		done, err := s.Wallets.Do(ctx, m.From, wallet.Command{Op: m.op(round, "hold"), At: m.At, Programme: m.Programme,
			Decide: func(context.Context, wallet.Entry) (wallet.Posting, error) {
				return wallet.Posting{Kind: wallet.Decline, Ref: m.ID, Title: "hold.lapsed", Actor: "system"}, nil
			}})
		if err != nil || done.Entry.Kind == wallet.Decline {
			return err
		}
		var r *fault.Refusal
		if _, err := s.finish(ctx, m, round, done.Entry); err != nil && !errors.As(err, &r) { // refused: the coins are back
			return err
		}
	}
	return fault.New(fault.Internal, "merge %s has more than %d rounds", m.ID, rounds)
}

// sent gives what arrived in all rounds, by lot, and where the first of it left.
func (s *Service) sent(ctx context.Context, m Move) (parts []wallet.Share, first int64, err error) {
	for round := range rounds {
		held, made, err := s.made(ctx, m.From, m.op(round, "hold"))
		if err != nil || !made || held.Kind == wallet.Decline {
			return parts, first, err
		}
		in, _, err := s.made(ctx, m.To, m.op(round, "in"))
		if err != nil {
			return nil, 0, err
		}
		if in.Kind == wallet.Receive {
			parts = append(parts, in.Parts...)
			if first == 0 {
				first = held.Seq
			}
		}
	}
	return nil, 0, fault.New(fault.Internal, "merge %s has more than %d rounds", m.ID, rounds)
}

// alive gives the parts that are not dead at a moment, one for each lot, in the order of lots.
func alive(parts []wallet.Share, at time.Time) (out []wallet.Share) {
	for _, part := range parts {
		if !part.Expires.IsZero() && !part.Expires.After(at) {
			continue
		}
		if i := slices.IndexFunc(out, func(o wallet.Share) bool { return o.Expires.Equal(part.Expires) }); i >= 0 {
			out[i].Coins += part.Coins
		} else {
			out = append(out, part)
		}
	}
	return out
}

// covers tells whether each part is free in its lot.
func covers(s wallet.State, parts []wallet.Share) bool {
	return !slices.ContainsFunc(parts, func(part wallet.Share) bool {
		return !slices.ContainsFunc(s.Lots, func(l wallet.Lot) bool { return l.Expires.Equal(part.Expires) && l.Free >= part.Coins })
	})
}

func total(parts []wallet.Share) (n wallet.Coins) {
	for _, part := range parts {
		n += part.Coins
	}
	return n
}

func spent() error {
	return fault.Refuse(Spent, "", "coins that came from the other account were spent since, so that they cannot be given back")
}
