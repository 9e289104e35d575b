package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service applies orders and refunds to members' accounts, each exactly once, however often and from however many
// processes it is told. The way of an event:
//
//  1. it is written down (Store.Put), which changes nothing yet;
//  2. the account takes it in one compare-and-swap: growth, tier, and in its outbox what the ledger must say;
//  3. the ledger says it, once per op, and coupons are given, once per op;
//  4. the record is marked as applied, at the same time;
//  5. the step leaves the outbox.
//
// Killed anywhere, whoever touches the account next finishes: the outbox is carried out before anything new
// is decided, and a record that is applied is never decided again.
type Service struct {
	Orders   Store
	Accounts account.Store
	Wallets  *wallet.Service
	Book     tier.Book
	Offers   Offers       // nil where nothing is offered
	Missed   func(Missed) // is told of holds that an order could not capture; nil tells nobody
	Coupons  Couponing    // nil where nobody keeps coupons

	Invitations Inviting            // nil where nobody is brought along
	Uninvited   func(reason string) // is told why an invitation did not count; nil tells nobody

	// Barred tells whether somebody unknown is a member who has closed the account for good; nil where nobody does.
	Barred func(ctx context.Context, who member.ID) (bool, error)
}

// Offers knows what members were offered.
type Offers interface {
	// Promised refuses a payment by an offer that the member has not, or that is for something else.
	Promised(ctx context.Context, who member.ID, id, code string, trial bool, at time.Time) error
}

// tries bounds how often an account that somebody else changed is read again.
const tries = 64

// Apply applies orders and refunds of one member in the given order. An unknown member joins as the newcomer says.
// If until is later than the last event, the standing is advanced to it.
func (s *Service) Apply(ctx context.Context, newcomer member.Profile, events []Event, until time.Time) error {
	return s.Tell(ctx, newcomer, tell(events), until)
}

// Tell applies what was told of one member in the given order, as Apply does with orders alone. If one telling is
// refused, none of them is applied. What is told of a member who has closed the account is forgotten.
func (s *Service) Tell(ctx context.Context, newcomer member.Profile, told []Told, until time.Time) error {
	for _, t := range told {
		if err := t.Check(); err != nil {
			return err
		}
		if t.Member() != newcomer.ID {
			return fault.Bad("member", "event %s is of member %s; allowed is %s", t.ID, t.Member(), newcomer.ID)
		}
	}
	for range tries {
		err := s.try(ctx, newcomer, told, until)
		if errors.Is(err, account.ErrGone) {
			return nil
		}
		if !errors.Is(err, account.ErrStale) && !errors.Is(err, account.ErrExists) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "member %s is being changed by too many at once", newcomer.ID)
}

func (s *Service) try(ctx context.Context, newcomer member.Profile, told []Told, until time.Time) error {
	h, err := s.holder(ctx, newcomer, told)
	if err != nil {
		return err
	}
	a, err := s.Finish(ctx, h.Account)
	if err != nil {
		return err
	}
	joins := a.Version == 0
	fresh, head, err := s.look(ctx, a, told)
	if err != nil {
		return err
	}
	holds, err := s.holds(ctx, a.Wallet, fresh)
	if err != nil {
		return err
	}
	if err := s.currencies(fresh); err != nil {
		return err
	}
	s.fromBaskets(a, fresh)
	if err := s.Orders.Put(ctx, records(fresh)); err != nil {
		return err
	}
	if len(fresh) == 0 && !until.After(a.Standing.Clock) && !joins {
		return nil
	}
	for part, rest := apart(fresh); ; part, rest = apart(rest) {
		next, before := a, a.Standing
		if joins {
			before = tier.Standing{}
		}
		var uninvited []string
		for _, t := range part {
			if next, err = s.decide(ctx, h.Profile, next, t, holds); err != nil {
				return err
			}
			why := ""
			if next, why, err = s.invite(ctx, h.Profile, next, t); err != nil {
				return err
			}
			uninvited = append(uninvited, why)
		}
		if len(rest) == 0 {
			next.Standing = next.Standing.Advance(s.Book, until)
		}
		next.Standing = next.Standing.Foreseen(s.Book)
		if s.Coupons != nil {
			next = next.Reached(s.Book, before)
		}
		if joins {
			err = s.Accounts.Create(ctx, account.Holder{Profile: h.Profile, Account: next})
		} else {
			err = s.Accounts.Save(ctx, next)
		}
		if err != nil {
			return err
		}
		s.tellUninvited(uninvited)
		next.Version++
		a, err = s.carryOut(ctx, next, head)
		joins, head = false, nil // the next part reads where the ledger ends by then
		if len(rest) == 0 && errors.Is(err, account.ErrStale) {
			return nil // somebody else carried the outbox out
		}
		if len(rest) == 0 || err != nil {
			return err
		}
	}
}

