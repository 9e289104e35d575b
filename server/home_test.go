package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	cryptorand "crypto/rand"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// homely is a small community on stores of its own, whose feed FOLLOWING is read in two ways: by kept lists and by ties.
type homely struct {
	t      *testing.T
	st     *stores
	kept   *community.Service
	ties   *community.Service
	keep   *community.Keeping
	spread *community.Spreading
	rules  *programme.Programme
	dice   *rand.Rand
	from   time.Time
	posts  []community.Post
	n      int
	looks  int
}

const (
	homePeople = 6
	homeTopics = 3
)

func homeMember(n int) member.ID        { return member.ID(fmt.Sprint("home-", n)) }
func homeTopic(n int) community.TopicID { return community.TopicID(fmt.Sprint("home-t", n)) }
func (h *homely) must(err error)        { h.t.Helper(); mustHome(h.t, err) }
func mustHome(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onHomes runs a test on new stores of each engine.
func onHomes(t *testing.T, test func(h *homely)) {
	t.Helper()
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			pairs := []string{"DATA_DIR", t.TempDir()}
			if name == "servers" {
				needServers(t)
				database := "homes_" + strings.ToLower(cryptorand.Text()[:10])
				pairs = append(pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database)
				t.Cleanup(func() { mustHome(t, dropServers(database)) })
			}
			s, err := readSettings(env(pairs...))
			mustHome(t, err)
			st, err := openStores(t.Context(), s, true, slog.New(slog.DiscardHandler))
			mustHome(t, err)
			t.Cleanup(func() { mustHome(t, st.close()) })
			test(newHomely(t, s, st))
		})
	}
}

func newHomely(t *testing.T, s Settings, st *stores) *homely {
	keys, err := s.Keys()
	mustHome(t, err)
	book := cursor.NewBook(keys)
	h := &homely{t: t, st: st, dice: rand.New(rand.NewPCG(8, 9)), from: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), rules: &programme.Programme{}}
	h.keep = &community.Keeping{Store: st.homes, Homes: st.cache.Homes(), Now: time.Now, Slack: time.Millisecond, Fresh: time.Nanosecond}
	h.spread = &community.Spreading{Store: st.homes, Homes: st.cache.Homes(), Most: 2, Now: time.Now, Lag: 2 * time.Millisecond, Known: time.Nanosecond}
	h.kept = &community.Service{Store: st.community, Cursors: book, Keeping: h.keep}
	h.ties = &community.Service{Store: st.community, Cursors: book}
	return h
}

// post adds one by a member; its id may be of long ago.
func (h *homely) post(late bool) {
	h.n++
	at := h.from.Add(time.Duration(h.n) * time.Minute)
	if late {
		at = at.Add(-time.Duration(h.dice.IntN(h.n+1)) * time.Minute)
	}
	p := community.Post{ID: community.PostID(community.IDOf(at, [10]byte{1, byte(h.n >> 8), byte(h.n)})), CreatedAt: at, Author: homeMember(h.dice.IntN(homePeople)),
		Body: fmt.Sprint("post ", h.n), State: community.Published, Visibility: community.Public, Version: 1}
	if h.dice.IntN(3) == 0 {
		p.Topics = []community.TopicID{homeTopic(h.dice.IntN(homeTopics))}
	}
	switch h.dice.IntN(8) {
	case 0:
		p.Visibility = community.Followers
	case 1:
		p.State = community.Pending
	case 2:
		p.Body += " broccoli"
	}
	added, err := h.st.posting.AddPost(h.t.Context(), p.Counted(community.Counts{}))
	h.must(err)
	if added {
		h.posts = append(h.posts, p)
	}
}

// change deletes a post, publishes it, or files it elsewhere.
func (h *homely) change() {
	if len(h.posts) == 0 {
		return
	}
	i := h.dice.IntN(len(h.posts))
	p := h.posts[i]
	switch h.dice.IntN(3) {
	case 0:
		p.DeletedAt = h.from
	case 1:
		p.State = community.Published
	case 2:
		p.Topics = []community.TopicID{homeTopic(h.dice.IntN(homeTopics))}
	}
	if err := h.st.posting.ChangePost(h.t.Context(), p); err != nil {
		h.t.Fatal(err)
	}
	p.Version++
	h.posts[i] = p
}

// tie makes or ends a tie of one of the members.
func (h *homely) tie() {
	m, kind, to := homeMember(h.dice.IntN(homePeople)), community.Follow, string(homeMember(h.dice.IntN(homePeople)))
	switch h.dice.IntN(8) {
	case 0:
		kind = community.Mute
	case 1:
		kind, to = community.MutedWord, "broccoli"
	case 2, 3:
		kind, to = community.FollowTopic, string(homeTopic(h.dice.IntN(homeTopics)))
	case 4:
		if string(m) != to {
			h.must(h.ties.Tie(h.t.Context(), community.Reader{Member: m}, community.Block, to, h.dice.IntN(2) == 0))
		}
		return
	}
	h.must(h.st.community.SetTie(h.t.Context(), m, kind, to, h.dice.IntN(3) > 0, 0))
}

