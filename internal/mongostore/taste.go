package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// What a member said of recommendations is one document.
//
//	tastes { _id: member, sv: 1, version, sayings: [{ action, kind, id, at, near: [{ kind, id, strength }] }] }
var tastes = newCollection("tastes")

// Tastes is a recommend.Tastes.
type Tastes struct{ s *Store }

// Tastes gives the store of what members said of recommendations.
func (s *Store) Tastes() *Tastes { return &Tastes{s} }

type tasteDoc struct {
	Member  member.ID   `bson:"_id"`
	SV      int         `bson:"sv"`
	Version int64       `bson:"version"`
	Sayings []sayingDoc `bson:"sayings"`
}

type sayingDoc struct {
	Action recommend.Action `bson:"action"`
	Kind   recommend.Kind   `bson:"kind"`
	ID     string           `bson:"id"`
	At     time.Time        `bson:"at"`
	Near   []nearDoc        `bson:"near,omitempty"`
}

type nearDoc struct {
	Kind     recommend.Kind `bson:"kind"`
	ID       string         `bson:"id"`
	Strength float64        `bson:"strength"`
}

func toTaste(t recommend.Taste) tasteDoc {
	return tasteDoc{Member: t.Member, SV: 1, Version: t.Version, Sayings: each(t.Sayings, func(s recommend.Saying) sayingDoc {
		return sayingDoc{s.Action, s.Of.Kind, s.Of.ID, s.At, each(s.Near, func(n recommend.Near) nearDoc { return nearDoc{n.Kind, n.ID, n.Strength} })}
	})}
}

func (d tasteDoc) taste() recommend.Taste {
	return recommend.Taste{Member: d.Member, Version: d.Version, Sayings: each(d.Sayings, func(s sayingDoc) recommend.Saying {
		return recommend.Saying{Action: s.Action, Of: recommend.Ref{Kind: s.Kind, ID: s.ID}, At: s.At.UTC(),
			Near: each(s.Near, func(n nearDoc) recommend.Near {
				return recommend.Near{Ref: recommend.Ref{Kind: n.Kind, ID: n.ID}, Strength: n.Strength}
			})}
	})}
}

// Of implements recommend.Tastes.
func (q *Tastes) Of(ctx context.Context, m member.ID) (recommend.Taste, error) {
	out := recommend.Taste{Member: m}
	err := find(ctx, q.s, tastes, is("_id", m), options.Find(), func(d tasteDoc) { out = d.taste() })
	return out, err
}

// Save implements recommend.Tastes.
func (q *Tastes) Save(ctx context.Context, t recommend.Taste) error {
	old := t.Version
	t.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		if old == 0 {
			_, err := q.s.in(tastes).InsertOne(ctx, toTaste(t))
			if duplicate(err) {
				return recommend.ErrStale
			}
			return err
		}
		done, err := q.s.in(tastes).ReplaceOne(ctx, slices.Concat(is("_id", t.Member), is("version", old)), toTaste(t))
		if err == nil && done.MatchedCount == 0 {
			return recommend.ErrStale
		}
		return err
	})
}

// Erase implements recommend.Tastes.
func (q *Tastes) Erase(ctx context.Context, m member.ID) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(tastes).DeleteOne(ctx, bson.D{{Key: "_id", Value: m}})
		return err
	})
}
