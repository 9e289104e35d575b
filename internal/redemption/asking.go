package redemption

import (
	"context"
	"errors"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

// A redemption that needs a yes goes on in this way: its coins are held for minutes, as all are; it is written down; the
// stock decides; the hold becomes one that lasts until the family must have answered, and some minutes more; the family
// is asked. From then on the family's own compare-and-swap decides, once, and what follows its word is the spending, or
// the way back of coins and stock. Killed between any two, whoever touches it next goes on.

// Families ask those who may say yes.
type Families interface {
	// Ask puts a wish before the family of who has it, once, and tells what has become of it and of which family it is.
	Ask(ctx context.Context, w family.Wish) (family.ID, family.Approval, error)
	// Withdraw takes a request back, which has ended then, in this way or another.
	Withdraw(ctx context.Context, of family.ID, id string, now time.Time) (family.Approval, error)
}

// request is what a redemption asks a family. Nobody says yes to a seat in a slot that has begun.
func request(p *programme.Programme, r Redemption, by member.ID, slot *reward.Slot) Request {
	out := Request{ID: "fa_" + wallet.Fingerprint(r.ID), By: by, AnswerBy: r.CreatedAt}
	if p.Family != nil {
		out.AnswerBy = r.CreatedAt.Add(time.Duration(p.Family.ApprovalHours) * time.Hour)
	}
	if slot != nil && slot.Start.Before(out.AnswerBy) {
		out.AnswerBy = slot.Start
	}
	return out
}

// ask lets the stock decide, lengthens the hold and asks the family.
func (s *Service) ask(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	left, err := s.take(ctx, r)
	if err != nil {
		return r, err
	}
	if !left {
		return s.close(ctx, r, Rejected, at)
	}
	held := at.Before(r.Request.AnswerBy)
	if held {
		held, err = s.lengthen(ctx, &r, at)
	}
	if err != nil {
		return r, err
	}
	if !held {
		return s.close(ctx, r, Expired, at)
	}
	of, a, err := s.Families.Ask(ctx, family.Wish{
		ID: r.Request.ID, By: r.Request.By, Redemption: r.ID, Coins: r.Cost, At: at, Until: r.Request.AnswerBy,
	})
	if err != nil {
		return r, err
	}
	if r.Request.Family = of; a.State != family.Undecided {
		return s.heard(ctx, r, a.State, a.DecidedAt)
	}
	hold := r.Hold
	r.State, r.Unfinished = Awaiting, false
	if r, err = s.keep(ctx, r); err == nil && r.Dead() { // somebody else found the coins gone, before they were here again
		r.Hold = hold
		_, err = s.settle(ctx, r, 0, at)
	}
	return r, err
}

// lengthen makes the hold of some minutes one that lasts until the family must have answered, and as many minutes more for
// what follows. False if it was over before.
func (s *Service) lengthen(ctx context.Context, r *Redemption, at time.Time) (bool, error) {
	p := s.Book.At(r.CreatedAt)
	terms, _ := p.Burning(programme.Item)
	made, err := s.Wallets.Post(ctx, r.Wallet, []wallet.Posting{
		{Op: r.ID + ":short", Kind: wallet.Release, Of: r.Hold, Title: "hold.released", Ref: r.ID, Programme: p.Version, At: at, Actor: "member"},
		{Op: r.ID + ":long", Kind: wallet.SetAside, Coins: r.Cost, Until: r.Request.AnswerBy.Add(time.Duration(terms.HoldMinutes) * time.Minute),
			Purpose: purpose, Ref: r.ID, About: about(r.Reward, r.Slot, r.Quantity, true), Title: "hold.reward", Programme: p.Version, At: at, Actor: "member"},
	})
	if refused := new(fault.Refusal); errors.As(err, &refused) {
		return false, nil // it had ended by itself, or the coins went elsewhere while a killed process had let them go
	}
	if err != nil {
		return false, err
	}
	r.Hold = made[r.ID+":long"].Seq
	return true, nil
}

// heard does what follows a family's word.
func (s *Service) heard(ctx context.Context, r Redemption, word family.Decision, at time.Time) (Redemption, error) {
	switch word {
	case family.Approved:
		slot, err := s.slot(ctx, r)
		if err != nil {
			return r, err
		}
		spent, err := s.settle(ctx, r, wallet.All, at)
		if err != nil {
			return r, err
		}
		if !spent {
			return s.close(ctx, r, Expired, at)
		}
		r = r.paid(s.Book.At(at), at, slot)
		r.State, r.Unfinished = Reserved, false
		return s.keep(ctx, r)
	case family.Declined:
		return s.close(ctx, r, Declined, at)
	case family.Withdrawn:
		return s.close(ctx, r, Cancelled, at)
	default:
		return s.close(ctx, r, Expired, at)
	}
}

// close lets the coins go and gives the place back to the stock, of a redemption that comes to nothing.
func (s *Service) close(ctx context.Context, r Redemption, to State, at time.Time) (Redemption, error) {
	if long, found, err := s.Wallets.Made(ctx, r.Wallet, r.ID+":long", ""); err != nil {
		return r, err
	} else if found {
		r.Hold = long.Seq
	}
	if _, err := s.settle(ctx, r, 0, at); err != nil {
		return r, err
	}
	if to != Rejected {
		if err := s.putBack(ctx, r); err != nil {
			return r, err
		}
	}
	r.State, r.EndedAt, r.Unfinished = to, at, false
	return s.keep(ctx, r)
}

// keep writes down what a redemption has become. If somebody else did before, it is what they wrote.
func (s *Service) keep(ctx context.Context, r Redemption) (Redemption, error) {
	err := s.Store.Save(ctx, r)
	if errors.Is(err, ErrStale) {
		r, _, err = s.Store.ByID(ctx, r.ID)
		return r, err
	}
	r.Version++
	return r, err
}

// settle spends the coins of a redemption's hold, or none of them; false if the hold had ended in another way.
func (s *Service) settle(ctx context.Context, r Redemption, coins wallet.Coins, at time.Time) (bool, error) {
	op := r.ID + ":spend"
	if coins == 0 {
		op = r.ID + ":void"
	}
	end := wallet.End{Hold: r.Hold, Purpose: purpose, Coins: coins}
	_, _, err := s.Wallets.Settle(ctx, r.Wallet, end, wallet.Command{Op: op, At: at, Programme: s.Book.At(at).Version})
	if refused := new(fault.Refusal); errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// withdraw takes the request of a waiting redemption back, and gives the redemption as it is then.
func (s *Service) withdraw(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	if _, err := s.Families.Withdraw(ctx, r.Request.Family, r.Request.ID, at); err != nil {
		return r, err
	}
	r, _, err := s.Store.ByID(ctx, r.ID)
	return r, err
}

// Follow implements family.Spending.
func (s *Service) Follow(ctx context.Context, redemption string, word family.Decision, at time.Time) (family.Decision, error) {
	for range changes {
		r, known, err := s.Store.ByID(ctx, redemption)
		if err != nil {
			return word, err
		}
		switch {
		case !known:
			return word, fault.New(fault.Internal, "a family has decided about the redemption %s, which is not there", redemption)
		case r.Draw != nil && (r.State == Opening || r.State == Awaiting):
			r, err = s.heardOfDraw(ctx, r, word, at)
		case r.State == Opening: // who asked the family was killed before it was written down
			r, err = s.ask(ctx, r, at)
		case r.State == Awaiting:
			r, err = s.heard(ctx, r, word, at)
		}
		switch {
		case err != nil:
			return word, err
		case r.State == Opening || r.State == Awaiting:
			continue // somebody else has written something down meanwhile
		case r.Dead() && word == family.Approved:
			return family.Lapsed, nil
		default:
			return word, nil
		}
	}
	return word, busy()
}
