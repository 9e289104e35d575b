package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/member"
	"membergate/internal/upload"
)

// An upload is one document; until is missing once something shows it.
//
//	uploads { _id, sv: 1, version, owner, type, bytes, sum, state, reason, made, used, at, until }   index owner, at; index until where it is there
var uploads = newCollection("uploads", index("owner", "at"), where("until"))

// Uploads is an upload.Store.
type Uploads struct{ s *Store }

// Uploads gives the store of uploads.
func (s *Store) Uploads() *Uploads { return &Uploads{s} }

type uploadDoc struct {
	ID      upload.ID    `bson:"_id"`
	SV      int          `bson:"sv"`
	Version int64        `bson:"version"`
	Owner   member.ID    `bson:"owner"`
	Type    string       `bson:"type"`
	Bytes   int64        `bson:"bytes"`
	Sum     string       `bson:"sum"`
	State   upload.State `bson:"state"`
	Reason  string       `bson:"reason,omitempty"`
	Made    remadeDoc    `bson:"made"`
	UsedBy  string       `bson:"used,omitempty"`
	At      time.Time    `bson:"at"`
	Until   *time.Time   `bson:"until,omitempty"`
}

type remadeDoc struct {
	Type   string `bson:"type"`
	Width  int    `bson:"w"`
	Height int    `bson:"h"`
}

func toUpload(u upload.Upload) uploadDoc {
	d := uploadDoc{ID: u.ID, SV: 1, Version: u.Version, Owner: u.Owner, Type: u.Type, Bytes: u.Bytes, Sum: u.Sum, State: u.State, Reason: u.Reason,
		Made: remadeDoc(u.Made), UsedBy: u.UsedBy, At: u.CreatedAt}
	if !u.Until.IsZero() {
		d.Until = &u.Until
	}
	return d
}

func (d uploadDoc) upload() upload.Upload {
	u := upload.Upload{ID: d.ID, Version: d.Version, Owner: d.Owner, Type: d.Type, Bytes: d.Bytes, Sum: d.Sum, State: d.State, Reason: d.Reason,
		Made: upload.Picture(d.Made), UsedBy: d.UsedBy, CreatedAt: d.At}
	if d.Until != nil {
		u.Until = *d.Until
	}
	return u
}

// Add implements upload.Store.
func (q *Uploads) Add(ctx context.Context, u upload.Upload) error {
	u.Version = 1
	return q.s.run(ctx, func(ctx context.Context) error {
		_, err := q.s.in(uploads).InsertOne(ctx, toUpload(u))
		if duplicate(err) { // its id is random: the first try has done it
			return nil
		}
		return err
	})
}

// ByIDs implements upload.Store.
func (q *Uploads) ByIDs(ctx context.Context, ids []upload.ID) (map[upload.ID]upload.Upload, error) {
	out := map[upload.ID]upload.Upload{}
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, q.s, uploads, in("_id", ids), options.Find(), func(d uploadDoc) { out[d.ID] = d.upload() })
	return out, err
}

// Save implements upload.Store.
func (q *Uploads) Save(ctx context.Context, u upload.Upload) error {
	old := u.Version
	u.Version++
	return q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(uploads).ReplaceOne(ctx, slices.Concat(is("_id", u.ID), is("version", old)), toUpload(u))
		if err == nil && done.MatchedCount == 0 {
			return upload.ErrStale
		}
		return err
	})
}

// Since implements upload.Store.
func (q *Uploads) Since(ctx context.Context, owner member.ID, after time.Time) (int, error) {
	var n int64
	err := q.s.once(ctx, func(ctx context.Context) (err error) {
		n, err = q.s.in(uploads).CountDocuments(ctx, bson.D{{Key: "owner", Value: owner}, {Key: "at", Value: bson.D{{Key: "$gt", Value: after}}}})
		return err
	})
	return int(n), err
}

// Due implements upload.Store.
func (q *Uploads) Due(ctx context.Context, at time.Time, n int) (out []upload.Upload, err error) {
	err = find(ctx, q.s, uploads, is("until", bson.D{{Key: "$lte", Value: at}}), options.Find().SetSort(by("until", 1)).SetLimit(int64(n)),
		func(d uploadDoc) { out = append(out, d.upload()) })
	return out, err
}

// Remove implements upload.Store.
func (q *Uploads) Remove(ctx context.Context, u upload.Upload) error {
	var removed int64
	err := q.s.run(ctx, func(ctx context.Context) error {
		done, err := q.s.in(uploads).DeleteOne(ctx, slices.Concat(is("_id", u.ID), is("version", u.Version)))
		if err == nil {
			removed = done.DeletedCount
		}
		return err
	})
	if err != nil || removed > 0 {
		return err
	}
	found, err := q.ByIDs(ctx, []upload.ID{u.ID})
	if err == nil && len(found) > 0 {
		return upload.ErrStale
	}
	return err
}
