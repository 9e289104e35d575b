package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// marked stores a post to be marked.
func marked(t *testing.T, ctx context.Context, s community.Store) community.Post {
	t.Helper()
	at := time.Now().UTC().Truncate(time.Millisecond)
	p := community.Post{
		ID: community.PostID(community.NewID(at)), Author: "author", State: community.Published, Visibility: community.Public, CreatedAt: at,
	}.Counted(community.Counts{Shares: 2})
	must(t, s.Put(ctx, []community.Post{p}))
	return p
}

var then = time.Date(2026, 3, 4, 5, 6, 7, 8_000_000, time.UTC)

func declareMark(t *testing.T, ctx context.Context, s community.Store) {
	on := marked(t, ctx, s).Subject()
	for i, c := range []struct {
		kind    community.Kind
		on      bool
		changed bool
		version int64
		want    []community.Kind
	}{
		{community.Like, false, false, 0, nil},
		{community.Like, true, true, 1, []community.Kind{community.Like}},
		{community.Like, true, false, 1, []community.Kind{community.Like}},
		{community.Bookmark, true, true, 2, []community.Kind{community.Like}},
		{community.Funny, true, true, 3, []community.Kind{community.Like, community.Funny}},
		{community.Like, false, true, 4, []community.Kind{community.Funny}},
		{community.Like, false, false, 4, []community.Kind{community.Funny}},
		{community.Funny, false, true, 5, nil},
	} {
		mark, changed, err := s.SetMark(ctx, "m", on, c.kind, c.on, then.Add(time.Duration(i)*time.Second))
		must(t, err)
		if changed != c.changed || mark.Version != c.version || fmt.Sprint(mark.Reactions()) != fmt.Sprint(c.want) {
			t.Errorf("step %d, %s %v: changed %v, version %d, reactions %v; want %+v", i, c.kind, c.on, changed, mark.Version, mark.Reactions(), c)
		}
	}
	got, err := s.Marks(ctx, "m", []community.Subject{on})
	must(t, err)
	same(t, "the mark", got[on], community.Mark{Version: 5, On: map[community.Kind]time.Time{community.Bookmark: then.Add(3 * time.Second)}})
}

