package report

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
)

// State is what became of a report.
type State string

// The states of a report.
const (
	Open      State = "OPEN"      // nobody has decided yet
	Actioned  State = "ACTIONED"  // a moderator took it down
	Dismissed State = "DISMISSED" // a moderator lets it stand
	Withdrawn State = "WITHDRAWN" // its author took it away before anybody decided
)

// Report is what a member reported of something that somebody else wrote. There is one of a member and a subject, for good.
type Report struct {
	ID       string // of reporter and subject: it says nothing of either
	Reporter member.ID
	On       community.Subject
	Author   member.ID
	Reason   string // one of the programme's
	Sealed   string // what the reporter wrote, which only who holds the keys can read
	Weight   int64  // hundredths, for good: later decisions weigh later reports
	Round    int64  // how often moderators had decided on the subject
	Slot     string // of the reporter's day: no two have one
	At       time.Time
	State    State
	Decided  time.Time // when somebody decided; zero = not yet
}

// Sum is what the reports of a subject that wait for a decision amount to.
type Sum struct {
	Score   int64     // hundredths
	Reports int64     // all of them
	Weighty int64     // those that weigh something
	Since   time.Time // when the first came; zero = there is none
}

// What stores answer.
var (
	ErrExists = errors.New("report: the reporter has reported it already")
	ErrTaken  = errors.New("report: another report of the reporter's day has the slot")
)

// Store keeps reports and the log of moderation. Times are kept to the millisecond.
type Store interface {
	// Add adds a report that waits and is not counted yet, or changes nothing and answers ErrExists or ErrTaken.
	Add(ctx context.Context, r Report) error
	// ByID gives a report, and false if there is none.
	ByID(ctx context.Context, id string) (Report, bool, error)
	// Of gives at most n of a reporter's reports, newest first, after a place; nil is the beginning.
	Of(ctx context.Context, who member.ID, after *Place, n int) ([]Report, error)
	// On gives at most n reports of a subject that wait, oldest first.
	On(ctx context.Context, on community.Subject, n int) ([]Report, error)
	// Sum adds up the reports of a subject that wait.
	Sum(ctx context.Context, on community.Subject) (Sum, error)
	// Settle gives a state to those reports of a subject that wait and are of a round before one. It may be repeated.
	Settle(ctx context.Context, on community.Subject, before int64, s State, at time.Time) error
	// Record counts how a reporter's reports were decided.
	Record(ctx context.Context, who member.ID) (Record, error)
	// Uncounted lists at most n reports that are not known to be in their subject's review; Counted says that some are.
	Uncounted(ctx context.Context, n int) ([]Report, error)
	Counted(ctx context.Context, ids []string) error

	// Write adds a line to the log of moderation unless it is there.
	Write(ctx context.Context, e Entry) error
	// Log gives at most n lines, newest first.
	Log(ctx context.Context, q LogQuery) ([]Entry, error)
}

// Place is where something lies in a list, newest first.
type Place struct {
	At time.Time
	ID string
}

// Entry is a line of the log of moderation, and what it is about.
type Entry struct {
	On     community.Subject
	Author member.ID
	community.Note
}

// Line names a line of the log, such as "post:019a…/2".
func (e Entry) Line() string { return fmt.Sprintf("%s:%s/%d", e.On.Kind, e.On.ID, e.Number) }

// LineOf reads the name of a line; what is none names nothing.
func LineOf(line string) (community.Subject, int64) {
	name, number, _ := strings.Cut(line, "/")
	kind, id, _ := strings.Cut(name, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return community.Subject{}, 0
	}
	return community.Subject{Kind: community.SubjectKind(kind), ID: id}, n
}

// LogQuery asks for a part of the log.
type LogQuery struct {
	On    community.Subject // zero = everything
	Staff string            // empty = everybody
	After *Place            // nil is the beginning
	Limit int
}

// Contents keeps what is reported and decided on.
type Contents interface {
	// ByIDs gives posts in whatever state; those unknown are missing.
	ByIDs(ctx context.Context, ids []community.PostID) (map[community.PostID]community.Post, error)
	// CommentsByIDs gives comments in whatever state; those unknown are missing.
	CommentsByIDs(ctx context.Context, ids []community.CommentID) (map[community.CommentID]community.Comment, error)
	// ChangePost stores a post under its next version, but for its counts and what follows from them. posting.ErrStale if
	// it does not have the version any more.
	ChangePost(ctx context.Context, p community.Post) error
	// ChangeComment stores a comment under its next version in the same manner; it is not counted then.
	ChangeComment(ctx context.Context, c community.Comment) error
	// Queue gives the posts and comments that somebody has to look at, longest waiting first.
	Queue(ctx context.Context, q Queue) ([]Content, error)
	// Undone gives at most n posts and comments of whose review something is left to do.
	Undone(ctx context.Context, n int) ([]Content, error)
}

// Queue asks for a part of the queue.
type Queue struct {
	Cause community.Cause       // empty = every one
	Kind  community.SubjectKind // empty = both
	After *Place                // nil is the beginning; At is since when it waits
	Limit int
}
