package storetest

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// HomeContents is a store of which lists of what members follow are made, with what fills it.
type HomeContents interface {
	community.Store
	community.HomeStore
	AddPost(ctx context.Context, p community.Post) (added bool, err error)
	ChangePost(ctx context.Context, p community.Post) error
}

// Homes is the contract of a store of which lists of what members follow are made.
func Homes(t *testing.T, s HomeContents) {
	group[HomeContents]{
		{"what somebody wrote, or what is on a topic, is found newest first, of whatever state", newestOfSources},
		{"a post that is added, put or changed is touched, and one that is liked is not", touchedInOrder},
		{"touched posts are given in parts, none twice and none left out", touchedInParts},
		{"who follows is found, and is not after the tie has ended", followersOfSource},
		{"ties have a new version whenever what is followed changes, and only then", versionOfTies},
		{"of many who note what is wide the first counts", wideOnce},
		{"a page has what the list names, what was touched since, and what is wide", besideList},
	}.run(t, s)
}

// somewhen is a moment of long ago, another one in each run: ids begin with it.
func somewhen() time.Time {
	return time.UnixMilli(1_500_000_000_000 + rand.Int64N(100_000_000_000)).UTC()
}

// homePost makes a post of a moment.
func homePost(at time.Time, n int, author member.ID, topics ...community.TopicID) community.Post {
	p := community.Post{ID: community.PostID(community.IDOf(at, [10]byte{9, byte(n >> 8), byte(n)})), CreatedAt: at, Author: author, Topics: topics,
		Body: "body", State: community.Published, Visibility: community.Public, Version: 1}
	return p.Counted(community.Counts{})
}

func newestOfSources(t *testing.T, ctx context.Context, s HomeContents) {
	v := newVillage(t, ctx, s, 61, 60)
	for n := range 6 {
		authors, topics := v.people[:n%3], v.topics[:n/2]
		var want []community.PostID
		for _, p := range v.posts {
			on := slices.ContainsFunc(p.Topics, func(id community.TopicID) bool { return slices.Contains(topics, id) })
			if p.DeletedAt.IsZero() && (on || slices.Contains(authors, p.Author)) {
				want = append(want, p.ID)
			}
		}
		slices.Sort(want)
		slices.Reverse(want)
		for _, most := range []int{100, 7} {
			got, err := s.Newest(ctx, authors, topics, most)
			must(t, err)
			if !slices.Equal(got, want[:min(most, len(want))]) {
				t.Errorf("of %d people and %d topics, at most %d: %v, want %v", len(authors), len(topics), most, got, want)
			}
		}
	}
}

// touchedBy gives what was touched since a time of posts by one author.
func touchedBy(t *testing.T, ctx context.Context, s HomeContents, since time.Time, author member.ID) (out []community.Touch) {
	t.Helper()
	all, err := s.Touched(ctx, since, time.Now().Add(time.Hour), 100_000)
	must(t, err)
	if !slices.IsSortedFunc(all, func(a, b community.Touch) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.ID), string(b.ID)))
	}) {
		t.Error("touched posts are out of order")
	}
	return slices.DeleteFunc(all, func(x community.Touch) bool { return x.Author != author })
}

func touchedInOrder(t *testing.T, ctx context.Context, s HomeContents) {
	author, began := member.ID(name("member")), time.Now().Add(-time.Millisecond)
	old := homePost(somewhen(), 1, author, "x", "y")
	added, err := s.AddPost(ctx, old)
	must(t, err)
	first := touchedBy(t, ctx, s, began, author)
	if !added || len(first) != 1 || first[0].ID != old.ID || !slices.Equal(first[0].Topics, old.Topics) || first[0].Gone || first[0].At.Before(began.Truncate(time.Millisecond)) {
		t.Fatalf("added: %t, and touched are %+v", added, first)
	}
	service := &community.Service{Store: s}
	_, err = service.SetMark(ctx, member.ID(name("member")), old.Subject(), community.Like, true, time.Now())
	must(t, err)
	if again := touchedBy(t, ctx, s, began, author); len(again) != 1 || !again[0].At.Equal(first[0].At) {
		t.Errorf("a like moves it: %+v, before it was %+v", again, first)
	}
	found, err := s.ByIDs(ctx, []community.PostID{old.ID})
	must(t, err)
	next := found[old.ID]
	next.DeletedAt = time.UnixMilli(1_600_000_000_000).UTC()
	must(t, s.ChangePost(ctx, next))
	if gone := touchedBy(t, ctx, s, began, author); len(gone) != 1 || !gone[0].Gone || gone[0].At.Before(first[0].At) {
		t.Errorf("deleted, touched are %+v", gone)
	}
	put := homePost(old.CreatedAt, 2, author)
	must(t, s.Put(ctx, []community.Post{put}))
	if all := touchedBy(t, ctx, s, began, author); len(all) != 2 || all[1].ID != put.ID {
		t.Errorf("put, touched are %+v", all)
	}
}

