package demo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
)

func TestEveryPostHasWhatItNames(t *testing.T) {
	st, p, _ := shared(t)
	ctx := context.Background()
	posts, comments := written(t, st, p)
	if len(posts) != len(p.posts) || len(comments) != len(p.comments) {
		t.Fatalf("%d posts of %d, %d comments of %d", len(posts), len(p.posts), len(comments), len(p.comments))
	}
	boards := map[string]int{}
	kinds := map[string]string{}
	for _, w := range p.texts.writings {
		kinds[w.Text] = w.kind
	}
	for _, post := range posts {
		boards[post.Board]++
		who := p.people[slices.IndexFunc(p.people, func(who person) bool { return who.ID == post.Author })]
		i := slices.IndexFunc(p.rules.Boards, func(b programme.Board) bool { return b.Code == post.Board })
		if i < 0 || !who.editor && !(community.Reader{Member: who.ID, Rank: who.rank}).CanPost(p.rules, p.rules.Boards[i]) {
			t.Errorf("%v cannot post on %q", who, post.Board)
		}
		if who.Avatar == "" {
			t.Errorf("%v writes without a face", who)
		}
		if who.editor != (kinds[post.Body] == "knowledge") {
			t.Errorf("%v wrote %.30s", who, post.Body)
		}
		if age := present.Sub(post.CreatedAt); age < 0 || age > 14*24*time.Hour || !strings.HasPrefix(string(post.ID), community.IDOf(post.CreatedAt, [10]byte{})[:12]) {
			t.Errorf("%s is %s old", post.ID, age)
		}
		topics, err := st.Community.Topics(ctx, post.Topics)
		if err != nil || len(topics) != len(post.Topics) || len(topics) == 0 {
			t.Errorf("%.30s has the topics %v of %v, %v", post.Body, topics, post.Topics, err)
		}
		found, err := st.Products.ByIDs(ctx, post.Products)
		if err != nil || len(found) != len(post.Products) {
			t.Errorf("%.30s names products %v, there are %v, %v", post.Body, post.Products, found, err)
		}
	}
	if len(boards) != len(p.rules.Boards) {
		t.Errorf("boards: %v", boards)
	}
	for _, c := range comments {
		post, above := posts[c.Post], comments[c.Parent]
		switch {
		case post.ID == "" || c.Author == "" || strings.ContainsAny(c.Body[:1], ">@ ") || c.Depth > 2:
			t.Errorf("%+v", c)
		case !c.CreatedAt.After(post.CreatedAt) || !c.CreatedAt.Before(present):
			t.Errorf("%s is of %s, its post of %s", c.ID, c.CreatedAt, post.CreatedAt)
		case c.Parent != "" && (above.ID == "" || above.Post != c.Post || !c.CreatedAt.After(above.CreatedAt) || above.Author == c.Author):
			t.Errorf("%s answers %+v", c.Body, above)
		}
	}
}

