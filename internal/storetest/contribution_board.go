package storetest

import (
	"context"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/member"
	"membergate/internal/programme"
)

func laterBoard(t *testing.T, ctx context.Context, s Guildhall) {
	b := contribution.Board{ID: name("board"), At: then, Entries: []contribution.Entry{{Member: "m", Points: 1 << 40, Reached: then}}}
	if _, ok, err := s.LoadBoard(ctx, b.ID, time.Time{}); ok || err != nil {
		t.Errorf("one that was never counted: %v, %v", ok, err)
	}
	load := func(since time.Time) contribution.Board {
		got, ok, err := s.LoadBoard(ctx, b.ID, since)
		if must(t, err); !ok {
			t.Error("there is none")
		}
		return got
	}
	must(t, s.SaveBoard(ctx, b))
	older := b
	older.At, older.Entries = then.Add(-time.Second), nil
	must(t, s.SaveBoard(ctx, older))
	same(t, "the later one", load(time.Time{}), b)
	known := b
	known.Entries = nil
	same(t, "one that is known", load(then), known)
	next := b
	next.At, next.Entries = then.Add(time.Second), []contribution.Entry{{Member: "n", Points: 2, Reached: then}}
	must(t, s.SaveBoard(ctx, next))
	same(t, "the newest", load(then), next)
	for i, err := range together(20, func(i int) error {
		many := b
		many.ID, many.At = b.ID+"+", then.Add(time.Duration(i)*time.Millisecond)
		return s.SaveBoard(ctx, many)
	}) {
		if err != nil {
			t.Errorf("%d at once: %v", i, err)
		}
	}
	got, _, err := s.LoadBoard(ctx, b.ID+"+", time.Time{})
	if must(t, err); !got.At.Equal(then.Add(19 * time.Millisecond)) {
		t.Errorf("of twenty at once that of %s stays", got.At)
	}
}

func hideAtOnce(t *testing.T, ctx context.Context, s Guildhall) {
	c := boardCounter(s, aMonth())
	c.Fresh = time.Hour
	a, b := write(s), write(s)
	a.says(t, ctx, "hello", c.now)
	b.says(t, ctx, "hello", c.now.Add(time.Second))
	both := map[member.ID]int64{a.author.Member: 10, b.author.Member: 10}
	see := func() map[member.ID]int64 { return c.points(t, ctx, c.all(), a.author.Member, b.author.Member) }
	same(t, "at first", see(), both)
	for range 2 {
		must(t, c.Hide(ctx, a.author.Member, true))
		same(t, "at once", see(), map[member.ID]int64{b.author.Member: 10})
	}
	is, err := s.HiddenOf(ctx, []member.ID{a.author.Member, b.author.Member})
	must(t, err)
	same(t, "who is off", is, map[member.ID]bool{a.author.Member: true})
	v, err := c.Look(ctx, a.author, c.all(), c.now)
	if must(t, err); v.Me != -1 || v.Around(3) != nil {
		t.Errorf("who is off sees themselves at %d", v.Me)
	}
	must(t, c.Count(ctx, c.month))
	same(t, "counted again", see(), map[member.ID]int64{b.author.Member: 10})
	must(t, c.Hide(ctx, a.author.Member, false))
	must(t, c.Count(ctx, c.month))
	same(t, "on again", see(), both)
}

func groupBoard(t *testing.T, ctx context.Context, s Guildhall) {
	c := boardCounter(s, aMonth())
	code := name("group")
	c.rules.Groups = []programme.Group{{Code: code}}
	id := contribution.ID{Month: c.month, Code: code, Group: true}
	var who []member.ID
	for i := range 4 {
		w := write(s)
		w.says(t, ctx, "hello", c.now.Add(time.Duration(i)*time.Second)) // who was first is first
		who = append(who, w.author.Member)
		if i > 0 {
			must(t, s.SetCircle(ctx, code, w.author.Member, true, 0))
		}
	}
	seen := func(r community.Reader) (out []member.ID) {
		v, err := c.Look(ctx, r, id, c.now)
		must(t, err)
		for i, p := range v.Places {
			if out = append(out, p.Member); p.Rank != i+1 {
				t.Errorf("%s has rank %d at %d", p.Member, p.Rank, i)
			}
		}
		return out
	}
	same(t, "the group's", seen(community.Reader{}), who[1:])
	must(t, s.SetTie(ctx, who[1], community.Block, string(who[2]), true, 0))
	same(t, "who blocks sees", seen(as(t, ctx, s, who[1])), []member.ID{who[1], who[3]})
	same(t, "who is blocked sees", seen(as(t, ctx, s, who[2])), who[2:])
	must(t, s.SetCircle(ctx, code, who[2], false, 0))
	same(t, "one has left", seen(community.Reader{}), []member.ID{who[1], who[3]})
	final, err := c.Final(ctx, c.month)
	must(t, err)
	if last := final[code]; len(last) != 2 || last[0].Member != who[1] {
		t.Errorf("in the end it is %v", final)
	}
	if ids := contribution.All(&c.rules.Programme, c.month); len(ids) != 3 || contribution.ParseID(ids[2].String()) != ids[2] {
		t.Errorf("there are %v", ids)
	}
}
