package community

import (
	"context"
	"errors"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/member"
)

// ErrFull is a store's answer when a group has no free seat, or a list no room.
var ErrFull = errors.New("community: it is full")

// Store keeps what members write and how they are tied. Times are kept to the millisecond.
type Store interface {
	Posts
	Comments
	Marks
	People
	Roles
}

// Posts keeps posts and topics.
type Posts interface {
	// Put adds posts, or replaces those with the same ids whole, counts included.
	Put(ctx context.Context, posts []Post) error
	// ByIDs gives posts in whatever state; those unknown are missing.
	ByIDs(ctx context.Context, ids []PostID) (map[PostID]Post, error)
	// Page gives a part of a list, in the list's order. Audience.Has holds for each of them.
	Page(ctx context.Context, q Query) ([]Post, error)
	// Hottest gives at most n posts that are not deleted, of whatever state, in the order ByHot.
	Hottest(ctx context.Context, n int) ([]PostID, error)
	// PutTopics adds topics, or replaces those with the same ids.
	PutTopics(ctx context.Context, topics []Topic) error
	// Topics gives topics; those unknown are missing.
	Topics(ctx context.Context, ids []TopicID) (map[TopicID]Topic, error)
}

// Order is the order of a list of posts, highest first; of equals the higher id comes first.
type Order int

// The orders.
const (
	ByTime Order = iota // the id alone, which begins with the time
	ByHot               // HotKey
)

// Place is where a post stands in the order.
func (o Order) Place(p Post) cursor.Place {
	if o == ByHot {
		return cursor.Place{Key: p.HotKey, ID: string(p.ID)}
	}
	return cursor.Place{ID: string(p.ID)}
}

// Query asks for a part of a list of posts. The conditions that are set must all hold; Authors and Topics are one
// condition: by one of the authors, or on one of the topics. They go with ByTime only.
type Query struct {
	Order    Order
	Board    string // code; empty = all
	Topic    TopicID
	Family   string // only what is visible to this family alone
	Authors  []member.ID
	Topics   []TopicID
	Audience Audience
	Span     cursor.Span
}

// Comments keeps comments.
type Comments interface {
	// PutComments adds comments, or replaces those with the same ids whole, counts included.
	PutComments(ctx context.Context, comments []Comment) error
	// CommentsByIDs gives comments in whatever state; those unknown are missing.
	CommentsByIDs(ctx context.Context, ids []CommentID) (map[CommentID]Comment, error)
	// Thread gives, of each place in Under, the first comments that hang there, in the order of Sort: those of the
	// span where there is one place, else of every place at most Span.Limit from the start. Audience.Lists holds for
	// each of them. A place without any is missing. It is one call, however many places.
	Thread(ctx context.Context, q ThreadQuery) (map[string][]Comment, error)
	// Heard gives, of each member, at most n of the comments that the member should hear of: those that everybody can read
	// and that were published at a time or later, newest first. A member without any is missing.
	Heard(ctx context.Context, who []member.ID, since time.Time, n int) (map[member.ID][]Heard, error)
	// Appeared gives at most n of the comments on a post that everybody can read, replies included, that were published
	// behind a place, in the order of ByAppearance.
	Appeared(ctx context.Context, on PostID, behind cursor.Place, n int) ([]Comment, error)
}

// ThreadQuery asks for comments that hang directly below posts or comments.
type ThreadQuery struct {
	Under    []string // ids of posts or comments
	Sort     Sort
	Audience Audience // Shelves are not looked at
	Span     cursor.Span
}

// Under is the id of what a comment hangs directly below.
func (c Comment) Under() string {
	if c.Parent != "" {
		return string(c.Parent)
	}
	return string(c.Post)
}

// ByAppearance is where a comment stands in the order in which others could read comments for the first time.
func (c Comment) ByAppearance() cursor.Place {
	return cursor.Place{Key: c.PublishedAt.UnixMilli(), ID: string(c.ID)}
}

// Place is where a comment stands in a sort.
func (s Sort) Place(c Comment) cursor.Place { return cursor.Place{Key: s.Key(c), ID: string(c.ID)} }

// Marks keeps what members did to posts and comments, and how often that is.
type Marks interface {
	// Marks gives a member's marks; subjects without one are missing.
	Marks(ctx context.Context, m member.ID, subjects []Subject) (map[Subject]Mark, error)
	// Marked lists the posts, of whatever state, that a member has marked in one of the kinds: newest mark first, and of
	// equals the higher id first.
	Marked(ctx context.Context, m member.ID, q MarkedQuery) ([]Kept, error)
	// SetMark sets or takes back one kind of a member's mark, in one step, and gives the mark as it is then. If it was
	// so already, nothing changes and changed is false; else its version grows and it is unsettled.
	SetMark(ctx context.Context, m member.ID, s Subject, k Kind, on bool, at time.Time) (mark Mark, changed bool, err error)
	// Tally counts the marks and comments of a subject, one by one.
	Tally(ctx context.Context, s Subject) (Tally, error)
	// SavePost stores a post's counts, weight and hot key unless a tally of the same or a later version is there.
	SavePost(ctx context.Context, p Post, version int64) error
	// SaveComment stores a comment's counts, replies and best key in the same manner; its own version grows then.
	SaveComment(ctx context.Context, c Comment, version int64) error
	// Settle notes that marks are counted, those that changed since they had the version excepted.
	Settle(ctx context.Context, marks []Unsettled) error
	// Unsettled lists at most n marks whose counting is not known to have ended.
	Unsettled(ctx context.Context, n int) ([]Unsettled, error)
}

// MarkedQuery asks for a part of what a member has marked; it goes forwards only.
type MarkedQuery struct {
	Kinds []Kind // at least one of them is set
	Span  cursor.Span
}

// Kept is a post that a member has marked.
type Kept struct {
	Post PostID
	At   time.Time // when the newest of the kinds asked for was set
}

// Place is where it stands in the list.
func (k Kept) Place() cursor.Place { return cursor.Place{Key: k.At.UnixMilli(), ID: string(k.Post)} }

// Tally is what a subject's marks and comments amount to.
type Tally struct {
	Counts  Counts // Shares and Impressions are not in it
	Replies int64  // of a comment: direct replies that are listed
	Version int64  // sum of the versions of all that was counted: of two tallies, the higher one has seen more
}

// Unsettled is a version of a mark.
type Unsettled struct {
	Member  member.ID
	Subject Subject
	Version int64
}

// People keeps how members are tied to one another, and who is in which group.
type People interface {
	// Ties gives a member's ties; of an unknown member they are empty.
	Ties(ctx context.Context, m member.ID) (Ties, error)
	// SetTie makes a tie be there or not; it may be repeated. If on would make more than bound of the kind, it answers
	// ErrFull and changes nothing; 0 is no bound.
	SetTie(ctx context.Context, m member.ID, k TieKind, to string, on bool, bound int) error
	// PutTies puts members' ties in place of those they had. BlockedBy is not looked at: it is the others' Blocks.
	PutTies(ctx context.Context, all map[member.ID]Ties) error
	// Circles tells how groups stand for a member, or for nobody; one that nobody is in stands at zero.
	Circles(ctx context.Context, codes []string, m member.ID) (map[string]Circle, error)
	// SetCircle makes a member be in a group or not; it may be repeated. If on would make more than seats members, it
	// answers ErrFull and changes nothing; 0 seats are no bound. Who leaves gives up the role that they had.
	SetCircle(ctx context.Context, code string, m member.ID, on bool, seats int) error
}
