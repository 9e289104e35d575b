// Package admission lets members into tiers that have few seats: by invitation, and by a review of an application. A seat
// is taken before the tier is given, so that there are never more holders than seats, whoever asks at the same moment.
package admission

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Seat is a place in a tier that somebody has taken.
type Seat struct {
	Member  member.ID
	Route   programme.RouteKind
	From    time.Time // when it was taken; the member's grant begins then
	Until   time.Time // exclusive; zero = open
	Ref     string    // the application that led to it, empty for none
	Granted bool      // the member's account is known to have the grant
}

// Seats are those of one tier that are taken.
type Seats struct {
	Tier    string
	Taken   []Seat
	Version int64 // grows with every change; 0 before the first

	Accounts int       // open accounts when they were last counted, less those that have left since
	Counted  time.Time // when that was; zero before the first
}

// Of finds a member's seat.
func (s Seats) Of(who member.ID) (Seat, bool) {
	i := slices.IndexFunc(s.Taken, func(seat Seat) bool { return seat.Member == who })
	if i < 0 {
		return Seat{}, false
	}
	return s.Taken[i], true
}

// with is the same seats, one member's put in place or, if seat is nil, given up.
func (s Seats) with(who member.ID, seat *Seat) Seats {
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(other Seat) bool { return other.Member == who })
	if seat != nil {
		s.Taken = append(s.Taken, *seat)
	}
	return s
}

// Most is how many seats a tier has among a number of open accounts; false for a tier without a bound.
func Most(t programme.Tier, accounts int) (int, bool) {
	return accounts * t.CapPerMille / 1000, t.CapPerMille > 0
}

// State is how far an application has come.
type State string

// The states.
const (
	Pending  State = "PENDING"  // waits for a decision
	Admitted State = "ADMITTED" // the tier was given
	Rejected State = "REJECTED" // the score was too low
	Expired  State = "EXPIRED"  // nobody decided in time; the member may apply again
)

// Application is a member's wish to be let in by review.
type Application struct {
	Key        string // the member's idempotency key
	Profession string
	Evidence   []string // ids of uploads
	At         time.Time
	DecideBy   time.Time // exclusive
	State      State     // Pending, Admitted or Rejected; see StateAt
	Score      int       // 0 to 100, once decided
	DecidedBy  string    // the member id of staff
	DecidedAt  time.Time
}

// StateAt is the state at a time: what is not decided in time has expired.
func (a Application) StateAt(t time.Time) State {
	if a.State == Pending && !t.Before(a.DecideBy) {
		return Expired
	}
	return a.State
}

// same tells whether an application asks for the same as another.
func (a Application) same(b Application) bool {
	return a.Profession == b.Profession && slices.Equal(a.Evidence, b.Evidence)
}

// Overdue tells whether nobody has decided in time.
func (a Application) Overdue(t time.Time) bool { return a.StateAt(t) == Expired }

// Dossier is all that a member applied for one tier, oldest first.
type Dossier struct {
	Tier         string
	Member       member.ID
	Applications []Application
	Version      int64 // grows with every change; 0 before the first
}

// Waits gives the time by which the last application is to be decided, and false if nobody needs to decide: there is
// none, or it was decided. One that was not decided in time waits on, as a reproach.
func (d Dossier) Waits() (time.Time, bool) {
	if len(d.Applications) == 0 {
		return time.Time{}, false
	}
	last := d.Applications[len(d.Applications)-1]
	return last.DecideBy, last.State == Pending
}

// Mark is a place in the list of dossiers that wait.
type Mark struct {
	By     time.Time // when it is to be decided
	Tier   string
	Member member.ID
}

// ErrStale is a store's answer when somebody else changed the value first.
var ErrStale = errors.New("admission: somebody else changed it first")

// Store keeps seats and dossiers, each as one value that changes by compare-and-swap.
type Store interface {
	// Seats gives those of a tier; of a tier that has none taken yet, none at version 0.
	Seats(ctx context.Context, tier string) (Seats, error)
	// SaveSeats stores them at the next version if the stored version is still s.Version, else it answers ErrStale.
	SaveSeats(ctx context.Context, s Seats) error
	// Dossier gives what a member applied for a tier; an empty one at version 0 if there is nothing.
	Dossier(ctx context.Context, tier string, who member.ID) (Dossier, error)
	// SaveDossier stores it in the same manner.
	SaveDossier(ctx context.Context, d Dossier) error
	// Waiting lists at most n dossiers that wait for a decision, behind a mark, in the order of marks: the oldest deadline
	// first. A time that is not zero is the first deadline of the list.
	Waiting(ctx context.Context, from time.Time, after Mark, n int) ([]Dossier, error)
}
