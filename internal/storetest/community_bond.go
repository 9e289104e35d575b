package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// refusedAs is the code of a refusal; empty for none, and what else went wrong in words.
func refusedAs(err error) string {
	var r *fault.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		return r.Code
	default:
		return err.Error()
	}
}

// as is somebody who reads, with the ties of now.
func as(t *testing.T, ctx context.Context, s community.Store, m member.ID) community.Reader {
	t.Helper()
	ties, err := s.Ties(ctx, m)
	must(t, err)
	return community.Reader{Member: m, Ties: unversioned(ties)}
}

// unversioned leaves out how often ties were changed.
func unversioned(t community.Ties) community.Ties {
	t.Version = 0
	return t
}

func fullList(t *testing.T, ctx context.Context, s community.Store) {
	for _, k := range []community.TieKind{community.Follow, community.FollowTopic, community.Block} {
		me := member.ID(name("member"))
		const bound = 3
		got := 0
		for i, err := range together(12, func(i int) error { return s.SetTie(ctx, me, k, fmt.Sprint("t", i), true, bound) }) {
			switch {
			case err == nil:
				got++
			case !errors.Is(err, community.ErrFull):
				t.Errorf("%s %d: %v", k, i, err)
			}
		}
		ties, err := s.Ties(ctx, me)
		must(t, err)
		if got != bound || ties.Count(k) != bound {
			t.Fatalf("%s: %d of %d found room, and %d are there", k, got, bound, ties.Count(k))
		}
		for i := range 12 { // who is on the list may be put there again
			if to := fmt.Sprint("t", i); ties.Has(k, to) {
				must(t, s.SetTie(ctx, me, k, to, true, bound))
				must(t, s.SetTie(ctx, me, k, to, false, bound))
				break
			}
		}
		must(t, s.SetTie(ctx, me, k, "another", true, bound))
	}
}

func blockParts(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	me, other := member.ID(name("member")), member.ID(name("member"))
	must(t, service.Tie(ctx, as(t, ctx, s, me), community.Follow, string(other), true))
	must(t, service.Tie(ctx, as(t, ctx, s, other), community.Follow, string(me), true))
	for i, err := range together(20, func(int) error {
		return service.Tie(ctx, community.Reader{Member: me}, community.Block, string(other), true)
	}) {
		if err != nil {
			t.Errorf("block %d: %v", i, err)
		}
	}
	same(t, "who blocks", as(t, ctx, s, me).Ties, community.Ties{Blocks: []member.ID{other}})
	same(t, "who is blocked", as(t, ctx, s, other).Ties, community.Ties{BlockedBy: []member.ID{me}})
	// A follow that was on its way when the block came is not there any more when the block is lifted.
	must(t, s.SetTie(ctx, other, community.Follow, string(me), true, 0))
	for range 2 {
		must(t, service.Tie(ctx, as(t, ctx, s, me), community.Block, string(other), false))
	}
	same(t, "who blocked", as(t, ctx, s, me).Ties, community.Ties{})
	same(t, "who was blocked", as(t, ctx, s, other).Ties, community.Ties{})
	for k, field := range map[community.TieKind]string{community.Follow: "subjectId", community.Block: "memberId"} {
		err := service.Tie(ctx, as(t, ctx, s, me), k, string(me), true)
		var r *fault.Refusal
		if !errors.As(err, &r) || r.Code != community.CodeYourself || r.Field != field {
			t.Errorf("%s oneself: %v", k, err)
		}
	}
}

func joinRace(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	rules := &programme.Programme{Tiers: []programme.Tier{{Code: "LOW"}, {Code: "HIGH", Rank: 1}}}
	g := programme.Group{Code: name("group"), MinTier: "HIGH", MaxSize: 7}
	codes := map[string]int{}
	errs := together(50, func(i int) error { // twenty-five members, each from two telephones
		r := community.Reader{Member: member.ID(fmt.Sprintf("m%d", i/2)), Rank: 1}
		_, err := service.Join(ctx, r, rules, g, true)
		return err
	})
	in := 0
	for i := range 25 {
		r := community.Reader{Member: member.ID(fmt.Sprintf("m%d", i)), Rank: 1}
		stands, err := s.Circles(ctx, []string{g.Code}, r.Member)
		must(t, err)
		want := community.CodeGroupFull
		if stands[g.Code].Joined {
			in, want = in+1, ""
		}
		for _, err := range errs[2*i : 2*i+2] {
			codes[refusedAs(err)]++
			if refusedAs(err) != want {
				t.Errorf("member %d is told %q, want %q", i, refusedAs(err), want)
			}
		}
	}
	if in != g.MaxSize || codes[""] != 2*g.MaxSize || codes[community.CodeGroupFull] != 50-2*g.MaxSize {
		t.Errorf("%d are in; they are told %v", in, codes)
	}
	low := community.Reader{Member: "low"}
	if _, err := service.Join(ctx, low, rules, g, true); refusedAs(err) != community.CodeGroupClosed {
		t.Errorf("of a lower tier: %v", err)
	}
	must(t, s.SetCircle(ctx, g.Code, low.Member, true, 0)) // who is in stays in, and may leave
	stands, err := service.Join(ctx, low, rules, g, true)
	must(t, err)
	same(t, "who was in before", stands, community.Circle{Members: 8, Joined: true})
	for range 2 {
		stands, err = service.Join(ctx, low, rules, g, false)
		must(t, err)
		same(t, "who left", stands, community.Circle{Members: 7})
	}
}

