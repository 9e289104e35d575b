package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// Community tests the promises of community.Store, and of the service that reads and counts with it. posts is how many are
// paged through beside how many scribes.
func Community(t *testing.T, s community.Store, posts, scribes int) {
	group[community.Store]{
		{"every field of a post, a comment and a topic comes back", fieldsOfPost},
		{"putting again replaces the whole", putPostAgain},
		{"posts, comments and topics that are unknown are missing", unknownPosts},
		{"a page is the part of the list that was asked for, for every reader, order and direction", pageOfPosts},
		{"a deleted post is on no list", deletedOnNoList},
		{"a thread gives what hangs below many places in one call", threadsOfComments},
		{"a page of a thread is the part that was asked for, in every order", pageOfThread},
		{"members hear of what everybody can read and is meant for them, newest first", heardComments},
		{"comments on a post are found in the order in which they could be read", appearedComments},
		{"a mark is declared, not toggled", declareMark},
		{"marks are found by subject, own ones only", findMarks},
		{"a tally counts rows, and comments by distinct authors", tallyRows},
		{"an older tally never replaces a newer one", olderTally},
		{"after a storm of marks the counts equal the rows", stormOfMarks},
		{"killed after the row, the count is repaired", repairCounts},
		{"a comment that vanishes is no longer counted above it", vanishedComment},
		{"ties are there once, or not", tiesOfMember},
		{"ties are put whole, and blocks are seen from both sides then", putTies},
		{"a block is seen from both sides", blockFromBothSides},
		{"of many who want the last seats of a group as many get one", lastSeats},
		{"of many ties at once as many are made as the list has room for", fullList},
		{"what a member marked is listed, newest first", keptInOrder},
		{"what a member muted is in no feed, and pages are full", mutedInFeeds},
		{"what a member muted is in no thread, but for its place", mutedInThreads},
		{"a block parts two members, and nothing is left behind it", blockParts},
		{"of many who join a group at once each is told how it ended", joinRace},
		{"of twenty desks that give the last seats of a role as many do, and each line of the log is there", lastRole},
		{"who leaves a group has no role in it, whoever gives one at the same moment", leaveRole},
		{"who is in a group is listed in order, and a role changes for who has looked", companyInOrder},
		{"what cannot be seen, or is not published, takes no reaction", reactAsAllowed},
		{"a walk through any feed shows none twice and misses none, while others write", walkWhileWriting(posts, scribes)},
		{"the hottest posts are ranked, of those that are not deleted", hottestPosts},
		{"a page that others' posts make short is filled with one more look", filledPage},
		{"a page backwards leads up to its cursor, and a gap is filled", backwardsAndGap},
		{"a cursor stays good when its post is deleted", deletedAnchor},
	}.run(t, s)
}

// village is a set of posts of one test: on a board and in a time of its own.
type village struct {
	dice   *rand.Rand
	board  string
	from   time.Time
	people []member.ID
	topics []community.TopicID
	family string
	posts  []community.Post
}

// newVillage makes n posts of all kinds, and stores them.
func newVillage(t *testing.T, ctx context.Context, s community.Store, seed uint64, n int) *village {
	t.Helper()
	v := &village{
		dice: dice(seed), board: name("board"), family: name("family"),
		from: time.UnixMilli(3_000_000_000_000 + rand.Int64N(1_000_000_000_000)).UTC(),
	}
	for range 5 {
		v.people = append(v.people, member.ID(name("member")))
		v.topics = append(v.topics, community.TopicID(name("topic")))
	}
	for i := range n {
		v.posts = append(v.posts, v.post(v.from.Add(time.Duration(v.dice.IntN(n/2+1))*time.Second), i))
	}
	must(t, s.Put(ctx, v.posts))
	return v
}

func pick[V any](r *rand.Rand, from ...V) V { return from[r.IntN(len(from))] }

