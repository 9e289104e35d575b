package recommend

import (
	"context"
	"time"

	"membergate/internal/member"
)

// Choice is what a member picked out of several things, for whoever learns from it what members like. Two with the same
// ID are one.
type Choice struct {
	ID     string // of the use in which it was made
	Member member.ID
	Of     string // code of the benefit that gave the choice
	Option string // code of what was picked
	At     time.Time
}

// Placed is a choice where it stands in the order in which choices were told.
type Placed struct {
	Choice
	Place string
}

// Choices hands choices over to the programs that make the lists. Each is there for at least five days, and gone after
// seven: members may change their minds about what their history is used for.
type Choices interface {
	// Tell adds a choice. Told again, it stands there twice under one ID.
	Tell(ctx context.Context, c Choice) error
	// Told gives at most n choices behind a place, oldest first; from the start for an empty place.
	Told(ctx context.Context, after string, n int) ([]Placed, error)
}
