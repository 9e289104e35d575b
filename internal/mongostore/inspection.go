package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/inspection"
	verdicts "membergate/internal/moderation"
)

// What a service found, or is to find, is one document; it has told when the verdict has come.
//
//	findings { _id: trace, sv: 1, on: subject, picture, state, reason, asked, told }
//
//	on, asked
var findings = newCollection("findings", index("on", "asked"))

var _ inspection.Store = (*Reports)(nil)

type findingDoc struct {
	Trace   string          `bson:"_id"`
	SV      int             `bson:"sv"`
	On      string          `bson:"on"`
	Picture string          `bson:"picture,omitempty"`
	State   verdicts.State  `bson:"state"`
	Reason  verdicts.Reason `bson:"reason,omitempty"`
	Asked   time.Time       `bson:"asked"`
	Told    *time.Time      `bson:"told,omitempty"`
}

func (d findingDoc) finding() inspection.Finding {
	f := inspection.Finding{Trace: d.Trace, On: subjectOf(d.On), Picture: d.Picture, State: d.State, Reason: d.Reason, Asked: d.Asked}
	if d.Told != nil {
		f.Told = *d.Told
	}
	return f
}

// AddFinding implements inspection.Store.
func (q *Reports) AddFinding(ctx context.Context, f inspection.Finding) error {
	d := findingDoc{Trace: f.Trace, SV: 1, On: subjectName(f.On), Picture: f.Picture, State: f.State, Reason: f.Reason, Asked: f.Asked}
	if !f.Told.IsZero() {
		d.Told = &f.Told
	}
	return q.s.run(ctx, func(ctx context.Context) error {
		if _, err := q.s.in(findings).InsertOne(ctx, d); !duplicate(err) {
			return err
		}
		return nil
	})
}

// Finding implements inspection.Store.
func (q *Reports) Finding(ctx context.Context, trace string) (f inspection.Finding, ok bool, err error) {
	err = find(ctx, q.s, findings, is("_id", trace), options.Find(), func(d findingDoc) { f, ok = d.finding(), true })
	return f, ok, err
}

// Tell implements inspection.Store.
func (q *Reports) Tell(ctx context.Context, trace string, v verdicts.Verdict, at time.Time) (first bool, err error) {
	err = q.s.run(ctx, func(ctx context.Context) error {
		set := bson.D{{Key: "state", Value: v.State}, {Key: "reason", Value: v.Reason}, {Key: "told", Value: at}}
		done, err := q.s.in(findings).UpdateOne(ctx, append(is("_id", trace), missing("told")), bson.D{{Key: "$set", Value: set}})
		first = err == nil && done.ModifiedCount == 1
		return err
	})
	return first, err
}

// Findings implements inspection.Store.
func (q *Reports) Findings(ctx context.Context, on community.Subject) (out []inspection.Finding, err error) {
	err = find(ctx, q.s, findings, is("on", subjectName(on)), options.Find().SetSort(by("asked", 1, "_id", 1)), func(d findingDoc) { out = append(out, d.finding()) })
	return out, err
}