func reactAsAllowed(t *testing.T, ctx context.Context, s community.Store) {
	service := &community.Service{Store: s}
	p := marked(t, ctx, s)
	own := marked(t, ctx, s)
	own.Author, own.State = "m", community.Pending
	must(t, s.Put(ctx, []community.Post{own}))
	c := community.Comment{ID: community.CommentID(community.NewID(then)), Post: p.ID, Author: "a", State: community.Published, CreatedAt: then, Version: 1}
	gone := c
	gone.ID, gone.DeletedAt, gone.Replies = community.CommentID(community.NewID(then)), then, 1
	must(t, s.PutComments(ctx, []community.Comment{c, gone}))
	blocker := community.Reader{Member: "m", Ties: community.Ties{BlockedBy: []member.ID{"author"}}}
	for name, x := range map[string]struct {
		r    community.Reader
		on   community.Subject
		set  bool
		want string
	}{
		"a post":                    {community.Reader{Member: "m"}, p.Subject(), true, ""},
		"a comment":                 {community.Reader{Member: "m"}, c.Subject(), true, ""},
		"an unknown post":           {community.Reader{Member: "m"}, community.Subject{Kind: community.OnPost, ID: "none"}, true, community.CodeNotFound},
		"an unknown comment":        {community.Reader{Member: "m"}, community.Subject{Kind: community.OnComment, ID: "none"}, true, community.CodeNotFound},
		"by nobody":                 {community.Reader{}, p.Subject(), true, community.CodeNotFound},
		"by who is blocked":         {blocker, p.Subject(), true, community.CodeNotFound},
		"a comment below, blocked":  {blocker, c.Subject(), true, community.CodeNotFound},
		"another's pending post":    {community.Reader{Member: "x"}, own.Subject(), true, community.CodeNotFound},
		"the own pending post":      {community.Reader{Member: "m"}, own.Subject(), true, community.CodeNotReacting},
		"back from the own pending": {community.Reader{Member: "m"}, own.Subject(), false, ""},
		"a tombstone":               {community.Reader{Member: "m"}, gone.Subject(), true, community.CodeNotReacting},
	} {
		now, err := service.React(ctx, x.r, x.on, community.Like, x.set, then)
		if refusedAs(err) != x.want {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
		if err == nil && (now.Mark.Has(community.Like) != x.set || (now.Post != nil) != (x.on.Kind == community.OnPost) || (now.Comment != nil) == (now.Post != nil)) {
			t.Errorf("%s: %+v", name, now)
		}
		if err == nil && x.set && now.Post != nil && now.Post.Counts.Reactors != 1 {
			t.Errorf("%s: the post shows %+v", name, now.Post.Counts)
		}
		if x.want != "" {
			if held, err := s.Marks(ctx, x.r.Member, []community.Subject{x.on}); err != nil || held[x.on].Has(community.Like) && x.on != p.Subject() && x.on != c.Subject() {
				t.Errorf("%s: refused, but marked: %v, %v", name, held, err)
			}
		}
	}
	kept, err := service.Keep(ctx, community.Reader{Member: "m"}, p.ID, true, then.Add(time.Second))
	must(t, err)
	if !kept.Mark.Has(community.Bookmark) || kept.Post.Counts.Bookmarks != 1 || kept.Post.Counts.Shares != 2 {
		t.Errorf("kept: %+v", kept)
	}
	if _, err := service.Keep(ctx, community.Reader{Member: "m"}, "none", true, then); refusedAs(err) != community.CodeNotFound {
		t.Errorf("an unknown post is kept: %v", err)
	}
}
