package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
)

// State is how far a request has come.
type State string

// The states of a request.
const (
	Open   State = "OPEN"
	Taken  State = "TAKEN"
	Closed State = "CLOSED"
)

// Request is a member's request after a sale.
type Request struct {
	ID        string // hash of member and idempotency key: it says nothing of either
	Input     string // fingerprint of what was asked for
	Member    member.ID
	Order     string
	Kind      string // one of the programme's
	Sealed    string // what the member wrote, which only who holds the keys can read
	Slot      int64  // from 1: which of the requests that a member may have at once; 0 for one from before these were counted
	Priority  int    // rank of the tier held then: who has more comes first
	At        time.Time
	RespondBy time.Time
	PlanBy    time.Time // zero where nothing is promised
	ResolveBy time.Time
	State     State
	TakenBy   string
	TakenAt   time.Time
	ClosedBy  string
	ClosedAt  time.Time
	Outcome   string // one of the programme's
	Note      string // sealed: what staff wrote for the member
	Version   int64
}

// Late tells whether a step was not made in its time, or is overdue at now.
func (r Request) Late(now time.Time) bool {
	over := func(by, done time.Time) bool {
		if done.IsZero() {
			done = now
		}
		return !by.IsZero() && done.After(by)
	}
	return over(r.RespondBy, r.TakenAt) || over(r.ResolveBy, r.ClosedAt)
}

// Place is where a request lies in its member's list, newest first.
type Place struct {
	At time.Time
	ID string
}

// Spot is where a request lies in the queue: who has more priority first, then whose answer is due first.
type Spot struct {
	Priority  int
	RespondBy time.Time
	ID        string
}

// Spot gives it.
func (r Request) Spot() Spot { return Spot{r.Priority, r.RespondBy, r.ID} }

// Compare orders spots as the queue does.
func (s Spot) Compare(t Spot) int {
	return cmp.Or(cmp.Compare(t.Priority, s.Priority), s.RespondBy.Compare(t.RespondBy), cmp.Compare(s.ID, t.ID))
}

// What stores answer.
var (
	ErrExists = errors.New("desk: it is there already")
	ErrStale  = errors.New("desk: somebody else changed it first")
	ErrTaken  = errors.New("desk: another request of the member that is not closed has the slot")
)

// Requests keeps requests.
type Requests interface {
	// Create adds a request at version 1, or changes nothing and answers ErrExists, or ErrTaken if another request of the
	// member's that is not closed has its slot.
	Create(ctx context.Context, r Request) error
	// ByID gives a request, and false if there is none.
	ByID(ctx context.Context, id string) (Request, bool, error)
	// Save replaces a request if its stored version is still r.Version, and stores it at the next one; else ErrStale.
	Save(ctx context.Context, r Request) error
	// Of gives at most n of a member's requests, newest first, after a place; nil is the beginning.
	Of(ctx context.Context, who member.ID, after *Place, n int) ([]Request, error)
	// Queue gives at most n requests that are not closed, in the queue's order, after a spot; nil is the beginning.
	Queue(ctx context.Context, after *Spot, n int) ([]Request, error)
}

// Newest orders requests newest first and keeps at most n of them.
func Newest(all []Request, n int) []Request {
	slices.SortFunc(all, func(a, b Request) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all[:min(n, len(all))]
}
