// Package family is the account that relatives share: who is in it with which rights, the discount they have in
// common, and how coins are drawn from all of them while everybody's coins stay their own.
package family

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"membergate/internal/member"
)

// ID is the random name of a family, such as "f_5f0c…".
type ID string

// Role is a person's part in a family.
type Role string

// The roles.
const (
	Owner    Role = "OWNER"    // opened the family or took it over; exactly one
	Guardian Role = "GUARDIAN" // decides for the children
	Adult    Role = "ADULT"
	Teen     Role = "TEEN"  // spends within limits
	Child    Role = "CHILD" // spends when a guardian says yes
)

// Family is one family, kept and changed as one value.
type Family struct {
	ID          ID
	Name        string
	People      []Person     // those who have left included
	Invitations []Invitation // oldest first
	Approvals   []Approval   // oldest first
	Changes     []Change     // oldest first; the newest KeptChanges of them
	CreatedAt   time.Time
	Version     int64 // grows with every change; 1 when created
}

// Presence is whether a person is in the family.
type Presence string

// The presences.
const (
	Active  Presence = "ACTIVE"
	Left    Presence = "LEFT"    // by oneself
	Removed Presence = "REMOVED" // by somebody else
)

// Person is one member's place in a family. Whoever comes back takes it up again.
type Person struct {
	ID       string // random name of the place, such as "fm_5f0c…"
	Member   member.ID
	Role     Role
	State    Presence
	JoinedAt time.Time
	LeftAt   time.Time // zero while Active
	Share    Share
	SharedAt time.Time // when the person last said how much is shared; zero for never
	Limit    *Limit    // nil = none
	TeenAt   time.Time // from when on a child is a teen; zero where the birthday is not known
	AdultAt  time.Time // from when on a child or a teen is an adult; zero where the birthday is not known
	Consent  *Consent  // of a guardian, to a child's being here; nil for others
}

// Consent is a guardian's yes to what is kept of a child.
type Consent struct {
	By member.ID
	At time.Time
}

// NewID makes a random id with a prefix: "f" for a family, "fm" for a person, "fi" for an invitation, "fa" for an
// approval.
func NewID(prefix string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return prefix + "_" + hex.EncodeToString(b)
}

// Open makes a family of its owner alone.
func Open(name string, owner member.ID, at time.Time) Family {
	return Family{ID: ID(NewID("f")), Name: name, CreatedAt: at, Version: 1}.With(owner, Owner, at)
}

// With is the family with a member in it, on a copy. Whoever was in it before gets the old place back, with the new
// role. Coins are shared until the person says otherwise.
func (f Family) With(who member.ID, role Role, at time.Time) Family {
	f.People = slices.Clone(f.People)
	for i, p := range f.People {
		if p.Member == who {
			f.People[i] = Person{ID: p.ID, Member: who, Role: role, State: Active, JoinedAt: at, Share: p.Share, SharedAt: p.SharedAt, Limit: p.Limit}
			return f
		}
	}
	f.People = append(f.People, Person{
		ID: NewID("fm"), Member: who, Role: role, State: Active, JoinedAt: at, Share: Share{Mode: ShareAll},
	})
	return f
}

// Active lists who is in the family: the owner first, then by the time of joining.
func (f Family) Active() []Person {
	out := slices.DeleteFunc(slices.Clone(f.People), func(p Person) bool { return p.State != Active })
	slices.SortStableFunc(out, func(a, b Person) int {
		return cmp.Or(last(a.Role != Owner, b.Role != Owner), a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// last orders what is false before what is true.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// Of finds a member among those who are in the family.
func (f Family) Of(who member.ID) (Person, bool) {
	return f.find(func(p Person) bool { return p.Member == who })
}

// Person finds one of those who are in the family by the id of the place.
func (f Family) Person(id string) (Person, bool) {
	return f.find(func(p Person) bool { return p.ID == id })
}

// Owner is who owns the family, false for one that everybody has left.
func (f Family) Owner() (Person, bool) {
	return f.find(func(p Person) bool { return p.Role == Owner })
}

func (f Family) find(is func(Person) bool) (Person, bool) {
	for _, p := range f.People {
		if p.State == Active && is(p) {
			return p, true
		}
	}
	return Person{}, false
}

// Members are the ids of who is in the family, in the order of Active.
func (f Family) Members() []member.ID {
	var out []member.ID
	for _, p := range f.Active() {
		out = append(out, p.Member)
	}
	return out
}
