package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/invitation"
	"membergate/internal/member"
)

// Who brought whom along is two kinds of documents:
//
//	inviters { _id: member id, sv: 1, version, code, periods: [ { name, taken: [ invitation ids ] } … ] }
//	invitees { _id: member id, sv: 1, id, inviter, state, stage, at, ended }
var (
	inviters = newCollection("inviters", unique("code"))
	invitees = newCollection("invitees", index("inviter", "at"))
)

// Invitations is an invitation.Store.
type Invitations struct{ s *Store }

// Invitations gives the store of who brought whom along.
func (s *Store) Invitations() *Invitations { return &Invitations{s} }

type inviterDoc struct {
	Member  member.ID   `bson:"_id"`
	SV      int         `bson:"sv"`
	Version int64       `bson:"version"`
	Code    string      `bson:"code"`
	Periods []periodDoc `bson:"periods,omitempty"`
}

type periodDoc struct {
	Name  string   `bson:"name"`
	Taken []string `bson:"taken"`
}

type inviteeDoc struct {
	Member  member.ID        `bson:"_id"`
	SV      int              `bson:"sv"`
	ID      string           `bson:"id"`
	Inviter member.ID        `bson:"inviter"`
	State   invitation.State `bson:"state"`
	Stage   int              `bson:"stage"` // of the state: it only grows
	At      time.Time        `bson:"at"`
	EndedAt time.Time        `bson:"ended,omitempty"`
}

func (d inviteeDoc) invitee() invitation.Invitee {
	return invitation.Invitee{Member: d.Member, ID: d.ID, Inviter: d.Inviter, State: d.State, At: d.At, EndedAt: d.EndedAt}
}

// Inviter implements invitation.Store.
func (v *Invitations) Inviter(ctx context.Context, who member.ID) (invitation.Inviter, bool, error) {
	return v.one(ctx, is("_id", who))
}

// ByCode implements invitation.Store.
func (v *Invitations) ByCode(ctx context.Context, code string) (invitation.Inviter, bool, error) {
	if code == "" {
		return invitation.Inviter{}, false, nil
	}
	return v.one(ctx, is("code", code))
}

func (v *Invitations) one(ctx context.Context, filter bson.D) (out invitation.Inviter, known bool, err error) {
	err = find(ctx, v.s, inviters, filter, options.Find().SetLimit(1), func(d inviterDoc) {
		known = true
		out = invitation.Inviter{Member: d.Member, Code: d.Code, Version: d.Version, Periods: each(d.Periods, func(p periodDoc) invitation.Period { return invitation.Period(p) })}
	})
	return out, known, err
}

// Save implements invitation.Store.
func (v *Invitations) Save(ctx context.Context, i invitation.Inviter) error {
	d := inviterDoc{Member: i.Member, SV: 1, Version: i.Version + 1, Code: i.Code, Periods: each(i.Periods, func(p invitation.Period) periodDoc { return periodDoc(p) })}
	return v.s.run(ctx, func(ctx context.Context) error {
		if i.Version == 0 {
			_, err := v.s.in(inviters).InsertOne(ctx, d)
			if duplicate(err) {
				return invitation.ErrStale
			}
			return err
		}
		done, err := v.s.in(inviters).ReplaceOne(ctx, slices.Concat(is("_id", i.Member), is("version", i.Version)), d)
		if err == nil && done.MatchedCount == 0 {
			return invitation.ErrStale
		}
		return err
	})
}

// Put implements invitation.Store.
func (v *Invitations) Put(ctx context.Context, i invitation.Invitee) error {
	stage := i.State.Stage()
	filter := slices.Concat(is("_id", i.Member), bson.D{{Key: "stage", Value: bson.D{{Key: "$lt", Value: stage}}}})
	set := bson.D{{Key: "state", Value: i.State}, {Key: "stage", Value: stage}}
	if !i.EndedAt.IsZero() {
		set = append(set, bson.E{Key: "ended", Value: i.EndedAt})
	}
	first := bson.D{{Key: "sv", Value: 1}, {Key: "id", Value: i.ID}, {Key: "inviter", Value: i.Inviter}, {Key: "at", Value: i.At}}
	return v.s.run(ctx, func(ctx context.Context) (err error) {
		for range 3 { // somebody else may add it between the look and the write; then it is found
			_, err = v.s.in(invitees).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: set}, {Key: "$setOnInsert", Value: first}}, options.UpdateOne().SetUpsert(true))
			if !duplicate(err) {
				return err
			}
			n, look := v.s.in(invitees).CountDocuments(ctx, slices.Concat(is("_id", i.Member), bson.D{{Key: "stage", Value: bson.D{{Key: "$gte", Value: stage}}}}))
			if look != nil || n > 0 {
				return look
			}
		}
		return err
	})
}

// Page implements invitation.Store.
func (v *Invitations) Page(ctx context.Context, inviter member.ID, after *invitation.Place, n int) (out []invitation.Invitee, err error) {
	filter := is("inviter", inviter)
	if after != nil {
		filter = append(filter, either(
			bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: after.At}}}},
			bson.D{{Key: "at", Value: after.At}, {Key: "id", Value: bson.D{{Key: "$gt", Value: after.ID}}}},
		)...)
	}
	err = find(ctx, v.s, invitees, filter, options.Find().SetSort(by("at", -1, "id", 1)).SetLimit(int64(n)), func(d inviteeDoc) { out = append(out, d.invitee()) })
	return out, err
}

// Count implements invitation.Store.
func (v *Invitations) Count(ctx context.Context, inviter member.ID) (map[invitation.State]int64, error) {
	out := map[invitation.State]int64{}
	pipeline := mongo.Pipeline{
		{{Key: "$match", Value: is("inviter", inviter)}},
		{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$state"}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
	}
	err := v.s.once(ctx, func(ctx context.Context) error {
		cursor, err := v.s.in(invitees).Aggregate(ctx, pipeline)
		return drain(ctx, cursor, err, func(d struct {
			State invitation.State `bson:"_id"`
			N     int64            `bson:"n"`
		}) {
			out[d.State] = d.N
		})
	})
	return out, err
}
