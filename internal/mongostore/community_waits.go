package mongostore

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/community"
)

// waitsAtOnce is how many posts or comments one step of writing waits looks at.
const waitsAtOnce = 500

// writeWaits puts into the moderators' queue what was held back before there was one, and tells how much it was. It goes by
// ids, and what is done already is not found again, so one that was cut off may simply begin anew. What is saved
// meanwhile writes its own.
func (s *Store) writeWaits(ctx context.Context) (written int64, err error) {
	for _, c := range []collection{posts, comments} {
		n, err := s.writeWaitsOf(ctx, c)
		if written += n; err != nil {
			return written, fmt.Errorf("the queue of moderators cannot be filled, %d are in it: %w", written, err)
		}
	}
	return written, nil
}

// heldBack is a post or comment of which nothing tells that it waits.
type heldBack struct {
	id      string
	version int64
	wait    community.Wait
}

func (s *Store) writeWaitsOf(ctx context.Context, c collection) (written int64, err error) {
	for after := ""; ; {
		var found []heldBack
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}, {Key: "state", Value: community.Pending}, missing("waits")}
		o := options.Find().SetSort(by("_id", 1)).SetLimit(waitsAtOnce)
		if c.name == posts.name {
			err = find(ctx, s, c, filter, o, func(d postDoc) {
				p := d.post()
				found = append(found, heldBack{string(p.ID), p.Version, p.Waits()})
			})
		} else {
			err = find(ctx, s, c, filter, o, func(d commentDoc) {
				n := d.comment()
				found = append(found, heldBack{string(n.ID), n.Version, n.Waits()})
			})
		}
		if err != nil || len(found) == 0 {
			return written, err
		}
		after = found[len(found)-1].id
		n, err := s.putWaits(ctx, c, found)
		if written += n; err != nil {
			return written, err
		}
	}
}

func (s *Store) putWaits(ctx context.Context, c collection, found []heldBack) (written int64, err error) {
	var all []mongo.WriteModel
	for _, w := range found {
		same := slices.Concat(is("_id", w.id), is("version", w.version), bson.D{missing("waits")})
		all = append(all, mongo.NewUpdateOneModel().SetFilter(same).SetUpdate(bson.D{{Key: "$set", Value: toWait(w.wait, false)}}))
	}
	err = s.run(ctx, func(ctx context.Context) error {
		done, err := s.in(c).BulkWrite(ctx, all, options.BulkWrite().SetOrdered(false))
		if done != nil {
			written += done.ModifiedCount
		}
		return err
	})
	return written, err
}
