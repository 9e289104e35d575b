package mongostore

import (
	"time"

	"membergate/internal/community"
)

// rulingDoc is why a post or comment is not published.
type rulingDoc struct {
	Reason   string            `bson:"reason,omitempty"`
	Note     string            `bson:"note,omitempty"`
	By       community.RuledBy `bson:"by,omitempty"`
	Staff    string            `bson:"staff,omitempty"`
	At       time.Time         `bson:"at,omitempty"`
	Appeal   string            `bson:"appeal,omitempty"`
	Appealed time.Time         `bson:"appealed,omitempty"`
	Ended    time.Time         `bson:"ended,omitempty"`
}

func (d rulingDoc) ruling() community.Ruling { return community.Ruling(d) }

// reviewDoc is what moderators keep with a post or comment.
type reviewDoc struct {
	Score   int64                `bson:"score,omitempty"`
	Reports int64                `bson:"reports,omitempty"`
	Since   time.Time            `bson:"since,omitempty"`
	Judged  int64                `bson:"judged,omitempty"`
	Last    community.Moderation `bson:"last,omitempty"`
	Noted   int64                `bson:"noted,omitempty"`
	Todo    noteDoc              `bson:"todo"`
}

// noteDoc is a line of the log of moderation.
type noteDoc struct {
	Number int64                `bson:"number,omitempty"`
	Kind   community.NoteKind   `bson:"kind,omitempty"`
	At     time.Time            `bson:"at,omitempty"`
	Staff  string               `bson:"staff,omitempty"`
	From   community.Moderation `bson:"from,omitempty"`
	To     community.Moderation `bson:"to,omitempty"`
	Reason string               `bson:"reason,omitempty"`
	Words  string               `bson:"words,omitempty"`
	Text   string               `bson:"text,omitempty"`
	Trace  string               `bson:"trace,omitempty"`
}

func toReview(v community.Review) reviewDoc {
	return reviewDoc{Score: v.Score, Reports: v.Reports, Since: v.Since, Judged: v.Judged, Last: v.Last, Noted: v.Noted, Todo: noteDoc(v.Todo)}
}

func (d reviewDoc) review() community.Review {
	return community.Review{Score: d.Score, Reports: d.Reports, Since: d.Since, Judged: d.Judged, Last: d.Last, Noted: d.Noted, Todo: community.Note(d.Todo)}
}

// waitDoc is what the moderators' queue finds a post or comment by.
type waitDoc struct {
	Waits  bool            `bson:"waits"`
	Cause  community.Cause `bson:"cause"`
	Since  time.Time       `bson:"waitsSince"`
	Undone bool            `bson:"undone"`
}

func toWait(w community.Wait, undone bool) waitDoc {
	return waitDoc{Waits: w.Cause != "", Cause: w.Cause, Since: w.Since, Undone: undone}
}