func TestCountersAreTheNumberOfRows(t *testing.T) {
	st, p, _ := shared(t)
	ctx := context.Background()
	type counted struct {
		kinds               map[community.Kind]int64
		reactors, bookmarks int64
	}
	rows := map[community.Subject]*counted{}
	for _, s := range subjects(p) {
		rows[s] = &counted{kinds: map[community.Kind]int64{}}
	}
	for _, id := range allIDs() {
		marks, err := st.Community.Marks(ctx, id, subjects(p))
		if err != nil {
			t.Fatal(err)
		}
		for s, m := range marks {
			for _, k := range m.Reactions() {
				rows[s].kinds[k]++
			}
			if len(m.Reactions()) > 0 {
				rows[s].reactors++
			}
			if m.Has(community.Bookmark) {
				rows[s].bookmarks++
			}
		}
	}
	posts, comments := written(t, st, p)
	replies, authors, below := map[community.PostID]int64{}, map[community.PostID]map[member.ID]bool{}, map[community.CommentID]int64{}
	for _, c := range comments {
		replies[c.Post]++
		if authors[c.Post] == nil {
			authors[c.Post] = map[member.ID]bool{}
		}
		authors[c.Post][c.Author] = true
		below[c.Parent]++
	}
	check := func(what string, got community.Counts, row *counted) {
		if got.Reactors != row.reactors || got.Bookmarks != row.bookmarks {
			t.Errorf("%s: %+v, rows %+v", what, got, row)
		}
		for _, k := range community.Reactions {
			if got.Reactions[k] != row.kinds[k] {
				t.Errorf("%s: %d %s, rows %d", what, got.Reactions[k], k, row.kinds[k])
			}
		}
	}
	most, none := int64(0), 0
	for id, post := range posts {
		check(string(id), post.Counts, rows[post.Subject()])
		if post.Counts.Comments != replies[id] || post.Counts.Commenters != int64(len(authors[id])) || post.HotKey != community.HotKey(post.Counts.Weight(), post.CreatedAt) {
			t.Errorf("%s: %+v, %d comments by %d", id, post.Counts, replies[id], len(authors[id]))
		}
		most = max(most, post.Counts.Reactors)
		if post.Counts.Reactors < 6 {
			none++
		}
	}
	if most < 40 || none < 50 {
		t.Errorf("the best post has %d reactors and %d posts have few: that is no skew", most, none)
	}
	for id, c := range comments {
		check(string(id), c.Counts, rows[c.Subject()])
		if c.Replies != below[id] {
			t.Errorf("%s: %d replies, rows %d", id, c.Replies, below[id])
		}
	}
	if open, err := st.Community.Unsettled(ctx, 10); err != nil || len(open) > 0 {
		t.Errorf("unsettled: %v, %v", open, err)
	}
}

func TestNoTwoPostsAreAlike(t *testing.T) {
	_, p, _ := shared(t)
	const run = 16 // characters that no two posts share
	seen := map[string]string{}
	shortest, longest := 1000, 0
	for _, w := range p.texts.writings {
		n := utf8.RuneCountInString(w.Text)
		shortest, longest = min(shortest, n), max(longest, n)
		if n < 30 || n > 600 {
			t.Errorf("%d characters: %.40s", n, w.Text)
		}
		text := []rune(w.Text)
		for i := range len(text) - run {
			part := string(text[i : i+run])
			if other, ok := seen[part]; ok && other != w.Text {
				t.Errorf("%q is in %.40s and in %.40s", part, other, w.Text)
			}
			seen[part] = w.Text
		}
	}
	if shortest > 40 || longest < 350 {
		t.Errorf("lengths go from %d to %d", shortest, longest)
	}
	said := map[string]bool{}
	for _, c := range p.comments {
		if said[c.Body] {
			t.Errorf("%q is said twice", c.Body)
		}
		said[c.Body] = true
	}
}

func TestTiesAndSeatsAreAllowed(t *testing.T) {
	st, p, _ := shared(t)
	ctx := context.Background()
	follows := 0
	for _, who := range p.people {
		ties, err := st.Community.Ties(ctx, who.ID)
		if err != nil {
			t.Fatal(err)
		}
		follows += len(ties.Follows)
		if slices.Contains(ties.Follows, who.ID) || len(ties.Blocks) > 0 || who.grown != (len(ties.Follows) > 0) {
			t.Errorf("%v: %+v", who, ties)
		}
	}
	if follows < 500 {
		t.Errorf("%d follows", follows)
	}
	for _, s := range p.circles {
		g := p.rules.Groups[slices.IndexFunc(p.rules.Groups, func(g programme.Group) bool { return g.Code == s.group })]
		who := p.people[slices.IndexFunc(p.people, func(who person) bool { return who.ID == s.who })]
		if c, err := st.Community.Circles(ctx, []string{s.group}, s.who); err != nil || !c[s.group].Joined || who.rank < p.rules.Rank(g.MinTier) {
			t.Errorf("%v in %s: %+v, %v", who, s.group, c, err)
		}
	}
	if len(p.circles) < 20 {
		t.Errorf("%d seats", len(p.circles))
	}
}
