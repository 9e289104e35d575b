package community

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/cursor"
	"membergate/internal/member"
)

// Keeping makes kept lists of the feed FOLLOWING, and reads them.
type Keeping struct {
	Store HomeStore
	Homes Homes
	Now   func() time.Time
	Slack time.Duration // 0 = homeSlack
	Fresh time.Duration // 0 = wideFresh

	mu     sync.Mutex // guards what follows
	wide   Wide
	asked  time.Time // when wide was asked for
	wanted map[member.ID]bool
	told   chan struct{}
}

// following gives a page of what the reader follows: of the kept list and what lies beside it where that is to be
// believed, else by ties. Pages towards the newer go by ties: they are short.
func (s *Service) following(ctx context.Context, q FeedQuery, list cursor.List, ask Query, facts Facts) (FeedPage, error) {
	if s.Keeping == nil || ask.Span.Backward || ask.Span.Before != nil {
		return s.own(ctx, q, list, ask, facts)
	}
	var below PostID
	if ask.Span.After != nil {
		below = PostID(ask.Span.After.ID)
	}
	var r Reader
	var home Home
	var kept bool
	var both errgroup.Group
	both.Go(func() (err error) { r, err = facts(ctx); return err })
	both.Go(func() error {
		var err error
		home, kept, err = s.Keeping.Homes.Home(ctx, q.Who, below, ask.Span.Limit+1+spare)
		kept = kept && err == nil // without its list the page goes by ties
		return nil
	})
	if err := both.Wait(); err != nil {
		return FeedPage{}, err
	}
	if len(r.Ties.Follows)+len(r.Ties.Topics) == 0 {
		return FeedPage{}, nil
	}
	known := func(context.Context) (Reader, error) { return r, nil }
	lag := s.Keeping.Now().Sub(home.upTo())
	if !kept || home.Ties != r.Ties.Version || lag > homeOld {
		s.Keeping.Want(q.Who)
		kept = false
	}
	if !kept || lag > homeLate || home.Ended && home.Floor != "" && len(home.Posts) <= ask.Span.Limit {
		return s.own(ctx, q, list, ask, known) // its end is at hand: by ties the page is one look
	}
	wide, err := s.Keeping.wides()
	if err != nil {
		return FeedPage{}, err
	}
	authors, topics := wide.of(r.Ties)
	if len(authors)+len(topics) > homeWide {
		return s.own(ctx, q, list, ask, known)
	}
	found, err := s.Keeping.Store.Beside(ctx, BesideQuery{
		Posts: home.Posts, Authors: r.Ties.Follows, Topics: r.Ties.Topics, Since: home.upTo(), ByWide: authors, OnWide: topics,
		Below: below, Limit: ask.Span.Limit + 1, Audience: r.Audience(),
	})
	if err != nil {
		return FeedPage{}, err
	}
	posts, floor := found.page(home, ask.Span.Limit+1)
	posts = slices.DeleteFunc(posts, func(p Post) bool { return !r.Wants(p) || !r.Ties.heed(p) })
	want := ask.Span.Limit
	if missing := want + 1 - len(posts); missing > 0 && floor != "" {
		rest := ask
		rest.Authors, rest.Topics, rest.Audience = r.Ties.Follows, r.Ties.Topics, r.Audience()
		if rest.Span.Limit = missing; floor != newestID && (below == "" || floor < below) { // else the page begins below the list
			rest.Span.After = &cursor.Place{ID: string(floor)}
		}
		more, err := s.Store.Page(ctx, rest)
		if err != nil {
			return FeedPage{}, err
		}
		posts = append(posts, more...)
	}
	return s.page(list, ask, want, posts), nil
}

// heed tells whether a post is by somebody or on something that is followed.
func (t Ties) heed(p Post) bool {
	return slices.Contains(t.Follows, p.Author) || slices.ContainsFunc(p.Topics, func(on TopicID) bool { return slices.Contains(t.Topics, on) })
}

// page puts together what is known to be complete: the posts down to a floor, newest first. An empty floor is that there
// are no others; newestID is that none are known.
func (b Beside) page(h Home, limit int) (posts []Post, floor PostID) {
	switch {
	case !h.Ended && len(h.Posts) > 0:
		floor = h.Posts[len(h.Posts)-1]
	case !h.Ended:
		floor = newestID // too many of one millisecond: nothing is known
	default:
		floor = h.Floor
	}
	for _, some := range [][]Post{b.Fresh, b.Wide} {
		if len(some) >= limit {
			floor = max(floor, some[len(some)-1].ID)
		}
	}
	posts = slices.Concat(b.Kept, b.Fresh, b.Wide)
	slices.SortFunc(posts, func(x, y Post) int { return strings.Compare(string(y.ID), string(x.ID)) })
	posts = slices.CompactFunc(posts, func(x, y Post) bool { return x.ID == y.ID })
	return slices.DeleteFunc(posts, func(p Post) bool { return p.ID < floor }), floor
}

// newestID lies above every post.
const newestID PostID = "g"

// wides gives whom and what too many follow, as it was at most wideFresh ago. It belongs to no request.
func (k *Keeping) wides() (Wide, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	began := time.Now()
	if k.wide != nil && began.Sub(k.asked) < cmp.Or(k.Fresh, wideFresh) {
		return k.wide, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), rankingWithin)
	defer cancel()
	wide, err := k.Store.Wide(ctx)
	if err == nil {
		k.wide, k.asked = wide, began
	}
	return wide, err
}