// loses loses lists, or what is pushed.
func (h *homely) loses() {
	switch h.dice.IntN(3) {
	case 0:
		_, err := h.st.cache.Homes().OpenHome(h.t.Context(), homeMember(h.dice.IntN(homePeople)), 7) // cut off before it was filled
		h.must(err)
	case 1:
		h.must(h.st.cache.Homes().SetSpread(h.t.Context(), community.Spread{}))
	}
}

func (h *homely) reader(m member.ID) community.Reader {
	h.t.Helper()
	ties, err := h.st.community.Ties(h.t.Context(), m)
	h.must(err)
	return community.Reader{Member: m, Ties: ties}
}

// read pages through what a member follows, and gives the posts.
func (h *homely) read(s *community.Service, r community.Reader, size int) (ids []community.PostID) {
	h.t.Helper()
	q := community.FeedQuery{Kind: community.Following, Who: r.Member, Args: cursor.Args{First: &size}}
	for {
		if len(ids) > 10*community.HomeMost {
			h.t.Fatal("the pages have no end")
		}
		page, err := s.Feed(h.t.Context(), h.rules, q, func(context.Context) (community.Reader, error) { return r, nil })
		h.must(err)
		for _, p := range page.Nodes {
			ids = append(ids, p.ID)
		}
		if page.HasNext && len(page.Nodes) < size {
			h.t.Fatalf("a page of %d is short, and there are more", len(page.Nodes))
		}
		if q.Args.After = page.End(); !page.HasNext {
			return ids
		}
	}
}

// same fails unless all members read the same in both ways.
func (h *homely) same(what string) {
	h.t.Helper()
	for n := range homePeople {
		r := h.reader(homeMember(n))
		h.looks++
		size := []int{3, 20}[h.looks%2]
		if got, want := h.read(h.kept, r, size), h.read(h.ties, r, size); !slices.Equal(got, want) {
			h.t.Fatalf("%s: %s reads, %d a page,\n%v by the kept list, and by ties\n%v", what, r.Member, size, got, want)
		}
	}
}

func (h *homely) round() {
	h.t.Helper()
	for more := true; more; {
		var err error
		_, more, err = h.spread.Round(h.t.Context())
		h.must(err)
	}
}

// believed counts the members whose lists are read and not passed by.
func (h *homely) believed() (n int) {
	for m := range homePeople {
		r := h.reader(homeMember(m))
		if home, ok, err := h.st.cache.Homes().Home(h.t.Context(), r.Member, "", 10); err == nil && ok && home.Ties == r.Ties.Version {
			n++
		}
	}
	return n
}

func TestAKeptListShowsWhatTheTiesShowWhateverHappensInBetween(t *testing.T) {
	onHomes(t, func(h *homely) {
		believed := 0
		for step := range 250 {
			switch h.dice.IntN(10) {
			case 0, 1, 2, 3:
				h.post(h.dice.IntN(5) == 0)
			case 4:
				h.change()
			case 5:
				h.tie()
			case 6, 7:
				for n := range homePeople {
					h.must(h.keep.Make(h.t.Context(), homeMember(n)))
				}
			case 8:
				h.round()
			case 9:
				h.loses()
			}
			if step%5 == 4 {
				h.same(fmt.Sprint("step ", step))
				believed += h.believed()
			}
		}
		wide, err := h.st.homes.Wide(h.t.Context())
		h.must(err)
		if believed < 50 || len(wide) < 1 {
			h.t.Errorf("lists were read %d times only, and %d are wide", believed, len(wide))
		}
		h.t.Logf("%d posts; lists were read %d times; %d are wide", len(h.posts), believed, len(wide))
	})
}

