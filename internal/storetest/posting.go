package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/posting"
	"membergate/internal/product"
	"membergate/internal/programme"
)

// Writings is a store of both what is written and what is read.
type Writings interface {
	community.Store
	posting.Store
}

// Posting tests the promises of posting.Store, and of the service that writes with it.
func Posting(t *testing.T, s Writings) {
	group[Writings]{
		{"the first slip stays", firstSlip},
		{"what is added again stays as it was", addAgain},
		{"a change leaves counts alone, and only the version that was read is changed", changeVersions},
		{"comments are uncounted until they are counted as they are", uncountedComments},
		{"of fifty sendings with one key one post is made", fiftySendings},
		{"a post that nobody else may see is on no list but its author's", pendingOnOwnLists},
		{"a programme without posts takes none, and lets go of those it has", noPosts},
		{"comments hang to depth six, and deeper answers beside the deepest", depthOfReplies},
		{"a comment that holds others keeps its place when it is taken away", tombstones},
		{"who should hear of a comment is told when others can read it, and not before", hearersOfReplies},
		{"killed after any write, a comment is there once and the counts are right", killedReplies},
		{"while many write and take away comments, counts end as the rows are", stormOfReplies},
	}.run(t, s)
}

// rulesOf is a programme with one board.
type rulesOf struct{ programme.Programme }

func (r *rulesOf) At(time.Time) *programme.Programme { return &r.Programme }

func newRules() *rulesOf {
	return &rulesOf{programme.Programme{
		Boards: []programme.Board{{Code: "B"}},
		Posts:  &programme.Posts{BodyMax: 100, CommentMax: 50, TopicsMax: 2, ProductsMax: 2, PicturesMax: 2},
		Tiers:  []programme.Tier{{Code: "T0"}, {Code: "T1", Rank: 1}},
	}}
}

// verdicts judge a text by the word that it begins with.
type verdicts struct{}

func (verdicts) Judge(_ context.Context, t posting.Text) (posting.Verdict, error) {
	switch t.Body[:min(4, len(t.Body))] {
	case "wait":
		return posting.Verdict{State: community.Pending, Reason: "WORDS"}, nil
	case "evil":
		return posting.Verdict{State: community.Removed, Reason: "WORDS"}, nil
	case "down":
		return posting.Verdict{}, errors.New("nobody answers")
	default:
		return posting.Verdict{State: community.Published}, nil
	}
}

type noProducts struct{}

func (noProducts) ByIDs(context.Context, []string) (map[string]product.Product, error) {
	return nil, nil
}

func writer(s Writings) *posting.Service {
	return &posting.Service{Store: s, Counts: &community.Service{Store: s}, Products: noProducts{}, Judge: verdicts{}, Book: newRules()}
}

func aReader() community.Reader { return community.Reader{Member: member.ID(name("m"))} }

var writtenAt = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func (w writing) post(t *testing.T, ctx context.Context, body string) community.Post {
	t.Helper()
	p, _, err := w.Post(ctx, w.author, posting.Draft{Key: name("k"), Board: "B", Body: body, Visibility: community.Public}, writtenAt)
	must(t, err)
	return p
}

func (w writing) reply(t *testing.T, ctx context.Context, p community.Post, parent community.CommentID, body string) community.Comment {
	t.Helper()
	c, _, err := w.Reply(ctx, w.author, posting.Reply{Key: name("k"), Post: p.ID, Parent: parent, Body: body}, writtenAt)
	must(t, err)
	return c
}

// writing is a service and somebody who writes.
type writing struct {
	*posting.Service
	author community.Reader
}

func write(s Writings) writing { return writing{writer(s), aReader()} }