// post makes one post of any kind at a time; several share one.
func (v *village) post(at time.Time, i int) community.Post {
	id := community.IDOf(at, [10]byte{byte(v.dice.IntN(256)), byte(i >> 8), byte(i)})
	p := community.Post{
		ID: community.PostID(id), CreatedAt: at, Board: v.board, Author: pick(v.dice, v.people...), Body: "body",
		Visibility: pick(v.dice, community.Public, community.Public, community.Members, community.OfTier, community.OfFamily, community.Followers),
		State:      pick(v.dice, community.Published, community.Published, community.Published, community.Pending, community.Removed, community.Limited),
		MinRank:    v.dice.IntN(4), Family: pick(v.dice, v.family, "another"),
		Topics: v.topics[:v.dice.IntN(3)],
	}
	if v.dice.IntN(10) == 0 {
		p.DeletedAt = at.Add(time.Hour)
	}
	return p.Counted(community.Counts{Reactors: v.dice.Int64N(40)})
}

// reader makes somebody who reads: nobody, one of the people, or a stranger.
func (v *village) reader() community.Reader {
	r := community.Reader{Member: pick(v.dice, append(v.people, "", "stranger")...)}
	if r.SignedIn() {
		r.Rank, r.Family = v.dice.IntN(5), pick(v.dice, "", v.family, "another")
		r.Ties = community.Ties{Follows: v.people[:v.dice.IntN(3)], Blocks: v.people[3:][:v.dice.IntN(2)], BlockedBy: v.people[4:][:v.dice.IntN(2)],
			Mutes: v.people[2:][:v.dice.IntN(2)]}
	}
	return r
}

// query makes a question about the village's posts.
func (v *village) query(order community.Order) community.Query {
	q := community.Query{Order: order, Audience: v.reader().Audience(), Board: v.board}
	if v.dice.IntN(4) == 0 {
		q.Audience = community.Audience{Own: pick(v.dice, v.people...)} // what is read before the facts are known
	}
	switch v.dice.IntN(5) {
	case 0:
		q.Topic = v.topics[0]
	case 1:
		q.Family = v.family
	case 2:
		if order == community.ByTime {
			q.Authors, q.Topics = v.people[:v.dice.IntN(3)], v.topics[:1+v.dice.IntN(2)]
		}
	case 3: // the whole list, of which only the village's time is looked at
		q.Board = ""
	}
	q.Span = cursor.Span{Limit: 1 + v.dice.IntN(30), Backward: v.dice.IntN(2) == 0}
	bounds := []*cursor.Place{v.place(order), v.place(order)}
	slices.SortFunc(bounds, func(a, b *cursor.Place) int { return comparePlaces(*b, *a) })
	if q.Board == "" || v.dice.IntN(2) == 0 {
		q.Span.After = bounds[0]
	}
	if q.Board == "" || v.dice.IntN(2) == 0 {
		q.Span.Before = bounds[1]
	}
	return q
}

// place is one of a post, or one where no post is any more.
func (v *village) place(order community.Order) *cursor.Place {
	p := order.Place(pick(v.dice, v.posts...))
	if v.dice.IntN(3) == 0 {
		p.ID += "5"
	}
	return &p
}

func comparePlaces(a, b cursor.Place) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// want is the answer, found by looking at every post.
func (v *village) want(q community.Query) []community.Post {
	var out []community.Post
	for _, p := range v.posts {
		place := q.Order.Place(p)
		wanted := len(q.Authors)+len(q.Topics) == 0 || slices.Contains(q.Authors, p.Author) ||
			slices.ContainsFunc(p.Topics, func(t community.TopicID) bool { return slices.Contains(q.Topics, t) })
		if wanted && q.Audience.Has(p) && (q.Topic == "" || slices.Contains(p.Topics, q.Topic)) &&
			(q.Family == "" || p.Visibility == community.OfFamily && p.Family == q.Family) &&
			(q.Span.After == nil || comparePlaces(place, *q.Span.After) < 0) &&
			(q.Span.Before == nil || comparePlaces(place, *q.Span.Before) > 0) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b community.Post) int { return comparePlaces(q.Order.Place(b), q.Order.Place(a)) })
	if q.Span.Backward {
		return out[max(0, len(out)-q.Span.Limit):]
	}
	return out[:min(len(out), q.Span.Limit)]
}

func pageOfPosts(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 7, 120)
	found := 0
	for i := range 150 {
		q := v.query(community.Order(i % 2))
		got, err := s.Page(ctx, q)
		must(t, err)
		want := v.want(q)
		found += len(want)
		if ids, wanted := idsOf(got), idsOf(want); !slices.Equal(ids, wanted) {
			t.Fatalf("question %d, %+v:\ngot  %v\nwant %v", i, q, ids, wanted)
		}
		same(t, "the page", got, want)
	}
	if found < 300 {
		t.Errorf("only %d posts were found in all: the test asks too little", found)
	}
}

