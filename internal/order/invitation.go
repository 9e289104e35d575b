package order

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// Inviting knows who brought whom along, and what follows.
type Inviting interface {
	// Join puts into a newcomer's account who brought them along by a code, or gives the reason why nobody did.
	Join(ctx context.Context, who member.Profile, a account.Account, code string, at time.Time) (account.Account, string, error)
	// FirstOrder puts into the account of somebody who was brought along that an order was paid; all but the first one change
	// nothing.
	FirstOrder(a account.Account, order string, at time.Time) account.Account
	// Carry does what follows for who brought a member along, each thing once, however often it is told to.
	Carry(ctx context.Context, who member.ID, in account.Invited) error
}

// invite takes into the account what a telling that was decided means for who brought the member along. An invitation that
// does not count gives the reason, and nothing else is lost.
func (s *Service) invite(ctx context.Context, who member.Profile, a account.Account, t Told) (account.Account, string, error) {
	switch {
	case s.Invitations == nil:
		return a, "", nil
	case t.Event != nil:
		if t.Event.Kind == Paid && t.Event.Fen > 0 {
			a = s.Invitations.FirstOrder(a, t.Event.ID, t.Event.At)
		}
		return a, "", nil
	case t.Deed.Code == "":
		return a, "", nil
	}
	a, why, err := s.Invitations.Join(ctx, who, a, t.Deed.Code, t.Deed.At)
	if err != nil {
		return a, "", fmt.Errorf("find who brought a member along: %w", err)
	}
	if why != "" || a.Version == 0 || a.Invited == nil || a.Invited.Order != "" {
		return a, why, nil
	}
	first, err := s.firstPaid(ctx, a.Member)
	if err == nil && first != nil {
		a = s.Invitations.FirstOrder(a, first.ID, first.At)
	}
	return a, "", err
}

// soonest is how many orders of somebody who has just joined are looked at: their event came after those of the orders.
const soonest = 50

// firstPaid is the earliest order that a member paid, nil if there is none.
func (s *Service) firstPaid(ctx context.Context, who member.ID) (first *Event, err error) {
	found, err := s.Orders.Purchases(ctx, []member.ID{who}, soonest)
	for _, r := range found[who] {
		if r.Event.Fen > 0 && (first == nil || r.Event.At.Before(first.At)) {
			first = &r.Event
		}
	}
	return first, err
}

// tellUninvited tells why invitations did not count, once their event does.
func (s *Service) tellUninvited(reasons []string) {
	for _, why := range reasons {
		if why != "" && s.Uninvited != nil {
			s.Uninvited(why)
		}
	}
}

// invitedSteps are what the steps of an outbox say of who brought the member along.
func invitedSteps(outbox []account.Step) (out []account.Invited) {
	for _, step := range outbox {
		if step.Invited != nil {
			out = append(out, *step.Invited)
		}
	}
	return out
}

func (s *Service) carryInvited(ctx context.Context, a account.Account, all []account.Invited) error {
	if s.Invitations == nil {
		return fault.New(fault.Internal, "member %s was brought along, and nobody here rewards that", a.Member)
	}
	for _, in := range all {
		if err := s.Invitations.Carry(ctx, a.Member, in); err != nil {
			return fmt.Errorf("reward who brought a member along: %w", err)
		}
	}
	return nil
}
