package family

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
)

// What stores answer.
var (
	ErrExists = errors.New("family: the family exists")
	ErrTaken  = errors.New("family: somebody in it is in another family")
	ErrStale  = errors.New("family: somebody else changed it first")
)

// Store keeps families, one value each. Whatever is written at once, from however many processes, a member is Active
// in at most one family.
type Store interface {
	// Create adds a family at version 1, or answers ErrExists or ErrTaken and changes nothing.
	Create(ctx context.Context, f Family) error
	// Save replaces the family if its stored version is still f.Version, and stores it at the next version; otherwise
	// ErrStale. ErrTaken if somebody Active in it is Active in another one. Neither changes anything.
	Save(ctx context.Context, f Family) error
	// ByID gives a family, and false if there is none.
	ByID(ctx context.Context, id ID) (Family, bool, error)
	// ByMember gives the family in which a member is Active, and false if there is none.
	ByMember(ctx context.Context, who member.ID) (Family, bool, error)
	// ByMembers gives those families for many members; those without one are missing.
	ByMembers(ctx context.Context, who []member.ID) (map[member.ID]Family, error)
	// ByInvitation gives the family with an invitation of this hash, whatever has become of it, and false if there is
	// none.
	ByInvitation(ctx context.Context, hash string) (Family, bool, error)
	// Due gives at most n families in which something about a request is due by a time, as Family.Due says, those that are
	// due first before others.
	Due(ctx context.Context, by time.Time, n int) ([]ID, error)
	// Homes gives what Memberships gives, for many members; those who never were in one are missing.
	Homes(ctx context.Context, who []member.ID) (map[member.ID][]Family, error)
	// Memberships gives all families that a member is or was in, in no order.
	Memberships(ctx context.Context, who member.ID) ([]Family, error)
}
