package wallet

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"time"

	"membergate/internal/fault"
)

// Service reads and writes ledgers.
type Service struct {
	Store Store
	Most  Coins            // most coins a wallet holds
	Now   func() time.Time // real time, for RecordedAt
	// Mosts gives the most of wallets of another currency than the programme's own; nil where there are none.
	Mosts func(currency string) Coins
	Grace int64 // hours that coins live longer which died while they were not their member's; 0 = Grace

	lanes lanes
}

// MostOf is the most that a wallet holds.
func (s *Service) MostOf(id ID) Coins {
	if currency := id.Currency(); currency != "" && s.Mosts != nil {
		return s.Mosts(currency)
	}
	return s.Most
}

// NewID makes the random pseudonym of a wallet.
func NewID() ID {
	b := make([]byte, 16)
	_, _ = cryptorand.Read(b) // it never fails
	return ID("w_" + hex.EncodeToString(b))
}

// tries bounds how often a write that loses a race is built anew. With n writers at one wallet each round has a
// winner, so this is the number of writers that one wallet bears at once.
const tries = 256

// Post does postings to a wallet in their order and gives the entry of each, by op. A posting that was done before
// is not done again: its entry is given as it stands. One of a hold that has ended, if it says that it may, does nothing
// and has no entry.
func (s *Service) Post(ctx context.Context, id ID, postings []Posting) (map[string]Entry, error) {
	return s.PostBehind(ctx, id, nil, postings)
}

// Head gives a wallet's newest entry; one of sequence 0 stands for a wallet that has none.
func (s *Service) Head(ctx context.Context, id ID) (Entry, error) {
	heads, err := s.Store.Heads(ctx, []ID{id})
	return head(heads, id), err
}

// PostBehind is Post by somebody who has seen the wallet's newest entry, or nil. It may be the newest no more: its
// next place is taken then, and the ledger is read.
func (s *Service) PostBehind(ctx context.Context, id ID, seen *Entry, postings []Posting) (map[string]Entry, error) {
	defer s.lanes.take(id)()
	done := make(map[string]Entry, len(postings))
	if len(postings) == 0 {
		return done, nil
	}
	looked := false
	for try := range tries {
		if seen == nil {
			at, err := s.Head(ctx, id)
			if err != nil {
				return nil, err
			}
			seen = &at
		}
		entries, err := s.build(*seen, postings, done)
		seen = nil
		if err != nil && !looked {
			// What is refused now may have been done before: a spending that is sent again finds its coins spent.
			looked = true
			if err := s.find(ctx, id, postings, done); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return done, nil
		}
		err = s.Store.Append(ctx, entries)
		if err == nil {
			for _, e := range entries {
				done[e.Op] = e
			}
			return done, nil
		}
		if !errors.Is(err, ErrTaken) {
			return nil, err
		}
		if err := s.find(ctx, id, postings, done); err != nil {
			return nil, err
		}
		if try > 2 { // several writers at one wallet: let them spread
			if err := pause(ctx, try); err != nil {
				return nil, err
			}
		}
	}
	return nil, fault.New(fault.Unavailable, "the wallet is being written by too many at once")
}

// build makes the entries of all postings that are not done yet, each with the expiries that come before it.
func (s *Service) build(at Entry, postings []Posting, done map[string]Entry) ([]Entry, error) {
	var out []Entry
	for _, p := range postings {
		if _, ok := done[p.Op]; ok {
			continue
		}
		var err error
		if out, at, err = s.settle(at, p.At, p.Programme, out); err != nil {
			return nil, err
		}
		if p.OwnOp != "" && p.OwnSeq == 0 {
			p.OwnSeq = seqOf(p.OwnOp, out, done)
		}
		p.Grace = cmp.Or(p.Grace, s.Grace)
		e, err := p.Next(at, s.MostOf(at.Wallet), s.Now().UTC())
		if p.IfOpen && ended(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out, at = append(out, e), e
	}
	return out, nil
}

// ended tells whether a posting was refused because its hold is not open any more. It never will be again.
func ended(err error) bool {
	var r *fault.Refusal
	return errors.As(err, &r) && r.Code == HoldEnded
}

// settle adds the entries of all that became due by t. In a damaged state, in which what is due cannot happen, it
// refuses to write anything, or it would write for ever.
func (s *Service) settle(at Entry, t time.Time, programme string, out []Entry) ([]Entry, Entry, error) {
	var last due
	for {
		d, ok := at.State.due(t)
		if !ok {
			return out, at, nil
		}
		if d == last {
			return nil, at, fault.New(fault.Internal, "wallet %s is damaged: after entry %d something is due at %s (%s) that cannot happen",
				at.Wallet, at.Seq-1, d.at.UTC().Format(time.RFC3339), d.kind)
		}
		e, _ := Expiry(at, t, s.Now().UTC(), programme)
		out, at, last = append(out, e), e, d
	}
}

func seqOf(op string, out []Entry, done map[string]Entry) int64 {
	for _, e := range out {
		if e.Op == op {
			return e.Seq
		}
	}
	return done[op].Seq
}

func (s *Service) find(ctx context.Context, id ID, postings []Posting, done map[string]Entry) error {
	var ops []string
	for _, p := range postings {
		if _, ok := done[p.Op]; !ok {
			ops = append(ops, p.Op)
		}
	}
	found, err := s.Store.ByOps(ctx, id, ops)
	if err != nil {
		return err
	}
	for op, e := range found {
		done[op] = e
	}
	return nil
}

func head(heads map[ID]Entry, id ID) Entry {
	if e, ok := heads[id]; ok {
		return e
	}
	return Entry{Wallet: id}
}

// pause waits a random while of up to try milliseconds, or until the context ends.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(try+1)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
