package community

import (
	"fmt"
	"slices"

	"membergate/internal/member"
)

// Reader is what the rules know of who reads. The zero Reader is nobody signed in.
type Reader struct {
	Member   member.ID
	Rank     int      // of the tier held
	Family   string   // id of the family, empty if none
	Roles    []string // staff roles
	Segments []string // codes of the segments that the member is in
	Personal bool     // the member agreed to personal recommendations
	Ties     Ties
}

// SignedIn tells whether a member reads.
func (r Reader) SignedIn() bool { return r.Member != "" }

// Owns tells whether the reader wrote what an author wrote.
func (r Reader) Owns(author member.ID) bool { return r.SignedIn() && author == r.Member }

// Apart tells whether reader and author do not see one another: one block, whoever's, is enough.
func (r Reader) Apart(author member.ID) bool {
	return slices.Contains(r.Ties.Blocks, author) || slices.Contains(r.Ties.BlockedBy, author)
}

// Knows tells whether the reader may look somebody up: all but those who blocked the reader. Whom the reader blocked too
// can be found, to lift that block.
func (r Reader) Knows(other member.ID) bool {
	return !slices.Contains(r.Ties.BlockedBy, other) || slices.Contains(r.Ties.Blocks, other)
}

// Follows tells whether the reader follows somebody.
func (r Reader) Follows(author member.ID) bool { return slices.Contains(r.Ties.Follows, author) }

// CanSee is the rule of who sees a post: its author always, others once it is published and unless a block is between
// them, as its visibility says. Nobody sees a deleted one.
func (r Reader) CanSee(p Post) bool {
	switch {
	case !p.DeletedAt.IsZero():
		return false
	case r.Owns(p.Author):
		return true
	case !p.Live() || r.Apart(p.Author):
		return false
	}
	switch p.Visibility {
	case Public:
		return true
	case Members:
		return r.SignedIn()
	case OfTier:
		return r.SignedIn() && r.Rank >= p.MinRank
	case OfFamily:
		return r.SignedIn() && p.Family != "" && r.Family == p.Family
	case Followers:
		return r.Follows(p.Author)
	default:
		return false
	}
}

// CanRead tells whether a comment of a post has a place in the thread that the reader sees. Who follows a link finds one
// of somebody muted too.
func (r Reader) CanRead(p Post, c Comment) bool {
	a := r.Audience()
	a.Muted = nil
	return r.CanSee(p) && c.Post == p.ID && a.Lists(c)
}

// Audience says, in values that a store can compare, which posts and comments a list may hold for a reader. Words are of
// posts alone: of a comment with one of them Comment.In leaves the place.
type Audience struct {
	Own     member.ID   // whose own are there whatever their state and visibility; empty = nobody's
	Shelves []string    // published posts of these shelves are there; nil = of every shelf
	Apart   []member.ID // whose are not there
	Muted   []member.ID // whose are not there, although they could be seen
	Words   []string    // posts with one of them, as Word makes them, are not there
}

// Audience is the reader's: a post is in it if, and only if, the reader can see it and has not muted it.
func (r Reader) Audience() Audience {
	shelves := []string{string(Public)}
	if r.SignedIn() {
		shelves = append(shelves, string(Members))
		for rank := 0; rank <= r.Rank; rank++ {
			shelves = append(shelves, tierShelf(rank))
		}
		if r.Family != "" {
			shelves = append(shelves, familyShelf(r.Family))
		}
		for _, author := range r.Ties.Follows {
			shelves = append(shelves, followersShelf(author))
		}
	}
	return Audience{Own: r.Member, Shelves: shelves, Apart: slices.Concat(r.Ties.Blocks, r.Ties.BlockedBy), Muted: r.Ties.Mutes, Words: r.Ties.Words}
}

// Shelf names all published posts that the same people may see.
func (p Post) Shelf() string {
	switch p.Visibility {
	case OfTier:
		return tierShelf(max(0, p.MinRank))
	case OfFamily:
		return familyShelf(p.Family)
	case Followers:
		return followersShelf(p.Author)
	default:
		return string(p.Visibility)
	}
}

func tierShelf(rank int) string                { return fmt.Sprintf("%s:%d", OfTier, rank) }
func familyShelf(id string) string             { return fmt.Sprintf("%s:%s", OfFamily, id) }
func followersShelf(author member.ID) string   { return fmt.Sprintf("%s:%s", Followers, author) }
func (a Audience) owns(author member.ID) bool  { return a.Own != "" && author == a.Own }
func (a Audience) apart(author member.ID) bool { return slices.Contains(a.Apart, author) }

// Has tells whether a post may be on the audience's lists.
func (a Audience) Has(p Post) bool {
	if !p.DeletedAt.IsZero() {
		return false
	}
	onShelf := a.Shelves == nil || slices.Contains(a.Shelves, p.Shelf())
	return a.owns(p.Author) || p.Live() && onShelf && !a.apart(p.Author) && !slices.Contains(a.Muted, p.Author) && !says(p.Body, a.Words)
}

// Lists tells whether a comment may be on the audience's lists. One of somebody apart or muted stays where replies hang
// below it; Comment.In leaves nothing but its place.
func (a Audience) Lists(c Comment) bool {
	away := a.apart(c.Author) || slices.Contains(a.Muted, c.Author)
	return a.owns(c.Author) && !c.Tombstone() || c.Listed() && (c.Replies > 0 || !away)
}
