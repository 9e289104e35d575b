package community

import (
	"context"
	"time"

	"membergate/internal/fault"
)

// The codes of refusals.
const (
	CodeNotFound    = "NOT_FOUND"    // unknown, or not the reader's to see
	CodeNotReacting = "NOT_REACTING" // it takes no reactions: not published, or nothing of it is left
	CodeYourself    = "YOURSELF"     // nobody follows, blocks or mutes themselves
	CodeListFull    = "LIST_FULL"    // MaxTies of one kind
	CodeGroupFull   = "GROUP_FULL"   // no seat is free
	CodeGroupClosed = "GROUP_CLOSED" // for a higher tier, or for another segment
)

// Unknown refuses an id, whatever the reason: apps cannot tell what is hidden from what is not there.
func Unknown(field string) error {
	return fault.Refuse(CodeNotFound, field, "%s names nothing that is known", field)
}

// Marked is a post or a comment as it is after a member marked it; the other one is nil.
type Marked struct {
	Post    *Post
	Comment *Comment // as the reader sees it
	Mark    Mark     // the reader's own
}

// React sets or takes back one of the reader's reactions. Said again it changes nothing. What is not published takes no
// new ones, but gives up those it has.
func (s *Service) React(ctx context.Context, r Reader, on Subject, k Kind, set bool, at time.Time) (Marked, error) {
	found, err := s.subject(ctx, r, on, "subjectId")
	if err != nil {
		return Marked{}, err
	}
	if set && !found.takesReactions() {
		return Marked{}, fault.Refuse(CodeNotReacting, "subjectId", "it takes no reactions now")
	}
	return s.marked(ctx, r, found, on, k, set, at)
}

// Keep sets or takes back the reader's bookmark on a post. Said again it changes nothing.
func (s *Service) Keep(ctx context.Context, r Reader, id PostID, set bool, at time.Time) (Marked, error) {
	on := Subject{OnPost, string(id)}
	found, err := s.subject(ctx, r, on, "postId")
	if err != nil {
		return Marked{}, err
	}
	return s.marked(ctx, r, found, on, Bookmark, set, at)
}

// marked sets the mark, and reads again what it is on: others may have marked it meanwhile.
func (s *Service) marked(ctx context.Context, r Reader, found Marked, on Subject, k Kind, set bool, at time.Time) (Marked, error) {
	mark, err := s.SetMark(ctx, r.Member, on, k, set, at)
	if err != nil {
		return Marked{}, err
	}
	now, err := s.subject(ctx, r, on, "")
	if fault.Is(err, fault.BadInput) { // deleted while it was marked: it is shown as it was
		now, err = found, nil
	}
	now.Mark = mark
	return now, err
}

// takesReactions tells whether it is published and something of it is left.
func (m Marked) takesReactions() bool {
	if m.Comment != nil {
		return m.Comment.State == Published && !m.Comment.Tombstone()
	}
	return m.Post.Live()
}

// Find gives a post or comment that the reader, who must be signed in, can see; it refuses all others alike, naming a field.
func (s *Service) Find(ctx context.Context, r Reader, on Subject, field string) (Marked, error) {
	return s.subject(ctx, r, on, field)
}

// subject finds what the reader can see, or says that it is not known, whatever the reason.
func (s *Service) subject(ctx context.Context, r Reader, on Subject, field string) (Marked, error) {
	of := PostID(on.ID)
	var c Comment
	if on.Kind == OnComment {
		found, err := s.Store.CommentsByIDs(ctx, []CommentID{CommentID(on.ID)})
		if err != nil {
			return Marked{}, err
		}
		c = found[CommentID(on.ID)]
		of = c.Post // of an unknown one nothing: it costs the same
	}
	posts, err := s.Store.ByIDs(ctx, []PostID{of})
	if err != nil {
		return Marked{}, err
	}
	p, ok := posts[of]
	switch {
	case !ok || !r.SignedIn() || !r.CanSee(p):
		return Marked{}, Unknown(field)
	case on.Kind == OnPost:
		return Marked{Post: &p}, nil
	case c.ID == "" || !r.CanRead(p, c):
		return Marked{}, Unknown(field)
	default:
		c = c.As(r)
		return Marked{Comment: &c}, nil
	}
}
