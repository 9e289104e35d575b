package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/insight"
	"membergate/internal/member"
)

// What is kept of a member to make insight of is one document, and so are the marks between fifths of all members.
//
//	insights { _id: member, sv: 1, version, signedIn, reviewed, said: [{ source, at }], model, score, scored, sealed }
//	fifths   { _id: "members", sv: 1, at, members, recency, frequency, amount }
var (
	insights = newCollection("insights")
	fifths   = newCollection("fifths")
)

// Insights is an insight.Store.
type Insights struct{ s *Store }

// Insights gives the store of what insight is made of.
func (s *Store) Insights() *Insights { return &Insights{s} }

type insightDoc struct {
	Member   member.ID `bson:"_id"`
	SV       int       `bson:"sv"`
	Version  int64     `bson:"version"`
	SignedIn time.Time `bson:"signedIn,omitempty"`
	Reviewed time.Time `bson:"reviewed,omitempty"`
	Said     []saidDoc `bson:"said,omitempty"`
	Model    string    `bson:"model,omitempty"`
	Score    int64     `bson:"score,omitempty"`
	Scored   time.Time `bson:"scored,omitempty"`
	Low      time.Time `bson:"low,omitempty"`
	Sealed   string    `bson:"sealed,omitempty"`
}

type saidDoc struct {
	Source string    `bson:"source"`
	At     time.Time `bson:"at"`
}

type fifthsDoc struct {
	ID        string        `bson:"_id"`
	SV        int           `bson:"sv"`
	At        time.Time     `bson:"at"`
	Members   int64         `bson:"members"`
	Recency   insight.Marks `bson:"recency"`
	Frequency insight.Marks `bson:"frequency"`
	Amount    insight.Marks `bson:"amount"`
}

// ofAllMembers is the id of the one document of marks.
const ofAllMembers = "members"

func toInsight(n insight.Note) insightDoc {
	d := insightDoc{Member: n.Member, SV: 1, Version: n.Version, SignedIn: n.SignedIn, Reviewed: n.Reviewed,
		Model: n.Score.Model, Score: n.Score.Value, Scored: n.Score.At, Low: n.Low, Sealed: n.Sealed}
	for source, at := range n.Said {
		d.Said = append(d.Said, saidDoc{source, at})
	}
	return d
}

func (d insightDoc) note() insight.Note {
	n := insight.Note{Member: d.Member, Version: d.Version, SignedIn: d.SignedIn.UTC(), Reviewed: d.Reviewed.UTC(),
		Score: insight.Score{Model: d.Model, Value: d.Score, At: d.Scored.UTC()}, Low: d.Low.UTC(), Sealed: d.Sealed}
	for _, s := range d.Said {
		if n.Said == nil {
			n.Said = map[string]time.Time{}
		}
		n.Said[s.Source] = s.At.UTC()
	}
	return n
}

// Of implements insight.Store.
func (q *Insights) Of(ctx context.Context, who member.ID) (insight.Note, error) {
	out := insight.Note{Member: who}
	err := find(ctx, q.s, insights, is("_id", who), options.Find(), func(d insightDoc) { out = d.note() })
	return out, err
}

// Save implements insight.Store.
func (q *Insights) Save(ctx context.Context, n insight.Note) error {
	old := n.Version
	n.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		if old == 0 {
			_, err := q.s.in(insights).InsertOne(ctx, toInsight(n))
			if duplicate(err) {
				return insight.ErrStale
			}
			return err
		}
		done, err := q.s.in(insights).ReplaceOne(ctx, slices.Concat(is("_id", n.Member), is("version", old)), toInsight(n))
		if err == nil && done.MatchedCount == 0 {
			return insight.ErrStale
		}
		return err
	})
}

// Erase implements insight.Store.
func (q *Insights) Erase(ctx context.Context, who member.ID) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(insights).DeleteOne(ctx, bson.D{{Key: "_id", Value: who}})
		return err
	})
}

// Fifths implements insight.Store.
func (q *Insights) Fifths(ctx context.Context) (out insight.Fifths, err error) {
	err = find(ctx, q.s, fifths, is("_id", ofAllMembers), options.Find(), func(d fifthsDoc) {
		out = insight.Fifths{At: d.At.UTC(), Members: d.Members, Recency: d.Recency, Frequency: d.Frequency, Amount: d.Amount}
	})
	return out, err
}

// PutFifths implements insight.Store.
func (q *Insights) PutFifths(ctx context.Context, f insight.Fifths) error {
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(fifths).ReplaceOne(ctx, is("_id", ofAllMembers),
			fifthsDoc{ofAllMembers, 1, f.At, f.Members, f.Recency, f.Frequency, f.Amount}, options.Replace().SetUpsert(true))
		return err
	})
}
