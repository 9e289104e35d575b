package community_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/boltstore"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

type signer struct{}

func (signer) Sign(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, []byte(purpose))
	h.Write(data)
	return h.Sum(nil)[:16]
}

func (s signer) Verify(purpose string, data, tag []byte) bool {
	return hmac.Equal(s.Sign(purpose, data), tag)
}

// chosen gives one member a list, and notes who asked.
type chosen struct {
	list  community.Chosen
	asked []member.ID
}

func (c *chosen) Chosen(_ context.Context, m member.ID) (community.Chosen, error) {
	c.asked = append(c.asked, m)
	return c.list, nil
}

// place is a service with a few posts: number n is written n minutes after the start.
type place struct {
	t       *testing.T
	service *community.Service
	choice  *chosen
	posts   []community.Post
}

var (
	start = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	rules = &programme.Programme{Boards: []programme.Board{{Code: "TALK"}, {Code: "NEWS"}}}
)

func newPlace(t *testing.T, n int, change func(i int, p *community.Post)) *place {
	t.Helper()
	s, err := boltstore.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := &place{t: t, choice: &chosen{}}
	b.service = &community.Service{Store: s.Community(), Cursors: cursor.NewBook(signer{}), Choice: b.choice}
	for i := range n {
		at := start.Add(time.Duration(i) * time.Minute)
		p := community.Post{
			ID: community.PostID(community.IDOf(at, [10]byte{byte(i)})), CreatedAt: at, Author: "author", Body: fmt.Sprint(i), Board: "TALK",
			State: community.Published, Visibility: community.Public,
		}
		change(i, &p)
		b.posts = append(b.posts, p.Counted(p.Counts))
	}
	if err := b.service.Store.Put(t.Context(), b.posts); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *place) ask(q community.FeedQuery, r community.Reader) (community.FeedPage, error) {
	q.Who = r.Member
	return b.service.Feed(b.t.Context(), rules, q, func(context.Context) (community.Reader, error) { return r, nil })
}

// shows fails unless a feed shows the posts with these bodies, in this order.
func (b *place) shows(what string, q community.FeedQuery, r community.Reader, want string) community.FeedPage {
	b.t.Helper()
	page, err := b.ask(q, r)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	var got []string
	for _, p := range page.Nodes {
		got = append(got, p.Body)
	}
	if strings.Join(got, " ") != want {
		b.t.Errorf("%s shows %v; want %s", what, got, want)
	}
	return page
}

func TestWhatEachFeedHolds(t *testing.T) {
	b := newPlace(t, 8, func(i int, p *community.Post) {
		switch i {
		case 1:
			p.Board = "NEWS"
		case 2:
			p.Author = "followed"
		case 3:
			p.Topics = []community.TopicID{"soup"}
		case 4:
			p.Visibility, p.Family, p.Author = community.OfFamily, "f1", "mother"
		case 5:
			p.State, p.Author = community.Pending, "me"
		case 6:
			p.Author = "blocked"
		case 7:
			p.Author, p.Topics, p.Visibility = "followed", []community.TopicID{"soup"}, community.Followers
		}
		p.Counts.Reactors = []int64{100, 0, 3, 0, 0, 0, 9, 0}[i]
	})
	if err := b.service.Store.PutTopics(t.Context(), []community.Topic{{ID: "soup", Key: "soup"}}); err != nil {
		t.Fatal(err)
	}
	nobody := community.Reader{}
	me := community.Reader{Member: "me", Family: "f1", Ties: community.Ties{
		Follows: []member.ID{"followed"}, Topics: []community.TopicID{"soup"}, Blocks: []member.ID{"blocked"},
	}}
	b.shows("NEW for nobody", community.FeedQuery{Kind: community.New}, nobody, "6 3 2 1 0")
	b.shows("NEW for me", community.FeedQuery{Kind: community.New}, me, "7 5 4 3 2 1 0")
	b.shows("HOT for nobody", community.FeedQuery{Kind: community.Hot}, nobody, "0 6 2 3 1")
	b.shows("HOT for me", community.FeedQuery{Kind: community.Hot}, me, "0 2 7 5 4 3 1")
	b.shows("a board", community.FeedQuery{Kind: community.OfBoard, Board: "NEWS"}, me, "1")
	b.shows("a topic for nobody", community.FeedQuery{Kind: community.OnTopic, Topic: "soup"}, nobody, "3")
	b.shows("a topic for me", community.FeedQuery{Kind: community.OnTopic, Topic: "soup"}, me, "7 3")
	b.shows("who and what I follow", community.FeedQuery{Kind: community.Following}, me, "7 3 2")
	b.shows("following nothing", community.FeedQuery{Kind: community.Following}, community.Reader{Member: "m"}, "")
	b.shows("my family's", community.FeedQuery{Kind: community.FamilyOwn}, me, "4")
	b.shows("no family", community.FeedQuery{Kind: community.FamilyOwn}, community.Reader{Member: "m"}, "")
}

