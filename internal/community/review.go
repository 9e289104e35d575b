package community

import "time"

// Review is what moderators keep with a post or comment beside its ruling. The zero Review is that of something nobody
// has reported and no moderator has looked at.
type Review struct {
	Score   int64      // weight of the reports that wait for a decision, in hundredths
	Reports int64      // how many wait
	Since   time.Time  // when the first of them came; zero = none waits
	Judged  int64      // how often moderators have decided
	Last    Moderation // the state that they gave it the last time; empty = never
	Noted   int64      // how many notes the log of moderation has of it
	Todo    Note       // the last of them, while what follows from it may not be done yet; zero = all is done
}

// NoteKind is what was done to a post or comment.
type NoteKind string

// What the log of moderation tells of.
const (
	NoteRuled    NoteKind = "RULED"    // a moderator decided
	NoteLimited  NoteKind = "LIMITED"  // enough members reported it
	NoteAppealed NoteKind = "APPEALED" // its author appealed
	NoteChecked  NoteKind = "CHECKED"  // a service that judges later has judged
)

// Note is a line of the log of moderation: who did what, when, and why. Lines are never changed and never taken away.
type Note struct {
	Number int64 // from 1, for each post and comment
	Kind   NoteKind
	At     time.Time
	Staff  string     // the moderator; empty for others
	From   Moderation // the state before
	To     Moderation // and after
	Reason string     // code
	Words  string     // what was written: by a moderator to the author, or by the author
	Text   string     // fingerprint of what was judged
	Trace  string     // a service's own number of the case
}

// Cause is why somebody has to look at a post or comment.
type Cause string

// The causes.
const (
	ForAppeal  Cause = "APPEAL"  // its author appealed
	ForPending Cause = "PENDING" // rules or a service did not let it pass
	ForReports Cause = "REPORTS" // members reported it
)

// Wait says since when somebody has to look at a post or comment, and why.
type Wait struct {
	Cause Cause // empty = nobody has to
	Since time.Time
}

// Waits says it of a post.
func (p Post) Waits() Wait {
	return waits(p.State, p.Ruling, p.Review, p.CreatedAt, !p.DeletedAt.IsZero())
}

// Waits says it of a comment.
func (c Comment) Waits() Wait {
	return waits(c.State, c.Ruling, c.Review, c.CreatedAt, c.Tombstone())
}

func waits(s Moderation, r Ruling, v Review, created time.Time, gone bool) Wait {
	switch {
	case gone:
		return Wait{}
	case r.Open():
		return Wait{ForAppeal, r.Appealed}
	case s == Pending && r.At.IsZero():
		return Wait{ForPending, created}
	case s == Pending:
		return Wait{ForPending, r.At}
	case s == Limited && r.By == ByReports:
		return Wait{ForReports, r.At}
	case v.Reports > 0:
		return Wait{ForReports, v.Since}
	default:
		return Wait{}
	}
}

// Open tells whether an appeal waits for an answer.
func (r Ruling) Open() bool { return !r.Appealed.IsZero() && r.Ended.IsZero() }

// Undone tells whether something of a review is left to do: what follows from its last note, or, of what was taken away
// by its author, what becomes of the reports.
func (v Review) Undone(gone bool) bool { return v.Todo.Number > 0 || gone && v.Reports > 0 }
