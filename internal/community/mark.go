package community

import (
	"cmp"
	"slices"
	"time"
)

// Kind is a way in which a member marks a post or a comment.
type Kind string

// The reactions, and the bookmark.
const (
	Like     Kind = "LIKE"
	Love     Kind = "LOVE"
	Helpful  Kind = "HELPFUL"
	Want     Kind = "WANT"
	Funny    Kind = "FUNNY"
	Bookmark Kind = "BOOKMARK" // kept for later; nobody else sees whose it is
)

// Reactions are the kinds that others see counted, in the order in which equals are shown.
var Reactions = []Kind{Like, Love, Helpful, Want, Funny}

// SubjectKind says what a mark is on.
type SubjectKind string

// What can be marked.
const (
	OnPost    SubjectKind = "post"
	OnComment SubjectKind = "comment"
)

// Subject is something that members mark.
type Subject struct {
	Kind SubjectKind
	ID   string
}

// Subject is the post as something to mark.
func (p Post) Subject() Subject { return Subject{OnPost, string(p.ID)} }

// Subject is the comment as something to mark.
func (c Comment) Subject() Subject { return Subject{OnComment, string(c.ID)} }

// Mark is all that one member did to one subject.
type Mark struct {
	On      map[Kind]time.Time // since when; a kind that is missing is not set
	Version int64              // grows with every change
}

// Reactions are the member's own reactions, in the order of Reactions.
func (m Mark) Reactions() []Kind {
	var out []Kind
	for _, k := range Reactions {
		if m.Has(k) {
			out = append(out, k)
		}
	}
	return out
}

// Newest is when the newest of some kinds was set; false if none is.
func (m Mark) Newest(kinds []Kind) (at time.Time, ok bool) {
	for _, k := range kinds {
		if since, is := m.On[k]; is && (!ok || since.After(at)) {
			at, ok = since, true
		}
	}
	return at, ok
}

// Has tells whether a kind is set.
func (m Mark) Has(k Kind) bool { _, ok := m.On[k]; return ok }

// Counts is how often something was marked, commented on and shared.
type Counts struct {
	Reactions   map[Kind]int64 // members, by kind; kinds nobody used are missing
	Reactors    int64          // members who reacted, in whatever ways
	Bookmarks   int64          // members
	Comments    int64          // those that can be read, replies included
	Commenters  int64          // their distinct authors
	Shares      int64          // as other services report them
	Impressions int64          // readers, as other services report them; 0 = not counted
}

// Summary is how often one kind of reaction was used.
type Summary struct {
	Kind  Kind
	Count int64
}

// Summary lists the reactions that were used, most frequent first.
func (c Counts) Summary() []Summary {
	out := []Summary{}
	for _, k := range Reactions {
		if n := c.Reactions[k]; n > 0 {
			out = append(out, Summary{k, n})
		}
	}
	slices.SortStableFunc(out, func(a, b Summary) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// Add counts one more mark into a tally.
func (t *Tally) Add(m Mark) {
	own := m.Reactions()
	for _, k := range own {
		t.Counts.Reactions[k]++
	}
	if len(own) > 0 {
		t.Counts.Reactors++
	}
	if m.Has(Bookmark) {
		t.Counts.Bookmarks++
	}
	t.Version += m.Version
}