func firstSlip(t *testing.T, ctx context.Context, s Writings) {
	id := name("slip")
	_, found, err := s.Slip(ctx, id)
	must(t, err)
	first := posting.Slip{ID: id, Input: "a", Made: "1", At: writtenAt, Author: member.ID(name("m")), Kind: community.OnComment, Print: 1<<63 + 5, Letters: 9}
	got, err := s.PutSlip(ctx, first)
	must(t, err)
	same(t, "the first", got, first)
	got, err = s.PutSlip(ctx, posting.Slip{ID: id, Input: "b", Made: "2", At: writtenAt.Add(1)})
	must(t, err)
	same(t, "the second", got, first)
	same(t, "of its author", first1(s.SlipsOf(ctx, first.Author, writtenAt, 5)), first)
	for _, n := range []int{2, 1, 3} {
		next := first
		next.ID, next.At = name("slip"), writtenAt.Add(time.Duration(n)*time.Minute)
		_, err := s.PutSlip(ctx, next)
		must(t, err)
	}
	late, err := s.SlipsOf(ctx, first.Author, writtenAt.Add(time.Minute), 2)
	must(t, err)
	all, err := s.SlipsOf(ctx, first.Author, writtenAt, 10)
	must(t, err)
	if len(late) != 2 || len(all) != 4 || !late[1].At.Equal(writtenAt.Add(2*time.Minute)) {
		t.Errorf("of an author's slips there are %v and %v", late, all)
	}
	got, again, err := s.Slip(ctx, id)
	must(t, err)
	if same(t, "later", got, first); found || !again {
		t.Errorf("a slip is found before it is put: %v, and after: %v", found, again)
	}
}

func first1(all []posting.Slip, err error) posting.Slip {
	if err != nil || len(all) == 0 {
		return posting.Slip{}
	}
	return all[0]
}

func addAgain(t *testing.T, ctx context.Context, s Writings) {
	p := community.Post{ID: community.PostID(community.NewID(writtenAt)), Author: "a", Body: "one", CreatedAt: writtenAt, Version: 1, Campaign: "C",
		Ruling: community.Ruling{Reason: "R", Note: "n", By: community.ByStaff, At: writtenAt, Appeal: "no", Appealed: writtenAt, Ended: writtenAt}}
	c := community.Comment{ID: community.CommentID(community.NewID(writtenAt)), Post: p.ID, Author: "a", Body: "one", CreatedAt: writtenAt, Version: 1, Ruling: p.Ruling}
	first := put(t, p, s.AddPost) && put(t, c, s.AddComment)
	other, two := p, c
	other.Body, two.Body = "two", "two"
	if again := put(t, other, s.AddPost) || put(t, two, s.AddComment); !first || again {
		t.Errorf("added: at first %v, again %v", first, again)
	}
	same(t, "the post", load1(t, ctx, s, p.ID), p)
	same(t, "the comment", comment1(t, ctx, s, c.ID), c)
}

// put adds something, and tells whether it was new.
func put[V any](t *testing.T, v V, add func(context.Context, V) (bool, error)) bool {
	t.Helper()
	added, err := add(t.Context(), v)
	must(t, err)
	return added
}

func comment1(t *testing.T, ctx context.Context, s posting.Store, id community.CommentID) community.Comment {
	t.Helper()
	found, err := s.CommentsByIDs(ctx, []community.CommentID{id})
	must(t, err)
	return found[id]
}

