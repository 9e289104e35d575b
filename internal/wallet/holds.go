package wallet

import (
	"context"
	"time"

	"membergate/internal/fault"
)

// HoldState is how far a hold has come.
type HoldState string

// The states of holds.
const (
	Held     HoldState = "HELD"
	Captured HoldState = "CAPTURED" // the whole or a part was spent
	Released HoldState = "RELEASED"
	Lapsed   HoldState = "EXPIRED" // it ended by itself
)

// HoldView is a hold as it stands, open or ended.
type HoldView struct {
	Hold
	State    HoldState
	Captured Coins // what was spent of it
}

// Hold sets coins aside. Decide makes a posting of kind HOLD.
func (s *Service) Hold(ctx context.Context, id ID, c Command) (HoldView, bool, error) {
	done, err := s.Do(ctx, id, c)
	if err != nil {
		return HoldView{}, false, err
	}
	if done.Replayed {
		v, err := s.View(ctx, id, done.Entry, c.At)
		return v, true, err
	}
	h, _ := done.Entry.State.Open(done.Entry.Seq)
	return HoldView{Hold: h, State: Held}, false, nil
}

// All coins of a hold, however many they are.
const All Coins = -1

// End says how a hold is to end.
type End struct {
	Hold    int64                   // sequence of the entry that made it
	Coins   Coins                   // to spend of it, the rest is let go; All = the whole, 0 = none
	Purpose string                  // that the hold must have: nobody settles what another door set aside
	Fen     func(Hold, Coins) int64 // what coins of it are worth, for the entry; nil = not said
}

// Settle ends a hold. The command's Decide is not asked.
func (s *Service) Settle(ctx context.Context, id ID, end End, c Command) (HoldView, bool, error) {
	var ended Hold
	seq := end.Hold
	c.Decide = func(ctx context.Context, at Entry) (Posting, error) {
		h, open := at.State.Open(seq)
		if open && h.Purpose != end.Purpose {
			return Posting{}, unknownHold()
		}
		if !open {
			return Posting{}, s.whyNot(ctx, id, end, c.At)
		}
		ended = h
		p := Posting{Kind: Spend, Of: seq, Coins: end.Coins, Title: "coins.spent", Actor: "member"}
		switch end.Coins {
		case 0:
			return Posting{Kind: Release, Of: seq, Title: "hold.released", Actor: "member"}, nil
		case All:
			p.Coins = h.Coins
		}
		if end.Fen != nil {
			p.Fen = end.Fen(h, p.Coins)
		}
		return p, nil
	}
	done, err := s.Do(ctx, id, c)
	if err != nil {
		return HoldView{}, false, err
	}
	if done.Replayed {
		made, err := s.made(ctx, id, seq)
		if err != nil {
			return HoldView{}, true, err
		}
		ended, _ = made.State.Open(seq)
	}
	return endedBy(ended, done.Entry), done.Replayed, nil
}

// Find gives a hold by its sequence, and false if there never was one.
func (s *Service) Find(ctx context.Context, id ID, seq int64, now time.Time) (HoldView, bool, error) {
	made, err := s.made(ctx, id, seq)
	if err != nil || made.Kind != SetAside {
		return HoldView{}, false, err
	}
	v, err := s.View(ctx, id, made, now)
	return v, err == nil, err
}

// viewPage is how many entries behind a hold are read at once: its end is nearly always among them.
const viewPage = 20

// View tells how the hold that an entry made stands now. How it ended stands in the next few entries: a hold that is
// over is ended by the first thing that is written after.
func (s *Service) View(ctx context.Context, id ID, made Entry, now time.Time) (HoldView, error) {
	h, _ := made.State.Open(made.Seq)
	for at := made.Seq; ; {
		page, err := s.Store.Chain(ctx, id, at, viewPage)
		if err != nil {
			return HoldView{}, err
		}
		for _, e := range page {
			if e.Of == made.Seq {
				return endedBy(h, e), nil
			}
			at = e.Seq
		}
		if len(page) < viewPage {
			break
		}
	}
	if !h.Until.After(now) {
		return HoldView{Hold: h, State: Lapsed}, nil
	}
	return HoldView{Hold: h, State: Held}, nil
}

func endedBy(h Hold, e Entry) HoldView {
	switch {
	case e.Kind == Spend:
		return HoldView{Hold: h, State: Captured, Captured: e.Claim}
	case e.Title == lapsed:
		return HoldView{Hold: h, State: Lapsed}
	default:
		return HoldView{Hold: h, State: Released}
	}
}

func (s *Service) made(ctx context.Context, id ID, seq int64) (Entry, error) {
	found, err := s.Store.BySeqs(ctx, id, []int64{seq})
	return found[seq], err
}

// whyNot says why a hold cannot be settled: there never was one, its time is over, or it has ended.
func (s *Service) whyNot(ctx context.Context, id ID, end End, now time.Time) error {
	v, known, err := s.Find(ctx, id, end.Hold, now)
	switch {
	case err != nil:
		return err
	case !known || v.Purpose != end.Purpose:
		return unknownHold()
	case v.State == Lapsed:
		return fault.Refuse(HoldExpired, "holdId", "the hold ended at %s", v.Until.UTC().Format(time.RFC3339))
	default:
		return fault.Refuse(HoldEnded, "holdId", "the hold has ended already")
	}
}

func unknownHold() error {
	return fault.Refuse(HoldUnknown, "holdId", "holdId names no hold that is known")
}