func touchedInParts(t *testing.T, ctx context.Context, s HomeContents) {
	author, began := member.ID(name("member")), time.Now().Add(-time.Millisecond)
	var all []community.Post
	at := somewhen()
	for n := range 30 {
		all = append(all, homePost(at, n, author))
	}
	for part := range slices.Chunk(all, 7) {
		must(t, s.Put(ctx, part))
	}
	whole := touchedBy(t, ctx, s, began, author)
	if len(whole) != len(all) {
		t.Fatalf("%d are touched, of %d", len(whole), len(all))
	}
	last := whole[len(whole)-1].At
	until, err := s.Touched(ctx, began, last, 100_000)
	must(t, err)
	if !slices.ContainsFunc(until, func(x community.Touch) bool { return x.ID == whole[len(whole)-1].ID }) {
		t.Error("what was touched at the end of the time is left out")
	}
	after, err := s.Touched(ctx, last, last.Add(time.Hour), 100_000)
	must(t, err)
	if slices.ContainsFunc(after, func(x community.Touch) bool { return x.Author == author }) {
		t.Error("what was touched at the beginning of the time is given")
	}
	few, err := s.Touched(ctx, began, last, 4)
	must(t, err)
	if len(few) != 4 || few[0].At.After(whole[0].At) {
		t.Errorf("at most four are %+v", few)
	}
}

func followersOfSource(t *testing.T, ctx context.Context, s HomeContents) {
	author, topic := member.ID(name("member")), community.TopicID(name("topic"))
	var fans []member.ID
	for range 5 {
		fans = append(fans, member.ID(name("fan")))
	}
	slices.Sort(fans)
	for _, f := range fans[:3] {
		must(t, s.SetTie(ctx, f, community.Follow, string(author), true, 0))
		must(t, s.SetTie(ctx, f, community.Mute, string(topic), true, 0))
	}
	must(t, s.PutTies(ctx, map[member.ID]community.Ties{fans[3]: {Topics: []community.TopicID{topic}}, fans[4]: {Follows: []member.ID{author}, Topics: []community.TopicID{topic}}}))
	follow := func(k community.TieKind, to string, want ...member.ID) {
		t.Helper()
		got, err := s.Followers(ctx, k, to, 100)
		must(t, err)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s %s: %v, want %v", k, to, got, want)
		}
	}
	follow(community.Follow, string(author), fans[0], fans[1], fans[2], fans[4])
	follow(community.FollowTopic, string(topic), fans[3], fans[4])
	some, err := s.Followers(ctx, community.Follow, string(author), 2)
	must(t, err)
	if len(some) != 2 {
		t.Errorf("at most two are %v", some)
	}
	must(t, s.SetTie(ctx, fans[0], community.Follow, string(author), false, 0))
	must(t, s.PutTies(ctx, map[member.ID]community.Ties{fans[4]: {Topics: []community.TopicID{topic}}}))
	follow(community.Follow, string(author), fans[1], fans[2])
	follow(community.FollowTopic, string(topic), fans[3], fans[4])
}

