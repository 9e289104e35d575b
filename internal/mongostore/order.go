package mongostore

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Orders and refunds are one document each:
//
//	orders { _id: record id, sv: 1, kind, order: id of the order or refund, member, at, fen, channel,
//	         lines: [ { sku, category, quantity, fen } … ], of: the order that a refund is of,
//	         hold: sequence of the entry whose hold of coins the order names,
//	         refunds: [ { id, fen } … ], applied }
//
//	member, at
var orders = newCollection("orders", index("member", "at"))

// Orders is an order.Store.
type Orders struct{ s *Store }

// Orders gives the store of records.
func (s *Store) Orders() *Orders { return &Orders{s} }

type orderDoc struct {
	ID       string         `bson:"_id"`
	SV       int            `bson:"sv"`
	Kind     order.Kind     `bson:"kind"`
	Order    string         `bson:"order"`
	Member   member.ID      `bson:"member"`
	At       time.Time      `bson:"at"`
	Fen      int64          `bson:"fen"`
	Channel  string         `bson:"channel,omitempty"`
	Lines    []orderLineDoc `bson:"lines,omitempty"`
	Of       string         `bson:"of,omitempty"`
	Hold     int64          `bson:"hold,omitempty"`
	Currency string         `bson:"currency,omitempty"`
	Coupons  []string       `bson:"coupons,omitempty"`
	Refunds  []partDoc      `bson:"refunds,omitempty"`
	Applied  bool           `bson:"applied"`
}

type orderLineDoc struct {
	SKU      string `bson:"sku"`
	Category string `bson:"category,omitempty"`
	Quantity int64  `bson:"quantity"`
	Fen      int64  `bson:"fen"`
}

type partDoc struct {
	ID  string `bson:"id"`
	Fen int64  `bson:"fen"`
}

func toOrder(r order.Record) orderDoc {
	e := r.Event
	return orderDoc{
		ID: r.ID, SV: 1, Kind: e.Kind, Order: e.ID, Member: e.Member, At: e.At, Fen: e.Fen, Channel: e.Channel, Of: e.OrderID, Hold: e.Hold, Currency: e.Currency, Coupons: e.Coupons,
		Lines:   each(e.Lines, func(l order.Line) orderLineDoc { return orderLineDoc(l) }),
		Refunds: each(r.Refunds, func(p order.Part) partDoc { return partDoc(p) }),
	}
}

func (d orderDoc) record() order.Record {
	return order.Record{
		ID: d.ID, Applied: d.Applied, Refunds: each(d.Refunds, func(p partDoc) order.Part { return order.Part(p) }),
		Event: order.Event{
			Kind: d.Kind, ID: d.Order, Member: d.Member, At: d.At, Fen: d.Fen, Channel: d.Channel, OrderID: d.Of, Hold: d.Hold, Currency: d.Currency, Coupons: d.Coupons,
			Lines: each(d.Lines, func(l orderLineDoc) order.Line { return order.Line(l) }),
		},
	}
}

// Put implements order.Store.
func (o *Orders) Put(ctx context.Context, records []order.Record) error {
	if len(records) == 0 {
		return nil
	}
	if c := o.s.convoys; c != nil {
		_, err := c.puts.call(ctx, records)
		return err
	}
	return o.s.run(ctx, func(ctx context.Context) error {
		_, err := o.s.in(orders).InsertMany(ctx, each(records, toOrder), options.InsertMany().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}

// ByIDs implements order.Store.
func (o *Orders) ByIDs(ctx context.Context, ids []string) (map[string]order.Record, error) {
	out := make(map[string]order.Record, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	if c := o.s.convoys; c != nil {
		return c.records.call(ctx, ids)
	}
	err := find(ctx, o.s, orders, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find(),
		func(d orderDoc) { out[d.ID] = d.record() })
	return out, err
}

// AddRefund implements order.Store: one command for a new refund, one more for one that may be known.
func (o *Orders) AddRefund(ctx context.Context, orderID string, p order.Part) (r order.Record, ok bool, err error) {
	err = o.s.run(ctx, func(ctx context.Context) error {
		var d orderDoc
		id := order.OrderRecord(orderID)
		err := o.s.in(orders).FindOneAndUpdate(ctx,
			bson.D{{Key: "_id", Value: id}, {Key: "refunds.id", Value: bson.D{{Key: "$ne", Value: p.ID}}}},
			bson.D{{Key: "$push", Value: bson.D{{Key: "refunds", Value: partDoc(p)}}}},
			options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			err = o.s.in(orders).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&d)
		}
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		r, ok = d.record(), err == nil
		return err
	})
	return r, ok, err
}

// Apply implements order.Store.
func (o *Orders) Apply(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if c := o.s.convoys; c != nil {
		_, err := c.applies.call(ctx, ids)
		return err
	}
	return o.s.run(ctx, func(ctx context.Context) error {
		_, err := o.s.in(orders).UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "applied", Value: true}}}})
		return err
	})
}

// atOnce is how many queries of one call run at once.
const atOnce = 8

// Purchases implements order.Store. Orders of one moment come by record id, last first.
func (o *Orders) Purchases(ctx context.Context, ids []member.ID, n int) (map[member.ID][]order.Record, error) {
	out := make(map[member.ID][]order.Record, len(ids))
	if n <= 0 {
		return out, nil
	}
	found := make([][]order.Record, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, id := range ids {
		group.Go(func() error {
			filter := bson.D{{Key: "member", Value: id}, {Key: "kind", Value: order.Paid}, {Key: "applied", Value: true}}
			return find(ctx, o.s, orders, filter, options.Find().SetSort(by("at", -1, "_id", -1)).SetLimit(int64(n)),
				func(d orderDoc) { found[i] = append(found[i], d.record()) })
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, id := range ids {
		if len(found[i]) > 0 {
			out[id] = found[i]
		}
	}
	return out, nil
}

// Walk implements order.Store.
func (o *Orders) Walk(ctx context.Context, after string, n int) (out []order.Record, err error) {
	if n <= 0 {
		return nil, nil
	}
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}, {Key: "applied", Value: true}}
	err = find(ctx, o.s, orders, filter, options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)),
		func(d orderDoc) { out = append(out, d.record()) })
	return out, err
}
