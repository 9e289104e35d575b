// Package account is what a programme keeps of one member: the profile, the tier standing, the name of the wallet,
// and what has been decided but is not yet known to be in the ledger.
package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Account is a member's place in the programme, changed as one value.
type Account struct {
	Member   member.ID
	Wallet   wallet.ID
	Standing tier.Standing
	Outbox   []Step // decided together with the standing, to be carried out in this order
	Version  int64  // grows with every change; 1 when created

	// Baskets are the coupons that orders which are not paid yet keep.
	Baskets []coupon.Basket `json:",omitempty"`

	// Invited is how somebody brought the member along; nil where nobody did.
	Invited *Invited `json:",omitempty"`
}

// Invited is how a member was brought along, and the first order since then.
type Invited struct {
	ID      string    // random; what follows is given once under it, and tells nobody who the member is
	By      member.ID // the inviter
	Code    string    // the inviter's
	At      time.Time // when the member joined
	Order   string    // the first order that was paid; empty before
	OrderAt time.Time // zero before
}

// Ever is later than anything that is due, and stands for what is never due.
var Ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// DueAt is when the account must be looked at next; Ever if nothing is due.
func (a Account) DueAt() time.Time {
	if a.Standing.Due.IsZero() {
		return Ever
	}
	return a.Standing.Due
}

// EndsAt is the earliest end of a grant that is ahead; zero if none has one.
func (a Account) EndsAt() time.Time { return a.Standing.NextEnd() }

// Mark is a place in a list of members by a moment.
type Mark struct {
	At     time.Time
	Member member.ID // empty = the list's beginning
}

// HasGrant tells whether the account holds a grant of a tier that has not ended.
func (a Account) HasGrant(code string) bool {
	return slices.ContainsFunc(a.Standing.Grants, func(g tier.Grant) bool { return g.Tier == code && !g.Ended })
}

// Step is something that must follow a change of the standing: a posting, and the record that it settles. Both can
// be done any number of times by anybody. An empty step only keeps the account among the unfinished until the process that
// changed it has lived on: others hear of a change when it is saved.
type Step struct {
	Record  string          // id of the order or refund that is then applied
	Posting *wallet.Posting // nil where no coins move

	// Currency is that of the wallet that the posting goes to; empty for the programme's own.
	Currency string `json:",omitempty"`

	// Coupons is what follows for coupons; nil where nothing does.
	Coupons *coupon.Turn `json:",omitempty"`

	// Invited is how the member was brought along, where something follows for who did; nil where nothing does.
	Invited *Invited `json:",omitempty"`
}

// Holder is a member's profile together with the account.
type Holder struct {
	Profile member.Profile
	Account Account
}

// Detail says how much of holders is read.
type Detail int

// The details.
const (
	Public Detail = iota // what other people may see: name, picture, the tiers held (Standing.Turns, Earned); no facts, history, first order, consents, outbox, inviter or what was told of home
	Whole                // everything
)

// What stores answer.
var (
	ErrExists = errors.New("account: the member exists")
	ErrStale  = errors.New("account: somebody else changed it first")
	ErrGone   = errors.New("account: the member closed it for good")
)

// Store keeps holders. One holder is one value to a store; the profile and the account change apart from each other.
type Store interface {
	// Create adds a holder at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, h Holder) error
	// ByIDs gives holders; those unknown are missing.
	ByIDs(ctx context.Context, ids []member.ID, d Detail) (map[member.ID]Holder, error)
	// Save replaces the account if its stored version is still a.Version, and stores it at the next version;
	// otherwise ErrStale. The profile is not touched.
	Save(ctx context.Context, a Account) error
	// SaveProfile replaces the profile in the same manner, by its own version.
	SaveProfile(ctx context.Context, p member.Profile) error
	// Walk gives at most n whole holders by id, after an id.
	Walk(ctx context.Context, after member.ID, n int) ([]Holder, error)
	// Due gives at most n whole holders by id, after an id, for whom something is due by a time: Standing.Due is not after
	// it. By Ever everybody is given.
	Due(ctx context.Context, by time.Time, after member.ID, n int) ([]Holder, error)
	// Late gives at most n whole holders for whom something is due by a time, in any order. However many there are, it reads
	// no more than it gives.
	Late(ctx context.Context, by time.Time, n int) ([]Holder, error)
	// CountDue tells for how many something is due by a time.
	CountDue(ctx context.Context, by time.Time) (int, error)
	// Granted lists, by id, the members whose accounts hold a grant of a tier that has not ended.
	Granted(ctx context.Context, tier string) ([]member.ID, error)
	// Ending gives at most n whole holders with a grant that ends by a time, behind a mark, in the order of marks: by
	// EndsAt and id. What ended before and was not applied yet is among them.
	Ending(ctx context.Context, by time.Time, after Mark, n int) ([]Holder, error)
	// Unfinished gives at most n whole holders by id, after an id, whose outbox is not empty.
	Unfinished(ctx context.Context, after member.ID, n int) ([]Holder, error)
	// Demo lists the members that the demo made to be tried out, by id.
	Demo(ctx context.Context) ([]Holder, error)
	// ByHandle finds the member behind a public handle, and false if there is none.
	ByHandle(ctx context.Context, handle string) (Holder, bool, error)
}
