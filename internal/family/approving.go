package family

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
)

// Codes of refusals of those who decide.
const (
	AlreadyDecided  = "ALREADY_DECIDED"
	ApprovalExpired = "APPROVAL_EXPIRED" // nobody decided in time
	ApprovalGone    = "APPROVAL_CANCELLED"
	NoteTooLong     = "NOTE_LENGTH"
	NoteUnreadable  = "NOTE_CHARACTERS"
)

const (
	// KeptApprovals is how many requests that have ended a family keeps: more than anybody looks back at.
	KeptApprovals = 200
	// MostWaiting is how many requests wait in a family at once: more than anybody answers, in far less than a document holds.
	MostWaiting = 100
	// MostNote is how many characters may be said with a decision.
	MostNote = 200
)

// Wish is a spending that needs somebody's yes.
type Wish struct {
	ID         string // of the request that it becomes
	By         member.ID
	Redemption string // id of what is to be redeemed
	Coins      wallet.Coins
	At         time.Time
	Until      time.Time // when it ends by itself, exclusive
	Givers     []string  // ids of the places of who gives coins to it; empty where only the requester does
}

// Ask is the family with a request for a wish, unless it has it. Of a wish that nobody could say yes to the request is
// taken back at once, and the family does not keep it.
func (f Family) Ask(w Wish) (next Family, a Approval, changed bool) {
	if n := f.approval(w.ID); n >= 0 {
		return f, f.Approvals[n], false
	}
	a = Approval{ID: w.ID, Requester: w.By, Redemption: w.Redemption, Coins: w.Coins, State: Undecided, CreatedAt: w.At, ExpiresAt: w.Until, Givers: w.Givers}
	if !f.supports(a) {
		a.State, a.DecidedAt = Withdrawn, w.At
		return f, a, false
	}
	over := -KeptApprovals
	for _, old := range f.Approvals {
		if old.Finished() != Undecided {
			over++
		}
	}
	f.Approvals = slices.DeleteFunc(slices.Clone(f.Approvals), func(old Approval) bool { // oldest first
		if over <= 0 || old.Finished() == Undecided {
			return false
		}
		over--
		return true
	})
	f.Approvals = append(f.Approvals, a)
	return f, a, true
}

// approval is the place of a request, -1 if there is no such one.
func (f Family) approval(id string) int {
	return slices.IndexFunc(f.Approvals, func(a Approval) bool { return a.ID == id })
}

// with is the family with a request as it has become, on a copy.
func (f Family) with(n int, a Approval) Family {
	f.Approvals = slices.Clone(f.Approvals)
	f.Approvals[n] = a
	return f
}

// Decide is the family with somebody's yes or no to a request. The same word of the same person again changes nothing.
func (f Family) Decide(by member.ID, id string, yes bool, note string, now time.Time) (next Family, a Approval, changed bool, err error) {
	n := f.approval(id)
	v, in := f.Of(by)
	if n < 0 || !in || f.Approvals[n].Requester != by && !May(v.Role, Approve) {
		return f, a, false, unknownApproval()
	}
	a = f.Approvals[n]
	word := Declined
	if yes {
		word = Approved
	}
	switch state := a.StateAt(now); {
	case a.Requester == by:
		err = fault.Refuse(NotPermitted, "approvalId", "nobody decides an own request")
	case (state == Approved || state == Declined) && a.DecidedBy == by && state == word:
		return f, a, false, nil
	case state == Approved || state == Declined:
		err = fault.Refuse(AlreadyDecided, "approvalId", "the request is %s already", state)
	case state == Lapsed:
		err = fault.Refuse(ApprovalExpired, "approvalId", "the request ended at %s", a.ExpiresAt.UTC().Format(time.RFC3339))
	case state == Withdrawn:
		err = fault.Refuse(ApprovalGone, "approvalId", "the request was taken back")
	default:
		note, err = readable(note)
	}
	if err != nil {
		return f, a, false, err
	}
	a = a.ended(word, by, now)
	a.Note = note
	return f.with(n, a), a, true, nil
}

// readable is a note as it is kept.
func readable(note string) (string, error) {
	note = strings.TrimSpace(note)
	if n := len([]rune(note)); n > MostNote {
		return "", fault.Refuse(NoteTooLong, "note", "note has %d characters; allowed are at most %d", n, MostNote)
	}
	const joiner = '\u200d' // of emoji
	for _, c := range note {
		if !unicode.IsPrint(c) && c != joiner && c != '\n' && c != '\u3000' {
			return "", fault.Refuse(NoteUnreadable, "note", "note has the character %U; allowed are those of texts", c)
		}
	}
	return note, nil
}

// Withdraw is the family with a request taken back by who asked. One that has ended stays as it is.
func (f Family) Withdraw(id string, now time.Time) (next Family, a Approval, changed bool, err error) {
	n := f.approval(id)
	if n < 0 {
		return f, a, false, unknownApproval()
	}
	f, changed = f.lapse(now)
	if a = f.Approvals[n]; a.State != Undecided {
		return f, a, changed, nil
	}
	a = a.ended(Withdrawn, a.Requester, now)
	return f.with(n, a), a, true, nil
}

func unknownApproval() error {
	return fault.Refuse(Unknown, "approvalId", "approvalId names no request that is known")
}

// lapse is the family with the requests ended that nobody decided in time, on a copy where there are any.
func (f Family) lapse(now time.Time) (next Family, changed bool) {
	for n, a := range f.Approvals {
		if a.State == Undecided && a.StateAt(now) == Lapsed {
			f, changed = f.with(n, a.ended(Lapsed, "", a.ExpiresAt)), true
		}
	}
	return f, changed
}

// supports tells whether a request could be carried out: who asks and all who give are in the family, and somebody in it
// may decide.
func (f Family) supports(a Approval) bool {
	for _, place := range a.Givers {
		if _, in := f.Person(place); !in {
			return false
		}
	}
	_, in := f.Of(a.Requester)
	return in && f.decided(a.Requester)
}

// released is the family with the requests taken back of who is not in it any more, that need coins of somebody who is not,
// or that nobody is left to decide, on a copy where there are any.
func (f Family) released(by member.ID, now time.Time) Family {
	for n, a := range f.Approvals {
		if a.StateAt(now) == Undecided && !f.supports(a) {
			f = f.with(n, a.ended(Withdrawn, by, now))
		}
	}
	return f
}

// finished is the family that knows that all has followed which a request called for, and what became of it in the end: a
// yes may come too late for coins that nobody fetched before their hold was over.
func (f Family) finished(id string, end Decision) (next Family, changed bool) {
	n := f.approval(id)
	if n < 0 || !f.Approvals[n].Unfinished {
		return f, false
	}
	a := f.Approvals[n]
	a.State, a.Unfinished = end, false
	return f.with(n, a), true
}