func TestQuestionsThatNoFeedAnswers(t *testing.T) {
	b := newPlace(t, 1, func(int, *community.Post) {})
	one, many, text := 1, 51, "x"
	for name, c := range map[string]struct {
		q    community.FeedQuery
		kind fault.Kind
		says string
	}{
		"a board feed without board":   {community.FeedQuery{Kind: community.OfBoard}, fault.BadInput, "boardCode is missing; the feed BOARD needs the code of a board"},
		"a board elsewhere":            {community.FeedQuery{Kind: community.New, Board: "TALK"}, fault.BadInput, `boardCode is "TALK"; it is allowed with the feed BOARD only`},
		"an unknown board":             {community.FeedQuery{Kind: community.OfBoard, Board: "X"}, fault.NotFound, `there is no board "X"`},
		"a topic feed without topic":   {community.FeedQuery{Kind: community.OnTopic}, fault.BadInput, "topicId is missing; the feed TOPIC needs the id of a topic"},
		"a topic elsewhere":            {community.FeedQuery{Kind: community.Hot, Topic: "t"}, fault.BadInput, `topicId is "t"; it is allowed with the feed TOPIC only`},
		"following without signing in": {community.FeedQuery{Kind: community.Following}, fault.Unauthenticated, "the feed FOLLOWING is there for signed-in members only"},
		"family without signing in":    {community.FeedQuery{Kind: community.FamilyOwn}, fault.Unauthenticated, "the feed FAMILY is there for signed-in members only"},
		"too many":                     {community.FeedQuery{Kind: community.New, Args: cursor.Args{First: &many}}, fault.BadInput, "first is 51; allowed are 1 to 50"},
		"hot, backwards":               {community.FeedQuery{Kind: community.Hot, Args: cursor.Args{Last: &one}}, fault.BadInput, "last is not allowed on this list, which only pages forwards; allowed are first and after"},
		"no cursor":                    {community.FeedQuery{Kind: community.New, Args: cursor.Args{After: &text}}, fault.BadInput, "after is not a cursor; allowed are cursors that this list gave out"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.ask(c.q, community.Reader{})
			if !fault.Is(err, c.kind) || err.Error() != c.says {
				t.Errorf("answers %v; want %s: %s", err, c.kind, c.says)
			}
		})
	}
}

func TestACursorIsOfOneFeed(t *testing.T) {
	b := newPlace(t, 5, func(i int, p *community.Post) { p.Author = "followed" })
	me := community.Reader{Member: "me", Ties: community.Ties{Follows: []member.ID{"followed"}}}
	two := 2
	first := b.shows("the first page", community.FeedQuery{Kind: community.Following, Args: cursor.Args{First: &two}}, me, "4 3")
	b.shows("the second", community.FeedQuery{Kind: community.Following, Args: cursor.Args{First: &two, After: first.End()}}, me, "2 1")
	other := me
	other.Member = "other"
	for what, ask := range map[string]func() (community.FeedPage, error){
		"another feed": func() (community.FeedPage, error) {
			return b.ask(community.FeedQuery{Kind: community.New, Args: cursor.Args{After: first.End()}}, me)
		},
		"another member's": func() (community.FeedPage, error) {
			return b.ask(community.FeedQuery{Kind: community.Following, Args: cursor.Args{After: first.End()}}, other)
		},
	} {
		if _, err := ask(); !fault.Is(err, fault.BadInput) {
			t.Errorf("%s takes it: %v", what, err)
		}
	}
}

func TestForYou(t *testing.T) {
	b := newPlace(t, 12, func(i int, p *community.Post) {
		if i == 3 {
			p.Author = "blocked"
		}
	})
	for _, i := range []int{2, 3, 4, 5, 6, 7, 8} {
		b.choice.list.Posts = append(b.choice.list.Posts, b.posts[i].ID)
	}
	b.choice.list.Posts = append(b.choice.list.Posts, "gone")
	b.choice.list.Version = "1"
	me := community.Reader{Member: "me", Personal: true, Ties: community.Ties{Blocks: []member.ID{"blocked"}}}
	three := 3
	ask := func(after *string) community.FeedQuery {
		return community.FeedQuery{Kind: community.ForYou, Args: cursor.Args{First: &three, After: after}}
	}
	first := b.shows("the choice", ask(nil), me, "2 4 5")
	second := b.shows("its second page", ask(first.End()), me, "6 7 8")
	if first.Stale || second.Stale || !first.HasNext || second.HasNext {
		t.Errorf("stale %v and %v, more %v and %v", first.Stale, second.Stale, first.HasNext, second.HasNext)
	}
	t.Run("a list made anew is gone on with, and said so", func(t *testing.T) {
		b.choice.list.Version = "2"
		if page := b.shows("the second page", ask(first.End()), me, "6 7 8"); !page.Stale {
			t.Error("it does not say so")
		}
		if page := b.shows("the first page", ask(nil), me, "2 4 5"); page.Stale {
			t.Error("a fresh start is stale")
		}
	})
	t.Run("without consent the choice is not even read", func(t *testing.T) {
		b.choice.asked = nil
		off := me
		off.Personal = false
		hot := b.shows("the hot feed", ask(nil), off, "11 10 9")
		b.shows("its second page", ask(hot.End()), off, "8 7 6")
		if page := b.shows("consent withdrawn half-way", ask(first.End()), off, "11 10 9"); !page.Stale {
			t.Error("it does not say that the list is another")
		}
		b.shows("nobody signed in", ask(nil), community.Reader{}, "11 10 9")
		if len(b.choice.asked) > 0 {
			t.Errorf("the choice of %v was read", b.choice.asked)
		}
	})
	t.Run("what began as the hot feed stays it", func(t *testing.T) {
		list := b.choice.list
		b.choice.list = community.Chosen{}
		hot := b.shows("nothing chosen", ask(nil), me, "11 10 9")
		b.choice.list = list
		if page := b.shows("chosen meanwhile", ask(hot.End()), me, "8 7 6"); !page.Stale {
			t.Error("it does not say that there is a list now")
		}
	})
}

