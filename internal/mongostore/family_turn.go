package mongostore

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
)

// Writes that put one member into different families at the same moment take turns, by a document while one lasts:
//
//	family_turns { _id: member id, sv: 1, by: random name of the writer, until }
//
//	until, expiring
//
// Turns are a courtesy: that a member is in one family is what the unique index of families holds, and a turn that was
// lost or left behind breaks nothing. Without them a server on PostgreSQL (DocumentDB, FerretDB) lets such writers wait
// for one another in its unique index until its deadlock check ends one of them, which takes a second for each; with
// them 24 writers are done within a second.
var turns = newCollection("family_turns",
	mongo.IndexModel{Keys: ascending([]string{"until"}), Options: options.Index().SetExpireAfterSeconds(60)})

// turnLasts is when a turn may be taken over: later than the call that holds it can still be running.
const turnLasts = 2 * time.Second

// inTurn does a call while it has the turn of each of the members.
func (fs *Families) inTurn(ctx context.Context, who []member.ID, do func(context.Context) error) error {
	mine := rand.Text()
	return fs.s.run(ctx, func(ctx context.Context) error {
		defer fs.pass(ctx, mine, who)
		for _, m := range slices.Sorted(slices.Values(who)) { // in one order, so that no two wait for each other
			if err := fs.await(ctx, mine, m); err != nil {
				return err
			}
		}
		return do(ctx)
	})
}

// await waits until a member's turn is free and takes it.
func (fs *Families) await(ctx context.Context, by string, who member.ID) error {
	for {
		now := time.Now().UTC()
		turn := bson.D{{Key: "sv", Value: 1}, {Key: "by", Value: by}, {Key: "until", Value: now.Add(turnLasts)}}
		_, err := fs.s.in(turns).InsertOne(ctx, slices.Concat(is("_id", who), turn))
		if !duplicate(err) {
			return err
		}
		taken, err := fs.s.in(turns).UpdateOne(ctx,
			slices.Concat(is("_id", who), is("until", bson.D{{Key: "$lt", Value: now}})), is("$set", turn))
		if err != nil || taken.MatchedCount > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(2+mathrand.IntN(8)) * time.Millisecond):
		}
	}
}

// pass gives the turns up, also when the caller has gone meanwhile.
func (fs *Families) pass(ctx context.Context, by string, who []member.ID) {
	if len(who) == 0 {
		return
	}
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), turnLasts/2)
	defer end()
	_, _ = fs.s.in(turns).DeleteMany(ctx, // one that stays is taken over when it has lasted long enough
		slices.Concat(in("_id", who), is("by", by)))
}
