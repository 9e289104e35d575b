package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/claim"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// A claim is one document; open is true while its member may not have the grant yet.
//
//	claims { _id: hash of the code, sv: 1, version, tier, route, days, coins, reason, issuedBy, issuedAt, expires,
//	         withdrawn, member, claimedAt, given, open }   index open
var claims = newCollection("claims", only("open"))

// Claims is a claim.Store.
type Claims struct{ s *Store }

// Claims gives the store of claims.
func (s *Store) Claims() *Claims { return &Claims{s} }

type claimDoc struct {
	ID        string              `bson:"_id"`
	SV        int                 `bson:"sv"`
	Version   int64               `bson:"version"`
	Tier      string              `bson:"tier"`
	Route     programme.RouteKind `bson:"route"`
	Days      int                 `bson:"days,omitempty"`
	Coins     int64               `bson:"coins,omitempty"`
	Reason    string              `bson:"reason,omitempty"`
	IssuedBy  string              `bson:"issuedBy"`
	IssuedAt  time.Time           `bson:"issuedAt"`
	Expires   time.Time           `bson:"expires,omitempty"`
	Withdrawn time.Time           `bson:"withdrawn,omitempty"`
	Member    member.ID           `bson:"member,omitempty"`
	ClaimedAt time.Time           `bson:"claimedAt,omitempty"`
	Given     bool                `bson:"given,omitempty"`
	Open      bool                `bson:"open,omitempty"`
}

func toClaim(c claim.Claim) claimDoc {
	return claimDoc{
		ID: c.ID, SV: 1, Version: c.Version, Tier: c.Tier, Route: c.Route, Days: c.Days, Coins: c.Coins, Reason: c.Reason, IssuedBy: c.IssuedBy, IssuedAt: c.IssuedAt,
		Expires: c.Expires, Withdrawn: c.Withdrawn, Member: c.Member, ClaimedAt: c.ClaimedAt, Given: c.Given, Open: c.Unfinished(),
	}
}

func (d claimDoc) claim() claim.Claim {
	return claim.Claim{
		ID: d.ID, Version: d.Version, Tier: d.Tier, Route: d.Route, Days: d.Days, Coins: d.Coins, Reason: d.Reason, IssuedBy: d.IssuedBy, IssuedAt: d.IssuedAt,
		Expires: d.Expires, Withdrawn: d.Withdrawn, Member: d.Member, ClaimedAt: d.ClaimedAt, Given: d.Given,
	}
}

// Add implements claim.Store.
func (c *Claims) Add(ctx context.Context, all []claim.Claim) error {
	for some := range slices.Chunk(all, putAtOnce) {
		docs := each(some, func(c claim.Claim) claimDoc {
			c.Version = 1
			return toClaim(c)
		})
		err := c.s.run(ctx, func(ctx context.Context) error {
			_, err := c.s.in(claims).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
			if duplicate(err) {
				return claim.ErrExists
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Claims) list(ctx context.Context, filter bson.D, o *options.FindOptionsBuilder) (out []claim.Claim, err error) {
	err = find(ctx, c.s, claims, filter, o, func(d claimDoc) { out = append(out, d.claim()) })
	return out, err
}

// ByID implements claim.Store.
func (c *Claims) ByID(ctx context.Context, id string) (claim.Claim, bool, error) {
	out, err := c.list(ctx, is("_id", id), options.Find())
	if err != nil || len(out) == 0 {
		return claim.Claim{}, false, err
	}
	return out[0], true, nil
}

// Save implements claim.Store.
func (c *Claims) Save(ctx context.Context, next claim.Claim) error {
	old := next.Version
	next.Version++
	return c.s.run(ctx, func(ctx context.Context) error {
		done, err := c.s.in(claims).ReplaceOne(ctx, slices.Concat(is("_id", next.ID), is("version", old)), toClaim(next))
		if err == nil && done.MatchedCount == 0 {
			return claim.ErrStale
		}
		return err
	})
}

// Unfinished implements claim.Store.
func (c *Claims) Unfinished(ctx context.Context, n int) ([]claim.Claim, error) {
	if n <= 0 {
		return nil, nil
	}
	return c.list(ctx, is("open", true), options.Find().SetLimit(int64(n)))
}