func changeVersions(t *testing.T, ctx context.Context, s Writings) {
	old := community.Post{ID: community.PostID(community.NewID(writtenAt)), Author: "a", CreatedAt: writtenAt} // put before there were versions
	must(t, s.Put(ctx, []community.Post{old}))
	c := community.Comment{ID: community.CommentID(community.NewID(writtenAt)), Post: old.ID, Author: "a", CreatedAt: writtenAt, Version: 1}
	put(t, c, s.AddComment)
	counts := community.Counts{Reactions: map[community.Kind]int64{community.Like: 3}, Reactors: 3}
	must(t, s.SavePost(ctx, old.Counted(counts), 5))
	must(t, s.SaveComment(ctx, c.Counted(counts, 2), 5))
	p, c := load1(t, ctx, s, old.ID), comment1(t, ctx, s, c.ID)
	for n := range 2 {
		p.Body, p.State, p.Counts, p.Weight, p.HotKey = fmt.Sprint("body ", n), community.Limited, community.Counts{}, 0, 0
		c.Body, c.State, c.Counts, c.Replies, c.BestKey = fmt.Sprint("body ", n), community.Limited, community.Counts{}, 0, 0
		must(t, s.ChangePost(ctx, p))
		must(t, s.ChangeComment(ctx, c))
		if err := s.ChangePost(ctx, p); !errors.Is(err, posting.ErrStale) {
			t.Errorf("a post is changed from a version that it has no more: %v", err)
		}
		if err := s.ChangeComment(ctx, c); !errors.Is(err, posting.ErrStale) {
			t.Errorf("a comment is changed from a version that it has no more: %v", err)
		}
		want, reply := p.Counted(counts), c.Counted(counts, 2)
		want.Version, reply.Version = p.Version+1, c.Version+1
		p, c = load1(t, ctx, s, p.ID), comment1(t, ctx, s, c.ID)
		same(t, "the post", p, want)
		same(t, "the comment", c, reply)
	}
	must(t, s.SavePost(ctx, p.Counted(community.Counts{}), 4)) // an older tally than that before the changes
	if got := load1(t, ctx, s, p.ID); got.Counts.Reactors != 3 {
		t.Error("a change forgets which tally the counts are of")
	}
	none := community.PostID(community.NewID(writtenAt))
	if err := s.ChangePost(ctx, community.Post{ID: none}); !errors.Is(err, posting.ErrStale) {
		t.Errorf("a post that is not there is changed: %v", err)
	}
}

func uncountedComments(t *testing.T, ctx context.Context, s Writings) {
	open := func(id community.CommentID) bool {
		all, err := s.Uncounted(ctx, 10_000)
		must(t, err)
		for _, c := range all {
			if c.ID == id {
				return true
			}
		}
		return false
	}
	c := community.Comment{ID: community.CommentID(community.NewID(writtenAt)), Post: "p", Author: "a", CreatedAt: writtenAt, Version: 1}
	put(t, c, s.AddComment)
	first := open(c.ID)
	must(t, s.Counted(ctx, map[community.CommentID]int64{c.ID: 1}))
	second := open(c.ID)
	must(t, s.ChangeComment(ctx, c))
	must(t, s.Counted(ctx, map[community.CommentID]int64{c.ID: 1}))
	if third := open(c.ID); !first || second || !third {
		t.Errorf("uncounted: added %v, counted %v, changed since %v", first, second, third)
	}
	must(t, s.Counted(ctx, map[community.CommentID]int64{c.ID: 2}))
	if open(c.ID) {
		t.Error("it stays uncounted")
	}
}

func fiftySendings(t *testing.T, ctx context.Context, s Writings) {
	w, key := write(s), name("k")
	var mu sync.Mutex
	ids, fresh := map[community.PostID]bool{}, 0
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			p, replayed, err := w.Post(ctx, w.author, posting.Draft{Key: key, Board: "B", Body: "hello", Visibility: community.Public}, writtenAt)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ids[p.ID] = true; !replayed {
				fresh++
			}
		})
	}
	all.Wait()
	if len(ids) != 1 || fresh > 1 {
		t.Errorf("%d posts, %d times new", len(ids), fresh)
	}
	_, _, err := w.Post(ctx, w.author, posting.Draft{Key: key, Board: "B", Body: "another", Visibility: community.Public}, writtenAt)
	answers(t, err, "IDEMPOTENCY_CONFLICT")
}

func answers(t *testing.T, err error, code string) {
	t.Helper()
	if got := refusedWith(err); got != code {
		t.Errorf("it answers %s, want %s", got, code)
	}
}
