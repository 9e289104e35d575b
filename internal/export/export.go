// Package export makes archives of everything that is kept of a member, as the data map says, and hands each out once.
package export

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
	"membergate/internal/personal"
)

// State is how far an archive is.
type State string

// The states.
const (
	Requested State = "REQUESTED"
	Ready     State = "READY"
	Fetched   State = "FETCHED" // it was handed out, and is deleted
	Expired   State = "EXPIRED" // nobody fetched it in time, and it is deleted
)

// Export is a member's archive, or the wish for one. A member has one at most.
type Export struct {
	Member      member.ID
	State       State
	RequestedAt time.Time
	ReadyAt     time.Time // zero before
	FetchedAt   time.Time // zero before
	ExpiresAt   time.Time // when a ready one is deleted; zero before
	Build       string    // names its parts and its link, by chance
	Parts       int       // how many there are to delete
	Due         time.Time // when something is to be done; zero for nothing
	Version     int64
}

// Part is a piece of an archive, sealed.
type Part struct {
	Build  string
	Number int
	Member member.ID
	Sealed string
}

// SealPurpose is what parts are sealed for.
const SealPurpose = "export"

// ErrStale says that somebody else changed the export first.
var ErrStale = errors.New("export: it was changed meanwhile")

// Store keeps exports and their parts.
type Store interface {
	// Of gives a member's export, and false if there is none.
	Of(ctx context.Context, who member.ID) (Export, bool, error)
	// Save replaces an export whose version is unchanged, 0 for none, and raises it by one; else ErrStale.
	Save(ctx context.Context, e Export) error
	// Due gives at most n exports of which something is to be done by a time, those that waited longest first.
	Due(ctx context.Context, at time.Time, n int) ([]Export, error)
	// AddPart keeps a part; one that is there stays.
	AddPart(ctx context.Context, p Part) error
	// Parts gives the parts of a build in their order.
	Parts(ctx context.Context, who member.ID, build string) ([]Part, error)
	// DropParts deletes all parts of a member but those of a build; empty for all. It may be repeated.
	DropParts(ctx context.Context, who member.ID, but string) error
}

// Source reads everything that is stored of a member.
type Source interface {
	// Engine says in which words of the data map places and fields are named.
	Engine() personal.Engine
	// Everything hands over each document that is the member's or names the member, as a tree, without what is somebody
	// else's in it; and those of the member's wallets, which go by random names.
	Everything(ctx context.Context, who member.ID, wallets []string, each func(place string, tree map[string]any) error) error
}
