package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/incident"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// What happened to members' data is one document, and so is each member whom it concerns.
//
//	incidents { _id, sv: 1, titles, happened, remedies, advice, contact, categories, detected, noticed, notifyBy, listed }
//	concerned { _id: incident and member, sv: 1, incident, member, at, notifyBy, told, waits }   index member, at · incident · waits, of
//	            those who were not told: until when they must be
var (
	incidents = newCollection("incidents")
	concerned = newCollection("concerned", index("member", "at"), index("incident"), where("waits"))
)

// Incidents is an incident.Store.
type Incidents struct{ s *Store }

// Incidents gives the store of incidents.
func (s *Store) Incidents() *Incidents { return &Incidents{s} }

type incidentDoc struct {
	ID         string         `bson:"_id"`
	SV         int            `bson:"sv"`
	Titles     programme.Text `bson:"titles"`
	Happened   programme.Text `bson:"happened"`
	Remedies   programme.Text `bson:"remedies"`
	Advice     programme.Text `bson:"advice"`
	Contact    string         `bson:"contact"`
	Categories []string       `bson:"categories"`
	Detected   time.Time      `bson:"detected"`
	Noticed    time.Time      `bson:"noticed"`
	NotifyBy   time.Time      `bson:"notifyBy"`
	Listed     *time.Time     `bson:"listed,omitempty"`
}

func (d incidentDoc) incident() incident.Incident {
	out := incident.Incident{ID: d.ID, Titles: d.Titles, Happened: d.Happened, Remedies: d.Remedies, Advice: d.Advice, Contact: d.Contact,
		Categories: d.Categories, DetectedAt: d.Detected.UTC(), NoticedAt: d.Noticed.UTC(), NotifyBy: d.NotifyBy.UTC()}
	if d.Listed != nil {
		out.ListedAt = d.Listed.UTC()
	}
	return out
}

type concernDoc struct {
	ID       string     `bson:"_id"`
	SV       int        `bson:"sv"`
	Incident string     `bson:"incident"`
	Member   member.ID  `bson:"member"`
	At       time.Time  `bson:"at"`
	NotifyBy time.Time  `bson:"notifyBy"`
	Told     *time.Time `bson:"told,omitempty"`
	Waits    *time.Time `bson:"waits,omitempty"`
}

func (d concernDoc) concern() incident.Concern {
	out := incident.Concern{Incident: d.Incident, Member: d.Member, At: d.At.UTC(), NotifyBy: d.NotifyBy.UTC()}
	if d.Told != nil {
		out.ToldAt = d.Told.UTC()
	}
	return out
}

func concernID(id string, who member.ID) string { return id + " " + string(who) }

// Declare implements incident.Store.
func (q *Incidents) Declare(ctx context.Context, in incident.Incident) (incident.Incident, error) {
	err := q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(incidents).InsertOne(ctx, incidentDoc{ID: in.ID, SV: 1, Titles: in.Titles, Happened: in.Happened, Remedies: in.Remedies, Advice: in.Advice,
			Contact: in.Contact, Categories: in.Categories, Detected: in.DetectedAt, Noticed: in.NoticedAt, NotifyBy: in.NotifyBy})
		if duplicate(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return in, err
	}
	found, err := q.ByIDs(ctx, []string{in.ID})
	return found[in.ID], err
}

// ByIDs implements incident.Store.
func (q *Incidents) ByIDs(ctx context.Context, ids []string) (map[string]incident.Incident, error) {
	out := map[string]incident.Incident{}
	err := find(ctx, q.s, incidents, in("_id", ids), options.Find(), func(d incidentDoc) { out[d.ID] = d.incident() })
	return out, err
}

// Concern implements incident.Store.
func (q *Incidents) Concern(ctx context.Context, in incident.Incident, who []member.ID) error {
	if len(who) == 0 {
		return nil
	}
	docs := each(who, func(m member.ID) concernDoc {
		return concernDoc{ID: concernID(in.ID, m), SV: 1, Incident: in.ID, Member: m, At: in.NoticedAt, NotifyBy: in.NotifyBy, Waits: &in.NotifyBy}
	})
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(concerned).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}

// Listed implements incident.Store.
func (q *Incidents) Listed(ctx context.Context, id string, at time.Time) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(incidents).UpdateOne(ctx, slices.Concat(is("_id", id), is("listed", bson.D{{Key: "$exists", Value: false}})),
			bson.D{{Key: "$set", Value: is("listed", at)}})
		return err
	})
}

// Of implements incident.Store.
func (q *Incidents) Of(ctx context.Context, who member.ID, after *incident.Place, n int) (out []incident.Concern, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("member", who)
	if after != nil {
		filter = slices.Concat(filter, earlier("at", after.At, "incident", after.ID))
	}
	err = find(ctx, q.s, concerned, filter, options.Find().SetSort(by("at", -1, "incident", -1)).SetLimit(int64(n)),
		func(d concernDoc) { out = append(out, d.concern()) })
	return out, err
}

// Untold implements incident.Store.
func (q *Incidents) Untold(ctx context.Context, n int) (out []incident.Concern, err error) {
	err = find(ctx, q.s, concerned, is("waits", bson.D{{Key: "$exists", Value: true}}), options.Find().SetSort(by("waits", 1, "_id", 1)).SetLimit(int64(n)),
		func(d concernDoc) { out = append(out, d.concern()) })
	return out, err
}

// Told implements incident.Store.
func (q *Incidents) Told(ctx context.Context, all []incident.Concern, at time.Time) error {
	if len(all) == 0 {
		return nil
	}
	ids := each(all, func(c incident.Concern) string { return concernID(c.Incident, c.Member) })
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(concerned).UpdateMany(ctx, slices.Concat(in("_id", ids), is("waits", bson.D{{Key: "$exists", Value: true}})),
			bson.D{{Key: "$set", Value: is("told", at)}, {Key: "$unset", Value: is("waits", "")}})
		return err
	})
}

// Count implements incident.Store.
func (q *Incidents) Count(ctx context.Context, id string, at time.Time) (out incident.Count, err error) {
	late := is("waits", bson.D{{Key: "$lt", Value: at}})
	waits := is("waits", bson.D{{Key: "$exists", Value: true}})
	untold := 0
	for into, filter := range map[*int]bson.D{&out.Concerned: is("incident", id), &untold: slices.Concat(is("incident", id), waits), &out.Late: slices.Concat(is("incident", id), late)} {
		if *into, err = q.count(ctx, filter); err != nil {
			return out, err
		}
	}
	out.Told = out.Concerned - untold
	return out, nil
}

// Waiting implements incident.Store.
func (q *Incidents) Waiting(ctx context.Context, at time.Time) (untold, late int, err error) {
	if untold, err = q.count(ctx, is("waits", bson.D{{Key: "$exists", Value: true}})); err != nil || untold == 0 {
		return 0, 0, err
	}
	late, err = q.count(ctx, is("waits", bson.D{{Key: "$lt", Value: at}}))
	return untold, late, err
}

func (q *Incidents) count(ctx context.Context, filter bson.D) (n int, err error) {
	err = q.s.once(ctx, func(ctx context.Context) error {
		all, err := q.s.in(concerned).CountDocuments(ctx, filter)
		n = int(all)
		return err
	})
	return n, err
}
