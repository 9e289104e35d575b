package family

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Spending does what follows a family's word.
type Spending interface {
	// Follow lets a redemption be paid for, if the word is Approved, or lets its coins go at any other, as of a time. It
	// does so once, however often and from however many places it is asked, and tells what has become of it: the word, or
	// Lapsed of coins that were not held any more.
	Follow(ctx context.Context, redemption string, word Decision, at time.Time) (Decision, error)
}

// Ask puts a wish before the family of who has it, once. It tells what has become of the request by now, and of which
// family it is; of none where nobody can say yes.
func (s *Service) Ask(ctx context.Context, w Wish) (ID, Approval, error) {
	var a Approval
	none := errors.New("family: the member is in none")
	f, err := s.alter(ctx, s.of(ctx, w.By), none, w.At, func(f Family) (next Family, changed bool, err error) {
		next, a, changed = f.Ask(w)
		return next, changed, nil
	})
	switch {
	case errors.Is(err, none): // left meanwhile
		return "", Approval{State: Withdrawn, DecidedAt: w.At}, nil
	case err != nil:
		return "", a, err
	case f.approval(a.ID) < 0:
		return "", a, nil
	}
	return f.ID, a, nil
}

// Decide says yes or no to a request, and does what follows. Refusals: NOT_FOUND, NOT_PERMITTED, ALREADY_DECIDED,
// APPROVAL_EXPIRED, APPROVAL_CANCELLED, NOTE_LENGTH.
func (s *Service) Decide(ctx context.Context, by member.ID, of ID, id string, yes bool, note string, now time.Time) (Family, Approval, error) {
	var a Approval
	f, err := s.alter(ctx, s.of(ctx, by), unknownApproval(), now, func(f Family) (next Family, changed bool, err error) {
		if f.ID != of {
			return f, false, unknownApproval()
		}
		next, a, changed, err = f.Decide(by, id, yes, note, now)
		return next, changed, err
	})
	if err != nil {
		if refused := new(fault.Refusal); errors.As(err, &refused) && refused.Code == ApprovalExpired {
			_ = s.Settle(ctx, of, now) // or the sweep does
		}
		return f, a, err
	}
	return s.follow(ctx, f, id, now)
}

// Withdraw takes a request back for who asked, and does what follows. One that has ended stays as it is.
func (s *Service) Withdraw(ctx context.Context, of ID, id string, now time.Time) (Approval, error) {
	f, err := s.alter(ctx, s.named(ctx, of), unknownApproval(), now, func(f Family) (Family, bool, error) {
		next, _, changed, err := f.Withdraw(id, now)
		return next, changed, err
	})
	if err != nil {
		return Approval{}, err
	}
	_, a, err := s.follow(ctx, f, id, now)
	return a, err
}

// Settle ends the requests of a family that nobody decided in time, and does what must follow those that have ended.
func (s *Service) Settle(ctx context.Context, of ID, now time.Time) error {
	f, err := s.alter(ctx, s.named(ctx, of), nil, now, func(f Family) (Family, bool, error) {
		next, changed := f.lapse(now)
		return next, changed, nil
	})
	if err == nil {
		_, err = s.followAll(ctx, f, now)
	}
	return err
}

// Sweep settles at most n families in which a request is over, or was left unfinished.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) error {
	due, err := s.Families.Due(ctx, now, n)
	for _, of := range due {
		err = errors.Join(err, s.Settle(ctx, of, now))
	}
	return err
}

// follow does what must follow a request that has ended, and lets the family know that it is done.
func (s *Service) follow(ctx context.Context, f Family, id string, now time.Time) (Family, Approval, error) {
	n := f.approval(id)
	if n < 0 {
		return f, Approval{}, unknownApproval()
	}
	a := f.Approvals[n]
	if !a.Unfinished || s.Spending == nil {
		return f, a, nil
	}
	end, err := s.Spending.Follow(ctx, a.Redemption, a.State, a.DecidedAt)
	if err != nil {
		return f, a, err
	}
	f, err = s.alter(ctx, s.named(ctx, f.ID), unknownApproval(), now, func(f Family) (Family, bool, error) {
		next, changed := f.finished(id, end)
		return next, changed, nil
	})
	if n = f.approval(id); err == nil && n >= 0 {
		a = f.Approvals[n]
	}
	return f, a, err
}

// followed does what must follow all requests that have ended, as far as it can, and gives the family as it is then.
func (s *Service) followed(ctx context.Context, f Family, now time.Time) Family {
	f, _ = s.followAll(ctx, f, now)
	return f
}

func (s *Service) followAll(ctx context.Context, f Family, now time.Time) (_ Family, wrong error) {
	for _, a := range slices.Clone(f.Approvals) {
		if !a.Unfinished {
			continue
		}
		next, _, err := s.follow(ctx, f, a.ID, now)
		if err != nil {
			wrong = errors.Join(wrong, err)
			continue
		}
		f = next
	}
	return f, wrong
}

// of finds the family that a member is in, and named one by its id.
func (s *Service) of(ctx context.Context, who member.ID) func() (Family, bool, error) {
	return func() (Family, bool, error) { return s.Families.ByMember(ctx, who) }
}

func (s *Service) named(ctx context.Context, id ID) func() (Family, bool, error) {
	return func() (Family, bool, error) { return s.Families.ByID(ctx, id) }
}
