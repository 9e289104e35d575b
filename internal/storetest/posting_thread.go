package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/posting"
)

func pendingOnOwnLists(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	for body, want := range map[string]community.Moderation{"fine": community.Published, "wait": community.Pending, "evil": community.Removed, "down": community.Pending} {
		p := w.post(t, ctx, body)
		if p.State != want || (p.Ruling.Reason == "") != (want == community.Published) {
			t.Errorf("%q is %s for %+v, want %s", body, p.State, p.Ruling, want)
		}
		on := func(r community.Reader, order community.Order) bool {
			place := order.Place(p)
			place.ID += "~" // behind it in the order of ids
			got, err := s.Page(ctx, community.Query{Order: order, Audience: r.Audience(), Span: cursor.Span{Limit: 1, After: &place}})
			must(t, err)
			return slices.ContainsFunc(got, func(g community.Post) bool { return g.ID == p.ID })
		}
		for _, order := range []community.Order{community.ByTime, community.ByHot} {
			if !on(w.author, order) || on(aReader(), order) != (want == community.Published) || on(community.Reader{}, order) != (want == community.Published) {
				t.Errorf("%q, order %d: the author has it on a list: %v, another: %v", body, order, on(w.author, order), on(aReader(), order))
			}
		}
		after := "fine now"
		p, err := w.Edit(ctx, w.author, posting.Edit{Post: p.ID, Body: &after}, writtenAt)
		if want == community.Removed {
			answers(t, err, posting.NotEditable)
			continue
		}
		if must(t, err); p.State != community.Published || p.Ruling != (community.Ruling{}) || !on(aReader(), community.ByTime) {
			t.Errorf("%q, made harmless, is %s", body, p.State)
		}
		after = "wait"
		p, err = w.Edit(ctx, w.author, posting.Edit{Post: p.ID, Body: &after}, writtenAt)
		if must(t, err); p.State != community.Pending || on(aReader(), community.ByHot) || !on(w.author, community.ByHot) {
			t.Errorf("a text that was changed for the worse is %s", p.State)
		}
		must(t, w.Delete(ctx, w.author, p.ID, writtenAt))
		must(t, w.Delete(ctx, w.author, p.ID, writtenAt))
		if on(w.author, community.ByTime) {
			t.Error("a deleted post is on its author's list")
		}
	}
}

func noPosts(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	p := w.post(t, ctx, "before")
	c := w.reply(t, ctx, p, "", "before")
	rules := newRules()
	rules.Posts = nil
	w.Book = rules
	_, _, err := w.Post(ctx, w.author, posting.Draft{Key: name("k"), Board: "B", Body: "b", Visibility: community.Public}, writtenAt)
	answers(t, err, posting.NotOffered)
	_, _, err = w.Reply(ctx, w.author, posting.Reply{Key: name("k"), Post: p.ID, Body: "b"}, writtenAt)
	answers(t, err, posting.NotOffered)
	_, err = w.Edit(ctx, w.author, posting.Edit{Post: p.ID}, writtenAt)
	answers(t, err, posting.NotOffered)
	_, err = w.Rewrite(ctx, w.author, c.ID, "b", writtenAt)
	answers(t, err, posting.NotOffered)
	must(t, w.Delete(ctx, w.author, p.ID, writtenAt)) // what is one's own can always be taken back
}

func depthOfReplies(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	p := w.post(t, ctx, "deep")
	var line []community.Comment
	var under community.CommentID
	for n := range community.MaxDepth + 3 {
		c := w.reply(t, ctx, p, under, fmt.Sprint(n))
		line, under = append(line, c), c.ID
		if want := min(n, community.MaxDepth); c.Depth != want {
			t.Errorf("comment %d hangs %d deep, want %d", n, c.Depth, want)
		}
	}
	for n := range 2 {
		if got, want := line[community.MaxDepth+1+n].Parent, line[community.MaxDepth].Parent; got != want {
			t.Errorf("a deeper answer hangs below %s, want beside the deepest, below %s", got, want)
		}
	}
	if got := load1(t, ctx, s, p.ID).Counts; got.Comments != community.MaxDepth+3 || got.Commenters != 1 {
		t.Errorf("the post counts %+v", got)
	}
	if got := comment1(t, ctx, s, line[community.MaxDepth-1].ID).Replies; got != 3 {
		t.Errorf("the last but one counts %d replies, want 3", got)
	}
}

func tombstones(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	p := w.post(t, ctx, "talk")
	top := w.reply(t, ctx, p, "", "top")
	low := w.reply(t, ctx, p, top.ID, "low")
	hidden := w.reply(t, ctx, p, top.ID, "wait")
	if got := comment1(t, ctx, s, top.ID).Replies; got != 1 {
		t.Errorf("it counts %d replies, want the one that can be read", got)
	}
	_, err := w.Erase(ctx, w.author, top.ID, writtenAt)
	must(t, err)
	thread := func() []community.Comment {
		found, err := s.Thread(ctx, community.ThreadQuery{Under: []string{string(p.ID)}, Sort: community.Newest, Audience: aReader().Audience(), Span: cursor.Span{Limit: 5}})
		must(t, err)
		return found[string(p.ID)]
	}
	if got := thread(); len(got) != 1 || got[0].ID != top.ID || got[0].Body != "" || got[0].As(aReader()).Author != "" {
		t.Errorf("others see %+v, want its place alone", got)
	}
	if got := load1(t, ctx, s, p.ID).Counts; got.Comments != 1 {
		t.Errorf("the post counts %d comments, want the one that can be read", got.Comments)
	}
	_, err = w.Rewrite(ctx, w.author, top.ID, "back", writtenAt)
	answers(t, err, posting.NotFound)
	_, _, err = w.Reply(ctx, w.author, posting.Reply{Key: name("k"), Post: p.ID, Parent: top.ID, Body: "b"}, writtenAt)
	answers(t, err, posting.NotFound)
	_, err = w.Rewrite(ctx, w.author, low.ID, "wait", writtenAt)
	must(t, err)
	if got := thread(); len(got) != 0 || load1(t, ctx, s, p.ID).Counts.Comments != 0 {
		t.Errorf("with nothing to read below it others still see %+v", got)
	}
	_, err = w.Rewrite(ctx, w.author, hidden.ID, "fine", writtenAt)
	must(t, err)
	if got := thread(); len(got) != 1 || load1(t, ctx, s, p.ID).Counts.Comments != 1 {
		t.Errorf("with something to read below it again others see %+v", got)
	}
	for range 2 {
		_, err = w.Erase(ctx, w.author, hidden.ID, writtenAt)
		must(t, err)
	}
	if got := load1(t, ctx, s, p.ID).Counts; len(thread()) != 0 || got.Comments != 0 || got.Commenters != 0 {
		t.Errorf("with all taken away the post counts %+v", got)
	}
}

