// Package merge moves the coins of one wallet to another when two accounts of one person become one, and gives them back.
// The two ledgers are all that it keeps: each step is an entry with an op of its own, so that anybody may do any of it
// again at any time, and whoever is killed on it leaves it to be finished. It knows no members: who may merge what is
// asked elsewhere.
package merge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

// Codes of refusals that are made here.
const (
	NoRoom = "WALLET_FULL" // the coins do not fit into the wallet that they go to
	Spent  = "COINS_SPENT" // what came is not all there any more, and so cannot be given back
	Same   = "SAME_WALLET" // nothing moves from a wallet to itself
)

// lives is how long coins wait for a move that somebody left half done. When it is over they are free again, and the next
// who looks begins anew.
const lives = 10 * time.Minute

// rounds bounds how often coins follow a merge, so that a damaged ledger hangs nobody.
const rounds = 1000

// Move names the coins that move: all of one wallet's, to another of the same currency.
type Move struct {
	ID        string // of the merge
	From, To  wallet.ID
	At        time.Time
	Programme string // version in force
}

// errEmpty says that the wallet was emptied after somebody looked.
var errEmpty = errors.New("merge: nothing is free")

// op is the name of a step of a round.
func (m Move) op(round int, step string) string {
	return fmt.Sprintf("merge:%s:%d:%s", m.ID, round, step)
}

// undo is the name of a step of the giving back.
func (m Move) undo(step string) string { return fmt.Sprintf("merge:%s:undo:%s", m.ID, step) }

// Service moves coins.
type Service struct {
	Wallets *wallet.Service
}

// Bring moves all coins that are free, and may be asked again whenever more may have come: each time is a round. After an
// undo it moves nothing. What is held or promised stays until it is free. Coins that do not fit stay where they are, and it
// is refused.
func (s *Service) Bring(ctx context.Context, m Move) error {
	if m.From == m.To {
		return fault.Refuse(Same, "", "both accounts have one wallet")
	}
	for round := range rounds {
		held, made, err := s.made(ctx, m.From, m.op(round, "hold"))
		if err != nil {
			return err
		}
		if !made {
			if held, made, err = s.begin(ctx, m, round); err != nil || !made {
				return err
			}
		}
		if held.Kind == wallet.Decline { // it is undone: see close
			return nil
		}
		if _, err := s.finish(ctx, m, round, held); err != nil {
			return err
		}
	}
	return fault.New(fault.Internal, "merge %s has more than %d rounds", m.ID, rounds)
}

// begin sets aside what is free, if anything is.
func (s *Service) begin(ctx context.Context, m Move, round int) (wallet.Entry, bool, error) {
	heads, err := s.Wallets.Store.Heads(ctx, []wallet.ID{m.From, m.To})
	if err != nil {
		return wallet.Entry{}, false, err
	}
	if heads[m.From].State.At(m.At).Available() == 0 {
		return wallet.Entry{}, false, nil
	}
	to := heads[m.To].State.At(m.At)
	done, err := s.Wallets.Do(ctx, m.From, wallet.Command{Op: m.op(round, "hold"), At: m.At, Programme: m.Programme,
		Decide: func(_ context.Context, head wallet.Entry) (wallet.Posting, error) {
			n := head.State.Available()
			switch {
			case n == 0:
				return wallet.Posting{}, errEmpty
			case !to.Takes(n, s.Wallets.MostOf(m.To)):
				return wallet.Posting{}, fault.Refuse(NoRoom, "", "the wallet that stays has no room for %d coins", n)
			}
			return wallet.Posting{Kind: wallet.SetAside, Coins: n, Until: m.At.Add(lives), Purpose: "MERGE", Ref: m.ID, Title: "hold.transfer", Actor: "member"}, nil
		}})
	if errors.Is(err, errEmpty) {
		return wallet.Entry{}, false, nil
	}
	return done.Entry, err == nil, err
}

// finish takes a round's coins out of their hold and puts them where they go, or back where there is no room for them. It
// gives what arrived.
func (s *Service) finish(ctx context.Context, m Move, round int, held wallet.Entry) (wallet.Entry, error) {
	out, err := s.leave(ctx, m, m.From, held, m.op(round, "out"))
	if err != nil || out.Kind == wallet.Decline {
		return wallet.Entry{}, err
	}
	in, err := s.arrive(ctx, m, m.To, out, m.op(round, "in"), 0)
	if err != nil || in.Kind != wallet.Decline {
		return in, err
	}
	if _, err = s.arrive(ctx, m, m.From, out, m.op(round, "back"), out.Seq); err == nil {
		err = fault.Refuse(NoRoom, "", "the wallet that stays has no room for %d coins", -out.Amount)
	}
	return wallet.Entry{}, err
}

// leave ends a hold whose coins go, or writes down for ever that they did not, because it had ended by itself.
func (s *Service) leave(ctx context.Context, m Move, id wallet.ID, held wallet.Entry, op string) (wallet.Entry, error) {
	done, err := s.Wallets.Do(ctx, id, wallet.Command{Op: op, At: m.At, Programme: m.Programme,
		Decide: func(_ context.Context, head wallet.Entry) (wallet.Posting, error) {
			h, open := head.State.Open(held.Seq)
			if !open {
				return wallet.Posting{Kind: wallet.Decline, Ref: m.ID, Title: "hold.lapsed", Actor: "system"}, nil
			}
			return wallet.Posting{Kind: wallet.Send, Of: h.Seq, Coins: h.Coins, Ref: m.ID, Title: "coins.sent", Actor: "member"}, nil
		}})
	return done.Entry, err
}

// arrive puts in what an entry of the other ledger took out. Own is where it left, for what comes back there.
func (s *Service) arrive(ctx context.Context, m Move, id wallet.ID, out wallet.Entry, op string, own int64) (wallet.Entry, error) {
	title := "coins.received"
	if own != 0 {
		title = "coins.came_back"
	}
	done, err := s.Wallets.Post(ctx, id, []wallet.Posting{{
		Op: op, Kind: wallet.Receive, Coins: -out.Amount, Parts: out.Parts, OwnSeq: own, Title: title, Ref: m.ID,
		Programme: m.Programme, At: m.At, Actor: "member",
	}})
	return done[op], err
}

// made finds the entry of a step.
func (s *Service) made(ctx context.Context, id wallet.ID, op string) (wallet.Entry, bool, error) {
	found, err := s.Wallets.Store.ByOps(ctx, id, []string{op})
	e, there := found[op]
	return e, there, err
}
