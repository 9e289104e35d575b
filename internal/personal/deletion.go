package personal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
)

// Kind says why something is deleted.
type Kind string

// The kinds.
const (
	OfHistory Kind = "HISTORY" // the member asked for categories
	OfPurpose Kind = "CONSENT" // the member said no to a purpose
	OfAccount Kind = "ACCOUNT" // the member closes the account
)

// State is how far a deletion is.
type State string

// The states. The last two are final.
const (
	Requested State = "REQUESTED"
	Deleting  State = "DELETING" // of an account: it has begun, and cannot be taken back
	Done      State = "DONE"
	Cancelled State = "CANCELLED" // an account's, within its undo window; or a no that was never saved
)

// Deletion is something that is to be deleted by a time, for good.
type Deletion struct {
	ID          string
	Member      member.ID
	Kind        Kind
	Purpose     string     `json:",omitempty"` // OfPurpose: its code
	Number      int        `json:",omitempty"` // OfPurpose: which of the member's decisions on it
	Categories  []Category `json:",omitempty"` // sorted as Categories are
	State       State
	RequestedAt time.Time
	From        time.Time // it is not begun before
	DueAt       time.Time // it must be done by then
	DoneAt      time.Time // zero before
	Coins       int64     `json:",omitempty"` // OfAccount: how many the member knew to be forfeited
	Reason      string    `json:",omitempty"` // OfAccount: why, in the member's words
	Version     int64
}

// Open tells whether something is left to do.
func (d Deletion) Open() bool { return d.State == Requested || d.State == Deleting }

// Late tells whether it should have been done.
func (d Deletion) Late(now time.Time) bool { return d.Open() && now.After(d.DueAt) }

// Urgent gives the deletion that a member is shown of those of history and consents: the open one that is due first, else
// the newest; false if there is none.
func Urgent(all []Deletion) (Deletion, bool) {
	var shown []Deletion
	for _, d := range all {
		if d.Kind != OfAccount && d.State != Cancelled {
			shown = append(shown, d)
		}
	}
	if len(shown) == 0 {
		return Deletion{}, false
	}
	return slices.MinFunc(shown, func(a, b Deletion) int {
		switch {
		case a.Open() && b.Open():
			return a.DueAt.Compare(b.DueAt)
		case a.Open() != b.Open():
			if a.Open() {
				return -1
			}
			return 1
		default:
			return cmp.Or(b.DoneAt.Compare(a.DoneAt), cmp.Compare(a.ID, b.ID))
		}
	}), true
}

// Closing gives the closure of an account that is under way; false if there is none.
func Closing(all []Deletion) (Deletion, bool) {
	for _, d := range all {
		if d.Kind == OfAccount && d.Open() {
			return d, true
		}
	}
	return Deletion{}, false
}

// ErrStale says that somebody else changed the deletion first.
var ErrStale = errors.New("personal: the deletion was changed meanwhile")

// Store keeps deletions, and deletes where nobody else does.
type Store interface {
	// Add keeps a new deletion, at version 1; one whose id is there stays as it is.
	Add(ctx context.Context, d Deletion) error
	// Save replaces a deletion whose version is unchanged and raises it by one; else ErrStale.
	Save(ctx context.Context, d Deletion) error
	// Of gives at most n of a member's deletions, the newest request first.
	Of(ctx context.Context, who member.ID, n int) ([]Deletion, error)
	// Due gives at most n open deletions that may be begun by a time, those that waited longest first.
	Due(ctx context.Context, at time.Time, n int) ([]Deletion, error)
	// Count tells how many deletions are open, and how many of them should have been done by a time.
	Count(ctx context.Context, at time.Time) (open, late int, err error)
	// Forget deletes what a category of Purchases or Notices holds of a member. It may be repeated.
	Forget(ctx context.Context, c Category, who member.ID) error
	// Marked lists what the member has marked, such as "post:…", sorted.
	Marked(ctx context.Context, who member.ID) ([]string, error)
}
