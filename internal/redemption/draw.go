package redemption

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Common is how a family is to pay.
type Common struct {
	Asked map[member.ID]wallet.Coins // from whom how much, where the programme lets spenders say so; else nil
}

// Pool knows what families give, and refuses what they do not.
type Pool interface {
	// PlanDraw divides a bill among a family by its rules, and writes nothing.
	PlanDraw(ctx context.Context, b family.Bill) (family.Plan, error)
	// MayDraw tells whether the spender may still spend so many coins, by the spender's newest entry.
	MayDraw(ctx context.Context, plan family.Plan, head wallet.Entry, coins wallet.Coins, at time.Time) error
	// Gives tells whether somebody still gives what a plan says, by the giver's newest entry.
	Gives(ctx context.Context, plan family.Plan, gift family.Gift, head wallet.Entry, at time.Time) error
	// Stands tells whether everybody of a plan is still in the family and shares.
	Stands(ctx context.Context, plan family.Plan, at time.Time) error
}

// Draw is how a family pays for a redemption.
type Draw struct {
	family.Plan
	Op    string    // of the entry with which it begins in the spender's ledger
	Input string    // fingerprint of what the app asked for
	Until time.Time // exclusive: what is not decided by then is undone
	Holds []int64   // sequences of the entries that hold the gifts, in their order; nil before it is decided
}

// OwnCoins is what of the cost comes out of the redemption's own wallet.
func (r Redemption) OwnCoins() wallet.Coins {
	if r.Draw == nil {
		return r.Cost
	}
	for _, g := range r.Draw.Gifts {
		if g.Wallet == r.Wallet {
			return g.Coins
		}
	}
	return 0
}

// plans bounds how often one wish is planned again because somebody else took coins that it was to have. Each time
// somebody got them, or gives them back and plans again.
const plans = 100

// draw gets a reward for a family's coins, and tells whether an earlier sending did. The way of a draw: who gives how much
// is written down; the spender's ledger says that it begins, if right and limit allow; each wallet holds its gift; the
// stock gives its place; one compare-and-swap decides; each hold is captured, or let go. What was written down for a draw
// that did not come about stays dead, and the wish is planned anew.
func (s *Service) draw(ctx context.Context, id wallet.ID, a Ask, key string) (Redemption, bool, error) {
	input := wallet.Fingerprint(a.Reward, a.Quantity, a.Expected, a.Slot, "FAMILY", a.Family.Asked)
	for n, planned := 0, 0; n < attempts && planned < plans; n++ {
		op := key
		if n > 0 {
			op = fmt.Sprintf("%s %d", key, n) // a space: no key has one
		}
		if _, _, err := s.Wallets.Made(ctx, id, op, input); err != nil {
			return Redemption{}, false, err
		}
		rid := "redemption:" + wallet.Fingerprint(id, op, "FAMILY")
		r, known, err := s.Store.ByID(ctx, rid)
		if err != nil {
			return Redemption{}, false, err
		}
		if !known {
			planned++
			if r, known, err = s.plan(ctx, id, a, Draw{Op: op, Input: input}, rid); err != nil {
				return Redemption{}, false, err
			}
		}
		if r.Draw.Input != input {
			return Redemption{}, false, fault.Refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
		}
		if r, err = s.finish(ctx, r, a.At); err != nil {
			return Redemption{}, false, err
		}
		switch {
		case r.State == Rejected && !known:
			return r, false, outOfStock()
		case !r.again():
			return r, known, nil
		}
		if _, _, err := s.Wallets.Made(ctx, id, op, input); err != nil { // the key was used for something else at the same moment
			return Redemption{}, false, err
		}
		if r.State == Undone && planned > 0 {
			if err := spread(ctx, planned); err != nil {
				return Redemption{}, false, err
			}
		}
	}
	return Redemption{}, false, busy()
}

