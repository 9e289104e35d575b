package recommend

import (
	"context"
	"time"

	"membergate/internal/member"
)

// Lists keeps lists, and what is known of members beside them. All of it can be made again, or may be lost.
type Lists interface {
	// Get gives lists in one round trip, and with them what is known of a member; of nobody ("") nothing is read. A list
	// that is not there is missing.
	Get(ctx context.Context, keys []Key, of member.ID) (map[Key]List, Known, error)
	// Put stores lists, each replacing the one with its key; an empty one removes it. A list dies by itself some days
	// after it was put.
	Put(ctx context.Context, lists map[Key]List) error
	// Built gives what is kept of the last making of lists; the zero value for none.
	Built(ctx context.Context) (Build, error)
	// Building keeps it, in place of the one before.
	Building(ctx context.Context, b Build) error
	// Know notes what a member said, so that Get tells it; an older version never replaces a newer one.
	Know(ctx context.Context, t Taste) error
	// Trace gives a member's trace and which of the marks it was saved with before; was names its state.
	Trace(ctx context.Context, m member.ID, marks []string) (t Trace, told map[string]bool, was string, err error)
	// Retrace replaces the trace whose state was was, and notes the marks; false if another one has come meanwhile. The
	// trace dies by itself after the time given, and marks that are older than it go.
	Retrace(ctx context.Context, m member.ID, was string, t Trace, marks []string, at time.Time, life time.Duration) (bool, error)
	// Forget removes all that is a member's: lists, what the member said, and the trace.
	Forget(ctx context.Context, m member.ID) error
}
