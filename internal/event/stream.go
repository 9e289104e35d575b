package event

import (
	"context"
	"time"
)

// Entry is a message where it stands in a partition.
type Entry struct {
	ID string // of the entry, such as 1753430400000-0
	Message
}

// Dead is an event that could not be applied.
type Dead struct {
	ID        string // among the dead
	Reason    string
	Partition int // where it stood
	At        time.Time
	Message
}

// Streams carry messages in partitions. A partition's entries are delivered in their order to one worker at a time,
// which holds the partition's lease; what was delivered and not done is delivered again.
type Streams interface {
	// Partitions is how many there are.
	Partitions() int
	// Publish adds messages, each to its member's partition, in the order given. After an error any of them may have
	// been added.
	Publish(ctx context.Context, messages []Message) error
	// Join tells that a worker lives, for a while, and how many do.
	Join(ctx context.Context, worker string, life time.Duration) (alive int, err error)
	// Lease takes partitions that nobody holds and renews those that the worker holds; it gives those it has.
	Lease(ctx context.Context, worker string, partitions []int, life time.Duration) (held []int, err error)
	// Release gives partitions back; those of others stay theirs.
	Release(ctx context.Context, worker string, partitions []int) error
	// Leave ends a worker; what it still had delivered to it is for the others.
	Leave(ctx context.Context, worker string) error
	// Claim takes over up to n entries that were delivered to anybody and not done, from an entry on: the one to go on
	// with is given, and "" at the end.
	Claim(ctx context.Context, worker string, partition int, from string, n int) (entries []Entry, next string, err error)
	// Read takes up to n entries that were never delivered, and waits for the first one as long as told.
	Read(ctx context.Context, worker string, partition, n int, wait time.Duration) ([]Entry, error)
	// Done acknowledges entries, which are a partition's oldest, and forgets them.
	Done(ctx context.Context, partition int, entries []Entry) error
	// Bury keeps an entry that can never be applied with the reason; it is done afterwards, not here. The dead are bounded:
	// dropped tells that the oldest of them had to go.
	Bury(ctx context.Context, partition int, e Entry, reason string) (dropped bool, err error)
	// Buried lists at most n of the dead after one, oldest first.
	Buried(ctx context.Context, after string, n int) ([]Dead, error)
	// Revive puts a dead event into its member's partition again.
	Revive(ctx context.Context, d Dead) error
	// Oldest tells since when the oldest entry that is not done stands in each partition; zero where there is none.
	Oldest(ctx context.Context) ([]time.Time, error)
	// Lag counts the entries of each partition that are not done, and the dead.
	Lag(ctx context.Context) (waiting []int64, dead int64, err error)
}
