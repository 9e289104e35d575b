package personal

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
	"unicode/utf8"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Codes of refusals of closures.
const (
	CoinsChanged = "FORFEIT_CHANGED" // the coins that would be lost are others than the member knew; Near is how many they are
	ReasonLong   = "REASON_LENGTH"   //
	NotClosing   = "NOT_FOUND"       // no closure is under way that could be taken back
)

// mostReason is how long a reason may be, in characters. Ours.
const mostReason = 500

// Settling is how long after the first deletion everything is deleted once more: whatever was under way when an account was
// closed (a request, a list that is being made, an event that is being carried out) has ended by then, and what it wrote goes.
const Settling = time.Hour

// Leaving is what a member says who closes the account.
type Leaving struct {
	Wallet string // the member's, by its random name
	Known  int64  // coins that the member knows to be lost
	Lost   int64  // coins that are lost
	Reason string
}

// closureOf names the closure of an account: a member has one, which may be asked for again after it was taken back.
func closureOf(who member.ID) string { return "closure " + string(who) }

// closureTries is how often a closure that somebody else changed is read again.
const closureTries = 8

// Closure gives the closure of an account that is under way; false if there is none.
func (s *Service) Closure(ctx context.Context, who member.ID) (Deletion, bool, error) {
	d, known, err := s.Store.ByID(ctx, closureOf(who))
	return d, known && d.Open(), err
}

// CloseAccount asks for an account to be closed, by somebody who knows how many coins are lost with it. It begins when the
// programme's undo window is over; asked again it says the same. Refusals: FORFEIT_CHANGED, REASON_LENGTH.
func (s *Service) CloseAccount(ctx context.Context, who member.ID, l Leaving) (Deletion, error) {
	for range closureTries {
		was, known, err := s.Store.ByID(ctx, closureOf(who))
		if err != nil || known && was.Open() {
			return was, err
		}
		if l.Known != l.Lost {
			return Deletion{}, fault.Refuse(CoinsChanged, "confirmForfeitCoins", "confirmForfeitCoins is %d; with the account %d coins are lost", l.Known, l.Lost).Near(l.Lost)
		}
		if n := utf8.RuneCountInString(l.Reason); n > mostReason {
			return Deletion{}, fault.Refuse(ReasonLong, "reason", "reason has %d characters; allowed are %d", n, mostReason).Near(mostReason)
		}
		d := s.closing(who, l)
		if !known {
			err = s.Store.Add(ctx, d) // of several at once the first one stays: the next round reads it
		} else {
			d.Version = was.Version
			err = s.Store.Save(ctx, d)
		}
		if err != nil && !errors.Is(err, ErrStale) {
			return Deletion{}, err
		}
	}
	return Deletion{}, fault.New(fault.Unavailable, "the closure is being changed by too many at once")
}

func (s *Service) closing(who member.ID, l Leaving) Deletion {
	d := s.begin(closureOf(who), who, OfAccount)
	rules := s.Book.At(d.RequestedAt).Privacy
	d.From = d.RequestedAt.AddDate(0, 0, rules.ClosureUndoDays)
	d.DueAt, d.Coins, d.Reason, d.Wallet, d.Ghost = d.From.AddDate(0, 0, rules.DeletionDays), l.Lost, l.Reason, l.Wallet, "gone-"+rand.Text()
	return d
}

// CloseAgain begins the closure of somebody who has closed the account before and is there again, as out of a backup.
func (s *Service) CloseAgain(ctx context.Context, who member.ID) error {
	d := s.closing(who, Leaving{})
	d.State, d.From = Deleting, d.RequestedAt
	was, known, err := s.Store.ByID(ctx, d.ID)
	switch {
	case err != nil || known && was.State == Deleting:
		return err
	case !known:
		return s.Store.Add(ctx, d)
	}
	d.Version = was.Version
	if err := s.Store.Save(ctx, d); !errors.Is(err, ErrStale) {
		return err
	}
	return nil // somebody else has begun it
}

// KeepAccount takes a closure back within its undo window. Refusals: NOT_FOUND.
func (s *Service) KeepAccount(ctx context.Context, who member.ID) (Deletion, error) {
	for range closureTries {
		d, under, err := s.Closure(ctx, who)
		if err != nil {
			return Deletion{}, err
		}
		if !under || !d.Cancellable(s.Now()) {
			return Deletion{}, fault.Refuse(NotClosing, "", "no closure is under way that could be taken back")
		}
		d.State, d.DoneAt, d.Reason = Cancelled, s.Now().UTC().Truncate(time.Millisecond), ""
		if err := s.Store.Save(ctx, d); !errors.Is(err, ErrStale) {
			return d, err
		}
	}
	return Deletion{}, fault.New(fault.Unavailable, "the closure is being changed by too many at once")
}

// Cancellable tells whether a closure can be taken back.
func (d Deletion) Cancellable(now time.Time) bool { return d.State == Requested && now.Before(d.From) }

// close begins a closure, which from then on ends, and carries it on: everything is deleted, and once more when what was
// under way has ended. The note that it was to be done goes last.
func (s *Service) close(ctx context.Context, d Deletion, now time.Time) (bool, error) {
	if d.State == Requested {
		d.State = Deleting
		if err := s.Store.Save(ctx, d); errors.Is(err, ErrStale) { // taken back, or begun by somebody else
			return false, nil
		} else if err != nil {
			return false, err
		}
		d.Version++
	}
	switch done, err := s.Close(ctx, d, now); {
	case err != nil || !done:
		return false, err
	case !d.ErasedAt.IsZero():
		return true, s.Store.Drop(ctx, d.Member)
	}
	d.ErasedAt, d.Reason = now.UTC().Truncate(time.Millisecond), ""
	d.From = d.ErasedAt.Add(Settling)
	if err := s.Store.Save(ctx, d); !errors.Is(err, ErrStale) {
		return true, err
	}
	return true, nil // somebody else has noted it
}
