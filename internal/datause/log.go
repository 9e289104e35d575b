package datause

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"membergate/internal/member"
)

// Log takes down uses. Those of answers are written behind the answer, each once an hour; what must never be missing is
// written ahead of the use itself, with Write. A nil Log takes down nothing.
type Log struct {
	store Store
	now   func() time.Time
	wait  time.Duration // between two tries while the store does not answer
	queue chan Use
	lost  atomic.Int64

	mu    sync.Mutex
	hour  time.Time       // of what is known
	known map[string]bool // ids that are written or wait
}

const (
	// mostWaiting bounds what waits; whoever comes while it is full writes by himself.
	mostWaiting = 10_000
	// atOnce is how many uses are written together.
	atOnce = 200
	// mostKnown bounds what is remembered of an hour: 50 MB. What is forgotten is written again, which changes nothing.
	mostKnown = 500_000
	// writeWithin bounds one writing.
	writeWithin = 5 * time.Second
	// tryAgain is how long the log waits for a store that does not answer.
	tryAgain = time.Second
)

// NewLog makes one whose Note writes nothing until Run. Now is real time.
func NewLog(s Store, now func() time.Time) *Log {
	return &Log{store: s, now: now, wait: tryAgain, queue: make(chan Use, mostWaiting), known: map[string]bool{}}
}

// Note takes down a use of this hour, soon. It costs no call of a store unless very many wait.
func (l *Log) Note(who member.ID, purpose, category, actor string) {
	if l == nil || who == "" {
		return
	}
	u := New(who, purpose, category, actor, l.now())
	if !l.fresh(u) {
		return
	}
	select {
	case l.queue <- u:
	default:
		ctx, done := context.WithTimeout(context.Background(), writeWithin)
		defer done()
		if err := l.store.Add(ctx, []Use{u}); err != nil {
			l.forget([]Use{u})
			l.lost.Add(1)
		}
	}
}

// Write takes down uses at once: what it fails for must not be done.
func (l *Log) Write(ctx context.Context, all ...Use) error {
	if l == nil || len(all) == 0 {
		return nil
	}
	return l.store.Add(ctx, all)
}

// Of gives at most n of a member's uses behind a place, newest first.
func (l *Log) Of(ctx context.Context, who member.ID, after *Place, n int) ([]Use, error) {
	return l.store.Of(ctx, who, after, n)
}

// Now is the log's time.
func (l *Log) Now() time.Time {
	if l == nil {
		return time.Now()
	}
	return l.now()
}

// Lost is how many uses could not be taken down, because the store did not answer while too many waited.
func (l *Log) Lost() int64 { return l.lost.Load() }

// fresh tells whether a use is the first of its kind in this hour, of this process.
func (l *Log) fresh(u Use) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := u.At.Truncate(hour); !h.Equal(l.hour) || len(l.known) >= mostKnown {
		l.hour = h
		clear(l.known)
	}
	if l.known[u.ID] {
		return false
	}
	l.known[u.ID] = true
	return true
}

func (l *Log) forget(all []Use) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, u := range all {
		delete(l.known, u.ID)
	}
}

// Run writes what was noted until the context ends, and then what waits. While the store does not answer it tries again.
func (l *Log) Run(ctx context.Context) error {
	for {
		select {
		case u := <-l.queue:
			some := l.more(u)
			for !l.write(some) {
				select {
				case <-time.After(l.wait):
				case <-ctx.Done(): // the last try
					if !l.write(some) {
						l.lost.Add(int64(len(some)))
					}
					return l.drain()
				}
			}
		case <-ctx.Done():
			return l.drain()
		}
	}
}

func (l *Log) drain() error {
	for {
		select {
		case u := <-l.queue:
			if some := l.more(u); !l.write(some) {
				l.lost.Add(int64(len(some)))
			}
		default:
			return nil
		}
	}
}

// more gives a use and what waits behind it, up to a batch.
func (l *Log) more(first Use) []Use {
	some := []Use{first}
	for len(some) < atOnce {
		select {
		case u := <-l.queue:
			some = append(some, u)
		default:
			return some
		}
	}
	return some
}

func (l *Log) write(some []Use) bool {
	ctx, done := context.WithTimeout(context.Background(), writeWithin)
	defer done()
	return l.store.Add(ctx, some) == nil
}
