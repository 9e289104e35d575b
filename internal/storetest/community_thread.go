package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// hedge makes comments of all kinds below the posts of a village, one step deep and two, and stores them.
func (v *village) hedge(t *testing.T, ctx context.Context, s community.Store, n int) []community.Comment {
	t.Helper()
	var all []community.Comment
	for i := range n {
		at := v.from.Add(time.Duration(v.dice.IntN(n)) * time.Second)
		c := community.Comment{
			ID: community.CommentID(community.IDOf(at, [10]byte{byte(v.dice.IntN(256)), byte(i >> 8), byte(i)})), CreatedAt: at,
			Author: pick(v.dice, v.people...), Body: "body", Version: 1, Post: v.posts[i%3].ID,
			State: pick(v.dice, community.Published, community.Published, community.Published, community.Pending, community.Removed),
		}
		if len(all) > 0 && i%2 == 0 {
			c = c.AnswerTo(pick(v.dice, all[:min(len(all), 6)]...))
		}
		if v.dice.IntN(5) == 0 {
			c.DeletedAt = at.Add(time.Hour)
		}
		likes := v.dice.Int64N(9)
		counts := community.Counts{Reactions: map[community.Kind]int64{community.Like: likes}, Reactors: likes + v.dice.Int64N(5)}
		all = append(all, c.Counted(counts, v.dice.Int64N(2)*v.dice.Int64N(3)))
	}
	must(t, s.PutComments(ctx, all))
	return all
}

// wantThread is the answer for one place, found by looking at every comment.
func wantThread(all []community.Comment, q community.ThreadQuery, under string) []community.Comment {
	before := func(a, b cursor.Place) bool {
		if q.Sort == community.Oldest {
			return comparePlaces(a, b) < 0
		}
		return comparePlaces(a, b) > 0
	}
	var out []community.Comment
	for _, c := range all {
		place := q.Sort.Place(c)
		if c.Under() == under && q.Audience.Lists(c) &&
			(q.Span.After == nil || before(*q.Span.After, place)) && (q.Span.Before == nil || before(place, *q.Span.Before)) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b community.Comment) int {
		if before(q.Sort.Place(a), q.Sort.Place(b)) {
			return -1
		}
		return 1
	})
	return out[:min(len(out), q.Span.Limit)]
}

var sorts = []community.Sort{community.Best, community.Newest, community.Oldest, community.Top}

func threadsOfComments(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 21, 3)
	all := v.hedge(t, ctx, s, 120)
	var under []string
	for _, p := range v.posts {
		under = append(under, string(p.ID))
	}
	for _, c := range all[:20] {
		under = append(under, string(c.ID))
	}
	found := 0
	for i := range 16 {
		q := community.ThreadQuery{Under: under, Sort: sorts[i%4], Audience: v.reader().Audience(), Span: cursor.Span{Limit: 1 + v.dice.IntN(4)}}
		got, err := s.Thread(ctx, q)
		must(t, err)
		want := map[string][]community.Comment{}
		for _, place := range under {
			if list := wantThread(all, q, place); len(list) > 0 {
				want[place] = list
				found += len(list)
			}
		}
		same(t, fmt.Sprintf("thread %d, %s", i, q.Sort), got, want)
	}
	if found < 100 {
		t.Errorf("only %d comments were found in all: the test asks too little", found)
	}
}

func pageOfThread(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 22, 3)
	all := v.hedge(t, ctx, s, 120)
	under := string(v.posts[0].ID)
	for i := range 40 {
		q := community.ThreadQuery{Under: []string{under}, Sort: sorts[i%4], Audience: v.reader().Audience(), Span: cursor.Span{Limit: 1 + v.dice.IntN(10)}}
		place := q.Sort.Place(pick(v.dice, all...))
		q.Span.After = &place
		got, err := s.Thread(ctx, q)
		must(t, err)
		same(t, fmt.Sprintf("page %d, %s", i, q.Sort), got[under], wantThread(all, q, under))
	}
}

func vanishedComment(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	p := community.Post{ID: community.PostID(community.NewID(time.Now())), State: community.Published, Visibility: community.Public, CreatedAt: time.UnixMilli(1)}
	must(t, s.Put(ctx, []community.Post{p}))
	// Three comments, each the answer to the one before; all but the last were deleted, so only it holds them up.
	var chain []community.Comment
	for i := range 3 {
		c := community.Comment{
			ID: community.CommentID(community.NewID(time.Now())), Post: p.ID, Author: member.ID(fmt.Sprint("m", i)),
			State: community.Published, CreatedAt: time.UnixMilli(int64(i)).UTC(), Version: 1,
		}
		if i > 0 {
			c = c.AnswerTo(chain[i-1])
		}
		if i < 2 {
			c.DeletedAt, c.Replies = time.UnixMilli(10).UTC(), 1
		}
		chain = append(chain, c)
	}
	must(t, s.PutComments(ctx, chain))
	must(t, service.Recount(ctx, p.Subject()))
	if got := load1(t, ctx, s, p.ID); got.Counts.Comments != 1 || got.Counts.Commenters != 1 {
		t.Fatalf("the post counts %+v; want the one comment that can be read", got.Counts)
	}
	// The last one is taken down: from it upwards everything leaves the thread.
	last := chain[2]
	last.State, last.Version = community.Removed, last.Version+1
	must(t, s.PutComments(ctx, []community.Comment{last}))
	must(t, service.Recount(ctx, chain[1].Subject()))
	thread, err := s.Thread(ctx, community.ThreadQuery{Under: []string{string(p.ID)}, Sort: community.Newest, Span: cursor.Span{Limit: 5}})
	must(t, err)
	if got := load1(t, ctx, s, p.ID); len(thread) > 0 || got.Counts.Comments != 0 || got.Counts.Commenters != 0 {
		t.Errorf("the thread still has %v, the post counts %+v", thread, got.Counts)
	}
}

func load1(t *testing.T, ctx context.Context, s community.Store, id community.PostID) community.Post {
	t.Helper()
	found, err := s.ByIDs(ctx, []community.PostID{id})
	must(t, err)
	p, ok := found[id]
	if !ok {
		t.Fatalf("post %s is not there", id)
	}
	return p
}
