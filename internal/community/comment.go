package community

import (
	"slices"
	"time"

	"membergate/internal/member"
)

// CommentID names a comment; it is made like a PostID.
type CommentID string

// MaxDepth is how deep comments hang: on a telephone nobody can follow a seventh step. Answers to the deepest hang
// beside it.
const MaxDepth = 6

// Comment is an answer to a post or to another comment.
type Comment struct {
	ID        CommentID
	Post      PostID
	Parent    CommentID // empty directly below the post
	Path      string    // ids of those above it, outermost first, joined by dots; empty directly below the post
	Depth     int       // 0 directly below the post, at most MaxDepth
	Author    member.ID
	Body      string
	State     Moderation
	Ruling    Ruling    // why its state is not PUBLISHED, or once was not
	Review    Review    // what moderators keep with it
	CreatedAt time.Time // to the millisecond: its id begins with it
	EditedAt  time.Time // zero = never
	DeletedAt time.Time // zero = not deleted
	Counts    Counts    // of reactions
	Replies   int64     // direct replies that are listed
	BestKey   int64     // BestKey of the counts
	Version   int64     // grows with every change of its place or state

	Hearers     []member.ID // who should hear of it: see HeardBy
	PublishedAt time.Time   // when others could read it for the first time; zero = never
}

// Tombstone tells whether author and text are gone and the comment only holds its replies up.
func (c Comment) Tombstone() bool { return !c.DeletedAt.IsZero() }

// Readable tells whether everybody may read a comment, but for those who do not see one another.
func (c Comment) Readable() bool { return c.State == Published && !c.Tombstone() }

// Listed tells whether a comment has a place in its thread for everybody: it can be read, or something hangs below it.
func (c Comment) Listed() bool { return c.Readable() || c.Replies > 0 }

// Counted gives the comment with counts, and with what follows from them.
func (c Comment) Counted(n Counts, replies int64) Comment {
	c.Counts, c.Replies, c.BestKey = n, replies, BestKey(n)
	return c
}

// AnswerTo makes a comment the answer to a parent. Below the deepest it hangs beside that one.
func (c Comment) AnswerTo(parent Comment) Comment {
	c.Post = parent.Post
	if parent.Depth >= MaxDepth {
		c.Parent, c.Path, c.Depth = parent.Parent, parent.Path, parent.Depth
		return c
	}
	c.Parent, c.Path, c.Depth = parent.ID, string(parent.ID), parent.Depth+1
	if parent.Path != "" {
		c.Path = parent.Path + "." + c.Path
	}
	return c
}

// In gives the comment as a thread shows it to a reader: As, and of whom and what the reader muted only the place too.
func (c Comment) In(r Reader) Comment {
	if !c.Tombstone() && !r.Owns(c.Author) && (slices.Contains(r.Ties.Mutes, c.Author) || says(c.Body, r.Ties.Words)) {
		c.DeletedAt = c.CreatedAt
	}
	return c.As(r)
}

// As gives the comment as a reader sees it: of those who do not see one another, of what was deleted, and of what is
// not published, to all but its author, only the place in the thread is left.
func (c Comment) As(r Reader) Comment {
	if (r.Apart(c.Author) || c.State != Published && !r.Owns(c.Author)) && !c.Tombstone() {
		c.DeletedAt = c.CreatedAt
	}
	if c.Tombstone() {
		c.Author, c.Body, c.Counts, c.EditedAt = "", "", Counts{}, time.Time{}
		c.State, c.Ruling, c.Review = Published, Ruling{}, Review{} // what was not published looks like what was deleted
	}
	return c
}

// Sort is an order of comments.
type Sort string

// The orders.
const (
	Best   Sort = "BEST" // BestKey, highest first
	Newest Sort = "NEW"
	Oldest Sort = "OLD"
	Top    Sort = "TOP" // most reactors first
)

// Key is what a sort orders a comment by; equals are ordered by id, newest first (Oldest: oldest first).
func (s Sort) Key(c Comment) int64 {
	switch s {
	case Best:
		return c.BestKey
	case Top:
		return c.Counts.Reactors
	default:
		return 0 // ids are in order of time
	}
}
