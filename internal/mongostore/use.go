package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/benefit"
	"membergate/internal/member"
)

// A use of a benefit is one document:
//
//	uses { _id: use id, sv: 1, version, m: member id, benefit, window, state, at, … }   index m, at
var uses = newCollection("uses", index("m", "at"))

// Uses is a benefit.UseStore.
type Uses struct{ s *Store }

// Uses gives the store of uses.
func (s *Store) Uses() *Uses { return &Uses{s} }

type useDoc struct {
	ID          string            `bson:"_id"`
	SV          int               `bson:"sv"`
	Version     int64             `bson:"version"`
	Member      member.ID         `bson:"m"`
	Benefit     string            `bson:"benefit"`
	Title       map[string]string `bson:"title,omitempty"`
	Programme   string            `bson:"programme"`
	Terms       string            `bson:"terms,omitempty"`
	Input       string            `bson:"input"`
	Window      string            `bson:"window,omitempty"`
	CostWindow  string            `bson:"costWindow,omitempty"`
	Cost        int64             `bson:"cost,omitempty"`
	Fallback    bool              `bson:"fallback,omitempty"`
	Given       map[string]string `bson:"given,omitempty"`
	Stock       string            `bson:"stock,omitempty"`
	StockOp     string            `bson:"stockOp,omitempty"`
	Order       string            `bson:"order,omitempty"`
	Channel     string            `bson:"channel,omitempty"`
	Store       string            `bson:"store,omitempty"`
	Choice      string            `bson:"choice,omitempty"`
	ChoiceTitle map[string]string `bson:"choiceTitle,omitempty"`
	ChoiceValue int64             `bson:"choiceValue,omitempty"`
	By          string            `bson:"by"`
	For         string            `bson:"for,omitempty"`
	State       benefit.State     `bson:"state"`
	At          time.Time         `bson:"at"`
	CancelUntil time.Time         `bson:"cancelUntil,omitempty"`
	EndedAt     time.Time         `bson:"endedAt,omitempty"`
	EndedBy     string            `bson:"endedBy,omitempty"`
}

func toUse(u benefit.Use) useDoc {
	return useDoc{
		ID: u.ID, SV: 1, Version: u.Version, Member: u.Member, Benefit: u.Benefit, Title: u.Title, Programme: u.Programme, Terms: u.Terms, Input: u.Input,
		Window: u.Window, CostWindow: u.CostWindow, Cost: u.Cost, Fallback: u.Fallback, Given: u.Given, Stock: u.Stock, StockOp: u.StockOp,
		Order: u.Order, Channel: u.Channel, Store: u.Store, Choice: u.Choice, ChoiceTitle: u.ChoiceTitle, ChoiceValue: u.ChoiceValue,
		By: u.By, For: u.For, State: u.State, At: u.At, CancelUntil: u.CancelUntil, EndedAt: u.EndedAt, EndedBy: u.EndedBy,
	}
}

func (d useDoc) use() benefit.Use {
	return benefit.Use{
		ID: d.ID, Version: d.Version, Member: d.Member, Benefit: d.Benefit, Title: d.Title, Programme: d.Programme, Terms: d.Terms, Input: d.Input,
		Window: d.Window, CostWindow: d.CostWindow, Cost: d.Cost, Fallback: d.Fallback, Given: d.Given, Stock: d.Stock, StockOp: d.StockOp,
		Order: d.Order, Channel: d.Channel, Store: d.Store, Choice: d.Choice, ChoiceTitle: d.ChoiceTitle, ChoiceValue: d.ChoiceValue,
		By: d.By, For: d.For, State: d.State, At: d.At, CancelUntil: d.CancelUntil, EndedAt: d.EndedAt, EndedBy: d.EndedBy,
	}
}

func (us *Uses) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []benefit.Use, err error) {
	err = find(ctx, us.s, uses, filter, o, func(d useDoc) { out = append(out, d.use()) })
	return out, err
}

// Create implements benefit.UseStore.
func (us *Uses) Create(ctx context.Context, u benefit.Use) error {
	u.Version = 1
	return us.s.run(ctx, func(ctx context.Context) error {
		_, err := us.s.in(uses).InsertOne(ctx, toUse(u))
		if duplicate(err) {
			return benefit.ErrExists
		}
		return err
	})
}

// ByID implements benefit.UseStore.
func (us *Uses) ByID(ctx context.Context, id string) (benefit.Use, bool, error) {
	out, err := us.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return benefit.Use{}, false, err
	}
	return out[0], true, nil
}

// Save implements benefit.UseStore.
func (us *Uses) Save(ctx context.Context, u benefit.Use) error {
	here := slices.Concat(is("_id", u.ID), is("version", u.Version))
	u.Version++
	return us.s.run(ctx, func(ctx context.Context) error {
		done, err := us.s.in(uses).ReplaceOne(ctx, here, toUse(u))
		if err == nil && done.MatchedCount == 0 {
			return benefit.ErrStale
		}
		return err
	})
}

// Page implements benefit.UseStore.
func (us *Uses) Page(ctx context.Context, id member.ID, after *benefit.Place, n int) ([]benefit.Use, error) {
	filter := is("m", id)
	if after != nil {
		earlier := bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: after.At}}}}
		lower := bson.D{{Key: "at", Value: after.At}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: after.ID}}}}
		filter = slices.Concat(filter, either(earlier, lower))
	}
	return us.list(ctx, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)))
}
