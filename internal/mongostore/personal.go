package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/personal"
)

// A deletion is one document.
//
//	deletions { _id, sv: 1, version, member, kind, purpose, number, categories, state, requested, from, due, done, coins,
//	            reason, ghost, wallet, erased, waits }   index member, requested · waits, of those that are open: when they may begin
var deletions = newCollection("deletions", index("member", "requested"), where("waits"))

// Personal is a personal.Store.
type Personal struct{ s *Store }

// Personal gives the store of deletions.
func (s *Store) Personal() *Personal { return &Personal{s} }

type deletionDoc struct {
	ID         string              `bson:"_id"`
	SV         int                 `bson:"sv"`
	Version    int64               `bson:"version"`
	Member     member.ID           `bson:"member"`
	Kind       personal.Kind       `bson:"kind"`
	Purpose    string              `bson:"purpose,omitempty"`
	Number     int                 `bson:"number,omitempty"`
	Categories []personal.Category `bson:"categories,omitempty"`
	State      personal.State      `bson:"state"`
	Requested  time.Time           `bson:"requested"`
	From       time.Time           `bson:"from"`
	Due        time.Time           `bson:"due"`
	Done       time.Time           `bson:"done,omitempty"`
	Coins      int64               `bson:"coins,omitempty"`
	Reason     string              `bson:"reason,omitempty"`
	Ghost      string              `bson:"ghost,omitempty"`
	Wallet     string              `bson:"wallet,omitempty"`
	Erased     time.Time           `bson:"erased,omitempty"`
	Waits      *time.Time          `bson:"waits,omitempty"`
}

func toDeletion(d personal.Deletion) deletionDoc {
	out := deletionDoc{ID: d.ID, SV: 1, Version: d.Version, Member: d.Member, Kind: d.Kind, Purpose: d.Purpose, Number: d.Number, Categories: d.Categories,
		State: d.State, Requested: d.RequestedAt, From: d.From, Due: d.DueAt, Done: d.DoneAt, Coins: d.Coins, Reason: d.Reason, Ghost: d.Ghost, Wallet: d.Wallet, Erased: d.ErasedAt}
	if d.Open() {
		out.Waits = &d.From
	}
	return out
}

func (d deletionDoc) deletion() personal.Deletion {
	return personal.Deletion{ID: d.ID, Version: d.Version, Member: d.Member, Kind: d.Kind, Purpose: d.Purpose, Number: d.Number, Categories: d.Categories,
		State: d.State, RequestedAt: d.Requested, From: d.From, DueAt: d.Due, DoneAt: d.Done, Coins: d.Coins, Reason: d.Reason, Ghost: d.Ghost, Wallet: d.Wallet, ErasedAt: d.Erased}
}

// Add implements personal.Store.
func (p *Personal) Add(ctx context.Context, d personal.Deletion) error {
	d.Version = 1
	return p.s.run(ctx, func(ctx context.Context) error {
		_, err := p.s.in(deletions).InsertOne(ctx, toDeletion(d))
		if duplicate(err) {
			return nil
		}
		return err
	})
}

// Save implements personal.Store.
func (p *Personal) Save(ctx context.Context, d personal.Deletion) error {
	old := d.Version
	d.Version++
	return p.s.run(ctx, func(ctx context.Context) error {
		done, err := p.s.in(deletions).ReplaceOne(ctx, slices.Concat(is("_id", d.ID), is("version", old)), toDeletion(d))
		if err == nil && done.MatchedCount == 0 {
			return personal.ErrStale
		}
		return err
	})
}

// ByID implements personal.Store.
func (p *Personal) ByID(ctx context.Context, id string) (d personal.Deletion, ok bool, err error) {
	err = find(ctx, p.s, deletions, is("_id", id), options.Find(), func(one deletionDoc) { d, ok = one.deletion(), true })
	return d, ok, err
}

// Drop implements personal.Store.
func (p *Personal) Drop(ctx context.Context, who member.ID) error {
	return p.remove(ctx, deletions, "member", who)
}

// Of implements personal.Store.
func (p *Personal) Of(ctx context.Context, who member.ID, n int) (out []personal.Deletion, err error) {
	err = find(ctx, p.s, deletions, is("member", who), options.Find().SetSort(by("requested", -1, "_id", -1)).SetLimit(int64(n)),
		func(d deletionDoc) { out = append(out, d.deletion()) })
	return out, err
}

// Due implements personal.Store.
func (p *Personal) Due(ctx context.Context, at time.Time, n int) (out []personal.Deletion, err error) {
	err = find(ctx, p.s, deletions, is("waits", bson.D{{Key: "$lte", Value: at}}), options.Find().SetSort(by("waits", 1, "_id", 1)).SetLimit(int64(n)),
		func(d deletionDoc) { out = append(out, d.deletion()) })
	return out, err
}

// Count implements personal.Store.
func (p *Personal) Count(ctx context.Context, at time.Time) (open, late int, err error) {
	err = find(ctx, p.s, deletions, is("waits", bson.D{{Key: "$exists", Value: true}}), options.Find().SetProjection(bson.D{{Key: "due", Value: 1}, {Key: "state", Value: 1}}),
		func(d deletionDoc) {
			if open++; d.deletion().Late(at) {
				late++
			}
		})
	return open, late, err
}

// Forget implements personal.Store.
func (p *Personal) Forget(ctx context.Context, c personal.Category, who member.ID) error {
	return p.s.run(ctx, func(ctx context.Context) (err error) {
		switch c {
		case personal.Purchases:
			_, err = p.s.in(orders).UpdateMany(ctx, is("member", who), bson.D{{Key: "$unset", Value: is("lines", "")}})
		case personal.Notices:
			_, err = p.s.in(notices).DeleteMany(ctx, is("member", who))
		}
		return err
	})
}

// Marked implements personal.Store.
func (p *Personal) Marked(ctx context.Context, who member.ID) (out []string, err error) {
	err = find(ctx, p.s, marks, is("member", who), options.Find().SetProjection(bson.D{{Key: "subject", Value: 1}}), func(d markDoc) { out = append(out, d.Subject) })
	slices.Sort(out)
	return out, err
}
