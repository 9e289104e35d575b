package community

import (
	"slices"
	"time"

	"membergate/internal/member"
)

// Heard is a comment that a member should hear of.
type Heard struct {
	Comment CommentID
	Post    PostID
	Author  member.ID
	Body    string
	At      time.Time // when it was published
}

// Heard is what its hearers are told of a comment.
func (c Comment) Heard() Heard {
	return Heard{Comment: c.ID, Post: c.Post, Author: c.Author, Body: c.Body, At: c.PublishedAt}
}

// HeardBy gives the comment with those who should hear of it: whoever wrote its post, and whoever wrote the comment that
// it answers, which is the zero Comment for the post itself. Nobody hears of what they wrote themselves.
func (c Comment) HeardBy(p Post, answered Comment) Comment {
	c.Hearers = nil
	for _, who := range []member.ID{p.Author, answered.Author} {
		if who != "" && who != c.Author && !slices.Contains(c.Hearers, who) {
			c.Hearers = append(c.Hearers, who)
		}
	}
	return c
}

// Ruled gives the comment as somebody decided on it at a time. The first time that others can read it is when its
// hearers are told; what was hidden meanwhile is no news.
func (c Comment) Ruled(state Moderation, why Ruling, at time.Time) Comment {
	c.State, c.Ruling = state, why
	if state == Published && c.PublishedAt.IsZero() {
		c.PublishedAt = at
	}
	return c
}

// Hears tells whether the reader is told of a comment below a post: it is by somebody else, no block is between the two,
// the reader has muted neither the other nor a word in it, and can see the post.
func (r Reader) Hears(p Post, h Heard) bool {
	muted := slices.Contains(r.Ties.Mutes, h.Author) || says(h.Body, r.Ties.Words)
	return h.Post == p.ID && !r.Owns(h.Author) && !r.Apart(h.Author) && !muted && r.CanSee(p)
}
