package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

func keptInOrder(t *testing.T, ctx context.Context, s community.Store) {
	me := member.ID(name("member"))
	r := dice(41)
	all := map[community.PostID]map[community.Kind]time.Time{}
	kinds := []community.Kind{community.Bookmark, community.Like, community.Want}
	for range 15 {
		on := community.Subject{Kind: community.OnPost, ID: community.NewID(then)}
		all[community.PostID(on.ID)] = map[community.Kind]time.Time{}
		for range 4 {
			k, set, at := pick(r, kinds...), r.IntN(3) > 0, then.Add(time.Duration(r.IntN(5))*time.Second)
			if _, has := all[community.PostID(on.ID)][k]; has != set {
				if all[community.PostID(on.ID)][k] = at; !set {
					delete(all[community.PostID(on.ID)], k)
				}
			}
			_, _, err := s.SetMark(ctx, me, on, k, set, at)
			must(t, err)
		}
		_, _, err := s.SetMark(ctx, me, community.Subject{Kind: community.OnComment, ID: on.ID}, community.Like, true, then)
		must(t, err)
		_, _, err = s.SetMark(ctx, "another", on, community.Bookmark, true, then)
		must(t, err)
	}
	for _, asked := range [][]community.Kind{{community.Bookmark}, {community.Like}, community.Reactions, {community.Funny}} {
		var want []community.Kept
		for id, on := range all {
			if at, ok := (community.Mark{On: on}).Newest(asked); ok {
				want = append(want, community.Kept{Post: id, At: at})
			}
		}
		slices.SortFunc(want, func(a, b community.Kept) int { return comparePlaces(b.Place(), a.Place()) })
		span, got := cursor.Span{Limit: 4}, []community.Kept{}
		for {
			page, err := s.Marked(ctx, me, community.MarkedQuery{Kinds: asked, Span: span})
			must(t, err)
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			last := page[len(page)-1].Place()
			span.After = &last
		}
		if !slices.EqualFunc(got, want, func(a, b community.Kept) bool { return a.Post == b.Post && a.At.Equal(b.At) }) {
			t.Errorf("%v: got %v, want %v", asked, got, want)
		}
	}
}

func mutedInFeeds(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	me := member.ID(name("member"))
	all := q.posts(60, "author")
	for i := range all {
		switch {
		case i%4 == 1:
			all[i].Author = "loud"
		case i%4 == 2:
			all[i].Body = "Buy ＢＩＧ  Onions"
		case i%4 == 3 && i < 30:
			all[i].Author, all[i].Body = me, "My big onions"
		}
	}
	must(t, s.Put(ctx, all))
	must(t, q.service.Tie(ctx, community.Reader{Member: me}, community.Mute, "loud", true))
	for _, text := range []string{"Big onions", " big   ONIONS "} {
		word, err := q.service.MuteWord(ctx, me, text, true)
		must(t, err)
		same(t, "the word", word, "big onions")
	}
	reader := as(t, ctx, s, me)
	same(t, "the ties", reader.Ties, community.Ties{Mutes: []member.ID{"loud"}, Words: []string{"big onions"}})
	size, args, n := 7, cursor.Args{}, 0
	for {
		args.First = &size
		page, err := q.page(ctx, reader, args)
		must(t, err)
		for _, p := range page.Nodes {
			if n++; !reader.Wants(p) || !reader.CanSee(p) {
				t.Errorf("the page has %s of %s", p.Body, p.Author)
			}
		}
		if !page.HasNext {
			break
		}
		if len(page.Nodes) < size {
			t.Errorf("a page with another behind it has only %d posts", len(page.Nodes))
		}
		args.After = page.End()
	}
	if want := len(slices.DeleteFunc(slices.Clone(all), func(p community.Post) bool { return !reader.Wants(p) })); n != want {
		t.Errorf("the walk gave %d posts, want %d", n, want)
	}
	for _, text := range []string{"", "a", " a ", "a\u0000b", "0123456789012345678901234567890"} {
		if _, err := q.service.MuteWord(ctx, me, text, true); refusedAs(err) != community.CodeWordLength {
			t.Errorf("the word %q: %v", text, err)
		}
	}
	_, err := q.service.MuteWord(ctx, me, "BIG onions", false)
	must(t, err)
	must(t, q.service.Tie(ctx, reader, community.Mute, "loud", false))
	same(t, "the ties", as(t, ctx, s, me).Ties, community.Ties{})
}

func putTies(t *testing.T, ctx context.Context, s community.Store) {
	me, foe, friend := member.ID(name("member")), member.ID(name("member")), member.ID(name("member"))
	must(t, s.SetTie(ctx, me, community.Block, string(friend), true, 0))
	want := community.Ties{Follows: []member.ID{friend}, Topics: []community.TopicID{"t"}, Blocks: []member.ID{foe}, Mutes: []member.ID{"x", "y"}, Words: []string{"soup"}}
	must(t, s.PutTies(ctx, map[member.ID]community.Ties{me: want, foe: {Follows: []member.ID{friend}}}))
	same(t, "the ties", as(t, ctx, s, me).Ties, want)
	same(t, "the foe's", as(t, ctx, s, foe).Ties, community.Ties{Follows: []member.ID{friend}, BlockedBy: []member.ID{me}})
	same(t, "the friend's", as(t, ctx, s, friend).Ties, community.Ties{})
	must(t, s.SetTie(ctx, me, community.Follow, string(friend), false, 0))
	must(t, s.SetTie(ctx, me, community.FollowTopic, "u", true, 2))
	want.Follows, want.Topics = nil, []community.TopicID{"t", "u"}
	got := as(t, ctx, s, me).Ties
	if len(got.Follows) == 0 {
		got.Follows = nil
	}
	same(t, "the changed ties", got, want)
}

func mutedInThreads(t *testing.T, ctx context.Context, s community.Store) {
	q := newSquare(s)
	me := member.ID(name("member"))
	p := q.posts(1, "author")[0]
	var all []community.Comment
	for i, who := range []member.ID{"loud", "loud", me, "calm", "calm"} {
		at := p.CreatedAt.Add(time.Duration(i) * time.Second)
		c := community.Comment{ID: community.CommentID(community.NewID(at)), Post: p.ID, Author: who, Body: "body", State: community.Published, CreatedAt: at, Version: 1}
		if i == 1 {
			c.Replies = 1
		}
		if i > 2 {
			c.Body = []string{"Plenty of ONIONS", "Plenty of rice"}[i-3]
		}
		all = append(all, c)
	}
	must(t, s.Put(ctx, []community.Post{p}))
	must(t, s.PutComments(ctx, all))
	must(t, s.PutTies(ctx, map[member.ID]community.Ties{me: {Mutes: []member.ID{"loud"}, Words: []string{"onions"}}}))
	reader := as(t, ctx, s, me)
	page, err := q.service.Comments(ctx, community.CommentsBelow{Under: string(p.ID), Sort: community.Oldest}, reader)
	must(t, err)
	var got []string
	for _, c := range page.Nodes {
		got = append(got, string(c.ID)+c.Body)
	}
	want := []string{string(all[1].ID), string(all[2].ID) + "body", string(all[3].ID), string(all[4].ID) + "Plenty of rice"}
	if !slices.Equal(got, want) {
		t.Errorf("the thread is %q, want %q", got, want)
	}
	for _, c := range all {
		if !reader.CanRead(p, c) || c.As(reader).Tombstone() {
			t.Errorf("by its link the comment of %s cannot be read", c.Author)
		}
	}
}