func findMarks(t *testing.T, ctx context.Context, s community.Store) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	var subjects []community.Subject
	for i := range 6 {
		on := community.Subject{Kind: community.OnPost, ID: name("post")}
		if i%2 == 1 {
			on.Kind = community.OnComment
		}
		subjects = append(subjects, on)
		_, _, err := s.SetMark(ctx, []member.ID{me, other, me}[i%3], on, community.Love, true, then)
		must(t, err)
	}
	_, _, err := s.SetMark(ctx, me, subjects[0], community.Love, false, then)
	must(t, err)
	got, err := s.Marks(ctx, me, subjects)
	must(t, err)
	for i, on := range subjects {
		want := i%3 != 1 && i != 0 // the second and the fifth are the other's; the first was taken back
		if has := got[on].Has(community.Love); has != want {
			t.Errorf("subject %d: %v; want %v", i, has, want)
		}
	}
	for what, ask := range map[string]func() (map[community.Subject]community.Mark, error){
		"nothing":          func() (map[community.Subject]community.Mark, error) { return s.Marks(ctx, me, nil) },
		"somebody unknown": func() (map[community.Subject]community.Mark, error) { return s.Marks(ctx, "nobody", subjects) },
		"a post's namesake": func() (map[community.Subject]community.Mark, error) {
			return s.Marks(ctx, me, []community.Subject{{Kind: community.OnComment, ID: subjects[2].ID}})
		},
	} {
		if got, err := ask(); err != nil || len(got) > 0 {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

func tallyRows(t *testing.T, ctx context.Context, s community.Store) {
	p := marked(t, ctx, s)
	on := p.Subject()
	mark := func(m member.ID, kinds ...community.Kind) {
		for _, k := range kinds {
			_, _, err := s.SetMark(ctx, m, on, k, true, then)
			must(t, err)
		}
	}
	mark("a", community.Like)
	mark("b", community.Like, community.Love, community.Bookmark)
	mark("c", community.Bookmark)
	mark("d", community.Want)
	_, _, err := s.SetMark(ctx, "d", on, community.Want, false, then) // a row that holds nothing any more
	must(t, err)
	comment := func(author member.ID, state community.Moderation, deleted bool) community.Comment {
		c := community.Comment{ID: community.CommentID(community.NewID(then)), Post: p.ID, Author: author, State: state, CreatedAt: then, Version: 3}
		if deleted {
			c.DeletedAt = then
		}
		return c
	}
	first := comment("a", community.Published, false)
	must(t, s.PutComments(ctx, []community.Comment{
		first, comment("b", community.Published, false).AnswerTo(first), comment("a", community.Published, false).AnswerTo(first),
		comment("c", community.Pending, false), comment("d", community.Published, true).AnswerTo(first),
	}))
	got, err := s.Tally(ctx, on)
	must(t, err)
	same(t, "the tally", got, community.Tally{Version: 7 + 5*3 - 0, Counts: community.Counts{
		Reactions: map[community.Kind]int64{community.Like: 2, community.Love: 1}, Reactors: 2, Bookmarks: 2, Comments: 3, Commenters: 2,
	}})
	replies, err := s.Tally(ctx, first.Subject())
	must(t, err)
	same(t, "the comment's tally", replies, community.Tally{Version: 9, Replies: 2})
	none, err := s.Tally(ctx, community.Subject{Kind: community.OnPost, ID: "none"})
	must(t, err)
	same(t, "the tally of nothing", none, community.Tally{})
}

func olderTally(t *testing.T, ctx context.Context, s community.Store) {
	p := marked(t, ctx, s)
	newer, older := p.Counted(community.Counts{Reactors: 5}), p.Counted(community.Counts{Reactors: 4})
	must(t, s.SavePost(ctx, newer, 5))
	must(t, s.SavePost(ctx, older, 4))
	must(t, s.SavePost(ctx, older, 5))
	same(t, "the post", load1(t, ctx, s, p.ID), newer)
	c := community.Comment{ID: community.CommentID(community.NewID(then)), Post: p.ID, State: community.Published, CreatedAt: then, Version: 1}
	must(t, s.PutComments(ctx, []community.Comment{c}))
	fresh := c.Counted(community.Counts{Reactions: map[community.Kind]int64{community.Helpful: 2}, Reactors: 2}, 1)
	must(t, s.SaveComment(ctx, fresh, 5))
	must(t, s.SaveComment(ctx, c.Counted(community.Counts{Reactors: 1}, 0), 4))
	got, err := s.CommentsByIDs(ctx, []community.CommentID{c.ID})
	must(t, err)
	fresh.Version = 2
	same(t, "the comment", got[c.ID], fresh)
	for what, err := range map[string]error{
		"an unknown post":    s.SavePost(ctx, community.Post{ID: "none"}, 1),
		"an unknown comment": s.SaveComment(ctx, community.Comment{ID: "none"}, 1),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func stormOfMarks(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	p := marked(t, ctx, s)
	kinds := []community.Kind{community.Like, community.Love, community.Bookmark}
	const clients, each = 100, 3
	for i, err := range together(clients, func(i int) error {
		r := dice(uint64(i))
		me := member.ID(fmt.Sprintf("client-%d", i/2)) // two clients of one member
		for range each {
			if _, err := service.SetMark(ctx, me, p.Subject(), pick(r, kinds...), r.IntN(3) > 0, then); err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
	}
	want := community.Counts{Reactions: map[community.Kind]int64{}, Shares: 2}
	for i := range clients / 2 {
		marks, err := s.Marks(ctx, member.ID(fmt.Sprintf("client-%d", i)), []community.Subject{p.Subject()})
		must(t, err)
		tally := community.Tally{Counts: want}
		tally.Add(marks[p.Subject()])
		want = tally.Counts
	}
	if want.Reactors == 0 || want.Bookmarks == 0 {
		t.Fatal("the storm left nothing: the test asks too little")
	}
	same(t, "the post after the storm", load1(t, ctx, s, p.ID), p.Counted(want))
	notOpen(t, ctx, s, p.Subject())
}

// notOpen fails if a mark of the subject is unsettled.
func notOpen(t *testing.T, ctx context.Context, s community.Store, on community.Subject) {
	t.Helper()
	open, err := s.Unsettled(ctx, 10_000)
	must(t, err)
	for _, u := range open {
		if u.Subject == on {
			t.Errorf("the mark of %s is unsettled", u.Member)
		}
	}
}

func repairCounts(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	p := marked(t, ctx, s)
	_, err := service.SetMark(ctx, "a", p.Subject(), community.Like, true, then)
	must(t, err)
	for _, m := range []member.ID{"b", "c"} { // these two die behind the commit
		_, _, err := s.SetMark(ctx, m, p.Subject(), community.Like, true, then)
		must(t, err)
	}
	if got := load1(t, ctx, s, p.ID).Counts.Reactors; got != 1 {
		t.Fatalf("%d are counted before the repair; want 1", got)
	}
	for range 2 {
		_, err = service.Repair(ctx, 10_000)
		must(t, err)
	}
	if got := load1(t, ctx, s, p.ID); got.Counts.Reactors != 3 || got.Weight != got.Counts.Weight() || got.HotKey <= p.HotKey {
		t.Errorf("after the repair the post counts %+v, weight %d", got.Counts, got.Weight)
	}
	notOpen(t, ctx, s, p.Subject())
	// A mark that changes again while it is being settled stays unsettled.
	mark, _, err := s.SetMark(ctx, "d", p.Subject(), community.Like, true, then)
	must(t, err)
	_, _, err = s.SetMark(ctx, "d", p.Subject(), community.Love, true, then)
	must(t, err)
	must(t, s.Settle(ctx, []community.Unsettled{{Member: "d", Subject: p.Subject(), Version: mark.Version}}))
	open, err := s.Unsettled(ctx, 10_000)
	must(t, err)
	found := false
	for _, u := range open {
		found = found || u == community.Unsettled{Member: "d", Subject: p.Subject(), Version: mark.Version + 1}
	}
	if !found {
		t.Error("a mark that changed again counts as settled")
	}
}

func tiesOfMember(t *testing.T, ctx context.Context, s community.Store) {
	me := member.ID(name("member"))
	for range 2 {
		must(t, s.SetTie(ctx, me, community.Follow, "a", true, 0))
		must(t, s.SetTie(ctx, me, community.Follow, "b", true, 0))
		must(t, s.SetTie(ctx, me, community.FollowTopic, "t", true, 0))
		must(t, s.SetTie(ctx, me, community.Follow, "a", false, 0))
		must(t, s.SetTie(ctx, me, community.Block, "nobody", false, 0))
	}
	got, err := s.Ties(ctx, me)
	must(t, err)
	same(t, "the ties", unversioned(got), community.Ties{Follows: []member.ID{"b"}, Topics: []community.TopicID{"t"}})
	none, err := s.Ties(ctx, member.ID(name("member")))
	must(t, err)
	same(t, "nobody's ties", unversioned(none), community.Ties{})
}

func blockFromBothSides(t *testing.T, ctx context.Context, s community.Store) {
	me, other := member.ID(name("member")), member.ID(name("member"))
	must(t, s.SetTie(ctx, me, community.Follow, string(other), true, 0))
	must(t, s.SetTie(ctx, other, community.Block, string(me), true, 0))
	mine, err := s.Ties(ctx, me)
	must(t, err)
	same(t, "who is blocked", unversioned(mine), community.Ties{Follows: []member.ID{other}, BlockedBy: []member.ID{other}})
	theirs, err := s.Ties(ctx, other)
	must(t, err)
	same(t, "who blocks", unversioned(theirs), community.Ties{Blocks: []member.ID{me}})
	must(t, s.SetTie(ctx, other, community.Block, string(me), false, 0))
	mine, err = s.Ties(ctx, me)
	must(t, err)
	same(t, "who is blocked no more", unversioned(mine), community.Ties{Follows: []member.ID{other}})
}

func lastSeats(t *testing.T, ctx context.Context, s community.Store) {
	group, empty := name("group"), name("group")
	const seats = 7
	got := 0
	for i, err := range together(20, func(i int) error {
		return s.SetCircle(ctx, group, member.ID(fmt.Sprintf("m%d", i)), true, seats)
	}) {
		switch {
		case err == nil:
			got++
		case !errors.Is(err, community.ErrFull):
			t.Errorf("member %d: %v", i, err)
		}
	}
	if got != seats {
		t.Errorf("%d of %d seats were given", got, seats)
	}
	var in, out member.ID
	for i := range 20 {
		m := member.ID(fmt.Sprintf("m%d", i))
		stands, err := s.Circles(ctx, []string{group, empty}, m)
		must(t, err)
		if stands[group].Members != seats || stands[empty] != (community.Circle{}) {
			t.Fatalf("the groups stand at %+v", stands)
		}
		if stands[group].Joined {
			in = m
		} else {
			out = m
		}
	}
	must(t, s.SetCircle(ctx, group, in, true, seats)) // who is in stays in, seats or not
	must(t, s.SetCircle(ctx, group, in, false, seats))
	must(t, s.SetCircle(ctx, group, in, false, seats))
	must(t, s.SetCircle(ctx, group, out, true, seats))
	must(t, s.SetCircle(ctx, group, in, true, 0)) // no bound
	stands, err := s.Circles(ctx, []string{group}, "")
	must(t, err)
	if stands[group] != (community.Circle{Members: seats + 1}) {
		t.Errorf("the group stands at %+v", stands[group])
	}
}
