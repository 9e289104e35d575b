// Package coupon is what members may take off an order once: coupons, what each says, how they are given, kept for an
// order, used and given back, and which of them make the best set for an order.
package coupon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// State is how far a coupon has come.
type State string

// The states.
const (
	Issued  State = "ISSUED"  // it may be used
	Frozen  State = "FROZEN"  // an order that is not paid yet keeps it
	Used    State = "USED"    //
	Expired State = "EXPIRED" // nobody used it in time
	Revoked State = "REVOKED" // taken back
)

// Source is how a member came by a coupon.
type Source string

// The sources.
const (
	ByQuota        Source = "QUOTA"        // a benefit gives so many in a period
	ByTier         Source = "TIER"         // a tier was reached
	ByCampaign     Source = "CAMPAIGN"     // the member took it
	ByCompensation Source = "COMPENSATION" // something went wrong
	ByClaim        Source = "CLAIM"        // a claim was right
	ByInvitation   Source = "INVITATION"   // somebody was brought along
	ByWinback      Source = "WINBACK"      // the member has not been seen for a while
	ByFrequency    Source = "FREQUENCY"    // for how often the member buys
)

// Sources are all sources.
func Sources() []Source {
	return []Source{ByQuota, ByTier, ByCampaign, ByCompensation, ByClaim, ByInvitation, ByWinback, ByFrequency}
}

// Terms are what a coupon says, as its template said it when it was issued. A changed programme never changes them.
type Terms struct {
	Template    string
	Programme   string // the programme's version
	Version     string // of the terms
	Kind        programme.CouponKind
	Value       int64 // OFF, OFF_OVER: fen; PERCENT: percent; DELIVERY: most fen, 0 = all; GIFT: what it is worth, in fen
	MinOrderFen int64
	MaxOffFen   int64 // PERCENT
	Channels    []string
	Regions     []string
	Stores      []string
	Categories  []string
	FirstOrder  bool // only for who has never paid an order
	Group       string
	Titles      programme.Text
	Texts       programme.Text
}

// Coupon is one coupon of one member.
type Coupon struct {
	ID       string // made of its member and the op of its issue, so that it is issued once
	Member   member.ID
	Terms    Terms
	Source   Source
	Ref      string // what it was given for, such as a benefit's window, a parcel or a campaign
	Reason   string // of the staff who gave it
	IssuedBy string // the member id of staff; empty where a rule gave it
	IssuedAt time.Time
	Until    time.Time // exclusive
	State    State     // as it was written down; StateAt tells the state at a time

	Order       string    // that keeps it, kept it last or used it
	FrozenUntil time.Time // exclusive; of FROZEN
	Code        string    // for a till; empty before it was shown
	UsedAt      time.Time // zero before
	UsedBy      string    // who stood at the till; empty where an event told
	Told        bool      // it is known what it took off
	SavedFen    int64     // what it took off, once Told
	ReturnedAt  time.Time // when a refund gave it back last; zero before
	RevokedAt   time.Time // zero before
	RevokedBy   string    // the member id of staff
	RevokedFor  string    // their reason
	Version     int64     // grows with every change; 1 when issued
}

// StateAt is the state at a time: a freeze ends by itself, and what nobody used in time has expired. What an order keeps
// stays its own until the freeze ends.
func (c Coupon) StateAt(now time.Time) State {
	if c.State == Frozen && now.Before(c.FrozenUntil) {
		return Frozen
	}
	if c.Open() && !now.Before(c.Until) {
		return Expired
	}
	if c.State == Frozen {
		return Issued
	}
	return c.State
}

// Open tells whether it is not written down as used, expired or revoked.
func (c Coupon) Open() bool { return c.State == Issued || c.State == Frozen }

// DueAt is when it must be written down as expired; zero for what is not open.
func (c Coupon) DueAt() time.Time {
	switch {
	case !c.Open():
		return time.Time{}
	case c.State == Frozen && c.FrozenUntil.After(c.Until):
		return c.FrozenUntil
	default:
		return c.Until
	}
}

// Place is where a coupon stands in its member's list: soonest over first.
type Place struct {
	Until time.Time
	ID    string
}

// Place is the coupon's place.
func (c Coupon) Place() Place { return Place{c.Until, c.ID} }

// ErrStale is what stores answer when somebody else changed a coupon first.
var ErrStale = errors.New("coupon: somebody else changed it first")

// Store keeps coupons.
type Store interface {
	// Add adds coupons at version 1; those that are there already stay as they are.
	Add(ctx context.Context, all []Coupon) error
	// ByIDs finds coupons; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) (map[string]Coupon, error)
	// Save replaces a coupon if its stored version is still c.Version, and stores it at the next; else ErrStale. Its
	// member, Until and Code, once it has one, do not change.
	Save(ctx context.Context, c Coupon) error
	// ByCode finds a coupon by its code, and false if there is none; an empty code is nobody's.
	ByCode(ctx context.Context, code string) (Coupon, bool, error)
	// Page lists at most n coupons of a member that are good until a time or longer, soonest over first, those of one
	// moment by id: those after a place, or from the first one if it is nil.
	Page(ctx context.Context, who member.ID, until time.Time, after *Place, n int) ([]Coupon, error)
	// Live gives, for each of some members who has any, the coupons that are open and good until later than a time, soonest
	// over first, those of one moment by id.
	Live(ctx context.Context, who []member.ID, from time.Time) (map[member.ID][]Coupon, error)
	// OfOrder lists the coupons of a member that name an order.
	OfOrder(ctx context.Context, who member.ID, order string) ([]Coupon, error)
	// Due lists at most n coupons that are to be written down as expired by a time, in any order. However many there are,
	// it reads no more than it gives.
	Due(ctx context.Context, by time.Time, n int) ([]Coupon, error)
}

// idOf names the coupon of an issue.
func idOf(who member.ID, op string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"coupon", string(who), op}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
