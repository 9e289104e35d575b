package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/posting"
	"membergate/internal/programme"
)

// talk is a newsroom whose members write.
type talk struct {
	*newsroom
	pen *posting.Service
}

func newTalk(t *testing.T, s Board) talk {
	t.Helper()
	n := newNewsroom(t, s)
	store := posting.WatchHearers(n.Talk, n.hints.Changed)
	return talk{n, &posting.Service{Store: store, Counts: &community.Service{Store: n.Talk}, Products: noProducts{}, Judge: verdicts{}, Book: n}}
}

// people are members who have an account.
func (w talk) people(t *testing.T, ctx context.Context, n int) (out []member.ID) {
	t.Helper()
	for range n {
		who := member.ID(name("member"))
		w.pay(t, ctx, who, 1)
		out = append(out, who)
	}
	w.tell(t, ctx, w.now)
	return out
}

func (w talk) post(t *testing.T, ctx context.Context, who member.ID, change func(*community.Post)) community.Post {
	t.Helper()
	p := community.Post{ID: community.PostID(community.NewID(w.now)), Author: who, Body: "soup", State: community.Published, Visibility: community.Public, CreatedAt: w.now}
	if change != nil {
		change(&p)
	}
	must(t, w.Talk.Put(ctx, []community.Post{p}))
	return p
}

// say answers a post, or a comment of it, as somebody of the lowest tier who follows its author.
func (w talk) say(t *testing.T, ctx context.Context, who member.ID, p community.Post, answered community.CommentID, body string) community.Comment {
	t.Helper()
	r := community.Reader{Member: who, Family: p.Family, Ties: community.Ties{Follows: []member.ID{p.Author}}}
	c, _, err := w.pen.Reply(ctx, r, posting.Reply{Key: name("k"), Post: p.ID, Parent: answered, Body: body}, w.now)
	must(t, err)
	return c
}

// heard fails unless members were told of as many days of posts.
func (w talk) heard(t *testing.T, ctx context.Context, what string, people []member.ID, want ...int) {
	t.Helper()
	for i, who := range people {
		causes, all := w.count(t, ctx, who, programme.Commented)
		if causes != want[i] || all != want[i] {
			t.Errorf("%s: member %d is told of %d in %d notices, want %d", what, i, causes, all, want[i])
		}
	}
}

func toldOfComments(t *testing.T, ctx context.Context, s Board) {
	w := newTalk(t, s)
	people := w.people(t, ctx, 3)
	a, b, c := people[0], people[1], people[2]
	p, q := w.post(t, ctx, a, nil), w.post(t, ctx, a, nil)
	first := w.say(t, ctx, b, p, "", "first")
	w.say(t, ctx, b, p, "", "second")
	w.say(t, ctx, a, p, first.ID, "thanks")
	w.tell(t, ctx, w.now)
	w.heard(t, ctx, "at first", people, 1, 1, 0)
	page, err := w.Notices.Page(ctx, a, notice.Query{Limit: 1})
	must(t, err)
	if page[0].Subject != "Post:"+string(p.ID) || !page[0].Fill.Day.Equal(w.now) {
		t.Errorf("it tells of %s at %v", page[0].Subject, page[0].Fill.Day)
	}
	w.say(t, ctx, c, p, first.ID, "me too")
	w.tell(t, ctx, w.now.Add(time.Hour))
	w.heard(t, ctx, "later on that day", people, 1, 1, 0)
	w.say(t, ctx, c, q, "", "the other")
	w.tell(t, ctx, w.now)
	w.heard(t, ctx, "below another post", people, 2, 1, 0)
	held := w.say(t, ctx, b, q, "", "wait")
	w.tell(t, ctx, w.now.AddDate(0, 0, 30))
	w.heard(t, ctx, "before a moderator has looked", people, 2, 1, 0)
	held = comment1(t, ctx, s.Talk, held.ID)
	must(t, w.pen.Store.ChangeComment(ctx, held.Ruled(community.Published, community.Ruling{By: community.ByStaff, At: w.now}, w.now)))
	w.tell(t, ctx, w.now)
	w.heard(t, ctx, "once a moderator has let it through", people, 3, 1, 0)
	for range 20 {
		w.ids[a] = true
		w.hints.Changed(people...)
		w.tell(t, ctx, w.now.Add(13*time.Hour))
	}
	w.heard(t, ctx, "looked at again and again", people, 3, 1, 0)
}

