package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// What members have used of benefits, a document per member:
//
//	usages { _id: member id, sv: 2, version, open, counts: [ { benefit, window, used, last } … ], steps: [ { back, use, most } … ] }
//	                                                                                                       index open
//
// Open is true while something must still follow: while there are steps.
var usages = newCollection("usages", only("open"))

// Usages is a benefit.Store.
type Usages struct{ s *Store }

// Usages gives the store of usages.
func (s *Store) Usages() *Usages { return &Usages{s} }

type usageDoc struct {
	Member  member.ID    `bson:"_id"`
	SV      int          `bson:"sv"`
	Version int64        `bson:"version"`
	Open    bool         `bson:"open,omitempty"`
	Counts  []countDoc   `bson:"counts"`
	Steps   []useStepDoc `bson:"steps,omitempty"`
}

type useStepDoc struct {
	Back bool   `bson:"back,omitempty"`
	Use  useDoc `bson:"use"`
	Most int64  `bson:"most,omitempty"`
}

type countDoc struct {
	Benefit string    `bson:"benefit"`
	Window  string    `bson:"window"`
	Used    int64     `bson:"used"`
	Last    time.Time `bson:"last"`
}

// ByMember implements benefit.Store.
func (u *Usages) ByMember(ctx context.Context, id member.ID) (benefit.Usage, error) {
	d := usageDoc{Member: id}
	err := u.s.run(ctx, func(ctx context.Context) error {
		err := u.s.in(usages).FindOne(ctx, is("_id", id)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return d.usage(), err
}

func (d usageDoc) usage() benefit.Usage {
	return benefit.Usage{
		Member: d.Member, Version: d.Version, Counts: each(d.Counts, func(c countDoc) benefit.Count { return benefit.Count(c) }),
		Steps: each(d.Steps, func(s useStepDoc) benefit.Step { return benefit.Step{Back: s.Back, Use: s.Use.use(), Most: s.Most} }),
	}
}

// ByMembers implements benefit.Store.
func (u *Usages) ByMembers(ctx context.Context, ids []member.ID) (map[member.ID]benefit.Usage, error) {
	out := make(map[member.ID]benefit.Usage, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, u.s, usages, in("_id", ids), options.Find(), func(d usageDoc) { out[d.Member] = d.usage() })
	return out, err
}

// Save implements benefit.Store.
func (u *Usages) Save(ctx context.Context, next benefit.Usage) error {
	d := usageDoc{
		Member: next.Member, SV: 2, Version: next.Version + 1, Open: len(next.Steps) > 0,
		Counts: each(next.Counts, func(c benefit.Count) countDoc { return countDoc(c) }),
		Steps:  each(next.Steps, func(s benefit.Step) useStepDoc { return useStepDoc{Back: s.Back, Use: toUse(s.Use), Most: s.Most} }),
	}
	return u.s.run(ctx, func(ctx context.Context) error {
		if next.Version == 0 {
			_, err := u.s.in(usages).InsertOne(ctx, d)
			if duplicate(err) {
				return benefit.ErrStale
			}
			return err
		}
		done, err := u.s.in(usages).ReplaceOne(ctx,
			slices.Concat(is("_id", next.Member), is("version", next.Version)), d)
		if err == nil && done.MatchedCount == 0 {
			return benefit.ErrStale
		}
		return err
	})
}

// Unfinished implements benefit.Store.
func (u *Usages) Unfinished(ctx context.Context, n int) (out []member.ID, err error) {
	o := options.Find().SetLimit(int64(n)).SetProjection(by("_id", 1))
	err = find(ctx, u.s, usages, is("open", true), o, func(d usageDoc) { out = append(out, d.Member) })
	return out, err
}
