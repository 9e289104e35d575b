package family

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Decision is what has become of a request for approval.
type Decision string

// What becomes of requests.
const (
	Undecided Decision = "PENDING" // the coins are held
	Approved  Decision = "APPROVED"
	Declined  Decision = "DECLINED"
	Lapsed    Decision = "EXPIRED"   // nobody decided in time
	Withdrawn Decision = "CANCELLED" // by who asked, or because that person has left or nobody is there to decide
)

// Approval is a spending that waits for somebody's yes.
type Approval struct {
	ID         string
	Requester  member.ID
	Redemption string       // id of what is to be redeemed
	Coins      wallet.Coins // that are held for it
	State      Decision     // as stored; StateAt tells the one that is true now
	CreatedAt  time.Time
	ExpiresAt  time.Time // exclusive
	DecidedBy  member.ID // who said yes or no, took it back, or left; empty before, and when nobody decided in time
	DecidedAt  time.Time // zero before
	Note       string    // that was said with it
	Unfinished bool      // what must follow is not known to be done, and anybody may do it
	Givers     []string  // ids of the places of who else gives coins to it; empty where only the requester does
}

// StateAt is what has become of a request by now.
func (a Approval) StateAt(now time.Time) Decision {
	if a.State == Undecided && !now.Before(a.ExpiresAt) {
		return Lapsed
	}
	return a.State
}

// ended is the request when it has ended, and something must follow.
func (a Approval) ended(state Decision, by member.ID, at time.Time) Approval {
	a.State, a.DecidedBy, a.DecidedAt, a.Unfinished = state, by, at, true
	return a
}

// Finished is what has become of a request when all that follows is done; Undecided before.
func (a Approval) Finished() Decision {
	if a.Unfinished {
		return Undecided
	}
	return a.State
}

// MayDecide tells whether a member may say yes or no to a request: whoever may approve, but nobody to an own one.
func (f Family) MayDecide(who member.ID, a Approval) bool {
	v, in := f.Of(who)
	return in && May(v.Role, Approve) && who != a.Requester
}

// decided tells whether there is anybody who may decide what a member asks for.
func (f Family) decided(requester member.ID) bool {
	return slices.ContainsFunc(f.Members(), func(who member.ID) bool { return f.MayDecide(who, Approval{Requester: requester}) })
}

// ApprovalsFor lists requests in a state ("" = all), newest first, those of one moment by id, highest first: all of them for a viewer who may approve, the own
// ones for others. The states are those at now.
func (f Family) ApprovalsFor(viewer member.ID, now time.Time, state Decision) []Approval {
	v, ok := f.Of(viewer)
	if !ok {
		return nil
	}
	var out []Approval
	for _, a := range slices.Backward(f.Approvals) {
		a.State = a.StateAt(now)
		if (a.Requester == viewer || May(v.Role, Approve)) && (state == "" || state == a.State) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Approval) int { // who was asked later may have wished before
		return cmp.Or(cmp.Compare(b.CreatedAt.UnixMilli(), a.CreatedAt.UnixMilli()), cmp.Compare(b.ID, a.ID))
	})
	return out
}

// pending counts the requests that wait for a decision.
func (f Family) pending(now time.Time) (n int) {
	for _, a := range f.Approvals {
		if a.StateAt(now) == Undecided {
			n++
		}
	}
	return n
}

// Waiting counts the requests of others that a member could decide now.
func (f Family) Waiting(viewer member.ID, now time.Time) int {
	n := 0
	for _, a := range f.Approvals {
		if a.StateAt(now) == Undecided && f.MayDecide(viewer, a) {
			n++
		}
	}
	return n
}

// Due is when a family must be looked at because a request ends by itself, or something must follow one that has ended:
// at once then. False if there is no such request.
func (f Family) Due() (time.Time, bool) {
	var due time.Time
	found := false
	for _, a := range f.Approvals {
		at := a.ExpiresAt
		switch {
		case a.Unfinished:
			at = time.Unix(0, 0).UTC()
		case a.State != Undecided:
			continue
		}
		if !found || at.Before(due) {
			due, found = at, true
		}
	}
	return due, found
}
