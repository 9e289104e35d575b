package storetest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/posting"
	"membergate/internal/programme"
)

// Guildhall is a store of what members write, of their groups and of boards.
type Guildhall interface {
	Museum
	contribution.Store
}

// Contributions tests the promises of contribution.Store, and of the service that counts with it.
func Contributions(t *testing.T, s Guildhall) {
	group[Guildhall]{
		{"a month is what was written in it, by the rules, whoever likes it themselves", countMonth},
		{"what is deleted, removed or liked no more counts no more", countFollows},
		{"after a storm of a hundred who write, like and take away, a board is what the rows say", countStorm},
		{"of two counts the later one stays, and who has it is not sent it again", laterBoard},
		{"who wants off the boards is off at once, for everybody and themselves", hideAtOnce},
		{"a group's board is of those who are in it, and blocks hide both", groupBoard},
	}.run(t, s)
}

// counting is a service that counts, with somebody's months.
type counting struct {
	*contribution.Service
	rules *rulesOf
	now   time.Time
	month contribution.Month
}

// months are those that tests of this process have had.
var months atomic.Int32

// aMonth is a month of the past that no other test has, nor one close to it.
func aMonth() time.Time {
	return time.Date(1975, time.Month(6*months.Add(1)), 10, 12, 0, 0, 0, time.UTC)
}

func boardCounter(s Guildhall, now time.Time) counting {
	r := newRules()
	r.Contributions = &programme.Contributions{Post: 10, Comment: 3, Adoption: 50, Like: 1, LikesMax: 2, CommentsMax: 2, Visibilities: []string{"PUBLIC"},
		Boards: []programme.Leaderboard{{Code: "ALL"}, {Code: "OF_B", Board: "B"}}, Groups: true, KeepMonths: 2}
	ticks, mu := time.Now(), sync.Mutex{}
	clock := func() time.Time { // each look is later than the one before
		mu.Lock()
		defer mu.Unlock()
		ticks = ticks.Add(time.Millisecond)
		return ticks
	}
	return counting{&contribution.Service{Store: s, Company: s, Book: r, Clock: clock}, r, now, contribution.MonthOf(now, time.UTC)}
}

// points are those of some members on a board that is counted now.
func (c counting) points(t *testing.T, ctx context.Context, id contribution.ID, who ...member.ID) map[member.ID]int64 {
	t.Helper()
	v, err := c.Look(ctx, community.Reader{}, id, c.now)
	must(t, err)
	out := map[member.ID]int64{}
	for _, p := range v.Places {
		if slices.Contains(who, p.Member) {
			out[p.Member] = p.Points
		}
	}
	return out
}

func (c counting) all() contribution.ID { return contribution.ID{Month: c.month, Code: "ALL"} }

// says writes a post at a time that everybody sees.
func (w writing) says(t *testing.T, ctx context.Context, body string, at time.Time) community.Post {
	t.Helper()
	p, _, err := w.Post(ctx, w.author, posting.Draft{Key: name("k"), Board: "B", Body: body, Visibility: community.Public}, at)
	must(t, err)
	return p
}

func (w writing) answers(t *testing.T, ctx context.Context, p community.Post, at time.Time) community.Comment {
	t.Helper()
	c, _, err := w.Reply(ctx, w.author, posting.Reply{Key: name("k"), Post: p.ID, Body: "well"}, at)
	must(t, err)
	return c
}

func likes(t *testing.T, ctx context.Context, s community.Store, who member.ID, on community.Subject, set bool) {
	t.Helper()
	_, err := (&community.Service{Store: s}).SetMark(ctx, who, on, community.Like, set, then)
	must(t, err)
}

func countMonth(t *testing.T, ctx context.Context, s Guildhall) {
	c := boardCounter(s, aMonth())
	a, b := write(s), write(s)
	start, end, _ := c.month.Span(time.UTC)
	p := a.says(t, ctx, "hello", start) // the first moment counts
	a.says(t, ctx, "wait", c.now)       // nobody else sees it
	b.says(t, ctx, "before", start.Add(-time.Millisecond))
	b.says(t, ctx, "after", end)
	hidden, _, err := b.Post(ctx, b.author, posting.Draft{Key: name("k"), Board: "B", Body: "friends", Visibility: community.Followers}, c.now)
	must(t, err)
	likes(t, ctx, s, a.author.Member, hidden.Subject(), true)
	a.answers(t, ctx, p, c.now) // on one's own post
	for range 3 {
		b.answers(t, ctx, p, c.now.Add(time.Hour)) // the third is one too many
	}
	for i, who := range []member.ID{a.author.Member, "l1", "l2", "l3"} { // one's own is none, and two count
		likes(t, ctx, s, who, p.Subject(), true)
		if want := int64(10 + min(i, 2)); i > 0 {
			if got := c.points(t, ctx, c.all(), a.author.Member)[a.author.Member]; got != want {
				t.Errorf("with %d likes of others it is %d, want %d", i, got, want)
			}
		}
	}
	want := map[member.ID]int64{a.author.Member: 12, b.author.Member: 6}
	same(t, "the points", c.points(t, ctx, c.all(), a.author.Member, b.author.Member), want)
	same(t, "the points of the board", c.points(t, ctx, contribution.ID{Month: c.month, Code: "OF_B"}, a.author.Member, b.author.Member), want)
	now := load1(t, ctx, s, p.ID)
	now.Adopted = community.Adoption{At: c.now}
	must(t, s.ChangePost(ctx, now))
	if got := c.points(t, ctx, c.all(), a.author.Member)[a.author.Member]; got != 62 {
		t.Errorf("adopted it is %d", got)
	}
}

