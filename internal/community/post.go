// Package community is what members write for one another: posts, comments, reactions, and who may see which. Counts
// shown on a post are copies; the marks and comments themselves are the truth, and tally.go says why the copies agree.
package community

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// PostID names a post, such as "019a8c1f…": 48 bits of its time in milliseconds and 80 random bits, in 32 hexadecimal
// digits. Ids in their order are posts in order of time.
type PostID string

// NewID makes an id for something written at a time.
func NewID(at time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return IDOf(at, [10]byte(b[6:]))
}

// IDOf makes the id of a time and ten bytes: for demos and tests, which must make the same ones again. No post and no
// comment may share an id.
func IDOf(at time.Time, tail [10]byte) string {
	ms := uint64(at.UnixMilli())
	head := []byte{byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms)}
	return hex.EncodeToString(append(head, tail[:]...))
}

// TopicID names a topic.
type TopicID string

// Topic is a subject that posts are filed under and members follow.
type Topic struct {
	ID     TopicID
	Key    string // as written behind a #
	Titles programme.Text
}

// Visibility says who may see a post once it is published.
type Visibility string

// The visibilities.
const (
	Public    Visibility = "PUBLIC"    // everybody
	Members   Visibility = "MEMBERS"   // whoever is signed in
	OfTier    Visibility = "TIER"      // members of MinRank or above
	OfFamily  Visibility = "FAMILY"    // the family that it was written for
	Followers Visibility = "FOLLOWERS" // who follows the author
)

// Moderation is where a post or comment stands with the moderators.
type Moderation string

// The states. Only a PUBLISHED one is seen by others than its author.
const (
	Draft     Moderation = "DRAFT"     // not sent yet
	Pending   Moderation = "PENDING"   // waits for a decision
	Published Moderation = "PUBLISHED" //
	Limited   Moderation = "LIMITED"   // hidden after reports, until somebody decides
	Removed   Moderation = "REMOVED"   // taken down, with a reason that its author sees
)

// Picture is a picture of a post.
type Picture struct {
	Path   string // where the gateway serves it, from /media/ on; without a slash before it, the name of an upload's picture
	Width  int    // pixels
	Height int    // pixels
	Alt    string // what it shows, in words; empty if unknown
}

// Post is something that a member wrote.
type Post struct {
	ID         PostID
	Author     member.ID
	Board      string // code of the programme's board
	Body       string // plain text
	Media      []Picture
	Topics     []TopicID
	Products   []string // stock-keeping units
	Visibility Visibility
	MinRank    int    // OfTier: the lowest rank that may see it
	Family     string // OfFamily: id of the family
	Campaign   string // code of the programme's campaign that it takes part in; empty if none
	State      Moderation
	Ruling     Ruling    // why its state is not PUBLISHED, or once was not
	Review     Review    // what moderators keep with it
	Adopted    Adoption  // by the retailer; zero = it was not
	CreatedAt  time.Time // to the millisecond: its id begins with it
	EditedAt   time.Time // zero = never
	DeletedAt  time.Time // zero = not deleted
	Pinned     bool      // shown as important
	Locked     bool      // takes no more comments
	Counts     Counts
	Weight     int64 // Counts.Weight
	HotKey     int64 // HotKey of weight and time: the order of hot feeds
	Version    int64 // grows with every change but those of counts
}

// Adoption is that the retailer made a post its own.
type Adoption struct {
	At    time.Time // zero = it was not adopted
	Staff string    // who adopted it
	Open  bool      // its author may not have got what comes with it yet
}

// Live tells whether a post is published and not deleted.
func (p Post) Live() bool { return p.State == Published && p.DeletedAt.IsZero() }

// Counted gives the post with counts, and with what follows from them.
func (p Post) Counted(c Counts) Post {
	p.Counts, p.Weight = c, c.Weight()
	p.HotKey = HotKey(p.Weight, p.CreatedAt)
	return p
}
