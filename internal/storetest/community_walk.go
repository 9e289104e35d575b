package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// walkWhileWriting gives the test that pages through every feed of n posts while others post, like and delete: none is
// shown twice, and none is missed that was there before and stayed.
func walkWhileWriting(n, scribes int) func(t *testing.T, ctx context.Context, s community.Store) {
	return func(t *testing.T, ctx context.Context, s community.Store) { walkFeeds(t, ctx, s, n, scribes) }
}

func walkFeeds(t *testing.T, ctx context.Context, s community.Store, n, scribes int) {
	q := newSquare(s)
	q.service.Hottest = &community.Hottest{Posts: s}
	q.from = time.UnixMilli(5_000_000_000_000).UTC() // hotter than what other tests wrote
	topic, family, author := community.TopicID(name("topic")), name("family"), member.ID(name("author"))
	must(t, s.PutTopics(ctx, []community.Topic{{ID: topic, Key: "k"}}))
	before := q.posts(n, author)
	for i := range before {
		before[i].Topics, before[i].Family = []community.TopicID{topic}, family
	}
	must(t, s.Put(ctx, before))
	home := q.posts(n/10, author)
	for i := range home {
		home[i].Visibility, home[i].Family = community.OfFamily, family
	}
	must(t, s.Put(ctx, home))
	var stop atomic.Bool
	var wrote atomic.Int64
	var errs []error
	done := make(chan struct{})
	go func() {
		defer close(done)
		errs = together(scribes, func(i int) error {
			r := dice(uint64(i))
			me := member.ID(fmt.Sprintf("m%d", i))
			for k := 0; !stop.Load(); k++ {
				fresh := q.post(n+k*scribes+i, author)
				fresh.Topics, fresh.Family = []community.TopicID{topic}, family
				if k%3 == 0 {
					fresh.Visibility = community.OfFamily
				}
				err := s.Put(ctx, []community.Post{fresh})
				if err == nil {
					_, err = q.service.SetMark(ctx, me, before[r.IntN(len(before))].Subject(), community.Like, k%3 > 0, then)
				}
				if err == nil && k%2 == 0 {
					fresh.DeletedAt = then
					err = s.Put(ctx, []community.Post{fresh})
				}
				switch {
				case err == nil:
					wrote.Add(1)
				case !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.Conflict): // what only lacked time is no matter
					return err
				}
			}
			return nil
		})
	}()
	reader := community.Reader{Member: "reader", Family: family, Ties: community.Ties{Follows: []member.ID{author}}}
	for _, c := range []struct {
		q    community.FeedQuery
		want []community.Post
	}{
		{community.FeedQuery{Kind: community.Hot}, before}, {community.FeedQuery{Kind: community.New}, before}, {community.FeedQuery{Kind: community.Following}, before},
		{community.FeedQuery{Kind: community.OnTopic, Topic: topic}, before}, {community.FeedQuery{Kind: community.OfBoard, Board: q.board}, before},
		{community.FeedQuery{Kind: community.FamilyOwn}, home},
	} {
		t.Run(string(c.q.Kind), func(t *testing.T) {
			at := wrote.Load()
			q.walk(t, ctx, c.q, reader, c.want)
			t.Logf("%d posts were paged through beside %d writings", len(c.want), wrote.Load()-at)
		})
	}
	stop.Store(true)
	<-done
	for i, err := range errs {
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	}
}

// walk pages through a feed until all that must be there has come.
func (q square) walk(t *testing.T, ctx context.Context, ask community.FeedQuery, r community.Reader, want []community.Post) {
	t.Helper()
	left := make(map[community.PostID]bool, len(want))
	for _, p := range want {
		left[p.ID] = true
	}
	seen := map[community.PostID]int{}
	size := 50
	ask.Who, ask.Args = r.Member, cursor.Args{First: &size}
	for pages := 0; len(left) > 0; pages++ {
		page, err := q.service.Feed(ctx, q.rules, ask, func(context.Context) (community.Reader, error) { return r, nil })
		must(t, err)
		for _, p := range page.Nodes {
			delete(left, p.ID)
			if seen[p.ID]++; seen[p.ID] > 1 {
				t.Errorf("post %s was shown %d times", p.Body, seen[p.ID])
			}
		}
		if !page.HasNext || page.Stale {
			break
		}
		if len(page.Nodes) < size {
			t.Errorf("a page with another behind it has only %d posts", len(page.Nodes))
		}
		ask.Args.After = page.End()
	}
	for _, p := range want {
		if left[p.ID] {
			t.Errorf("post %s, which was there before, was not shown", p.Body)
		}
	}
}

func hottestPosts(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	q.from = time.UnixMilli(6_000_000_000_000).UTC()
	r := dice(43)
	all := q.posts(120, "author")
	for i := range all {
		all[i] = all[i].Counted(community.Counts{Reactors: r.Int64N(40)})
		if i%10 == 3 {
			all[i].DeletedAt = then
		}
		if i%10 == 7 {
			all[i].State = community.Pending
		}
	}
	must(t, s.Put(ctx, all))
	there := slices.DeleteFunc(slices.Clone(all), func(p community.Post) bool { return !p.DeletedAt.IsZero() })
	slices.SortFunc(there, func(a, b community.Post) int {
		return comparePlaces(community.ByHot.Place(b), community.ByHot.Place(a))
	})
	for _, n := range []int{0, 1, 20, len(there)} {
		got, err := s.Hottest(ctx, n)
		must(t, err)
		var want []community.PostID
		for _, p := range there[:n] {
			want = append(want, p.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the %d hottest are %v, want %v", n, got, want)
		}
	}
}
