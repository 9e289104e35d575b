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
	Ghost       string    `json:",omitempty"` // OfAccount: the random name that the member gets in what others share; it goes with the deletion
	Wallet      string    `json:",omitempty"` // OfAccount: the wallet's random name, for what comes in late
	ErasedAt    time.Time `json:",omitzero"`  // OfAccount: when everything was deleted for the first time; zero before
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

// ErrStale says that somebody else changed the deletion first.
var ErrStale = errors.New("personal: the deletion was changed meanwhile")

// Store keeps deletions, and deletes where nobody else does.
type Store interface {
	// Add keeps a new deletion, at version 1; one whose id is there stays as it is.
	Add(ctx context.Context, d Deletion) error
	// Save replaces a deletion whose version is unchanged and raises it by one; else ErrStale.
	Save(ctx context.Context, d Deletion) error
	// ByID gives a deletion, and false if there is none.
	ByID(ctx context.Context, id string) (Deletion, bool, error)
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
	// Made lists the ids of the posts, comments and uploads that are the member's.
	Made(ctx context.Context, who member.ID) (Made, error)
	// Erase deletes whatever goes with a member, and puts a ghost's name wherever others share what stays. The member's
	// profile and account go last; deletions stay. It may be repeated.
	Erase(ctx context.Context, who member.ID, ghost string) error
	// Drop deletes all deletions of a member; it may be repeated.
	Drop(ctx context.Context, who member.ID) error
	// Bar keeps hashes of an id that must not come back; it may be repeated.
	Bar(ctx context.Context, hashes []string, at time.Time) error
	// Barring gives those of some hashes that are kept.
	Barring(ctx context.Context, hashes []string) ([]string, error)
	// Bars lists at most n of the hashes that are kept, in their order, after one.
	Bars(ctx context.Context, after string, n int) ([]string, error)
	// Orphan notes that a wallet, known by its random name, has lost its member; it may be repeated.
	Orphan(ctx context.Context, wallet string) error
	// Orphans lists at most n of those wallets by name, after a name.
	Orphans(ctx context.Context, after string, n int) ([]string, error)
}

// Made are ids of what a member made.
type Made struct{ Posts, Comments, Uploads []string }
