// Package vault keeps what tells who members are: names, phones, addresses and id numbers. They are sealed, members see them
// masked, and staff reads them once, after two others have said yes.
package vault

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Kind says what a fact is.
type Kind string

// The kinds, in the order in which they are shown.
const (
	Name     Kind = "NAME"
	Phone    Kind = "PHONE"
	Address  Kind = "ADDRESS"
	IDNumber Kind = "ID_NUMBER"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{Name, Phone, Address, IDNumber} }

// Fact is one thing that tells who a member is. Only its sealed text and its hash are stored.
type Fact struct {
	Kind     Kind
	Sealed   string
	Hash     string    // keyed; finds the member, and tells whether it is told again
	Verified bool      // whether somebody who can know has confirmed it
	At       time.Time // since when it is so
}

// Identity is all that tells who a member is.
type Identity struct {
	Member  member.ID
	Facts   []Fact // one of a kind at most, in the order of Kinds
	Spent   string // hash of the token that changed it last: a sending that is repeated is known by it
	Version int64  // grows with every change; 0 of one that is not there
}

// Fact finds a fact by its kind.
func (i Identity) Fact(k Kind) (Fact, bool) {
	n := slices.IndexFunc(i.Facts, func(f Fact) bool { return f.Kind == k })
	if n < 0 {
		return Fact{}, false
	}
	return i.Facts[n], true
}

// with gives the identity with a fact in place of the one of its kind.
func (i Identity) with(f Fact) Identity {
	i = i.without(f.Kind)
	i.Facts = append(i.Facts, f)
	order := Kinds()
	slices.SortFunc(i.Facts, func(a, b Fact) int { return slices.Index(order, a.Kind) - slices.Index(order, b.Kind) })
	return i
}

// without gives the identity without the fact of a kind.
func (i Identity) without(k Kind) Identity {
	i.Facts = slices.DeleteFunc(slices.Clone(i.Facts), func(f Fact) bool { return f.Kind == k })
	return i
}

// Mask gives a plain text as members see it.
func Mask(p *programme.Programme, k Kind, plain string) string {
	var masks programme.Masks
	if p.Identity != nil {
		masks = p.Identity.Masks
	}
	switch k {
	case Phone:
		return p.Privacy.HidePhone(plain)
	case Name:
		return masks.Name.Hide(plain)
	case Address:
		return masks.Address.Hide(plain)
	case IDNumber:
		return masks.IDNumber.Hide(plain)
	}
	return programme.Mask{}.Hide(plain)
}

// What stores answer.
var (
	ErrExists = errors.New("vault: it exists")
	ErrStale  = errors.New("vault: somebody else changed it first")
)

// Store keeps identities, and what staff wants to read of them. The latter is only ever added to.
type Store interface {
	// Of gives a member's identity; one that is not there is empty, at version 0.
	Of(ctx context.Context, who member.ID) (Identity, error)
	// Save keeps an identity if its stored version is still i.Version, at the next; else ErrStale.
	Save(ctx context.Context, i Identity) error
	// Known gives at most n members who have a fact under one of some hashes, sorted.
	Known(ctx context.Context, hashes []string, n int) ([]member.ID, error)

	// Apply adds an application, or answers ErrExists and changes nothing.
	Apply(ctx context.Context, a Application) error
	// ByID finds an application, and false if there is none.
	ByID(ctx context.Context, id string) (Application, bool, error)
	// Append adds the last of an application's deeds if the stored one has exactly those before it; else ErrStale. Nothing
	// that was written down before changes.
	Append(ctx context.Context, a Application) error
	// List gives a page of applications, the newest first.
	List(ctx context.Context, q Query) ([]Application, error)
	// ReadOf gives at most n of the applications of a member that were read, the latest reading first, after a place.
	ReadOf(ctx context.Context, who member.ID, after Place, n int) ([]Application, error)
	// Expire removes at most n applications that need not be kept any more at a time, and tells how many.
	Expire(ctx context.Context, at time.Time, n int) (int, error)
}

// Query asks for a page of applications.
type Query struct {
	Open   bool      // those that wait for answers at Now; else those that do not any more
	Now    time.Time //
	Before Place     // only what comes after this place in the list; zero = from the newest
	Limit  int       // at most
}

// Place is where an application stands in lists.
type Place struct {
	At time.Time
	ID string // decides between equals; empty = from the beginning
}