// failingPen is a store whose process is killed after some writes.
type failingPen struct {
	Writings
	left *int
}

var errGone = errors.New("killed")

func (d failingPen) step(do func() error) error {
	if *d.left <= 0 {
		return errGone
	}
	*d.left--
	return do()
}

func (d failingPen) PutSlip(ctx context.Context, s posting.Slip) (kept posting.Slip, err error) {
	err = d.step(func() (err error) { kept, err = d.Writings.PutSlip(ctx, s); return err })
	return kept, err
}

func (d failingPen) AddComment(ctx context.Context, c community.Comment) (added bool, err error) {
	err = d.step(func() (err error) { added, err = d.Writings.AddComment(ctx, c); return err })
	return added, err
}

func (d failingPen) ChangeComment(ctx context.Context, c community.Comment) error {
	return d.step(func() error { return d.Writings.ChangeComment(ctx, c) })
}

func (d failingPen) SaveComment(ctx context.Context, c community.Comment, version int64) error {
	return d.step(func() error { return d.Writings.SaveComment(ctx, c, version) })
}

func (d failingPen) SavePost(ctx context.Context, p community.Post, version int64) error {
	return d.step(func() error { return d.Writings.SavePost(ctx, p, version) })
}

func (d failingPen) Counted(ctx context.Context, versions map[community.CommentID]int64) error {
	return d.step(func() error { return d.Writings.Counted(ctx, versions) })
}

func killedReplies(t *testing.T, ctx context.Context, s Writings) {
	for _, act := range []string{"write", "take away"} {
		for after := range 7 {
			w := write(s)
			p := w.post(t, ctx, "talk")
			top := w.reply(t, ctx, p, "", "top")
			mid := w.reply(t, ctx, p, top.ID, "mid")
			end, want := w.reply(t, ctx, p, mid.ID, "end"), int64(1)
			for _, c := range []community.Comment{mid, top} {
				_, err := w.Erase(ctx, w.author, c.ID, writtenAt)
				must(t, err)
			}
			killed, left := writer(s), after
			killed.Store = failingPen{s, &left}
			killed.Counts = &community.Service{Store: failingPen{s, &left}}
			key := name("k")
			do := func(by *posting.Service) error {
				if act == "write" {
					want = 2
					_, _, err := by.Reply(ctx, w.author, posting.Reply{Key: key, Post: p.ID, Parent: end.ID, Body: "more"}, writtenAt)
					return err
				}
				want = 0
				_, err := by.Erase(ctx, w.author, end.ID, writtenAt)
				return err
			}
			if err := do(killed); err != nil && !errors.Is(err, errGone) {
				t.Fatal(err)
			}
			for {
				n, err := w.Repair(ctx, 100)
				if must(t, err); n == 0 {
					break
				}
			}
			written := load1(t, ctx, s, p.ID).Counts.Comments // by the dead, or not
			tally, err := s.Tally(ctx, p.Subject())
			if must(t, err); written != tally.Counts.Comments {
				t.Errorf("%s, killed after %d writes and repaired: the post counts %d, want %d", act, after, written, tally.Counts.Comments)
			}
			for range 2 {
				must(t, do(w.Service))
			}
			if got := load1(t, ctx, s, p.ID).Counts.Comments; got != want {
				t.Errorf("%s, killed after %d writes and sent again: the post counts %d, want %d", act, after, got, want)
			}
			listed := comment1(t, ctx, s, top.ID).Listed()
			if listed != (act == "write") {
				t.Errorf("%s, killed after %d writes: the outermost comment is listed: %v", act, after, listed)
			}
		}
	}
}

func stormOfReplies(t *testing.T, ctx context.Context, s Writings) {
	w := write(s)
	p := w.post(t, ctx, "storm")
	top := w.reply(t, ctx, p, "", "top")
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			by := writing{writer(s), aReader()}
			for i := range 4 {
				c, _, err := by.Reply(ctx, by.author, posting.Reply{Key: name("k"), Post: p.ID, Parent: top.ID, Body: fmt.Sprint(n, i)}, writtenAt)
				if err == nil && i%2 == 0 {
					_, err = by.Erase(ctx, by.author, c.ID, writtenAt)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := load1(t, ctx, s, p.ID).Counts; got.Comments != 17 || got.Commenters != 9 {
		t.Errorf("the post counts %d comments of %d, want 17 of 9", got.Comments, got.Commenters)
	}
	if got := comment1(t, ctx, s, top.ID).Replies; got != 16 {
		t.Errorf("the comment counts %d replies, want 16", got)
	}
}
