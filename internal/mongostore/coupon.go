package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/coupon"
	"membergate/internal/member"
)

// A coupon is one document, with its terms as they were when it was issued; due is there while it is open.
//
//	coupons { _id: coupon id, sv: 1, version, m: member, until, state, order, code, due, terms: {…}, … }
//	        index m, until · m, order · code · due where it is there
var coupons = newCollection("coupons", index("m", "until"), index("m", "order"), index("code"), where("due"))

// Coupons is a coupon.Store.
type Coupons struct{ s *Store }

// Coupons gives the store of coupons.
func (s *Store) Coupons() *Coupons { return &Coupons{s} }

// Add implements coupon.Store.
func (cs *Coupons) Add(ctx context.Context, all []coupon.Coupon) error {
	for some := range slices.Chunk(all, putAtOnce) {
		docs := each(some, func(c coupon.Coupon) couponDoc {
			c.Version = 1
			return toCoupon(c)
		})
		err := cs.s.run(ctx, func(ctx context.Context) error {
			_, err := cs.s.in(coupons).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
			if onlyDuplicates(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (cs *Coupons) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []coupon.Coupon, err error) {
	err = find(ctx, cs.s, coupons, filter, o, func(d couponDoc) { out = append(out, d.coupon()) })
	return out, err
}

// ByIDs implements coupon.Store.
func (cs *Coupons) ByIDs(ctx context.Context, ids []string) (map[string]coupon.Coupon, error) {
	out := make(map[string]coupon.Coupon, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, cs.s, coupons, in("_id", ids), options.Find(), func(d couponDoc) { out[d.ID] = d.coupon() })
	return out, err
}

// Save implements coupon.Store.
func (cs *Coupons) Save(ctx context.Context, c coupon.Coupon) error {
	here := slices.Concat(is("_id", c.ID), is("version", c.Version))
	c.Version++
	return cs.s.run(ctx, func(ctx context.Context) error {
		done, err := cs.s.in(coupons).ReplaceOne(ctx, here, toCoupon(c))
		if err == nil && done.MatchedCount == 0 {
			return coupon.ErrStale
		}
		return err
	})
}

// ByCode implements coupon.Store.
func (cs *Coupons) ByCode(ctx context.Context, code string) (coupon.Coupon, bool, error) {
	if code == "" {
		return coupon.Coupon{}, false, nil
	}
	out, err := cs.list(ctx, is("code", code), options.Find().SetLimit(1))
	if err != nil || len(out) == 0 {
		return coupon.Coupon{}, false, err
	}
	return out[0], true, nil
}

// Page implements coupon.Store.
func (cs *Coupons) Page(ctx context.Context, who member.ID, until time.Time, after *coupon.Place, n int) ([]coupon.Coupon, error) {
	filter := slices.Concat(is("m", who), bson.D{{Key: "until", Value: bson.D{{Key: "$gte", Value: until}}}})
	if after != nil {
		later := bson.D{{Key: "until", Value: bson.D{{Key: "$gt", Value: after.Until}}}}
		higher := bson.D{{Key: "until", Value: after.Until}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after.ID}}}}
		filter = slices.Concat(filter, either(later, higher))
	}
	return cs.list(ctx, filter, options.Find().SetSort(by("until", 1, "_id", 1)).SetLimit(int64(n)))
}

// Live implements coupon.Store.
func (cs *Coupons) Live(ctx context.Context, who []member.ID, from time.Time) (map[member.ID][]coupon.Coupon, error) {
	out := map[member.ID][]coupon.Coupon{}
	if len(who) == 0 {
		return out, nil
	}
	filter := slices.Concat(in("m", who), is("until", bson.D{{Key: "$gt", Value: from}}), is("due", bson.D{{Key: "$exists", Value: true}}))
	err := find(ctx, cs.s, coupons, filter, options.Find().SetSort(by("until", 1, "_id", 1)), func(d couponDoc) { out[d.Member] = append(out[d.Member], d.coupon()) })
	return out, err
}

// OfOrder implements coupon.Store.
func (cs *Coupons) OfOrder(ctx context.Context, who member.ID, order string) ([]coupon.Coupon, error) {
	return cs.list(ctx, slices.Concat(is("m", who), is("order", order)), options.Find())
}

// Due implements coupon.Store.
func (cs *Coupons) Due(ctx context.Context, by time.Time, n int) ([]coupon.Coupon, error) {
	if n <= 0 {
		return nil, nil
	}
	return cs.list(ctx, bson.D{{Key: "due", Value: bson.D{{Key: "$lte", Value: by}, {Key: "$exists", Value: true}}}}, options.Find().SetLimit(int64(n)))
}
