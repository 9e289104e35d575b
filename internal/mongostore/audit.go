package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/programme"
	"membergate/internal/supply"
)

type adjustedDoc struct {
	ID         string     `bson:"_id"`
	SV         int        `bson:"sv"`
	Currency   string     `bson:"currency"`
	Period     string     `bson:"period"`
	From       time.Time  `bson:"from"`
	To         time.Time  `bson:"to"`
	MeasuredAt time.Time  `bson:"measured"`
	InForce    time.Time  `bson:"inForce"`
	Programme  string     `bson:"programme"`
	Amounts    amountsDoc `bson:"amounts"`
	Came       int64      `bson:"came"`
	Went       int64      `bson:"went"`
	Index      int64      `bson:"index"`
	Before     int64      `bson:"before"`
	After      int64      `bson:"after"`
}

func toAdjusted(a supply.Adjustment) adjustedDoc {
	return adjustedDoc{ID: a.ID(), SV: 1, Currency: a.Currency, Period: a.Period, From: a.From, To: a.To, MeasuredAt: a.MeasuredAt, InForce: a.InForce,
		Programme: a.Programme, Amounts: amountsDoc(a.Amounts), Came: a.Came, Went: a.Went, Index: a.Index, Before: a.Before, After: a.After}
}

func (d adjustedDoc) adjustment() supply.Adjustment {
	return supply.Adjustment{Currency: d.Currency, Period: d.Period, From: d.From, To: d.To, MeasuredAt: d.MeasuredAt, InForce: d.InForce,
		Programme: d.Programme, Amounts: supply.Amounts(d.Amounts), Came: d.Came, Went: d.Went, Index: d.Index, Before: d.Before, After: d.After}
}

// Adjustments implements supply.Store.
func (c *Supply) Adjustments(ctx context.Context) (out []supply.Adjustment, err error) {
	err = find(ctx, c.s, adjusted, bson.D{}, options.Find(), func(d adjustedDoc) { out = append(out, d.adjustment()) })
	slices.SortFunc(out, func(a, b supply.Adjustment) int { return a.To.Compare(b.To) })
	return out, err
}

// Adjust implements supply.Store.
func (c *Supply) Adjust(ctx context.Context, a supply.Adjustment) (supply.Adjustment, bool, error) {
	added := false
	err := c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(adjusted).InsertOne(ctx, toAdjusted(a))
		added = err == nil
		if duplicate(err) {
			return nil
		}
		return err
	})
	if err != nil || added {
		return a, added, err
	}
	err = find(ctx, c.s, adjusted, is("_id", a.ID()), options.Find(), func(d adjustedDoc) { a = d.adjustment() })
	return a, false, err
}

type parityDoc struct {
	ID        string    `bson:"_id"`
	SV        int       `bson:"sv"`
	Currency  string    `bson:"currency"`
	Programme string    `bson:"programme"`
	Version   string    `bson:"version"`
	Parity    int64     `bson:"parity"`
	From      time.Time `bson:"from"`
	Until     time.Time `bson:"until"`
}

// Promises implements programme.Promises.
func (c *Supply) Promises(ctx context.Context) (out []programme.Promise, err error) {
	err = find(ctx, c.s, promises, bson.D{}, options.Find(), func(d parityDoc) {
		out = append(out, programme.Promise{Currency: d.Currency, Programme: d.Programme, Version: d.Version, Parity: d.Parity, From: d.From, LockedUntil: d.Until})
	})
	return out, err
}

// Promise implements programme.Promises.
func (c *Supply) Promise(ctx context.Context, all []programme.Promise) error {
	if len(all) == 0 {
		return nil
	}
	docs := each(all, func(p programme.Promise) parityDoc {
		return parityDoc{ID: p.ID(), SV: 1, Currency: p.Currency, Programme: p.Programme, Version: p.Version, Parity: p.Parity, From: p.From, Until: p.LockedUntil}
	})
	return c.s.run(ctx, func(ctx context.Context) error {
		_, err := c.s.in(promises).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}
