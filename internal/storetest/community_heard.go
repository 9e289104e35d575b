package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/member"
)

// wantHeard is the answer for some members, found by looking at every comment.
func wantHeard(all []community.Comment, who []member.ID, since time.Time, n int) map[member.ID][]community.Heard {
	out := map[member.ID][]community.Heard{}
	for _, id := range who {
		var heard []community.Heard
		for _, c := range all {
			if slices.Contains(c.Hearers, id) && c.Readable() && !c.PublishedAt.IsZero() && !c.PublishedAt.Before(since) {
				heard = append(heard, c.Heard())
			}
		}
		slices.SortFunc(heard, func(a, b community.Heard) int {
			return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Comment, a.Comment))
		})
		if heard = heard[:min(n, len(heard))]; len(heard) > 0 {
			out[id] = heard
		}
	}
	return out
}

func heardComments(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 31, 3)
	all := v.hedge(t, ctx, s, 80)
	for i := range all {
		c := all[i].HeardBy(v.posts[i%3], community.Comment{Author: pick(v.dice, append(v.people, "")...)})
		if c.State == community.Published || v.dice.IntN(2) == 0 { // some were published once
			c.PublishedAt = v.from.Add(time.Duration(v.dice.IntN(20)) * time.Second)
		}
		all[i] = c
	}
	must(t, s.PutComments(ctx, all))
	who := append(v.people[:4:4], "stranger")
	check := func(what string) {
		t.Helper()
		for _, since := range []time.Time{{}, v.from.Add(10 * time.Second), v.from.Add(time.Hour)} {
			for _, n := range []int{0, 1, 3, 100} {
				got, err := s.Heard(ctx, who, since, n)
				must(t, err)
				same(t, what, got, wantHeard(all, who, since, n))
			}
		}
	}
	check("at first")
	none, err := s.Heard(ctx, nil, v.from, 5)
	must(t, err)
	same(t, "of nobody", none, map[member.ID][]community.Heard{})
	for i := range all { // what was hidden is shown, what was shown is hidden, and some are taken away
		switch all[i] = all[i].Ruled(pick(v.dice, community.Published, community.Removed), community.Ruling{}, v.from.Add(15*time.Second)); {
		case all[i].Tombstone():
			all[i].DeletedAt = time.Time{}
		case v.dice.IntN(3) == 0:
			all[i].DeletedAt = v.from.Add(time.Hour)
		}
	}
	must(t, s.PutComments(ctx, all))
	check("after each has changed")
	for _, c := range all[:20] { // counting changes nothing
		must(t, s.SaveComment(ctx, c.Counted(c.Counts, 7), 1000))
	}
	check("after they were counted")
}

// wantAppeared is the answer of Appeared, found by looking at every comment.
func wantAppeared(all []community.Comment, on community.PostID, behind cursor.Place, n int) (out []community.CommentID) {
	order := func(a, b cursor.Place) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID)) }
	var there []community.Comment
	for _, c := range all {
		if c.Post == on && c.Readable() && !c.PublishedAt.IsZero() && order(c.ByAppearance(), behind) > 0 {
			there = append(there, c)
		}
	}
	slices.SortFunc(there, func(a, b community.Comment) int { return order(a.ByAppearance(), b.ByAppearance()) })
	for _, c := range there[:min(n, len(there))] {
		out = append(out, c.ID)
	}
	return out
}

func appearedComments(t *testing.T, ctx context.Context, s community.Store) {
	v := newVillage(t, ctx, s, 31, 3)
	all := v.hedge(t, ctx, s, 80)
	for i := range all {
		if all[i].State == community.Published || v.dice.IntN(2) == 0 { // some were published once
			all[i].PublishedAt = v.from.Add(time.Duration(v.dice.IntN(20)) * time.Second)
		}
	}
	must(t, s.PutComments(ctx, all))
	check := func(what string) {
		t.Helper()
		for _, on := range []community.PostID{v.posts[0].ID, v.posts[1].ID, "none"} {
			places := []cursor.Place{{}, {Key: v.from.Add(7 * time.Second).UnixMilli()}, {Key: v.from.Add(time.Hour).UnixMilli()}}
			for _, c := range all[:10] {
				places = append(places, c.ByAppearance())
			}
			for _, behind := range places {
				for _, n := range []int{0, 1, 3, 100} {
					got, err := s.Appeared(ctx, on, behind, n)
					must(t, err)
					var ids []community.CommentID
					for _, c := range got {
						ids = append(ids, c.ID)
					}
					same(t, what, ids, wantAppeared(all, on, behind, n))
				}
			}
		}
	}
	check("at first")
	for i := range all { // some are taken away, hidden or shown
		switch all[i] = all[i].Ruled(pick(v.dice, community.Published, community.Removed), community.Ruling{}, v.from.Add(15*time.Second)); {
		case all[i].Tombstone():
			all[i].DeletedAt = time.Time{}
		case v.dice.IntN(3) == 0:
			all[i].DeletedAt = v.from.Add(time.Hour)
		}
	}
	must(t, s.PutComments(ctx, all))
	check("after each has changed")
}
