package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/notice"
)

// An inbox is one document beside its notices, of which each is one:
//
//	inboxes { _id: member id, sv: 1, version, wallet, due, last, account, ledgers: [ { currency, seq } … ],
//	          seen: [ { cause, until } … ], outbox: [ notices … ] }   index due, wallet
//	notices { _id: hash, sv: 1, member, kind, key, number, rev, count, at, fill: { … }, subject, readAt, hidden,
//	          unread, listed, push: { state, due, tries, done } }
//	        index member and number, push.due
//
// unread and listed follow from readAt and hidden. push.due is there while the push is waiting.
var (
	inboxes = newCollection("inboxes", index("due"), index("wallet"))
	notices = newCollection("notices", index("member", "number"), where("push.due"))
)

// Notices is a notice.Store.
type Notices struct{ s *Store }

// Notices gives the store of inboxes.
func (s *Store) Notices() *Notices { return &Notices{s} }

// Inboxes implements notice.Store.
func (n *Notices) Inboxes(ctx context.Context, ids []member.ID) (map[member.ID]notice.Inbox, error) {
	out := make(map[member.ID]notice.Inbox, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, n.s, inboxes, in("_id", ids), options.Find(), func(d inboxDoc) { out[member.ID(d.ID)] = d.inbox() })
	return out, err
}

// Save implements notice.Store.
func (n *Notices) Save(ctx context.Context, in notice.Inbox) error {
	old := in.Version
	in.Version++
	return n.s.run(ctx, func(ctx context.Context) error {
		if old == 0 {
			_, err := n.s.in(inboxes).InsertOne(ctx, toInbox(in))
			if duplicate(err) {
				return notice.ErrStale
			}
			return err
		}
		done, err := n.s.in(inboxes).ReplaceOne(ctx, slices.Concat(is("_id", in.Member), is("version", old)), toInbox(in))
		if err == nil && done.MatchedCount == 0 {
			return notice.ErrStale
		}
		return err
	})
}

// Remove implements notice.Store.
func (n *Notices) Remove(ctx context.Context, in notice.Inbox) error {
	return n.s.run(ctx, func(ctx context.Context) error {
		_, err := n.s.in(inboxes).DeleteOne(ctx, slices.Concat(is("_id", in.Member), is("version", in.Version)))
		return err
	})
}

// Mark implements notice.Store.
func (n *Notices) Mark(ctx context.Context, touched []notice.Touched) error {
	var puts []mongo.WriteModel
	due := bson.E{Key: "$inc", Value: is("version", int64(1))}
	for _, t := range touched {
		set := bson.D{{Key: "due", Value: notice.Marked}}
		if t.Member == "" {
			puts = append(puts, mongo.NewUpdateManyModel().SetFilter(is("wallet", t.Wallet)).SetUpdate(bson.D{{Key: "$set", Value: set}, due}))
			continue
		}
		if set = append(set, bson.E{Key: "sv", Value: 1}); t.Wallet != "" {
			set = append(set, bson.E{Key: "wallet", Value: t.Wallet})
		}
		puts = append(puts, mongo.NewUpdateOneModel().SetFilter(is("_id", t.Member)).SetUpdate(bson.D{{Key: "$set", Value: set}, due}).SetUpsert(true))
	}
	for batch := range slices.Chunk(puts, putAtOnce) {
		if err := put(ctx, n.s, inboxes, batch); err != nil {
			return err
		}
	}
	return nil
}

// Due implements notice.Store.
func (n *Notices) Due(ctx context.Context, by time.Time, most int) (out []member.ID, err error) {
	if most <= 0 {
		return nil, nil
	}
	o := options.Find().SetLimit(int64(most)).SetProjection(bson.D{{Key: "_id", Value: 1}})
	err = find(ctx, n.s, inboxes, is("due", bson.D{{Key: "$lte", Value: by}}), o, func(d struct {
		ID member.ID `bson:"_id"`
	}) {
		out = append(out, d.ID)
	})
	return out, err
}

// Put implements notice.Store. An upsert that finds the notice at the revision or a later one tries to add it a second
// time, which its id forbids.
func (n *Notices) Put(ctx context.Context, all []notice.Notice) error {
	puts := make([]mongo.WriteModel, len(all))
	for i, next := range all {
		d := toNotice(next)
		puts[i] = mongo.NewUpdateOneModel().SetUpsert(true).
			SetFilter(bson.D{{Key: "_id", Value: d.ID}, {Key: "rev", Value: bson.D{{Key: "$lt", Value: d.Rev}}}}).
			SetUpdate(bson.D{{Key: "$set", Value: d.grown()}, {Key: "$setOnInsert", Value: is("push", d.Push)}})
	}
	if len(puts) == 0 {
		return nil
	}
	return n.s.run(ctx, func(ctx context.Context) error {
		_, err := n.s.in(notices).BulkWrite(ctx, puts, options.BulkWrite().SetOrdered(false))
		if onlyDuplicates(err) {
			return nil
		}
		return err
	})
}

// ByIDs implements notice.Store.
func (n *Notices) ByIDs(ctx context.Context, ids []string) (map[string]notice.Notice, error) {
	out := make(map[string]notice.Notice, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, n.s, notices, in("_id", ids), options.Find(), func(d noticeDoc) { out[d.ID] = d.notice() })
	return out, err
}

// Page implements notice.Store.
func (n *Notices) Page(ctx context.Context, id member.ID, q notice.Query) (out []notice.Notice, err error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	filter := slices.Concat(is("member", id), is("listed", true))
	if q.Unread {
		filter = append(filter, is("unread", true)...)
	}
	if q.Before > 0 {
		filter = append(filter, is("number", bson.D{{Key: "$lt", Value: q.Before}})...)
	}
	err = find(ctx, n.s, notices, filter, options.Find().SetSort(by("number", -1)).SetLimit(int64(q.Limit)),
		func(d noticeDoc) { out = append(out, d.notice()) })
	return out, err
}

// Unread implements notice.Store.
func (n *Notices) Unread(ctx context.Context, id member.ID) (int, error) {
	var count int64
	err := n.s.once(ctx, func(ctx context.Context) (err error) {
		count, err = n.s.in(notices).CountDocuments(ctx, slices.Concat(is("member", id), is("unread", true)))
		return err
	})
	return int(count), err
}

// Read implements notice.Store.
func (n *Notices) Read(ctx context.Context, id member.ID, upTo int64, ids []string, at time.Time) error {
	which := []bson.D{is("number", bson.D{{Key: "$lte", Value: upTo}})}
	if len(ids) > 0 {
		which = append(which, in("_id", ids))
	}
	filter := slices.Concat(is("member", id), is("unread", true), either(which...))
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "unread", Value: false}, {Key: "readAt", Value: at}}}}
	return n.s.run(ctx, func(ctx context.Context) error {
		_, err := n.s.in(notices).UpdateMany(ctx, filter, set)
		return err
	})
}

// Drop implements notice.Store.
func (n *Notices) Drop(ctx context.Context, id member.ID, upTo int64) error {
	return n.s.run(ctx, func(ctx context.Context) error {
		_, err := n.s.in(notices).DeleteMany(ctx, slices.Concat(is("member", id), is("number", bson.D{{Key: "$lte", Value: upTo}})))
		return err
	})
}