// apart cuts tellings before the first refund whose order, or another refund of it, is among those before: what it takes
// and gives back is decided by what the ledger says of them, and never by what it was going to say. So is an invitation
// that is told after orders by what their records say.
func apart(told []Told) (part, rest []Told) {
	met := map[string]bool{}
	for i, t := range told {
		switch {
		case t.Event == nil:
			if t.Deed.Code != "" && len(met) > 0 {
				return told[:i], told[i:]
			}
		case t.Event.Kind == Paid:
			met[t.Event.ID] = true
		case t.Event.OrderID != "":
			if met[t.Event.OrderID] {
				return told[:i], told[i:]
			}
			met[t.Event.OrderID] = true
		}
	}
	return told, nil
}

// look finds out what is new of what was told, and at the same time where the wallet's ledger ends, so that what is
// decided can follow at once. Records are read after the account: had somebody else counted them between the two, saving
// the account would be refused. The wallet of somebody new is empty.
func (s *Service) look(ctx context.Context, a account.Account, told []Told) (fresh []Told, head *wallet.Entry, err error) {
	if a.Version == 0 {
		fresh, err = s.fresh(ctx, told)
		return fresh, &wallet.Entry{Wallet: a.Wallet}, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		fresh, err = s.fresh(ctx, told)
		return err
	})
	group.Go(func() error {
		at, err := s.Wallets.Head(ctx, a.Wallet)
		head = &at
		return err
	})
	err = group.Wait()
	return fresh, head, err
}

// decide takes one telling into the account. Its step, and that of its own id, go into the outbox.
func (s *Service) decide(ctx context.Context, who member.Profile, a account.Account, t Told, holds map[int64]wallet.Hold) (account.Account, error) {
	if t.Deed != nil {
		if err := t.Deed.allowed(s.Book, a.Standing); err != nil {
			return a, err
		}
		if err := s.promised(ctx, *t.Deed, a.Standing); err != nil {
			return a, err
		}
		earned, err := s.Earned(ctx, a, s.Book.At(t.Deed.At).EarnRules(t.Deed.Type), t.Deed.At)
		if err != nil {
			return a, err
		}
		return s.deedCoupons(DecideDeed(s.Book, who, a, t.ID, *t.Deed, earned), *t.Deed), nil
	}
	k, err := s.known(ctx, a.Wallet, *t.Event)
	if err != nil {
		return a, err
	}
	if h, named := holds[t.Event.Hold]; named {
		k.Hold = &h
	}
	a = s.orderCoupons(Decide(s.Book, who, a, *t.Event, k), *t.Event, k)
	if t.ID != "" {
		a.Outbox = append(a.Outbox, account.Step{Record: EventRecord(t.ID)})
	}
	return a, nil
}

// Finish carries out an account's outbox and empties it.
func (s *Service) Finish(ctx context.Context, a account.Account) (account.Account, error) {
	return s.carryOut(ctx, a, nil)
}

// carryOut is Finish by somebody who has just seen where the ledger ends; nil has not. The ledger and the records do
// not wait for each other: as long as the outbox holds the steps, both are done again.
func (s *Service) carryOut(ctx context.Context, a account.Account, head *wallet.Entry) (account.Account, error) {
	if len(a.Outbox) == 0 {
		return a, nil
	}
	postings, err := s.postAbroad(ctx, a)
	if err != nil {
		return a, fmt.Errorf("post to the ledger of another currency: %w", err)
	}
	var ids []string
	for _, step := range a.Outbox {
		if step.Record != "" {
			ids = append(ids, step.Record)
		}
	}
	var group errgroup.Group
	group.Go(func() error {
		done, err := s.Wallets.PostBehind(ctx, a.Wallet, head, postings)
		if err == nil {
			err = s.missed(ctx, a, postings, done)
		}
		if err != nil {
			return fmt.Errorf("post to the ledger: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		if err := s.Orders.Apply(ctx, ids); err != nil {
			return fmt.Errorf("mark records as applied: %w", err)
		}
		return nil
	})
	if turns := couponTurns(a.Outbox); len(turns) > 0 {
		group.Go(func() error { return s.carryCoupons(ctx, a, turns) })
	}
	if invited := invitedSteps(a.Outbox); len(invited) > 0 {
		group.Go(func() error { return s.carryInvited(ctx, a, invited) })
	}
	if err := group.Wait(); err != nil {
		return a, err
	}
	a.Outbox = nil
	if err := s.Accounts.Save(ctx, a); err != nil {
		return a, err
	}
	a.Version++
	return a, nil
}

// holder reads the member's holder, or makes that of somebody new, which is not stored yet: its version is 0.
func (s *Service) holder(ctx context.Context, newcomer member.Profile, told []Told) (account.Holder, error) {
	found, err := s.Accounts.ByIDs(ctx, []member.ID{newcomer.ID}, account.Whole)
	if err != nil {
		return account.Holder{}, err
	}
	if h, ok := found[newcomer.ID]; ok {
		if !h.Profile.ClosedAt.IsZero() {
			return h, account.ErrGone
		}
		return h, nil
	}
	if s.Barred != nil {
		if gone, err := s.Barred(ctx, newcomer.ID); err != nil || gone {
			if err == nil {
				err = account.ErrGone
			}
			return account.Holder{}, err
		}
	}
	if newcomer.JoinedAt.IsZero() && len(told) > 0 {
		newcomer.JoinedAt = told[0].At()
	}
	h := account.Open(s.Book, newcomer)
	h.Account.Version = 0
	return h, nil
}
