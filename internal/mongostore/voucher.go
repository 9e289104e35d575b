package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/voucher"
)

// A partner's code is one document; given is missing while it is free.
//
//	vouchers { _id: keyed hash of reward and code, sv: 1, r: reward, sealed, given: redemption id, loaded }   index r, given
var vouchers = newCollection("vouchers", index("r", "given"))

// Vouchers is a voucher.Store.
type Vouchers struct{ s *Store }

// Vouchers gives the store of partners' codes.
func (s *Store) Vouchers() *Vouchers { return &Vouchers{s} }

type voucherDoc struct {
	ID     string    `bson:"_id"`
	SV     int       `bson:"sv"`
	Reward string    `bson:"r"`
	Sealed string    `bson:"sealed"`
	Given  *string   `bson:"given"` // null while it is free
	Loaded time.Time `bson:"loaded"`
}

func toVoucher(c voucher.Code) voucherDoc {
	d := voucherDoc{ID: c.ID, SV: 1, Reward: c.Reward, Sealed: c.Sealed, Loaded: c.LoadedAt}
	if c.Given != "" {
		d.Given = &c.Given
	}
	return d
}

func (d voucherDoc) code() voucher.Code {
	c := voucher.Code{ID: d.ID, Reward: d.Reward, Sealed: d.Sealed, LoadedAt: d.Loaded}
	if d.Given != nil {
		c.Given = *d.Given
	}
	return c
}

// Add implements voucher.Store.
func (v *Vouchers) Add(ctx context.Context, codes []voucher.Code) error {
	for batch := range slices.Chunk(each(codes, toVoucher), putAtOnce) {
		err := v.s.run(ctx, func(ctx context.Context) error {
			_, err := v.s.in(vouchers).InsertMany(ctx, batch, options.InsertMany().SetOrdered(false))
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

func (v *Vouchers) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []voucher.Code, err error) {
	err = find(ctx, v.s, vouchers, filter, o, func(d voucherDoc) { out = append(out, d.code()) })
	return out, err
}

// Known implements voucher.Store.
func (v *Vouchers) Known(ctx context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := v.list(ctx, in("_id", ids), options.Find())
	for _, c := range found {
		out[c.ID] = true
	}
	return out, err
}

// Count implements voucher.Store.
func (v *Vouchers) Count(ctx context.Context, reward string) (n int64, err error) {
	err = v.s.once(ctx, func(ctx context.Context) (err error) {
		n, err = v.s.in(vouchers).CountDocuments(ctx, is("r", reward))
		return err
	})
	return n, err
}

// Free implements voucher.Store.
func (v *Vouchers) Free(ctx context.Context, reward string, n int) ([]voucher.Code, error) {
	return v.list(ctx, bson.D{{Key: "r", Value: reward}, {Key: "given", Value: nil}}, options.Find().SetLimit(int64(n)))
}

// Give implements voucher.Store.
func (v *Vouchers) Give(ctx context.Context, id, redemption string) (voucher.Code, bool, error) {
	free := bson.D{{Key: "_id", Value: id}, {Key: "given", Value: nil}}
	err := v.s.run(ctx, func(ctx context.Context) error {
		_, err := v.s.in(vouchers).UpdateOne(ctx, free, bson.D{{Key: "$set", Value: bson.D{{Key: "given", Value: redemption}}}})
		return err
	})
	if err != nil {
		return voucher.Code{}, false, err
	}
	found, err := v.list(ctx, is("_id", id), options.Find())
	if err != nil || len(found) == 0 {
		return voucher.Code{}, false, err
	}
	return found[0], found[0].Given == redemption, nil
}