// A list holds some hundred posts. What is older is found by ties, and nothing is shown twice or left out where the one
// goes over into the other.
func TestAPageGoesOnBelowTheKeptList(t *testing.T) {
	onHomes(t, func(h *homely) {
		h.must(h.st.community.SetTie(t.Context(), homeMember(0), community.Follow, string(homeMember(1)), true, 0))
		var all []community.Post
		for n := range community.HomeMost + 60 {
			at := h.from.Add(time.Duration(n/25) * time.Second) // more of one millisecond than a page has
			p := community.Post{ID: community.PostID(community.IDOf(at, [10]byte{2, byte(n >> 8), byte(n)})), CreatedAt: at, Author: homeMember(1), State: community.Published,
				Visibility: community.Public, Body: "x", Version: 1}
			all = append(all, p.Counted(community.Counts{}))
		}
		h.must(h.st.community.Put(t.Context(), all))
		for _, lists := range []string{"newly made", "pushed to"} {
			h.must(h.keep.Make(t.Context(), homeMember(0)))
			if lists == "pushed to" {
				h.round()
				for range 30 {
					h.post(false)
				}
				h.round()
			}
			r := h.reader(homeMember(0))
			for _, size := range []int{7, 20, 50} {
				if got, want := h.read(h.kept, r, size), h.read(h.ties, r, size); !slices.Equal(got, want) {
					h.t.Errorf("%s, %d a page: %d posts by the list, %d by ties", lists, size, len(got), len(want))
				}
			}
		}
	})
}

// severed is a store whose calls fail from the n-th on, as if the process had been killed: before that call or, if late, after
// it was done.
type severed struct {
	community.HomeStore
	community.Homes
	left int
	late bool
}

var errCut = errors.New("killed")

// do makes a call unless the process is dead.
func (c *severed) do(call func() error) error {
	c.left--
	if c.left < 0 && !(c.late && c.left == -1) {
		return errCut
	}
	if err := call(); err != nil || c.left >= 0 {
		return err
	}
	return errCut
}

func (c *severed) Touched(ctx context.Context, after, until time.Time, n int) (out []community.Touch, err error) {
	return out, c.do(func() (err error) { out, err = c.HomeStore.Touched(ctx, after, until, n); return err })
}

func (c *severed) Followers(ctx context.Context, k community.TieKind, to string, n int) (out []member.ID, err error) {
	err = c.do(func() (err error) { out, err = c.HomeStore.Followers(ctx, k, to, n); return err })
	return out, err
}

func (c *severed) Newest(ctx context.Context, a []member.ID, on []community.TopicID, n int) (out []community.PostID, err error) {
	err = c.do(func() (err error) { out, err = c.HomeStore.Newest(ctx, a, on, n); return err })
	return out, err
}

func (c *severed) AddWide(ctx context.Context, k community.TieKind, to string, at time.Time) error {
	return c.do(func() error { return c.HomeStore.AddWide(ctx, k, to, at) })
}

func (c *severed) OpenHome(ctx context.Context, m member.ID, ties int64) (nonce int64, err error) {
	err = c.do(func() (err error) { nonce, err = c.Homes.OpenHome(ctx, m, ties); return err })
	return nonce, err
}

func (c *severed) FillHome(ctx context.Context, m member.ID, nonce int64, mark time.Time, posts []community.PostID) error {
	return c.do(func() error { return c.Homes.FillHome(ctx, m, nonce, mark, posts) })
}

func (c *severed) PushHomes(ctx context.Context, posts map[member.ID][]community.PostID) error {
	return c.do(func() error { return c.Homes.PushHomes(ctx, posts) })
}

func (c *severed) SetSpread(ctx context.Context, s community.Spread) error {
	return c.do(func() error { return c.Homes.SetSpread(ctx, s) })
}

func TestPushingThatIsKilledAnywhereLosesNothing(t *testing.T) {
	onHomes(t, func(h *homely) {
		for n := range homePeople {
			h.must(h.st.community.SetTie(t.Context(), homeMember(n), community.Follow, string(homeMember((n+1)%homePeople)), true, 0))
			h.must(h.st.community.SetTie(t.Context(), homeMember(n), community.FollowTopic, string(homeTopic(n%homeTopics)), true, 0))
			h.must(h.keep.Make(t.Context(), homeMember(n)))
		}
		h.round()
		for _, late := range []bool{false, true} {
			for calls := range 12 {
				for range 3 {
					h.post(false)
				}
				c := &severed{HomeStore: h.st.homes, Homes: h.st.cache.Homes(), left: calls, late: late}
				dead, maker := *h.spread, &community.Keeping{Store: c, Homes: c, Now: time.Now, Slack: time.Millisecond}
				dead.Store, dead.Homes = c, c
				_, _, pushed := dead.Round(t.Context())
				h.same(fmt.Sprintf("killed at call %d of pushing, late %t", calls, late))
				c.left = calls % 3
				made := maker.Make(t.Context(), homeMember(calls%homePeople))
				h.same(fmt.Sprintf("killed at call %d of making, late %t", calls%3, late))
				for _, err := range []error{pushed, made} {
					if err != nil && !errors.Is(err, errCut) {
						h.t.Error(err)
					}
				}
				if calls == 0 && pushed == nil {
					h.t.Error("pushing was not killed")
				}
			}
		}
		h.round()
		h.same("after the next round")
	})
}
