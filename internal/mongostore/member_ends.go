package mongostore

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// endsAtOnce is how many members one step of writing ends looks at.
const endsAtOnce = 500

// writeEnds gives account.ends to members whose accounts were saved before there was one, and tells how many they were.
// It goes by ids, and what is done already is not found again, so one that was cut off may simply begin anew. An account
// that is saved meanwhile writes its own.
func (s *Store) writeEnds(ctx context.Context) (written int64, err error) {
	after := ""
	for {
		var found []memberDoc
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}},
			{Key: "account.standing.grants.tier", Value: bson.D{{Key: "$exists", Value: true}}}, missing("account.ends")}
		o := options.Find().SetSort(by("_id", 1)).SetLimit(endsAtOnce).
			SetProjection(bson.D{{Key: "account.version", Value: 1}, {Key: "account.standing.grants", Value: 1}})
		if err := find(ctx, s, members, filter, o, func(d memberDoc) { found = append(found, d) }); err != nil {
			return written, fmt.Errorf("the ends of memberships cannot be written, %d are: %w", written, err)
		}
		if len(found) == 0 {
			return written, nil
		}
		after = found[len(found)-1].ID
		n, err := s.putEnds(ctx, found)
		if written += n; err != nil {
			return written, fmt.Errorf("the ends of memberships cannot be written, %d are: %w", written, err)
		}
	}
}

func missing(field string) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$exists", Value: false}}}
}

func (s *Store) putEnds(ctx context.Context, found []memberDoc) (written int64, err error) {
	var all []mongo.WriteModel
	for _, d := range found {
		ends := d.holder().Account.EndsAt()
		if ends.IsZero() {
			continue // nothing of theirs ends
		}
		same := slices.Concat(is("_id", d.ID), is("account.version", d.Account.Version), bson.D{missing("account.ends")})
		all = append(all, mongo.NewUpdateOneModel().SetFilter(same).SetUpdate(bson.D{{Key: "$set", Value: is("account.ends", ends)}}))
	}
	if len(all) == 0 {
		return 0, nil
	}
	err = s.run(ctx, func(ctx context.Context) error {
		done, err := s.in(members).BulkWrite(ctx, all, options.BulkWrite().SetOrdered(false))
		if done != nil {
			written += done.ModifiedCount
		}
		return err
	})
	return written, err
}