func unheardComments(t *testing.T, ctx context.Context, s Board) {
	w := newTalk(t, s)
	for _, c := range []struct {
		name string
		do   func(a, b, c member.ID, p community.Post, said community.Comment) error
		a, b int // how often who wrote the post, and who is answered, are told
	}{
		{"nothing happens", nil, 1, 1},
		{"both block who answered", func(a, b, c member.ID, _ community.Post, _ community.Comment) error {
			return errors.Join(s.Talk.SetTie(ctx, a, community.Block, string(c), true, 0), s.Talk.SetTie(ctx, b, community.Block, string(c), true, 0))
		}, 0, 0},
		{"both mute who answered", func(a, b, c member.ID, _ community.Post, _ community.Comment) error {
			return errors.Join(s.Talk.SetTie(ctx, a, community.Mute, string(c), true, 0), s.Talk.SetTie(ctx, b, community.Mute, string(c), true, 0))
		}, 0, 0},
		{"who is answered mutes a word of it", func(_, b, _ member.ID, _ community.Post, _ community.Comment) error {
			return s.Talk.SetTie(ctx, b, community.MutedWord, "answer", true, 0)
		}, 1, 0},
		{"who answered blocks both", func(a, b, c member.ID, _ community.Post, _ community.Comment) error {
			return errors.Join(s.Talk.SetTie(ctx, c, community.Block, string(a), true, 0), s.Talk.SetTie(ctx, c, community.Block, string(b), true, 0))
		}, 0, 0},
		{"who wrote the post blocks who is answered", func(a, b, _ member.ID, _ community.Post, _ community.Comment) error {
			return s.Talk.SetTie(ctx, a, community.Block, string(b), true, 0)
		}, 1, 0},
		{"the answer is taken away", func(_, _, c member.ID, _ community.Post, said community.Comment) error {
			_, err := w.pen.Erase(ctx, community.Reader{Member: c}, said.ID, w.now)
			return err
		}, 0, 0},
		{"the answer is taken down", func(_, _, _ member.ID, _ community.Post, said community.Comment) error {
			return w.pen.Store.ChangeComment(ctx, said.Ruled(community.Removed, community.Ruling{By: community.ByStaff}, w.now))
		}, 0, 0},
		{"the post is taken away", func(a, _, _ member.ID, p community.Post, _ community.Comment) error {
			return w.pen.Delete(ctx, community.Reader{Member: a}, p.ID, w.now)
		}, 0, 0},
		{"the post is for a higher tier", func(_, _, _ member.ID, p community.Post, _ community.Comment) error {
			p.Visibility, p.MinRank = community.OfTier, 3
			return s.Talk.Put(ctx, []community.Post{p})
		}, 1, 0},
		{"the post is for a family", func(_, _, _ member.ID, p community.Post, _ community.Comment) error {
			p.Visibility, p.Family = community.OfFamily, name("family")
			return s.Talk.Put(ctx, []community.Post{p})
		}, 1, 0},
		{"the post is for followers", func(_, _, _ member.ID, p community.Post, _ community.Comment) error {
			p.Visibility = community.Followers
			return s.Talk.Put(ctx, []community.Post{p})
		}, 1, 0},
	} {
		people := w.people(t, ctx, 3)
		p := w.post(t, ctx, people[0], nil)
		first := w.say(t, ctx, people[1], p, "", "first")
		w.tell(t, ctx, w.now)
		w.heard(t, ctx, c.name+", before", people, 1, 0, 0)
		w.tell(t, ctx, w.now.AddDate(0, 0, 1))
		said := w.say(t, ctx, people[2], p, first.ID, "answer")
		if c.do != nil {
			must(t, c.do(people[0], people[1], people[2], p, said))
		}
		w.tell(t, ctx, w.now)
		w.heard(t, ctx, c.name, people, 1+c.a, c.b, 0)
	}
}

func heardThoughKilled(t *testing.T, ctx context.Context, s Board) {
	w := newTalk(t, s)
	people := w.people(t, ctx, 2)
	days := map[string]bool{}
	var p community.Post
	for kill := range 20 {
		if kill%2 == 0 {
			p = w.post(t, ctx, people[0], nil)
		}
		w.say(t, ctx, people[1], p, "", fmt.Sprint(kill))
		days[string(p.ID)+w.now.In(w.p.Zone()).Format(time.DateOnly)] = true
		must(t, w.hints.Carry(ctx))
		_ = w.work(ctx, &fatal{Store: w.Notices, at: 1 + kill/2%5, late: kill%2 == 1})
		w.now = w.now.Add(9 * time.Hour)
	}
	w.tell(t, ctx, w.now)
	w.heard(t, ctx, "after twenty kills", people, len(days), 0)
	if len(days) < 11 {
		t.Errorf("there are %d posts and days: too few to prove anything", len(days))
	}
}

func heardByMany(t *testing.T, ctx context.Context, s Board) {
	w := newTalk(t, s)
	people := w.people(t, ctx, 5)
	p := w.post(t, ctx, people[0], nil)
	said := w.say(t, ctx, people[1], p, "", "first")
	for range 4 {
		must(t, errors.Join(together(10, func(i int) error {
			r := community.Reader{Member: people[2+i%3]}
			_, _, err := w.pen.Reply(ctx, r, posting.Reply{Key: name("k"), Post: p.ID, Parent: said.ID, Body: fmt.Sprint(i)}, w.now)
			return errors.Join(err, w.hints.Carry(ctx), w.work(ctx, w.Notices))
		})...))
	}
	w.tell(t, ctx, w.now)
	w.heard(t, ctx, "by ten workers", people, 1, 1, 0, 0, 0)
}

func heardByWalk(t *testing.T, ctx context.Context, s Board) {
	w := newTalk(t, s)
	people := w.people(t, ctx, 2)
	p := w.post(t, ctx, people[0], nil)
	w.pen.Store = w.Talk // nobody marks
	look := func() notice.Inbox {
		walk := notice.Walk{Service: w.desk(w.Notices), After: people[0][:len(people[0])-1]}
		for range 3 {
			out, err := walk.Page(ctx, 1)
			must(t, errors.Join(err, out.Err))
		}
		found, err := w.Notices.Inboxes(ctx, people[:1])
		must(t, err)
		return found[people[0]]
	}
	look()
	w.say(t, ctx, people[1], p, "", "first")
	in := look()
	w.heard(t, ctx, "by a walk", people, 1, 0)
	w.say(t, ctx, people[1], p, "", "second")
	if again := look(); again.Version != in.Version {
		t.Errorf("nothing is to be told, and the inbox went from version %d to %d", in.Version, again.Version)
	}
}