func versionOfTies(t *testing.T, ctx context.Context, s HomeContents) {
	m := member.ID(name("member"))
	last := int64(0)
	for _, c := range []struct {
		what  string
		kind  community.TieKind
		to    string
		on    bool
		grows bool
	}{
		{"a follow", community.Follow, "a", true, true}, {"a topic", community.FollowTopic, "t", true, true}, {"a mute", community.Mute, "b", true, false},
		{"a word", community.MutedWord, "w", true, false}, {"a block", community.Block, "c", true, false}, {"no follow", community.Follow, "a", false, true},
		{"no topic", community.FollowTopic, "t", false, true}, {"no mute", community.Mute, "b", false, false},
	} {
		must(t, s.SetTie(ctx, m, c.kind, c.to, c.on, 0))
		got, err := s.Ties(ctx, m)
		must(t, err)
		if grown := got.Version > last; grown != c.grows || got.Version < last {
			t.Errorf("%s leads from version %d to %d", c.what, last, got.Version)
		}
		last = got.Version
	}
	must(t, s.PutTies(ctx, map[member.ID]community.Ties{m: {Follows: []member.ID{"a"}}}))
	if got, err := s.Ties(ctx, m); err != nil || got.Version <= last {
		t.Errorf("put whole, version %d becomes %d, %v", last, got.Version, err)
	}
}

func wideOnce(t *testing.T, ctx context.Context, s HomeContents) {
	who, at := name("member"), time.UnixMilli(1_700_000_000_000).UTC()
	must(t, s.AddWide(ctx, community.Follow, who, at))
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() {
			if err := s.AddWide(ctx, community.Follow, who, at.Add(time.Duration(n)*time.Second)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	must(t, s.AddWide(ctx, community.FollowTopic, who, at.Add(time.Hour)))
	got, err := s.Wide(ctx)
	must(t, err)
	if a, b := got[community.WideKey{Kind: community.Follow, To: who}], got[community.WideKey{Kind: community.FollowTopic, To: who}]; !a.Equal(at) || !b.Equal(at.Add(time.Hour)) {
		t.Errorf("the member since %s, the topic since %s", a, b)
	}
}

func besideList(t *testing.T, ctx context.Context, s HomeContents) {
	v := newVillage(t, ctx, s, 62, 40)
	since := time.Now()
	for time.Since(since) < 2*time.Millisecond { // stores keep milliseconds
	}
	var late []community.Post
	for n := range 12 {
		late = append(late, v.post(v.from.Add(time.Duration(n)*time.Second), 1000+n))
	}
	must(t, s.Put(ctx, late))
	for n := range 40 {
		r := v.reader()
		q := community.BesideQuery{Posts: []community.PostID{v.posts[n].ID, late[n%12].ID, "unknown"}, Since: since, Limit: 1 + n%20, Audience: r.Audience()}
		q.Authors, q.Topics, q.ByWide, q.OnWide = v.people[:n%4], v.topics[:n%2], v.people[:n%3], v.topics[:n%2]
		if n%5 == 0 {
			q.Below = v.posts[n].ID
		}
		newest := func(from []community.Post, authors []member.ID, topics []community.TopicID) (out []community.PostID) {
			for _, p := range from {
				followed := slices.Contains(authors, p.Author) || slices.ContainsFunc(p.Topics, func(id community.TopicID) bool { return slices.Contains(topics, id) })
				if followed && q.Audience.Has(p) && (q.Below == "" || p.ID < q.Below) {
					out = append(out, p.ID)
				}
			}
			slices.Sort(out)
			slices.Reverse(out)
			return out[:min(q.Limit, len(out))]
		}
		got, err := s.Beside(ctx, q)
		must(t, err)
		ids := func(of []community.Post) (out []community.PostID) {
			for _, p := range of {
				out = append(out, p.ID)
			}
			return out
		}
		kept := ids(got.Kept)
		slices.Sort(kept)
		want := []community.PostID{v.posts[n].ID, late[n%12].ID}
		slices.Sort(want)
		if !slices.Equal(kept, slices.Compact(want)) {
			t.Errorf("query %d: kept are %v, want %v", n, kept, want)
		}
		if fresh, want := ids(got.Fresh), newest(late, q.Authors, q.Topics); !slices.Equal(fresh, want) {
			t.Errorf("query %d: touched since are %v, want %v", n, fresh, want)
		}
		if wide, want := ids(got.Wide), newest(slices.Concat(v.posts, late), q.ByWide, q.OnWide); !slices.Equal(wide, want) {
			t.Errorf("query %d: wide are %v, want %v", n, wide, want)
		}
	}
}