// spread waits a random while, longer each time, so that draws that took coins from each other do not meet again.
func spread(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(2*try+1)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// plan writes down who gives how much, if the reward is to be had, or gives what somebody else wrote and tells so.
func (s *Service) plan(ctx context.Context, id wallet.ID, a Ask, d Draw, rid string) (Redemption, bool, error) {
	o, err := s.offer(ctx, a)
	if err != nil {
		return Redemption{}, false, err
	}
	head, err := s.Wallets.Head(ctx, id)
	if err == nil {
		err = s.within(ctx, id, head.State.At(a.At), o.reward, a.Quantity, rid)
	}
	if err != nil {
		return Redemption{}, false, err
	}
	d.Plan, err = s.Pool.PlanDraw(ctx, family.Bill{Spender: a.Member, Coins: o.cost, Asked: a.Family.Asked, At: a.At})
	if err != nil {
		return Redemption{}, false, err
	}
	if d.Asking && s.Families == nil {
		return Redemption{}, false, fault.Refuse(family.NeedsYes, "fundFrom", "%d coins are spent with somebody's yes", o.cost)
	}
	d.Until = a.At.Add(o.lives)
	return s.open(ctx, Redemption{
		ID: rid, Wallet: id, Reward: a.Reward, Slot: a.Slot, Quantity: a.Quantity, Cost: o.cost, Draw: &d,
		State: Opening, Unfinished: true, CreatedAt: a.At.UTC().Truncate(time.Millisecond), Version: 1,
	}, a.Member, d.Asking)
}

// begun leaves out draws that are planned and have not begun in the spender's ledger: which of several that are begins
// first is decided there.
func (s *Service) begun(ctx context.Context, id wallet.ID, all []Redemption) ([]Redemption, error) {
	var ops []string
	for _, r := range all {
		if r.Draw != nil && r.State == Opening {
			ops = append(ops, r.Draw.Op)
		}
	}
	if len(ops) == 0 {
		return all, nil
	}
	made, err := s.Wallets.Store.ByOps(ctx, id, ops)
	var out []Redemption
	for _, r := range all {
		if r.Draw == nil || r.State != Opening || family.Begins(made[r.Draw.Op]) {
			out = append(out, r)
		}
	}
	return out, err
}

// judge decides a draw, once, and then does what was decided, or asks for the yes that it needs. What a rule refuses now,
// or was not decided in time, comes to nothing.
func (s *Service) judge(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	state, holds, err := s.verdict(ctx, r, at)
	if err != nil {
		return r, err
	}
	d := *r.Draw
	d.Holds = holds
	r.Draw = &d
	if r.Request.ID != "" {
		return s.askForDraw(ctx, r, state, at)
	}
	r.State = state
	return s.decided(ctx, r, at)
}

// decided writes down what was decided about a draw, unless somebody else did before, and does it.
func (s *Service) decided(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	r, err := s.keep(ctx, r)
	if err != nil {
		return r, err
	}
	return s.finish(ctx, r, at)
}

// askForDraw asks the family for the yes that a draw needs, when everything is held.
func (s *Service) askForDraw(ctx context.Context, r Redemption, state State, at time.Time) (Redemption, error) {
	if state == Reserved && at.Before(r.Request.AnswerBy) {
		wish := family.Wish{ID: r.Request.ID, By: r.Request.By, Redemption: r.ID, Coins: r.Cost, At: at, Until: r.Request.AnswerBy}
		for _, g := range r.Draw.Gifts {
			wish.Givers = append(wish.Givers, g.Person)
		}
		of, a, err := s.Families.Ask(ctx, wish)
		switch {
		case err != nil:
			return r, err
		case of == "": // somebody has gone meanwhile, and nobody is asked
			r.State = Undone
			return s.decided(ctx, r, at)
		case a.State != family.Undecided:
			return s.heardOfDraw(ctx, r, a.State, a.DecidedAt)
		}
		r.Request.Family, r.State, r.Unfinished = of, Awaiting, false
		if r, err = s.keep(ctx, r); err != nil || !r.Dead() {
			return r, err
		}
		return s.nobodyAsked(ctx, r, at) // somebody else gave it up meanwhile
	}
	if state == Reserved {
		state = Undone
	}
	r.State = state
	r, err := s.decided(ctx, r, at)
	if err != nil || !r.Dead() {
		return r, err
	}
	return s.nobodyAsked(ctx, r, at)
}

// nobodyAsked takes back what somebody who was killed may have asked the family, for a draw that was given up.
func (s *Service) nobodyAsked(ctx context.Context, r Redemption, at time.Time) (Redemption, error) {
	_, err := s.Families.Withdraw(ctx, r.Draw.Family, r.Request.ID, at)
	if none := new(fault.Refusal); errors.As(err, &none) {
		err = nil
	}
	return r, err
}

// heardOfDraw decides a draw by a family's word. A yes holds if everything is still held and everybody still there.
func (s *Service) heardOfDraw(ctx context.Context, r Redemption, word family.Decision, at time.Time) (Redemption, error) {
	r.Request.Family = r.Draw.Family
	d := *r.Draw
	switch word {
	case family.Approved:
		holds, err := s.gather(ctx, r, at)
		if err == nil {
			err = s.Pool.Stands(ctx, d.Plan, at)
		}
		if no := new(fault.Refusal); errors.As(err, &no) {
			r.State, r.EndedAt = Expired, at
			break
		}
		if err != nil {
			return r, err
		}
		slot, err := s.slot(ctx, r)
		if err != nil {
			return r, err
		}
		d.Holds = holds
		r = r.paid(s.Book.At(at), at, slot)
		r.State = Reserved
	case family.Declined:
		r.State, r.EndedAt = Declined, at
	case family.Withdrawn:
		r.State, r.EndedAt = Cancelled, at
	default:
		r.State, r.EndedAt = Expired, at
	}
	r.Draw, r.Unfinished = &d, true
	return s.decided(ctx, r, at)
}

// verdict is what becomes of a draw: it is paid for if it begins, everybody's gift is held, all are still in the family,
// and the stock has something left.
func (s *Service) verdict(ctx context.Context, r Redemption, at time.Time) (State, []int64, error) {
	if !at.Before(r.Draw.Until) {
		return Undone, nil, nil
	}
	holds, err := s.gather(ctx, r, at)
	if err == nil {
		err = s.Pool.Stands(ctx, r.Draw.Plan, at)
	}
	var no *fault.Refusal
	switch {
	case errors.As(err, &no):
		return Undone, nil, nil
	case err != nil:
		return r.State, nil, err
	}
	left, err := s.take(ctx, r)
	if err == nil && !left {
		return Rejected, nil, nil
	}
	return Reserved, holds, err
}
