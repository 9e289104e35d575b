// Package posting is how posts and comments are written, judged, changed and taken back by their authors. A text is
// judged before others see it; a service that cannot be asked lets nothing through.
package posting

import (
	"context"
	"errors"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/product"
	"membergate/internal/programme"
)

// Codes of refusals.
const (
	NotOffered     = "POSTS_OFF"       // the programme has no posts
	NotFound       = "NOT_FOUND"       // something that is named is unknown, or not the author's to see
	NotPermitted   = "NOT_PERMITTED"   // the board is for others to write on
	Blank          = "BLANK"           // nothing can be read in it
	TooLong        = "TOO_LONG"        // more characters than the programme allows
	TooMany        = "TOO_MANY"        // more topics, products or pictures than the programme allows
	UploadUnknown  = "UPLOAD_UNKNOWN"  // a picture was not uploaded, or by somebody else
	NoFamily       = "NO_FAMILY"       // for a family, of somebody who is in none
	TierTooHigh    = "TIER_TOO_HIGH"   // for a tier above the author's own
	CampaignClosed = "CAMPAIGN_CLOSED" // the campaign has not begun, or is over
	NotEditable    = "NOT_EDITABLE"    // it was taken down and stays as it was judged
	Locked         = "COMMENTS_CLOSED" // the post takes no comments
)

// ErrStale is a store's answer when somebody else changed it first.
var ErrStale = errors.New("posting: somebody else changed it first")

// Store keeps what is written. Times are kept to the millisecond.
type Store interface {
	// ByIDs gives posts in whatever state; those unknown are missing.
	ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error)
	// CommentsByIDs gives comments in whatever state; those unknown are missing.
	CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error)
	// Topics gives topics; those unknown are missing.
	Topics(ctx context.Context, ids []community.TopicID) (map[community.TopicID]community.Topic, error)
	// PutTopics adds topics, or replaces those with the same ids.
	PutTopics(ctx context.Context, topics []community.Topic) error

	// Slip gives what a sending was to become.
	Slip(ctx context.Context, id string) (Slip, bool, error)
	// PutSlip notes what a sending is to become, and gives the note that is there then: the first one stays.
	PutSlip(ctx context.Context, s Slip) (Slip, error)
	// SlipsOf gives an author's slips since a time, newest first, at most n.
	SlipsOf(ctx context.Context, who member.ID, since time.Time, n int) ([]Slip, error)
	// AddPost adds a post, and tells whether it did: if one with the id is there, nothing changes.
	AddPost(ctx context.Context, p community.Post) (added bool, err error)
	// ChangePost stores a post under its next version, but for its counts and what follows from them. ErrStale if it
	// does not have the version any more.
	ChangePost(ctx context.Context, p community.Post) error
	// AddComment adds a comment that is not counted yet, and tells whether it did: if one with the id is there, nothing
	// changes.
	AddComment(ctx context.Context, c community.Comment) (added bool, err error)
	// ChangeComment stores a comment under its next version, but for its counts and what follows from them; it is not
	// counted then. ErrStale if it does not have the version any more.
	ChangeComment(ctx context.Context, c community.Comment) error
	// Counted notes that comments are counted above them, those excepted that changed since they had the version.
	Counted(ctx context.Context, versions map[community.CommentID]int64) error
	// Uncounted lists at most n comments that are not known to be counted above them.
	Uncounted(ctx context.Context, n int) ([]community.Comment, error)
}

// Slip says what a sending of a member with an idempotency key is to become. It comes before what is written, and
// decides its id: whoever finds the slip without it goes on from there.
type Slip struct {
	ID    string    // of the member and the key
	Input string    // fingerprint of what was sent
	Made  string    // id of the post or comment
	At    time.Time // when it was first sent: the time of what is written

	Author  member.ID
	Kind    community.SubjectKind // what it is to become
	Print   uint64                // of the text: similar texts differ in few bits
	Letters int                   // of the text
}

// of notes whose text a sending is.
func (s Slip) of(who member.ID, k community.SubjectKind, body string) Slip {
	p := moderation.PrintOf(body)
	s.Author, s.Kind, s.Print, s.Letters = who, k, p.Bits, p.Letters
	return s
}

// Products tells which products there are.
type Products interface {
	// ByIDs gives products by SKU; those unknown are missing.
	ByIDs(ctx context.Context, skus []string) (map[string]product.Product, error)
}

// Uploads turns uploads into pictures. Their refusals are UPLOAD_UNKNOWN, UPLOAD_TAKEN, and those of files that are no
// pictures.
type Uploads interface {
	// Look gives the pictures of a member's own uploads, in their order, that nothing but by shows.
	Look(ctx context.Context, who member.ID, ids []string, by string) ([]community.Picture, error)
	// Take keeps them for by, all or none, until Shows says that it does not show them.
	Take(ctx context.Context, who member.ID, ids []string, by string) error
	// Release says that what shows pictures is about to be deleted.
	Release(ctx context.Context, pictures []community.Picture) error
}

// Counter counts a post's or comment's comments and marks again.
type Counter interface {
	Recount(ctx context.Context, on community.Subject) error
}

// Book gives the programme in force at a time.
type Book interface {
	At(t time.Time) *programme.Programme
}

// Service writes posts and comments.
type Service struct {
	Store    Store
	Counts   Counter
	Products Products
	Uploads  Uploads // nil = nothing can be uploaded
	Judge    Judge   // nil = everything may be seen at once
	Book     Book
}

// rules are the programme's for posts; a programme without them takes none.
func (s *Service) rules(at time.Time) (*programme.Programme, *programme.Posts, error) {
	p := s.Book.At(at)
	if p.Posts == nil {
		return p, nil, fault.Refuse(NotOffered, "", "the programme takes no posts")
	}
	return p, p.Posts, nil
}

func unknown(field string) error {
	return fault.Refuse(NotFound, field, "%s names nothing that is known", field)
}

func tooMany(field string, n, most int) error {
	return fault.Refuse(TooMany, field, "%s names %d; allowed are at most %d", field, n, most).Near(int64(most))
}

// stamp is a moment as stores keep it.
func stamp(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// changing tries a change again where somebody else was first: a handful at once is the most that one text sees.
func changing(ctx context.Context, try func(context.Context) error) error {
	for range 8 {
		if err := try(ctx); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return fault.New(fault.Conflict, "too many change it at once")
}
