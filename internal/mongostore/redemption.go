package mongostore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/fault"
	"membergate/internal/redemption"
	"membergate/internal/wallet"
)

// A redemption is one document; open is true while something must still follow. What is taken of a reward's stock is a
// chain of its own, like a ledger: one insert is the commit, its place and its op are unique, and the newest one knows
// how much is taken.
//
//	redemptions { _id: redemption id, sv: 3, version, w: wallet, reward, … }   index w, created · code · open
//	stock       { _id: "<reward>:<sequence, 12 digits>", sv: 1, r: reward, opKey, n, taken }   unique r, opKey
var (
	redemptions = newCollection("redemptions", index("w", "created"), index("code"), only("open"))
	stock       = newCollection("stock", unique("r", "opKey"))
)

// Redemptions is a redemption.Store.
type Redemptions struct{ s *Store }

// Redemptions gives the store of redemptions.
func (s *Store) Redemptions() *Redemptions { return &Redemptions{s} }

// Create implements redemption.Store.
func (rs *Redemptions) Create(ctx context.Context, r redemption.Redemption) error {
	r.Version = 1
	return rs.s.run(ctx, func(ctx context.Context) error {
		_, err := rs.s.in(redemptions).InsertOne(ctx, toRedemption(r))
		if duplicate(err) {
			return redemption.ErrExists
		}
		return err
	})
}

func (rs *Redemptions) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []redemption.Redemption, err error) {
	err = find(ctx, rs.s, redemptions, filter, o, func(d redemptionDoc) { out = append(out, d.redemption()) })
	return out, err
}

// ByID implements redemption.Store.
func (rs *Redemptions) ByID(ctx context.Context, id string) (redemption.Redemption, bool, error) {
	out, err := rs.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return redemption.Redemption{}, false, err
	}
	return out[0], true, nil
}

// Save implements redemption.Store.
func (rs *Redemptions) Save(ctx context.Context, r redemption.Redemption) error {
	here := slices.Concat(is("_id", r.ID), is("version", r.Version))
	r.Version++
	return rs.s.run(ctx, func(ctx context.Context) error {
		done, err := rs.s.in(redemptions).ReplaceOne(ctx, here, toRedemption(r))
		if err == nil && done.MatchedCount == 0 {
			return redemption.ErrStale
		}
		return err
	})
}

// ByCode implements redemption.Store.
func (rs *Redemptions) ByCode(ctx context.Context, code string) (redemption.Redemption, bool, error) {
	if code == "" {
		return redemption.Redemption{}, false, nil
	}
	out, err := rs.list(ctx, is("code", code), options.Find().SetLimit(1))
	if err != nil || len(out) == 0 {
		return redemption.Redemption{}, false, err
	}
	return out[0], true, nil
}

// ByIDs implements redemption.Store.
func (rs *Redemptions) ByIDs(ctx context.Context, ids []string) (map[string]redemption.Redemption, error) {
	out := make(map[string]redemption.Redemption, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := rs.list(ctx, in("_id", ids), options.Find())
	for _, r := range found {
		out[r.ID] = r
	}
	return out, err
}

// Page implements redemption.Store.
func (rs *Redemptions) Page(ctx context.Context, id wallet.ID, after *redemption.Place, n int) ([]redemption.Redemption, error) {
	filter := is("w", id)
	if after != nil {
		earlier := bson.D{{Key: "created", Value: bson.D{{Key: "$lt", Value: after.At}}}}
		lower := bson.D{{Key: "created", Value: after.At}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: after.ID}}}}
		filter = slices.Concat(filter, either(earlier, lower))
	}
	return rs.list(ctx, filter, options.Find().SetSort(by("created", -1, "_id", -1)).SetLimit(int64(n)))
}

// Of implements redemption.Store.
func (rs *Redemptions) Of(ctx context.Context, id wallet.ID, reward string) ([]redemption.Redemption, error) {
	return rs.list(ctx, slices.Concat(is("w", id), is("reward", reward)), options.Find())
}

// Unfinished implements redemption.Store.
func (rs *Redemptions) Unfinished(ctx context.Context, n int) ([]redemption.Redemption, error) {
	return rs.list(ctx, is("open", true), options.Find().SetLimit(int64(n)))
}

type moveDoc struct {
	ID     string `bson:"_id"`
	SV     int    `bson:"sv"`
	Reward string `bson:"r"`
	Seq    int64  `bson:"seq"`
	Op     string `bson:"opKey"`
	N      int64  `bson:"n"`
	Taken  int64  `bson:"taken"`
}

// moves bounds how often a move that loses the race for its place is tried at the next one.
const moves = 256

// Move implements redemption.Store.
func (rs *Redemptions) Move(ctx context.Context, reward, op string, n, most int64) (int64, error) {
	for try := range moves {
		before, known, err := rs.move(ctx, slices.Concat(is("r", reward), is("opKey", op)))
		if err != nil || known {
			return before.N, err
		}
		last, _, err := rs.move(ctx, under(reward))
		if err != nil {
			return 0, err
		}
		next := moveDoc{ID: fmt.Sprintf("%s:%012d", reward, last.Seq+1), SV: 1, Reward: reward, Seq: last.Seq + 1, Op: op, N: n}
		if n > 0 && n > most-last.Taken {
			next.N = 0
		}
		next.Taken = last.Taken + next.N
		taken := false
		err = rs.s.run(ctx, func(ctx context.Context) error {
			_, err := rs.s.in(stock).InsertOne(ctx, next)
			if taken = duplicate(err); taken {
				return nil
			}
			return err
		})
		if err != nil || !taken {
			return next.N, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Duration(rand.IntN(try+1)) * time.Millisecond):
		}
	}
	return 0, fault.New(fault.Unavailable, "the stock is being changed by too many at once")
}

// under is where a reward's chain lies, in the order of its places.
func under(reward string) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: reward + ":"}, {Key: "$lt", Value: reward + ";"}}}, {Key: "r", Value: reward}}
}

func (rs *Redemptions) move(ctx context.Context, filter bson.D) (out moveDoc, known bool, err error) {
	o := options.Find().SetSort(by("_id", -1)).SetLimit(1)
	err = find(ctx, rs.s, stock, filter, o, func(d moveDoc) { out, known = d, true })
	return out, known, err
}

// Taken implements redemption.Store.
func (rs *Redemptions) Taken(ctx context.Context, ids []string) (map[string]int64, error) {
	out := make(map[string]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := rs.s.run(ctx, func(ctx context.Context) error {
		cursor, err := rs.s.in(stock).Aggregate(ctx, mongo.Pipeline{
			{{Key: "$match", Value: in("r", ids)}},
			{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$r"}, {Key: "taken", Value: bson.D{{Key: "$sum", Value: "$n"}}}}}},
		}, options.Aggregate().SetBatchSize(batch))
		return drain(ctx, cursor, err, func(d struct {
			ID    string `bson:"_id"`
			Taken int64  `bson:"taken"`
		}) {
			if d.Taken != 0 {
				out[d.ID] = d.Taken
			}
		})
	})
	return out, err
}
