package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/profile"
)

// A decision that a newer one has followed is one document, which never changes.
//
//	decisions { _id: id of the decision, sv: 1, member, purpose, granted, at, policy, source, number, before }   index member, at
var decisions = newCollection("decisions", index("member", "at"))

// Decisions is a profile.Store.
type Decisions struct{ s *Store }

// Decisions gives the store of decisions.
func (s *Store) Decisions() *Decisions { return &Decisions{s} }

type decisionDoc struct {
	ID      string    `bson:"_id"`
	SV      int       `bson:"sv"`
	Member  member.ID `bson:"member"`
	Purpose string    `bson:"purpose"`
	Granted bool      `bson:"granted"`
	At      time.Time `bson:"at"`
	Policy  string    `bson:"policy"`
	Source  string    `bson:"source"`
	Number  int       `bson:"number"`
	Before  bool      `bson:"before"`
}

func (d decisionDoc) decision() profile.Decision {
	return profile.Decision{Member: d.Member, Purpose: d.Purpose, Consent: member.Consent{
		Granted: d.Granted, At: d.At, PolicyVersion: d.Policy, Source: d.Source, Number: d.Number, Before: d.Before,
	}}
}

// Add implements profile.Store.
func (d *Decisions) Add(ctx context.Context, next profile.Decision) error {
	return d.s.run(ctx, func(ctx context.Context) error {
		_, err := d.s.in(decisions).InsertOne(ctx, decisionDoc{
			ID: next.ID(), SV: 1, Member: next.Member, Purpose: next.Purpose, Granted: next.Granted, At: next.At, Policy: next.PolicyVersion,
			Source: next.Source, Number: next.Number, Before: next.Before,
		})
		if duplicate(err) {
			return nil
		}
		return err
	})
}

// Of implements profile.Store.
func (d *Decisions) Of(ctx context.Context, who member.ID, after *profile.Place, n int) (out []profile.Decision, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := is("member", who)
	if after != nil {
		filter = slices.Concat(filter, earlier("at", after.At, "_id", after.ID))
	}
	err = find(ctx, d.s, decisions, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)),
		func(d decisionDoc) { out = append(out, d.decision()) })
	return out, err
}