func TestFactsThatFailFailTheFeed(t *testing.T) {
	b := newPlace(t, 3, func(int, *community.Post) {})
	down := errors.New("down")
	for _, kind := range []community.FeedKind{community.New, community.Hot, community.Following, community.FamilyOwn, community.ForYou} {
		_, err := b.service.Feed(t.Context(), rules, community.FeedQuery{Kind: kind, Who: "me"},
			func(context.Context) (community.Reader, error) { return community.Reader{}, down })
		if !errors.Is(err, down) {
			t.Errorf("%s answers %v although nobody knows who is blocked", kind, err)
		}
	}
}

func TestCommentsPageByPage(t *testing.T) {
	b := newPlace(t, 1, func(int, *community.Post) {})
	post := b.posts[0]
	var all []community.Comment
	for i := range 9 {
		at := start.Add(time.Duration(i) * time.Minute)
		c := community.Comment{
			ID: community.CommentID(community.IDOf(at, [10]byte{9, byte(i)})), Post: post.ID, Author: member.ID(fmt.Sprint("m", i%3)),
			Body: fmt.Sprint(i), State: community.Published, CreatedAt: at, Version: 1,
		}
		likes := int64(i * 7 % 5)
		all = append(all, c.Counted(community.Counts{Reactions: map[community.Kind]int64{community.Like: likes}, Reactors: likes}, 0))
	}
	for i := range 4 { // four answers to the first
		c := community.Comment{ID: community.CommentID(fmt.Sprint("r", i)), Author: "m0", Body: fmt.Sprint("r", i), State: community.Published, CreatedAt: start}
		all = append(all, c.AnswerTo(all[0]))
	}
	all[0] = all[0].Counted(all[0].Counts, 4)
	if err := b.service.Store.PutComments(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	two := 2
	walk := func(sort community.Sort, r community.Reader) string {
		var out []string
		args := cursor.Args{First: &two}
		for {
			page, err := b.service.Comments(t.Context(), community.CommentsBelow{Under: string(post.ID), Sort: sort, Args: args}, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Nodes {
				out = append(out, c.Body)
			}
			if args.After = page.End(); !page.HasNext {
				return strings.Join(out, " ")
			}
		}
	}
	for sort, want := range map[community.Sort]string{
		community.Newest: "8 7 6 5 4 3 2 1 0", community.Oldest: "0 1 2 3 4 5 6 7 8",
		community.Top: "7 2 4 6 1 8 3 5 0", community.Best: "7 2 4 6 1 8 3 5 0",
	} {
		if got := walk(sort, community.Reader{}); got != want {
			t.Errorf("%s: %s; want %s", sort, got, want)
		}
	}
	// Of somebody apart only what holds replies up is left, and of that only its place.
	apart := community.Reader{Member: "me", Ties: community.Ties{Blocks: []member.ID{"m0"}}}
	if got := walk(community.Oldest, apart); got != " 1 2 4 5 7 8" {
		t.Errorf("apart: %q", got)
	}
	replies, err := b.service.Replies(t.Context(), []string{string(all[0].ID), string(all[1].ID)}, community.Newest, 3, community.Reader{})
	if err != nil {
		t.Fatal(err)
	}
	first := replies[string(all[0].ID)]
	if len(first.Nodes) != 3 || !first.HasNext || len(replies[string(all[1].ID)].Nodes) != 0 {
		t.Errorf("replies: %+v", replies)
	}
	rest, err := b.service.Comments(t.Context(), community.CommentsBelow{Under: string(all[0].ID), Sort: community.Newest, Args: cursor.Args{After: first.End()}}, community.Reader{})
	if err != nil || len(rest.Nodes) != 1 || rest.Nodes[0].Body != "r0" {
		t.Errorf("the fourth reply: %+v, %v", rest, err)
	}
	if _, err := b.service.Replies(t.Context(), nil, community.Best, 51, community.Reader{}); !fault.Is(err, fault.BadInput) {
		t.Errorf("51 replies: %v", err)
	}
}
