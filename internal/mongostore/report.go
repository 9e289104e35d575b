package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/report"
)

// A report is one document; waits is true while nobody has decided on it, open while it is not known to be in its
// subject's review. What is written in it is sealed.
//
//	reports { _id: report id, sv: 1, reporter, on: subject, author, reason, sealed, weight, round, slot, at, state, decided,
//	          waits, open }
//	          reporter, at · on, of those that wait · open · unique slot
//	moderation { _id: subject/number, sv: 1, on: subject, author, number, kind, at, staff, from, to, reason, words, text, trace }
//	          at · on, at
var (
	reports    = newCollection("reports", index("reporter", "at"), index("on", "waits"), only("open"), unique("slot"))
	moderation = newCollection("moderation", index("at"), index("on", "at"))
)

// Reports is a report.Store.
type Reports struct{ s *Store }

// Reports gives the store of reports and the log of moderation.
func (s *Store) Reports() *Reports { return &Reports{s} }

type reportDoc struct {
	ID       string       `bson:"_id"`
	SV       int          `bson:"sv"`
	Reporter member.ID    `bson:"reporter"`
	On       string       `bson:"on"`
	Author   member.ID    `bson:"author"`
	Reason   string       `bson:"reason"`
	Sealed   string       `bson:"sealed,omitempty"`
	Weight   int64        `bson:"weight"`
	Round    int64        `bson:"round"`
	Slot     string       `bson:"slot"`
	At       time.Time    `bson:"at"`
	State    report.State `bson:"state"`
	Decided  time.Time    `bson:"decided,omitempty"`
	Waits    bool         `bson:"waits"`
	Open     bool         `bson:"open,omitempty"`
}

func toReport(r report.Report) reportDoc {
	return reportDoc{ID: r.ID, SV: 1, Reporter: r.Reporter, On: subjectName(r.On), Author: r.Author, Reason: r.Reason, Sealed: r.Sealed, Weight: r.Weight,
		Round: r.Round, Slot: r.Slot, At: r.At, State: r.State, Decided: r.Decided, Waits: r.State == report.Open}
}

func (d reportDoc) report() report.Report {
	return report.Report{ID: d.ID, Reporter: d.Reporter, On: subjectOf(d.On), Author: d.Author, Reason: d.Reason, Sealed: d.Sealed, Weight: d.Weight,
		Round: d.Round, Slot: d.Slot, At: d.At, State: d.State, Decided: d.Decided}
}

// Add implements report.Store.
func (q *Reports) Add(ctx context.Context, r report.Report) error {
	d := toReport(r)
	d.Open = true
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(reports).InsertOne(ctx, d)
		switch {
		case !duplicate(err):
			return err
		case sameID(err):
			return report.ErrExists
		}
		return report.ErrTaken
	})
}

func (q *Reports) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []report.Report, err error) {
	err = find(ctx, q.s, reports, filter, o, func(d reportDoc) { out = append(out, d.report()) })
	return out, err
}

// ByID implements report.Store.
func (q *Reports) ByID(ctx context.Context, id string) (report.Report, bool, error) {
	out, err := q.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return report.Report{}, false, err
	}
	return out[0], true, nil
}

// furtherBack asks for what follows a place in a list that is newest first.
func furtherBack(after *report.Place) bson.D {
	if after == nil {
		return bson.D{}
	}
	return either(
		is("at", bson.D{{Key: "$lt", Value: after.At}}),
		slices.Concat(is("at", after.At), is("_id", bson.D{{Key: "$lt", Value: after.ID}})),
	)
}

// Of implements report.Store.
func (q *Reports) Of(ctx context.Context, who member.ID, after *report.Place, n int) ([]report.Report, error) {
	if n <= 0 {
		return nil, nil
	}
	return q.list(ctx, slices.Concat(is("reporter", who), furtherBack(after)), options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)))
}

// On implements report.Store.
func (q *Reports) On(ctx context.Context, on community.Subject, n int) ([]report.Report, error) {
	if n <= 0 {
		return nil, nil
	}
	return q.list(ctx, waiting(on), options.Find().SetSort(by("at", 1, "_id", 1)).SetLimit(int64(n)))
}

