package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/adjustment"
	"membergate/internal/member"
)

// A proposal to adjust coins is one document; open is true while something must still follow in the ledger.
//
//	adjustments { _id: proposal id, sv: 1, version, member, coins, state, at, decideBy, … }   index state, at · open
var adjustments = newCollection("adjustments", index("state", "at"), only("open"))

// Adjustments is an adjustment.Store.
type Adjustments struct{ s *Store }

// Adjustments gives the store of proposals to adjust coins.
func (s *Store) Adjustments() *Adjustments { return &Adjustments{s} }

type proposalDoc struct {
	ID        string           `bson:"_id"`
	SV        int              `bson:"sv"`
	Version   int64            `bson:"version"`
	Input     string           `bson:"input"`
	Member    member.ID        `bson:"member"`
	Coins     int64            `bson:"coins"`
	Category  string           `bson:"category"`
	Reason    string           `bson:"reason"`
	By        string           `bson:"by"`
	At        time.Time        `bson:"at"`
	DecideBy  time.Time        `bson:"decideBy"`
	State     adjustment.State `bson:"state"`
	DecidedBy string           `bson:"decidedBy,omitempty"`
	DecidedAt time.Time        `bson:"decidedAt,omitempty"`
	Note      string           `bson:"note,omitempty"`
	Open      bool             `bson:"open,omitempty"`
}

func toProposal(p adjustment.Proposal) proposalDoc {
	return proposalDoc{
		ID: p.ID, SV: 1, Version: p.Version, Input: p.Input, Member: p.Member, Coins: p.Coins, Category: p.Category, Reason: p.Reason,
		By: p.By, At: p.At, DecideBy: p.DecideBy, State: p.State, DecidedBy: p.DecidedBy, DecidedAt: p.DecidedAt, Note: p.Note, Open: p.Unfinished,
	}
}

func (d proposalDoc) proposal() adjustment.Proposal {
	return adjustment.Proposal{
		ID: d.ID, Version: d.Version, Input: d.Input, Member: d.Member, Coins: d.Coins, Category: d.Category, Reason: d.Reason,
		By: d.By, At: d.At, DecideBy: d.DecideBy, State: d.State, DecidedBy: d.DecidedBy, DecidedAt: d.DecidedAt, Note: d.Note, Unfinished: d.Open,
	}
}

// Create implements adjustment.Store.
func (a *Adjustments) Create(ctx context.Context, p adjustment.Proposal) error {
	p.Version = 1
	return a.s.run(ctx, func(ctx context.Context) error {
		_, err := a.s.in(adjustments).InsertOne(ctx, toProposal(p))
		if duplicate(err) {
			return adjustment.ErrExists
		}
		return err
	})
}

func (a *Adjustments) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []adjustment.Proposal, err error) {
	err = find(ctx, a.s, adjustments, filter, o, func(d proposalDoc) { out = append(out, d.proposal()) })
	return out, err
}

// ByID implements adjustment.Store.
func (a *Adjustments) ByID(ctx context.Context, id string) (adjustment.Proposal, bool, error) {
	out, err := a.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return adjustment.Proposal{}, false, err
	}
	return out[0], true, nil
}

// Save implements adjustment.Store.
func (a *Adjustments) Save(ctx context.Context, p adjustment.Proposal) error {
	here := slices.Concat(is("_id", p.ID), is("version", p.Version))
	p.Version++
	return a.s.run(ctx, func(ctx context.Context) error {
		done, err := a.s.in(adjustments).ReplaceOne(ctx, here, toProposal(p))
		if err == nil && done.MatchedCount == 0 {
			return adjustment.ErrStale
		}
		return err
	})
}

// List implements adjustment.Store.
func (a *Adjustments) List(ctx context.Context, q adjustment.Query) ([]adjustment.Proposal, error) {
	pending := is("state", adjustment.Pending)
	filter := slices.Concat(pending, is("decideBy", bson.D{{Key: "$gt", Value: q.Now}}))
	if !q.Open {
		filter = either(is("state", bson.D{{Key: "$ne", Value: adjustment.Pending}}), tooLate(q.Now))
	}
	if b := q.Before; b.ID != "" {
		filter = bson.D{{Key: "$and", Value: []bson.D{filter, either(
			is("at", bson.D{{Key: "$lt", Value: b.At}}),
			slices.Concat(is("at", b.At), is("_id", bson.D{{Key: "$lt", Value: b.ID}})),
		)}}}
	}
	return a.list(ctx, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(q.Limit)))
}

// tooLate are those that wait though their time is over.
func tooLate(now time.Time) bson.D {
	return slices.Concat(is("state", adjustment.Pending), is("decideBy", bson.D{{Key: "$lte", Value: now}}))
}

// Unfinished implements adjustment.Store.
func (a *Adjustments) Unfinished(ctx context.Context, now time.Time, n int) ([]adjustment.Proposal, error) {
	return a.list(ctx, either(is("open", true), tooLate(now)), options.Find().SetLimit(int64(n)))
}
