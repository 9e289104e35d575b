package community

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Ranking is the order of the hot feed as it once stood. Whoever pages through the feed goes on in the same one, so that
// likes and new posts move nothing behind the reader's back.
type Ranking struct {
	Version string // of the posts and their order: another one = another order
	Posts   []PostID
}

// Rankings keep the rankings that members page through, for all processes.
type Rankings interface {
	// Keep keeps a ranking for RankingLife; it may be repeated.
	Keep(ctx context.Context, r Ranking) error
	// Part gives at most n posts of a ranking from a place on, and false if it is not kept any more.
	Part(ctx context.Context, version string, from, n int) ([]PostID, bool, error)
}

const (
	// RankingLife is how long after the last page of a ranking the next one can be asked for.
	RankingLife = 15 * time.Minute
	// Ranked is how many posts a ranking holds: 250 screens are more than anybody pages.
	Ranked = 5000
	// rankedMost is how many rankings a process remembers: some 250 KB each.
	rankedMost = 16
	// RankingFresh is how long a ranking is shown to those who begin to page: what is new is there within seconds, and a
	// process makes no more than 180 of them, of 80 KB each, while the first of them lives.
	RankingFresh = 5 * time.Second
	// rankingShare keeps ranking to a twentieth of the time, however many posts there are.
	rankingShare = 20
	// rankingSwift is what a reader waits for: a slower one is made beside those who read the last.
	rankingSwift = 25 * time.Millisecond
	// rankingWithin bounds making one: it belongs to no request.
	rankingWithin = 10 * time.Second
	// rankingOld is how old the last one may be to be shown while the next is made.
	rankingOld = time.Minute
)

// Hottest ranks the hot feed for everybody: one process makes one at a time, and remembers those that it gave out.
type Hottest struct {
	Posts    Posts
	Rankings Rankings      // nil = this process alone remembers them
	Fresh    time.Duration // how long the newest is shown to those who begin; 0 = it is made anew for each

	mu     sync.Mutex // guards what follows
	last   Ranking
	made   time.Time     // when the last one was asked for; zero = there is none
	took   time.Duration // to make it
	kept   time.Time     // when its version was kept
	before []Ranking     // given out earlier, newest last
	group  singleflight.Group
}

// Now gives the ranking for somebody who begins to page.
func (h *Hottest) Now(ctx context.Context) (Ranking, error) {
	h.mu.Lock()
	last, age, took, none := h.last, time.Since(h.made), h.took, h.made.IsZero()
	h.mu.Unlock()
	if !none && h.Fresh > 0 && age < max(h.Fresh, rankingShare*took) {
		return last, nil
	}
	making := h.group.DoChan("", func() (any, error) {
		alone, cancel := context.WithTimeout(context.Background(), rankingWithin)
		defer cancel()
		return h.make(alone)
	})
	if !none && h.Fresh > 0 && took > rankingSwift && age < rankingOld {
		return last, nil
	}
	select {
	case r := <-making:
		if r.Err != nil && !none {
			return last, nil // an old order is better than none
		}
		return r.Val.(Ranking), r.Err
	case <-ctx.Done():
		return Ranking{}, ctx.Err()
	}
}

// make reads which posts are hottest, and keeps the order where it is another one or the last was kept long ago. Where it
// cannot be kept, this process alone remembers it.
func (h *Hottest) make(ctx context.Context) (Ranking, error) {
	began := time.Now()
	posts, err := h.Posts.Hottest(ctx, Ranked)
	if err != nil {
		return Ranking{}, err
	}
	took := time.Since(began)
	next := Ranking{Version: versionOf(posts), Posts: posts}
	h.mu.Lock()
	known := next.Version == h.last.Version && time.Since(h.kept) < RankingLife/2
	h.mu.Unlock()
	if !known && h.Rankings != nil {
		known = h.Rankings.Keep(ctx, next) != nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !known {
		h.kept = began
	}
	if h.last.Version != next.Version {
		h.before = append(h.before, h.last)
		h.before = h.before[max(0, len(h.before)-rankedMost):]
	}
	h.last, h.made, h.took = next, began, took
	return next, nil
}

func versionOf(posts []PostID) string {
	hash := sha256.New()
	for _, id := range posts {
		hash.Write([]byte(id))
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// Part gives at most n posts of a ranking from a place on, and false if nobody has it any more.
func (h *Hottest) Part(ctx context.Context, version string, from, n int) ([]PostID, bool) {
	h.mu.Lock()
	all := append(slices.Clone(h.before), h.last)
	h.mu.Unlock()
	for _, r := range slices.Backward(all) {
		if r.Version == version {
			return r.part(from, n), true
		}
	}
	if h.Rankings == nil {
		return nil, false
	}
	posts, ok, err := h.Rankings.Part(ctx, version, from, n)
	return posts, ok && err == nil
}

func (r Ranking) part(from, n int) []PostID {
	from = min(max(from, 0), len(r.Posts))
	return r.Posts[from:min(from+n, len(r.Posts))]
}

// ranked marks the cursors of a ranking, to tell them from those of posts.
const ranked = "#"

// inRanking tells whether a place is one of a ranking, and of which.
func inRanking(id string) (version string, ok bool) { return strings.CutPrefix(id, ranked) }
