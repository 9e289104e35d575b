package recommend

import (
	"context"

	"membergate/internal/member"
)

// Lists keeps lists, and what members do not want to see. All of it can be made again.
type Lists interface {
	// Get gives lists in one round trip, and with them what a member hid; of nobody ("") nothing is read. A list that
	// is not there is missing.
	Get(ctx context.Context, keys []Key, hider member.ID) (map[Key]List, map[Ref]bool, error)
	// Put stores lists, each replacing the one with its key; an empty one removes it. A list dies by itself some days
	// after it was put.
	Put(ctx context.Context, lists map[Key]List) error
	// Hide makes a thing be hidden from a member's lists or not.
	Hide(ctx context.Context, m member.ID, r Ref, on bool) error
}
