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
//	redemptions { _id: redemption id, sv: 1, version, w: wallet, reward, … }   index w · open
//	stock       { _id: "<reward>:<sequence, 12 digits>", sv: 1, r: reward, opKey, n, taken }   unique r, opKey
var (
	redemptions = newCollection("redemptions", index("w"), only("open"))
	stock       = newCollection("stock", unique("r", "opKey"))
)

// Redemptions is a redemption.Store.
type Redemptions struct{ s *Store }

// Redemptions gives the store of redemptions.
func (s *Store) Redemptions() *Redemptions { return &Redemptions{s} }

type redemptionDoc struct {
	ID       string           `bson:"_id"`
	SV       int              `bson:"sv"`
	Version  int64            `bson:"version"`
	Wallet   wallet.ID        `bson:"w"`
	Reward   string           `bson:"reward"`
	Quantity int64            `bson:"quantity"`
	Cost     int64            `bson:"cost"`
	Hold     int64            `bson:"hold"`
	Code     string           `bson:"code"`
	State    redemption.State `bson:"state"`
	Open     bool             `bson:"open,omitempty"`
	Created  time.Time        `bson:"created"`
	Ended    time.Time        `bson:"ended,omitempty"`
}

func toRedemption(r redemption.Redemption) redemptionDoc {
	return redemptionDoc{
		ID: r.ID, SV: 1, Version: r.Version, Wallet: r.Wallet, Reward: r.Reward, Quantity: r.Quantity, Cost: r.Cost, Hold: r.Hold,
		Code: r.Code, State: r.State, Open: r.Unfinished, Created: r.CreatedAt, Ended: r.EndedAt,
	}
}

func (d redemptionDoc) redemption() redemption.Redemption {
	return redemption.Redemption{
		ID: d.ID, Version: d.Version, Wallet: d.Wallet, Reward: d.Reward, Quantity: d.Quantity, Cost: d.Cost, Hold: d.Hold,
		Code: d.Code, State: d.State, Unfinished: d.Open, CreatedAt: d.Created, EndedAt: d.Ended,
	}
}

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