func countFollows(t *testing.T, ctx context.Context, s Guildhall) {
	c := boardCounter(s, aMonth())
	a, b := write(s), write(s)
	p := a.says(t, ctx, "hello", c.now)
	other := a.says(t, ctx, "more", c.now)
	reply := b.answers(t, ctx, p, c.now)
	likes(t, ctx, s, "l1", p.Subject(), true)
	likes(t, ctx, s, "l1", reply.Subject(), true)
	step := func(what string, first, second int64) {
		t.Helper()
		got := c.points(t, ctx, c.all(), a.author.Member, b.author.Member)
		if got[a.author.Member] != first || got[b.author.Member] != second {
			t.Errorf("%s: %v, want %d and %d", what, got, first, second)
		}
	}
	step("at first", 21, 4)
	likes(t, ctx, s, "l1", reply.Subject(), false)
	step("a like is taken back", 21, 3)
	taken := load1(t, ctx, s, other.ID)
	taken.State = community.Removed
	must(t, s.ChangePost(ctx, taken))
	step("a moderator takes one down", 11, 3)
	_, err := b.Erase(ctx, b.author, reply.ID, c.now)
	must(t, err)
	step("a comment is taken away", 11, 0)
	b.answers(t, ctx, p, c.now)
	step("there is another", 11, 3)
	must(t, a.Delete(ctx, a.author, p.ID, c.now))
	step("the post is deleted, with what hangs below it", 0, 0)
}

// countStorm lets a hundred write, answer, like and take away while boards are counted, and counts by itself at the end.
func countStorm(t *testing.T, ctx context.Context, s Guildhall) {
	c := boardCounter(s, aMonth())
	const writers = 100
	people := make([]writing, writers)
	posts := make([]community.Post, writers)
	for i := range people {
		people[i] = write(s)
	}
	var mu sync.Mutex
	var texts []community.Comment
	counts := &community.Service{Store: s}
	errs := together(writers+2, func(i int) error {
		if i >= writers {
			return again(func() error { return c.Count(ctx, c.month) })
		}
		dice, w := dice(uint64(i)), people[i]
		first, second := name("k"), name("k")
		var p community.Post
		if err := again(func() (err error) {
			p, _, err = w.Post(ctx, w.author, posting.Draft{Key: first, Board: "B", Body: "hello", Visibility: community.Public}, c.now.Add(time.Duration(i)*time.Second))
			return err
		}); err != nil {
			return err
		}
		mu.Lock()
		posts[i] = p
		on := posts[dice.IntN(i+1)]
		mu.Unlock()
		if on.ID == "" {
			on = p
		}
		like := func(set bool) error {
			return again(func() error {
				_, err := counts.SetMark(ctx, w.author.Member, on.Subject(), community.Like, set, then)
				return err
			})
		}
		if err := like(true); err != nil {
			return err
		}
		var text community.Comment
		err := again(func() (err error) {
			text, _, err = w.Reply(ctx, w.author, posting.Reply{Key: second, Post: on.ID, Body: "well"}, c.now)
			return err
		})
		if err != nil && refusedAs(err) != community.CodeNotFound { // it was deleted meanwhile
			return err
		}
		if err == nil {
			mu.Lock()
			texts = append(texts, text)
			mu.Unlock()
		}
		switch dice.IntN(4) {
		case 0:
			err = again(func() error { return w.Delete(ctx, w.author, p.ID, c.now) })
		case 1:
			return like(false)
		case 2:
			if err == nil {
				err = again(func() error { _, err := w.Erase(ctx, w.author, text.ID, c.now); return err })
			}
		}
		if refusedAs(err) == community.CodeNotFound { // done before its answer was lost
			return nil
		}
		return err
	})
	for i, err := range errs {
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	must(t, again(func() error { _, err := counts.Repair(ctx, 10_000); return err })) // what was not counted because a busy store did not answer
	must(t, again(func() error { _, err := people[0].Repair(ctx, 10_000); return err }))
	var who []member.ID
	for _, w := range people {
		who = append(who, w.author.Member)
	}
	same(t, "the board", c.points(t, ctx, c.all(), who...), recounted(t, ctx, s, posts, texts, who))
}

// again does something until the store answers: the machine that runs tests may be busy.
func again(f func() error) (err error) {
	for range 100 {
		if err = f(); !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	return err
}

// recounted counts from the rows of marks themselves, one by one.
func recounted(t *testing.T, ctx context.Context, s Guildhall, posts []community.Post, texts []community.Comment, people []member.ID) map[member.ID]int64 {
	t.Helper()
	var subjects []community.Subject
	for _, p := range posts {
		subjects = append(subjects, p.Subject())
	}
	for _, c := range texts {
		subjects = append(subjects, c.Subject())
	}
	liked := map[member.ID]map[community.Subject]community.Mark{}
	for _, m := range people {
		found, err := s.Marks(ctx, m, subjects)
		must(t, err)
		liked[m] = found
	}
	likes := func(on community.Subject, author member.ID) (n int64) {
		for _, m := range people {
			if m != author && liked[m][on].Has(community.Like) {
				n++
			}
		}
		return min(n, 2)
	}
	out := map[member.ID]int64{}
	live := map[community.PostID]community.Post{}
	for _, p := range posts {
		if now := load1(t, ctx, s, p.ID); now.Live() {
			live[now.ID] = now
			out[now.Author] += 10 + likes(now.Subject(), now.Author)
		}
	}
	heard := map[string]int{}
	for _, c := range texts {
		found, err := s.CommentsByIDs(ctx, []community.CommentID{c.ID})
		must(t, err)
		now := found[c.ID]
		on, is := live[now.Post]
		if key := string(now.Author) + string(now.Post); is && now.Readable() && on.Author != now.Author && heard[key] < 2 {
			heard[key]++
			out[now.Author] += 3 + likes(now.Subject(), now.Author)
		}
	}
	return out
}
