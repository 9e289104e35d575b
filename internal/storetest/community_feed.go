package storetest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// signer signs cursors in tests.
type signer struct{}

func (signer) Sign(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, []byte(purpose))
	h.Write(data)
	return h.Sum(nil)
}

func (s signer) Verify(purpose string, data, tag []byte) bool {
	return hmac.Equal(s.Sign(purpose, data), tag)
}

// square is a board with a service that reads it.
type square struct {
	service *community.Service
	rules   *programme.Programme
	board   string
	from    time.Time
}

func newSquare(s community.Store) square {
	board := name("board")
	return square{
		service: &community.Service{Store: s, Cursors: cursor.NewBook(signer{})},
		rules:   &programme.Programme{Boards: []programme.Board{{Code: board}}}, board: board,
		from: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC),
	}
}

// post makes a public post, the i-th in time.
func (q square) post(i int, author member.ID) community.Post {
	at := q.from.Add(time.Duration(i) * time.Second)
	return community.Post{
		ID: community.PostID(community.NewID(at)), CreatedAt: at, Author: author, Board: q.board, State: community.Published,
		Visibility: community.Public, Body: fmt.Sprint(i),
	}.Counted(community.Counts{})
}

func (q square) posts(n int, author member.ID) (out []community.Post) {
	for i := range n {
		out = append(out, q.post(i, author))
	}
	return out
}

// page asks for a page of the board.
func (q square) page(ctx context.Context, r community.Reader, a cursor.Args) (community.FeedPage, error) {
	return q.service.Feed(ctx, q.rules, community.FeedQuery{Kind: community.OfBoard, Board: q.board, Who: r.Member, Args: a},
		func(context.Context) (community.Reader, error) { return r, nil })
}

// looking counts how often posts are looked for.
type looking struct {
	community.Store
	times int
}

func (l *looking) Page(ctx context.Context, q community.Query) ([]community.Post, error) {
	l.times++
	return l.Store.Page(ctx, q)
}

func filledPage(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	all := q.posts(80, "author")
	for i := range all {
		if i%4 != 0 { // three of four are for followers alone
			all[i].Visibility = community.Followers
		}
	}
	must(t, s.Put(ctx, all))
	for name, c := range map[string]struct {
		reader community.Reader
		looks  int
		first  string
	}{
		"nobody signed in": {community.Reader{}, 1, "76"},
		"a stranger":       {community.Reader{Member: "m"}, 2, "76"},
		"a follower":       {community.Reader{Member: "m", Ties: community.Ties{Follows: []member.ID{"author"}}}, 1, "79"},
	} {
		size := 10
		looked := &looking{Store: s}
		q.service.Store = looked
		page, err := q.page(ctx, c.reader, cursor.Args{First: &size})
		must(t, err)
		if len(page.Nodes) != size || !page.HasNext || page.Nodes[0].Body != c.first {
			t.Errorf("%s: %d posts from %s, more: %v", name, len(page.Nodes), page.Nodes[0].Body, page.HasNext)
		}
		if looked.times != c.looks {
			t.Errorf("%s: the page cost %d looks; want %d", name, looked.times, c.looks)
		}
		if newest := page.Newest(); newest == nil || *newest != page.Cursors[0] {
			t.Errorf("%s: the newest cursor is %v", name, newest)
		}
		var bodies []string
		for {
			for _, p := range page.Nodes {
				bodies = append(bodies, p.Body)
			}
			if !page.HasNext {
				break
			}
			page, err = q.page(ctx, c.reader, cursor.Args{First: &size, After: page.End()})
			must(t, err)
		}
		if end, err := q.page(ctx, c.reader, cursor.Args{First: &size, After: page.End()}); err != nil || len(end.Nodes) > 0 {
			t.Errorf("%s: there is a page behind the last one: %v", name, err)
		}
		want := 20
		if c.first == "79" {
			want = 80
		}
		if slices.Sort(bodies); len(slices.Compact(bodies)) != want {
			t.Errorf("%s: the walk gave %d posts; want %d", name, len(bodies), want)
		}
	}
}

func backwardsAndGap(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	must(t, s.Put(ctx, q.posts(30, "author")))
	r := community.Reader{Member: "m"}
	ask := func(a cursor.Args) community.FeedPage {
		page, err := q.page(ctx, r, a)
		must(t, err)
		return page
	}
	five, three := 5, 3
	top := ask(cursor.Args{First: &five}) // 29 … 25
	for i := range 8 {
		must(t, s.Put(ctx, []community.Post{q.post(30+i, "author")})) // 30 … 37 come meanwhile
	}
	for name, c := range map[string]struct {
		page       community.FeedPage
		want       string
		prev, next bool
	}{
		"what is new, next to what is known": {ask(cursor.Args{Last: &three, Before: top.Start()}), "32 31 30", true, true},
		"all that is new":                    {ask(cursor.Args{Last: ptr(50), Before: top.Start()}), "37 36 35 34 33 32 31 30", false, true},
		"the end of the list":                {ask(cursor.Args{Last: &three}), "2 1 0", true, false},
		"a gap from its upper end":           {ask(cursor.Args{First: &three, After: ask(cursor.Args{First: &five}).End(), Before: top.Start()}), "32 31 30", true, false},
		"a gap from its lower end":           {ask(cursor.Args{Last: &three, After: ask(cursor.Args{First: ptr(1)}).End(), Before: top.Start()}), "32 31 30", true, true},
	} {
		got := ""
		for _, p := range c.page.Nodes {
			got += " " + p.Body
		}
		if got != " "+c.want || c.page.HasPrevious != c.prev || c.page.HasNext != c.next {
			t.Errorf("%s: %s, before it %v, behind it %v; want %s, %v, %v", name, got, c.page.HasPrevious, c.page.HasNext, c.want, c.prev, c.next)
		}
	}
}

func ptr[V any](v V) *V { return &v }

func deletedAnchor(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	all := q.posts(6, "author")
	must(t, s.Put(ctx, all))
	page, err := q.page(ctx, community.Reader{}, cursor.Args{First: ptr(3)})
	must(t, err)
	all[3].DeletedAt = then // the last one of the page
	must(t, s.Put(ctx, all[3:4]))
	next, err := q.page(ctx, community.Reader{}, cursor.Args{First: ptr(3), After: page.End()})
	must(t, err)
	if len(next.Nodes) != 3 || next.Nodes[0].Body != "2" || next.HasNext {
		t.Errorf("behind the deleted post come %d posts, more: %v", len(next.Nodes), next.HasNext)
	}
}
