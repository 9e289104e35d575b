package community_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
)

// drawer keeps rankings in a map, unless it is stuck.
type drawer struct {
	kept  map[string][]community.PostID
	stuck bool
}

func (d *drawer) Keep(_ context.Context, r community.Ranking) error {
	if d.stuck {
		return errors.New("it is stuck")
	}
	d.kept[r.Version] = r.Posts
	return nil
}

func (d *drawer) Part(_ context.Context, version string, from, n int) ([]community.PostID, bool, error) {
	if d.stuck {
		return nil, false, errors.New("it is stuck")
	}
	all, ok := d.kept[version]
	from = min(from, len(all))
	return all[from:min(from+n, len(all))], ok, nil
}

// likes gives a post so many reactions.
func (b *place) likes(i int, n int64) {
	b.t.Helper()
	b.posts[i] = b.posts[i].Counted(community.Counts{Reactors: n})
	if err := b.service.Store.Put(b.t.Context(), b.posts[i:i+1]); err != nil {
		b.t.Fatal(err)
	}
}

func (b *place) process(d *drawer) {
	b.service.Hottest = &community.Hottest{Posts: b.service.Store, Rankings: d}
}

func TestTheHotFeedIsPagedThroughInOneOrderWhateverMoves(t *testing.T) {
	three := 3
	for name, c := range map[string]struct {
		between func(b *place, d *drawer)
		want    string
		stale   bool
	}{
		"nothing happens":        {func(*place, *drawer) {}, "4 3 2", false},
		"others like and unlike": {func(b *place, _ *drawer) { b.likes(3, 1000); b.likes(7, 0) }, "4 3 2", false},
		"a post is deleted": {func(b *place, _ *drawer) {
			b.posts[3].DeletedAt = start
			b.likes(3, 0)
		}, "4 2 1", false},
		"another process goes on":                       {func(b *place, d *drawer) { b.likes(3, 1000); b.process(d) }, "4 3 2", false},
		"the cache is away, this process remembers":     {func(b *place, d *drawer) { d.stuck = true; b.likes(3, 1000) }, "4 3 2", false},
		"the order is gone":                             {func(b *place, d *drawer) { b.likes(3, 1000); clear(d.kept); b.process(d) }, "5 4 2", true},
		"the cache is away, and it was another process": {func(b *place, d *drawer) { b.likes(3, 1000); d.stuck = true; b.process(d) }, "5 4 2", true},
	} {
		t.Run(name, func(t *testing.T) {
			b, d := newPlace(t, 8, func(int, *community.Post) {}), &drawer{kept: map[string][]community.PostID{}}
			b.process(d)
			q := community.FeedQuery{Kind: community.Hot, Args: cursor.Args{First: &three}}
			first := b.shows("the first page", q, community.Reader{}, "7 6 5")
			c.between(b, d)
			q.Args.After = first.End()
			if page := b.shows("the second", q, community.Reader{}, c.want); page.Stale != c.stale || !page.HasNext || !page.HasPrevious {
				t.Errorf("stale %t, next %t, previous %t", page.Stale, page.HasNext, page.HasPrevious)
			}
		})
	}
}

// A cursor of before there were rankings is one of a post: the reader goes on along the keys.
func TestAnOlderCursorOfTheHotFeedIsStillGood(t *testing.T) {
	b, three := newPlace(t, 8, func(int, *community.Post) {}), 3
	q := community.FeedQuery{Kind: community.Hot, Args: cursor.Args{First: &three}}
	q.Args.After = b.shows("along the keys", q, community.Reader{}, "7 6 5").End()
	b.process(&drawer{kept: map[string][]community.PostID{}})
	b.shows("the next page", q, community.Reader{}, "4 3 2")
}

func TestAnOrderIsShownForAWhileAndMadeOnceForAll(t *testing.T) {
	b := newPlace(t, 4, func(int, *community.Post) {})
	h := &community.Hottest{Posts: b.service.Store, Fresh: time.Hour}
	first, err := h.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.likes(0, 1000)
	again, err := h.Now(t.Context())
	if err != nil || again.Version != first.Version || !slices.Equal(again.Posts, first.Posts) {
		t.Errorf("within its time: %v, %v", again, err)
	}
	h.Fresh = 0
	now, err := h.Now(t.Context())
	if err != nil || now.Version == first.Version || now.Posts[0] != b.posts[0].ID {
		t.Errorf("made anew: %v, %v", now, err)
	}
	for _, r := range []community.Ranking{first, now} {
		for from := range 6 {
			part, ok := h.Part(t.Context(), r.Version, from, 2)
			if want := r.Posts[min(from, 4):min(from+2, 4)]; !ok || !slices.Equal(part, want) {
				t.Errorf("from %d: %v, want %v", from, fmt.Sprint(part), want)
			}
		}
	}
	if _, ok := h.Part(t.Context(), "unknown", 0, 2); ok {
		t.Error("an unknown order is there")
	}
}
