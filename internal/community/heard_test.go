package community_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

func TestACommentIsHeardByWhoWroteThePostAndWhoIsAnswered(t *testing.T) {
	for _, c := range []struct {
		name                   string
		author, post, answered member.ID
		want                   []member.ID
	}{
		{"below a post", "a", "p", "", []member.ID{"p"}},
		{"an answer", "a", "p", "q", []member.ID{"p", "q"}},
		{"an answer to who wrote the post", "a", "p", "p", []member.ID{"p"}},
		{"below the own post", "a", "a", "", nil},
		{"an answer below the own post", "a", "a", "q", []member.ID{"q"}},
		{"an answer to oneself", "a", "p", "a", []member.ID{"p"}},
		{"a post whose author is gone", "a", "", "", nil},
	} {
		got := community.Comment{Author: c.author}.HeardBy(community.Post{Author: c.post}, community.Comment{Author: c.answered}).Hearers
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v hear of it, want %v", c.name, got, c.want)
		}
	}
}

func TestOnlyTheFirstTimeThatOthersCanReadACommentIsNews(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 7, 6, hour, 0, 0, 0, time.UTC) }
	c := community.Comment{}
	for i, step := range []struct {
		state community.Moderation
		want  time.Time
	}{
		{community.Pending, time.Time{}}, {community.Published, at(2)}, {community.Limited, at(2)}, {community.Published, at(2)}, {community.Removed, at(2)},
	} {
		why := community.Ruling{Reason: "WORDS", At: at(i + 1)}
		if c = c.Ruled(step.state, why, at(i+1)); !c.PublishedAt.Equal(step.want) || c.State != step.state || c.Ruling != why {
			t.Errorf("%s at %v: %+v", step.state, at(i+1), c)
		}
	}
}

func TestNobodyHearsOfWhatTheyDoNotSee(t *testing.T) {
	post := community.Post{ID: "p", Author: "p", State: community.Published, Visibility: community.Public}
	with := func(change func(*community.Post)) community.Post {
		p := post
		change(&p)
		return p
	}
	heard := community.Heard{Post: "p", Author: "a", Body: "Hot soup"}
	me := community.Reader{Member: "me", Rank: 1, Family: "f"}
	tied := func(ties community.Ties) community.Reader { return community.Reader{Member: "me", Ties: ties} }
	for _, c := range []struct {
		name string
		r    community.Reader
		p    community.Post
		h    community.Heard
		want bool
	}{
		{"a public post", me, post, heard, true},
		{"the own post, whatever its visibility", community.Reader{Member: "p"}, with(func(p *community.Post) { p.Visibility = community.Followers }), heard, true},
		{"the own comment", me, post, community.Heard{Post: "p", Author: "me"}, false},
		{"by one whom the member blocked", tied(community.Ties{Blocks: []member.ID{"a"}}), post, heard, false},
		{"by one who blocked the member", tied(community.Ties{BlockedBy: []member.ID{"a"}}), post, heard, false},
		{"by one whom the member muted", tied(community.Ties{Mutes: []member.ID{"a"}}), post, heard, false},
		{"by another than whom the member muted", tied(community.Ties{Mutes: []member.ID{"p"}}), post, heard, true},
		{"with a word that the member muted", tied(community.Ties{Words: []string{"soup"}}), post, heard, false},
		{"without a word that the member muted", tied(community.Ties{Words: []string{"tea"}}), post, heard, true},
		{"below a post of one who blocked the member", tied(community.Ties{BlockedBy: []member.ID{"p"}}), post, heard, false},
		{"for a higher tier", me, with(func(p *community.Post) { p.Visibility, p.MinRank = community.OfTier, 2 }), heard, false},
		{"for the own tier", me, with(func(p *community.Post) { p.Visibility, p.MinRank = community.OfTier, 1 }), heard, true},
		{"for another family", me, with(func(p *community.Post) { p.Visibility, p.Family = community.OfFamily, "g" }), heard, false},
		{"for followers, of whom the member is none", me, with(func(p *community.Post) { p.Visibility = community.Followers }), heard, false},
		{"taken down", me, with(func(p *community.Post) { p.State = community.Removed }), heard, false},
		{"deleted, and the own", community.Reader{Member: "p"}, with(func(p *community.Post) { p.DeletedAt = time.Unix(1, 0) }), heard, false},
		{"a post that is not there", me, community.Post{}, heard, false},
	} {
		if got := c.r.Hears(c.p, c.h); got != c.want {
			t.Errorf("%s: heard is %v, want %v", c.name, got, c.want)
		}
	}
}
