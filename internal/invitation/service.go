package invitation

import (
	"context"
	"crypto/rand"
	"errors"
	rand2 "math/rand/v2"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/tier"
)

// Service gives codes, finds who brought a newcomer along, and rewards both. The way of an invitation:
//
//  1. the newcomer's account says who brought them along, in the compare-and-swap in which it counts the event; what the
//     newcomer gets, and that the inviter is to hear of it, goes into its outbox;
//  2. the inviter's list says it, once per newcomer;
//  3. the first order does the same again: the account, its outbox, the list;
//  4. the inviter is counted in the period's cap, once per newcomer;
//  5. the inviter's account takes the rewards in a compare-and-swap of its own, once per newcomer;
//  6. the list says so, and the step leaves the newcomer's outbox.
//
// Killed anywhere, whoever touches the newcomer's account next finishes.
type Service struct {
	Store    Store
	Accounts account.Store
	Book     tier.Book
	Outbox   Outbox
	Keys     Keys // nil where no codes are made
}

// Outbox carries out what accounts decided.
type Outbox interface {
	// Finish carries out an account's outbox and empties it. ErrStale of accounts means that somebody else does.
	Finish(ctx context.Context, a account.Account) (account.Account, error)
}

// Why an invitation does not count. The newcomer joins all the same.
const (
	NoProgramme = "NO_PROGRAMME" // nobody is rewarded for bringing somebody along
	UnknownCode = "UNKNOWN_CODE"
	OwnCode     = "OWN_CODE"
	InviterGone = "INVITER_GONE" // the account behind the code is not there any more
	NotNew      = "NOT_NEW"      // the member was there before
	Invited     = "INVITED"      // somebody else brought them along first
)

// skew is how far the clocks of two services are apart at most: something else about a newcomer may have been told with an
// earlier time than that of joining.
const skew = 10 * time.Minute

// tries bounds how often a value that somebody else changed is read again.
const tries = 256

// Join finds who brought a newcomer along by a code, and puts it into the account. Otherwise the account stays as it is,
// and the reason is given; it is empty if the same code has been counted before.
func (s *Service) Join(ctx context.Context, who member.Profile, a account.Account, typed string, at time.Time) (account.Account, string, error) {
	code := Read(typed)
	switch {
	case s.Book.At(at).Invitations == nil:
		return a, NoProgramme, nil
	case a.Invited != nil && a.Invited.Code == code:
		return a, "", nil
	case code == "":
		return a, UnknownCode, nil
	}
	i, known, err := s.Store.ByCode(ctx, code)
	switch {
	case err != nil:
		return a, "", err
	case !known:
		return a, UnknownCode, nil
	case i.Member == a.Member:
		return a, OwnCode, nil
	case a.Invited != nil:
		return a, Invited, nil
	case who.JoinedAt.Add(skew).Before(at):
		return a, NotNew, nil
	}
	found, err := s.Accounts.ByIDs(ctx, []member.ID{i.Member}, account.Public)
	if err != nil {
		return a, "", err
	}
	if _, here := found[i.Member]; !here {
		return a, InviterGone, nil
	}
	in := account.Invited{ID: strings.ToLower(rand.Text()), By: i.Member, Code: code, At: at.UTC().Truncate(time.Millisecond)}
	return Welcome(s.Book, a, in), "", nil
}

// FirstOrder puts into an invitee's account that an order was paid.
func (s *Service) FirstOrder(a account.Account, order string, at time.Time) account.Account {
	return FirstOrder(s.Book, a, order, at)
}

// Carry does what follows for who brought a member along, each thing once, however often it is told to.
func (s *Service) Carry(ctx context.Context, who member.ID, in account.Invited) error {
	row := Invitee{Member: who, ID: in.ID, Inviter: in.By, State: Registered, At: in.At}
	if in.Order != "" {
		row.State = Ordered
	}
	if err := s.Store.Put(ctx, row); err != nil {
		return err
	}
	v := s.Book.At(in.At).Invitations
	if v == nil {
		return nil // the programme has been rewritten: nothing says any more what was promised
	}
	at, met := MetAt(*v, in)
	if !met {
		return nil
	}
	counted, err := s.count(ctx, in, at)
	if err == nil && counted {
		counted, err = s.reward(ctx, in)
	}
	if err != nil {
		return err
	}
	row.State, row.EndedAt = Beyond, at
	if counted {
		row.State = Rewarded
	}
	return s.Store.Put(ctx, row)
}

// count counts an invitee in the cap of the period, and tells whether there was room.
func (s *Service) count(ctx context.Context, in account.Invited, at time.Time) (bool, error) {
	p := s.Book.At(in.At)
	most := p.Invitations.Cap
	if most == nil {
		return true, nil
	}
	var counted bool
	err := again(ctx, func() error {
		i, known, err := s.Store.Inviter(ctx, in.By)
		if err != nil || !known {
			counted = false
			return err
		}
		next, yes := i.Take(most.Window(at, p.Zone()), in.ID, most.Count)
		counted = yes
		if !yes || len(next.Periods) == len(i.Periods) && next.Taken(most.Window(at, p.Zone())) == i.Taken(most.Window(at, p.Zone())) {
			return nil
		}
		return s.Store.Save(ctx, next)
	})
	return counted, err
}

// reward makes the inviter's account have the rewards, and tells whether there is such an account.
func (s *Service) reward(ctx context.Context, in account.Invited) (bool, error) {
	var a account.Account
	known := false
	err := again(ctx, func() error {
		found, err := s.Accounts.ByIDs(ctx, []member.ID{in.By}, account.Whole)
		if err != nil {
			return err
		}
		h, here := found[in.By]
		if known = here; !here {
			return nil
		}
		a = Reward(s.Book, h.Account, in)
		if err := s.Accounts.Save(ctx, a); err != nil {
			return err
		}
		a.Version++
		return nil
	})
	if err != nil || !known || len(a.Outbox) == 0 {
		return known, err
	}
	if _, err := s.Outbox.Finish(ctx, a); err != nil && !errors.Is(err, account.ErrStale) {
		return false, err
	}
	return true, nil
}

// again does something until nobody else has changed the value first.
func again(ctx context.Context, do func() error) error {
	for try := range tries {
		err := do()
		if !errors.Is(err, ErrStale) && !errors.Is(err, account.ErrStale) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(rand2.IntN(min(try, 32)+1)) * time.Millisecond):
		}
	}
	return fault.New(fault.Unavailable, "the inviter is being changed by too many at once")
}

// Inviter gives a member's code, and whom they were rewarded for. The first time, the code is made.
func (s *Service) Inviter(ctx context.Context, who member.ID) (Inviter, error) {
	var out Inviter
	n := 0
	err := again(ctx, func() error {
		found, known, err := s.Store.Inviter(ctx, who)
		if out = found; err != nil || known {
			return err
		}
		out = Inviter{Member: who, Code: codeOf(s.Keys, who, n)}
		n++ // should somebody else have the code
		return s.Store.Save(ctx, out)
	})
	return out, err
}
