package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/vault"
)

// What tells who a member is is one document, and so is a wish of staff to read of it; the deeds of the latter only grow.
//
//	identities { _id: member, sv: 1, version, spent, facts: [{ kind, sealed, hash, verified, at }] }   index facts.hash
//	readings   { _id, sv: 1, input, member, fields, purpose, reason, by, role, needs, at, decideBy, window, keep,
//	             deeds: [{ act, by, role, at }], count, waits, read }   index waits · at · member, read · keep
var (
	identities = newCollection("identities", index("facts.hash"))
	readings   = newCollection("readings", only("waits"), index("at"), index("member", "read"), index("keep"))
)

// Vault is a vault.Store.
type Vault struct{ s *Store }

// Vault gives the store of identities.
func (s *Store) Vault() *Vault { return &Vault{s} }

type identityDoc struct {
	Member  member.ID    `bson:"_id"`
	SV      int          `bson:"sv"`
	Version int64        `bson:"version"`
	Spent   string       `bson:"spent,omitempty"`
	Facts   []tellingDoc `bson:"facts"`
}

type tellingDoc struct {
	Kind     vault.Kind `bson:"kind"`
	Sealed   string     `bson:"sealed"`
	Hash     string     `bson:"hash"`
	Verified bool       `bson:"verified,omitempty"`
	At       time.Time  `bson:"at"`
}

type readingDoc struct {
	ID       string        `bson:"_id"`
	SV       int           `bson:"sv"`
	Input    string        `bson:"input"`
	Member   member.ID     `bson:"member"`
	Fields   []vault.Kind  `bson:"fields"`
	Purpose  string        `bson:"purpose"`
	Reason   string        `bson:"reason"`
	By       string        `bson:"by"`
	Role     string        `bson:"role"`
	Needs    []string      `bson:"needs"`
	At       time.Time     `bson:"at"`
	DecideBy time.Time     `bson:"decideBy"`
	Window   time.Duration `bson:"window"`
	Keep     time.Time     `bson:"keep"`
	Deeds    []actDoc      `bson:"deeds"`
	Count    int           `bson:"count"`
	Waits    bool          `bson:"waits,omitempty"`
	Read     time.Time     `bson:"read,omitempty"`
}

type actDoc struct {
	Act  vault.Act `bson:"act"`
	By   string    `bson:"by"`
	Role string    `bson:"role"`
	At   time.Time `bson:"at"`
}

func toReading(a vault.Application) readingDoc {
	d := readingDoc{ID: a.ID, SV: 1, Input: a.Input, Member: a.Member, Fields: a.Fields, Purpose: a.Purpose, Reason: a.Reason, By: a.By, Role: a.Role, Needs: a.Needs,
		At: a.At, DecideBy: a.DecideBy, Window: a.Window, Keep: a.Keep, Deeds: []actDoc{}, Count: len(a.Deeds), Waits: a.Waits(), Read: a.ReadAt()}
	for _, each := range a.Deeds {
		d.Deeds = append(d.Deeds, actDoc(each))
	}
	return d
}

func (d readingDoc) application() vault.Application {
	a := vault.Application{ID: d.ID, Input: d.Input, Member: d.Member, Fields: d.Fields, Purpose: d.Purpose, Reason: d.Reason, By: d.By, Role: d.Role, Needs: d.Needs,
		At: d.At, DecideBy: d.DecideBy, Window: d.Window, Keep: d.Keep}
	for _, each := range d.Deeds {
		a.Deeds = append(a.Deeds, vault.Deed(each))
	}
	return a
}

// Of implements vault.Store.
func (v *Vault) Of(ctx context.Context, who member.ID) (i vault.Identity, err error) {
	i.Member = who
	err = find(ctx, v.s, identities, is("_id", who), options.Find(), func(d identityDoc) {
		i = vault.Identity{Member: d.Member, Version: d.Version, Spent: d.Spent}
		for _, f := range d.Facts {
			i.Facts = append(i.Facts, vault.Fact(f))
		}
	})
	return i, err
}

// Save implements vault.Store.
func (v *Vault) Save(ctx context.Context, i vault.Identity) error {
	d := identityDoc{Member: i.Member, SV: 1, Version: i.Version + 1, Spent: i.Spent, Facts: []tellingDoc{}}
	for _, f := range i.Facts {
		d.Facts = append(d.Facts, tellingDoc(f))
	}
	return v.s.run(ctx, func(ctx context.Context) error {
		if i.Version == 0 {
			_, err := v.s.in(identities).InsertOne(ctx, d)
			if duplicate(err) {
				return vault.ErrStale
			}
			return err
		}
		done, err := v.s.in(identities).ReplaceOne(ctx, slices.Concat(is("_id", i.Member), is("version", i.Version)), d)
		if err == nil && done.MatchedCount == 0 {
			return vault.ErrStale
		}
		return err
	})
}