func idsOf(posts []community.Post) []community.PostID {
	out := []community.PostID{}
	for _, p := range posts {
		out = append(out, p.ID)
	}
	return out
}

func fieldsOfPost(t *testing.T, ctx context.Context, s community.Store) {
	for seed := range uint64(10) {
		r := dice(seed)
		p, c, topic := filled[community.Post](r), filled[community.Comment](r), filled[community.Topic](r)
		p.ID, c.ID, topic.ID = community.PostID(name("post")), community.CommentID(name("comment")), community.TopicID(name("topic"))
		must(t, s.Put(ctx, []community.Post{p}))
		must(t, s.PutComments(ctx, []community.Comment{c}))
		must(t, s.PutTopics(ctx, []community.Topic{topic}))
		posts, err := s.ByIDs(ctx, []community.PostID{p.ID})
		must(t, err)
		same(t, "the post", posts[p.ID], p)
		comments, err := s.CommentsByIDs(ctx, []community.CommentID{c.ID})
		must(t, err)
		same(t, "the comment", comments[c.ID], c)
		topics, err := s.Topics(ctx, []community.TopicID{topic.ID})
		must(t, err)
		same(t, "the topic", topics[topic.ID], topic)
	}
}

func putPostAgain(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 3, 1)
	p := v.posts[0]
	p.State, p.Visibility, p.DeletedAt = community.Published, community.Public, time.Time{}
	p.Board, p.Topics = name("board"), []community.TopicID{v.topics[4]}
	p = p.Counted(community.Counts{Reactors: 1000})
	must(t, s.Put(ctx, []community.Post{p}))
	for _, order := range []community.Order{community.ByTime, community.ByHot} {
		for board, want := range map[string]int{v.board: 0, p.Board: 1} {
			got, err := s.Page(ctx, community.Query{Order: order, Board: board, Audience: community.Reader{}.Audience(), Span: cursor.Span{Limit: 5}})
			must(t, err)
			if len(got) != want {
				t.Errorf("board %s has %d posts; want %d", board, len(got), want)
			}
		}
	}
}

func unknownPosts(t *testing.T, ctx context.Context, s community.Store) {
	posts, err := s.ByIDs(ctx, []community.PostID{"none"})
	must(t, err)
	comments, err := s.CommentsByIDs(ctx, []community.CommentID{"none"})
	must(t, err)
	topics, err := s.Topics(ctx, []community.TopicID{"none"})
	must(t, err)
	thread, err := s.Thread(ctx, community.ThreadQuery{Under: []string{"none"}, Span: cursor.Span{Limit: 1}})
	must(t, err)
	if len(posts)+len(comments)+len(topics)+len(thread) > 0 {
		t.Errorf("found %v, %v, %v, %v", posts, comments, topics, thread)
	}
	for what, err := range map[string]error{
		"no posts": s.Put(ctx, nil), "no comments": s.PutComments(ctx, nil), "no topics": s.PutTopics(ctx, nil), "no marks": s.Settle(ctx, nil),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := s.ByIDs(ctx, nil); err != nil || len(got) > 0 {
		t.Errorf("nothing was asked for; got %v, %v", got, err)
	}
}

func deletedOnNoList(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 11, 1)
	p := v.posts[0]
	p.State, p.Visibility, p.Family, p.Topics = community.Published, community.OfFamily, v.family, v.topics[:1]
	p.DeletedAt = v.from.Add(time.Hour)
	must(t, s.Put(ctx, []community.Post{p}))
	own := community.Audience{Own: p.Author}
	for i, q := range []community.Query{
		{Board: v.board}, {Order: community.ByHot, Board: v.board}, {Topic: v.topics[0]}, {Family: v.family}, {Authors: []member.ID{p.Author}},
	} {
		q.Audience, q.Span.Limit = own, 5
		got, err := s.Page(ctx, q)
		must(t, err)
		if len(got) > 0 {
			t.Errorf("list %d has %v", i, fmt.Sprint(idsOf(got)))
		}
	}
}
