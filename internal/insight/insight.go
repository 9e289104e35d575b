// Package insight is what can be made of a member's doings: a portrait, how healthy the membership is, and what a data
// platform says of the member. Members see all of it, and nothing is made, read or kept without their yes.
package insight

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Kind is what a word is about.
type Kind string

// The kinds.
const (
	SignedIn Kind = "SIGNED_IN"
	Reviewed Kind = "REVIEWED"
	Looked   Kind = "LOOKED" // at a product
	Tagged   Kind = "TAGGED" // a data platform says which tags a member has
	Scored   Kind = "SCORED" // a model outside says how healthy the membership is
)

// Word is something that another service tells of a member.
type Word struct {
	ID     string // of the event that told it
	Kind   Kind
	At     time.Time
	SKU    string // Looked: the product
	Source string // Tagged: who says so; its word replaces all that it said before
	Tags   []Tag  // Tagged
	Model  string // Scored: the model's name
	Score  int64  // Scored: 0 to 100
}

// Tag is one thing that a data platform takes a member for.
type Tag struct {
	Group  string // such as PRICE; some groups need a consent of their own
	Code   string
	Source string
	At     time.Time
}

// Score is what a model outside said last.
type Score struct {
	Model string
	Value int64 // 0 to 100
	At    time.Time
}

// Note is what is kept of one member to make insight of. The rest is read from orders and ledgers when it is asked for.
type Note struct {
	Member   member.ID
	Version  int64 // how often it was saved
	SignedIn time.Time
	Reviewed time.Time
	Said     map[string]time.Time // by source of tags: when what it said last was so
	Score    Score
	Low      time.Time // since when the health score has been low; zero if it is not
	Tags     []Tag     `json:"-"` // stores keep them in Sealed
	Sealed   string    // the tags as they are kept
}

// Agreed tells whether a member's last word on a purpose was yes.
type Agreed func(purpose string) bool

// mayHave tells whether a member agreed to all that a group of tags needs.
func mayHave(in programme.Insight, group string, agreed Agreed) bool {
	return in.Tags.Takes(group) && !slices.ContainsFunc(in.Needs(group), func(purpose string) bool { return !agreed(purpose) })
}

// Take takes a word in. Told again, or after a newer one, it changes nothing; so the end is the same in whatever order
// and however often words come. Of tags only those are kept that the member has agreed to.
func (n Note) Take(w Word, in programme.Insight, agreed Agreed) (next Note, changed bool, err error) {
	next = n
	switch w.Kind {
	case SignedIn:
		next.SignedIn = later(n.SignedIn, w.At)
		return next, !next.SignedIn.Equal(n.SignedIn), nil
	case Reviewed:
		next.Reviewed = later(n.Reviewed, w.At)
		return next, !next.Reviewed.Equal(n.Reviewed), nil
	case Scored:
		if !w.At.After(n.Score.At) {
			return n, false, nil
		}
		next.Score = Score{w.Model, w.Score, w.At}
		return next, true, nil
	}
	if said, before := n.Said[w.Source]; before && !w.At.After(said) {
		return n, false, nil
	}
	next.Said = map[string]time.Time{w.Source: w.At}
	for source, at := range n.Said {
		if source != w.Source {
			next.Said[source] = at
		}
	}
	next.Tags = slices.DeleteFunc(slices.Clone(n.Tags), func(t Tag) bool { return t.Source == w.Source })
	for _, t := range w.Tags {
		if mayHave(in, t.Group, agreed) {
			next.Tags = append(next.Tags, Tag{t.Group, t.Code, w.Source, w.At})
		}
	}
	slices.SortFunc(next.Tags, compare)
	next.Tags = slices.CompactFunc(next.Tags, func(a, b Tag) bool { return compare(a, b) == 0 })
	if groups := groupsOf(next.Tags); groups > in.Tags.Groups {
		return n, false, fault.Bad("data.tags", "data.tags brings the member's groups to %d; allowed are %d", groups, in.Tags.Groups)
	}
	return next, true, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func compare(a, b Tag) int {
	for _, c := range []int{strings.Compare(a.Group, b.Group), strings.Compare(a.Code, b.Code), strings.Compare(a.Source, b.Source)} {
		if c != 0 {
			return c
		}
	}
	return 0
}

// groupsOf counts the groups of sorted tags.
func groupsOf(tags []Tag) (n int64) {
	for i, t := range tags {
		if i == 0 || t.Group != tags[i-1].Group {
			n++
		}
	}
	return n
}

// shown are the tags that a member may see now: those that were told lately and are agreed to at this moment.
func (n Note) shown(in programme.Insight, agreed Agreed, now time.Time) (out []Tag) {
	oldest := now.AddDate(0, 0, -int(in.Tags.KeepDays))
	for _, t := range n.Tags {
		if !t.At.Before(oldest) && mayHave(in, t.Group, agreed) {
			out = append(out, t)
		}
	}
	return out
}

// Store keeps notes, and the marks between fifths of all members.
type Store interface {
	// Of gives a member's note; of who has none an empty one of version 0.
	Of(ctx context.Context, who member.ID) (Note, error)
	// Save replaces the version that was read, and counts it up; ErrStale if another came before.
	Save(ctx context.Context, n Note) error
	// Erase takes away all that is kept of a member. It may be repeated.
	Erase(ctx context.Context, who member.ID) error
	// Fifths gives the marks that were put last; their At is zero while there are none.
	Fifths(ctx context.Context) (Fifths, error)
	// PutFifths replaces the marks.
	PutFifths(ctx context.Context, f Fifths) error
}

// ErrStale says that somebody else changed the note first.
var ErrStale = errors.New("insight: the note was saved meanwhile")