// Known implements vault.Store.
func (v *Vault) Known(ctx context.Context, hashes []string, n int) (out []member.ID, err error) {
	err = find(ctx, v.s, identities, in("facts.hash", hashes), options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)).SetProjection(bson.D{{Key: "_id", Value: 1}}),
		func(d identityDoc) { out = append(out, d.Member) })
	return out, err
}

// Apply implements vault.Store.
func (v *Vault) Apply(ctx context.Context, a vault.Application) error {
	return v.s.run(ctx, func(ctx context.Context) error {
		_, err := v.s.in(readings).InsertOne(ctx, toReading(a))
		if duplicate(err) {
			return vault.ErrExists
		}
		return err
	})
}

func (v *Vault) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []vault.Application, err error) {
	err = find(ctx, v.s, readings, filter, o, func(d readingDoc) { out = append(out, d.application()) })
	return out, err
}

// ByID implements vault.Store.
func (v *Vault) ByID(ctx context.Context, id string) (vault.Application, bool, error) {
	out, err := v.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return vault.Application{}, false, err
	}
	return out[0], true, nil
}

// Append implements vault.Store.
func (v *Vault) Append(ctx context.Context, a vault.Application) error {
	d := toReading(a)
	found := bson.D{{Key: "count", Value: d.Count}}
	gone := bson.D{}
	if d.Waits {
		found = append(found, bson.E{Key: "waits", Value: true})
	} else {
		gone = is("waits", "")
	}
	if !d.Read.IsZero() {
		found = append(found, bson.E{Key: "read", Value: d.Read})
	}
	change := bson.D{{Key: "$push", Value: is("deeds", d.Deeds[d.Count-1])}, {Key: "$set", Value: found}}
	if len(gone) > 0 {
		change = append(change, bson.E{Key: "$unset", Value: gone})
	}
	return v.s.run(ctx, func(ctx context.Context) error {
		done, err := v.s.in(readings).UpdateOne(ctx, slices.Concat(is("_id", a.ID), is("count", d.Count-1)), change)
		if err == nil && done.MatchedCount == 0 {
			return vault.ErrStale
		}
		return err
	})
}

// List implements vault.Store.
func (v *Vault) List(ctx context.Context, q vault.Query) ([]vault.Application, error) {
	filter := slices.Concat(is("waits", true), is("decideBy", bson.D{{Key: "$gt", Value: q.Now}}))
	if !q.Open {
		filter = either(is("waits", bson.D{{Key: "$ne", Value: true}}), is("decideBy", bson.D{{Key: "$lte", Value: q.Now}}))
	}
	if q.Before.ID != "" {
		filter = bson.D{{Key: "$and", Value: []bson.D{filter, earlier("at", q.Before.At, "_id", q.Before.ID)}}}
	}
	return v.list(ctx, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(q.Limit)))
}

// ReadOf implements vault.Store.
func (v *Vault) ReadOf(ctx context.Context, who member.ID, after vault.Place, n int) ([]vault.Application, error) {
	filter := slices.Concat(is("member", who), is("read", bson.D{{Key: "$gt", Value: time.Time{}}}))
	if after.ID != "" {
		filter = bson.D{{Key: "$and", Value: []bson.D{filter, earlier("read", after.At, "_id", after.ID)}}}
	}
	return v.list(ctx, filter, options.Find().SetSort(by("read", -1, "_id", -1)).SetLimit(int64(n)))
}

// Expire implements vault.Store.
func (v *Vault) Expire(ctx context.Context, at time.Time, n int) (gone int, err error) {
	var ids []string
	over := is("keep", bson.D{{Key: "$lte", Value: at}})
	err = find(ctx, v.s, readings, over, options.Find().SetLimit(int64(n)).SetProjection(bson.D{{Key: "_id", Value: 1}}), func(d readingDoc) { ids = append(ids, d.ID) })
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	err = v.s.run(ctx, func(ctx context.Context) error {
		var done *mongo.DeleteResult
		done, err := v.s.in(readings).DeleteMany(ctx, slices.Concat(in("_id", ids), over))
		if err == nil {
			gone = int(done.DeletedCount)
		}
		return err
	})
	return gone, err
}
