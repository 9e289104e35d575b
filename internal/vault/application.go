package vault

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/member"
)

// Act is what was done with an application.
type Act string

// The acts.
const (
	Yes  Act = "YES"
	No   Act = "NO"
	Read Act = "READ"
)

// Deed is one act, which is never changed or taken away.
type Deed struct {
	Act  Act
	By   string // staff, as their token names them
	Role string // as what: of the programme's approvers; of a reading, the reader's
	At   time.Time
}

// Application is the wish of staff to read facts of a member as they are, and all that became of it: the audit of readings.
type Application struct {
	ID       string // made of the applicant and the key, so that one key makes one
	Input    string // fingerprint of what was asked for
	Member   member.ID
	Fields   []Kind   // in the order of Kinds
	Purpose  string   // code of the programme's, which the member reads
	Reason   string   // what staff wrote, sealed; only staff reads it
	By       string   // staff who applied
	Role     string   // as what
	Needs    []string // the roles of which each must say yes
	At       time.Time
	DecideBy time.Time     // exclusive
	Window   time.Duration // how long after the last yes it may be read
	Keep     time.Time     // until when it is kept
	Deeds    []Deed        // in their order
}

// State is how far an application has come.
type State string

// The states.
const (
	Pending  State = "PENDING"  // waits for answers
	Approved State = "APPROVED" // may be read, once
	Rejected State = "REJECTED" // somebody said no
	Expired  State = "EXPIRED"  // not everybody answered in time, or nobody read it in time
	Done     State = "READ"     // was read
)

// StateAt is the state at a time.
func (a Application) StateAt(now time.Time) State {
	switch {
	case a.has(No):
		return Rejected
	case a.has(Read):
		return Done
	case !a.Waits() && now.Before(a.ReadBy()):
		return Approved
	case a.Waits() && now.Before(a.DecideBy):
		return Pending
	}
	return Expired
}

// Waits tells whether an answer is missing, whatever the time is.
func (a Application) Waits() bool { return !a.has(No) && len(a.missing()) > 0 }

func (a Application) has(act Act) bool {
	return slices.ContainsFunc(a.Deeds, func(d Deed) bool { return d.Act == act })
}

// missing are the roles that have not said yes.
func (a Application) missing() []string {
	return slices.DeleteFunc(slices.Clone(a.Needs), func(role string) bool {
		return slices.ContainsFunc(a.Deeds, func(d Deed) bool { return d.Act == Yes && d.Role == role })
	})
}

// answer is what somebody has said; false for nothing.
func (a Application) answer(by string) (Deed, bool) {
	n := slices.IndexFunc(a.Deeds, func(d Deed) bool { return d.By == by && d.Act != Read })
	if n < 0 {
		return Deed{}, false
	}
	return a.Deeds[n], true
}

// ReadBy is until when it may be read, exclusive; zero while an answer is missing.
func (a Application) ReadBy() time.Time {
	if a.Waits() {
		return time.Time{}
	}
	var last time.Time
	for _, d := range a.Deeds {
		if d.Act == Yes && d.At.After(last) {
			last = d.At
		}
	}
	return last.Add(a.Window)
}

// ReadAt is when it was read; zero if it was not.
func (a Application) ReadAt() time.Time {
	for _, d := range a.Deeds {
		if d.Act == Read {
			return d.At
		}
	}
	return time.Time{}
}

// with gives the application with one deed more.
func (a Application) with(d Deed) Application {
	a.Deeds = append(slices.Clone(a.Deeds), d)
	return a
}

// MayAnswer is the role in which somebody with some roles may answer now; empty for none.
func (a Application) MayAnswer(by string, roles []string, now time.Time) string {
	if _, said := a.answer(by); said || a.By == by || string(a.Member) == by || a.StateAt(now) != Pending {
		return ""
	}
	for _, role := range a.missing() {
		if slices.Contains(roles, role) {
			return role
		}
	}
	return ""
}

// Newest orders applications newest first and keeps at most n of them.
func Newest(all []Application, n int) []Application {
	slices.SortFunc(all, func(a, b Application) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all[:min(n, len(all))]
}