// waiting asks for the reports of a subject that wait.
func waiting(on community.Subject) bson.D {
	return slices.Concat(is("on", subjectName(on)), is("waits", true))
}

// Sum implements report.Store.
func (q *Reports) Sum(ctx context.Context, on community.Subject) (out report.Sum, err error) {
	sums := bson.D{{Key: "_id", Value: nil}, {Key: "score", Value: sum("$weight")}, {Key: "reports", Value: sum(1)},
		{Key: "weighty", Value: sum(one(bson.D{{Key: "$gt", Value: bson.A{"$weight", 0}}}))}, {Key: "since", Value: bson.D{{Key: "$min", Value: "$at"}}}}
	pipeline := bson.A{bson.D{{Key: "$match", Value: waiting(on)}}, bson.D{{Key: "$group", Value: sums}}}
	err = aggregate(ctx, q.s, reports, pipeline, func(d scoreDoc) {
		out = report.Sum{Score: whole(d.Score), Reports: whole(d.Reports), Weighty: whole(d.Weighty), Since: d.Since}
	})
	return out, err
}

type scoreDoc struct {
	Score   any       `bson:"score"`
	Reports any       `bson:"reports"`
	Weighty any       `bson:"weighty"`
	Since   time.Time `bson:"since"`
}

// Settle implements report.Store.
func (q *Reports) Settle(ctx context.Context, on community.Subject, before int64, s report.State, at time.Time) error {
	filter := slices.Concat(waiting(on), is("round", bson.D{{Key: "$lt", Value: before}}))
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(reports).UpdateMany(ctx, filter, bson.D{{Key: "$set", Value: bson.D{
			{Key: "state", Value: s}, {Key: "decided", Value: at}, {Key: "waits", Value: false},
		}}})
		return err
	})
}

// Record implements report.Store.
func (q *Reports) Record(ctx context.Context, who member.ID) (out report.Record, err error) {
	state := func(s report.State) bson.D {
		return sum(one(bson.D{{Key: "$eq", Value: bson.A{"$state", s}}}))
	}
	sums := bson.D{{Key: "_id", Value: nil}, {Key: "agreed", Value: state(report.Actioned)}, {Key: "refused", Value: state(report.Dismissed)}}
	err = aggregate(ctx, q.s, reports, group("reporter", string(who), sums), func(d map[string]any) {
		out = report.Record{Agreed: int(whole(d["agreed"])), Refused: int(whole(d["refused"]))}
	})
	return out, err
}

// Uncounted implements report.Store.
func (q *Reports) Uncounted(ctx context.Context, n int) ([]report.Report, error) {
	if n <= 0 {
		return nil, nil
	}
	return q.list(ctx, is("open", true), options.Find().SetLimit(int64(n)))
}

// Counted implements report.Store.
func (q *Reports) Counted(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(reports).UpdateMany(ctx, in("_id", ids), bson.D{{Key: "$unset", Value: bson.D{{Key: "open", Value: ""}}}})
		return err
	})
}

type logDoc struct {
	ID     string    `bson:"_id"`
	SV     int       `bson:"sv"`
	On     string    `bson:"on"`
	Author member.ID `bson:"author"`

	Note noteDoc `bson:",inline"`
}

// Write implements report.Store.
func (q *Reports) Write(ctx context.Context, e report.Entry) error {
	d := logDoc{ID: e.Line(), SV: 1, On: subjectName(e.On), Author: e.Author, Note: noteDoc(e.Note)}
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(moderation).InsertOne(ctx, d)
		if duplicate(err) {
			return nil
		}
		return err
	})
}

// Log implements report.Store.
func (q *Reports) Log(ctx context.Context, ask report.LogQuery) (out []report.Entry, err error) {
	if ask.Limit <= 0 {
		return nil, nil
	}
	filter := furtherBack(ask.After)
	if ask.On != (community.Subject{}) {
		filter = append(filter, is("on", subjectName(ask.On))...)
	}
	if ask.Staff != "" {
		filter = append(filter, is("staff", ask.Staff)...)
	}
	err = find(ctx, q.s, moderation, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(ask.Limit)), func(d logDoc) {
		out = append(out, report.Entry{On: subjectOf(d.On), Author: d.Author, Note: community.Note(d.Note)})
	})
	return out, err
}
