package boltstore

import (
	"context"
	"time"

	"membergate/internal/member"
	"membergate/internal/upload"
)

// Uploads:
//
//	uploads      id → upload.Upload
//	ownUploads   owner, 0, time, id → nothing
//	dueUploads   time, id → nothing, while it has an end
var (
	uploads    = newBucket("uploads")
	ownUploads = newBucket("ownUploads")
	dueUploads = newBucket("dueUploads")
)

// Uploads is an upload.Store.
type Uploads struct{ s *Store }

// Uploads gives the store of uploads.
func (s *Store) Uploads() *Uploads { return &Uploads{s} }

func ownKey(u upload.Upload) []byte {
	return path(string(u.Owner), moment(u.CreatedAt), []byte(u.ID))
}

func dueKey(u upload.Upload) []byte { return append(moment(u.Until), u.ID...) }

func putUpload(t *tx, u upload.Upload) error {
	if err := t.put(uploads, []byte(u.ID), u); err != nil {
		return err
	}
	if err := t.mark(ownUploads, ownKey(u), true); err != nil {
		return err
	}
	return t.mark(dueUploads, dueKey(u), !u.Until.IsZero())
}

// Add implements upload.Store.
func (q *Uploads) Add(ctx context.Context, u upload.Upload) error {
	u.Version = 1
	return q.s.write(ctx, func(t *tx) error { return putUpload(t, u) })
}

// ByIDs implements upload.Store.
func (q *Uploads) ByIDs(ctx context.Context, ids []upload.ID) (map[upload.ID]upload.Upload, error) {
	out := map[upload.ID]upload.Upload{}
	err := q.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			u, ok, err := get[upload.Upload](t, uploads, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = u
			}
		}
		return nil
	})
	return out, err
}

// Save implements upload.Store.
func (q *Uploads) Save(ctx context.Context, u upload.Upload) error {
	version := u.Version
	return q.s.write(ctx, func(t *tx) error {
		old, ok, err := get[upload.Upload](t, uploads, []byte(u.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return upload.ErrStale
		}
		if err := t.mark(dueUploads, dueKey(old), false); err != nil {
			return err
		}
		u.Version = version + 1
		return putUpload(t, u)
	})
}

// Since implements upload.Store.
func (q *Uploads) Since(ctx context.Context, owner member.ID, after time.Time) (n int, err error) {
	prefix := path(string(owner))
	err = q.s.read(ctx, func(t *tx) error {
		n = 0
		for range t.from(ownUploads, prefix, path(string(owner), moment(after.Add(time.Millisecond)))) {
			n++
		}
		return nil
	})
	return n, err
}

// Due implements upload.Store.
func (q *Uploads) Due(ctx context.Context, at time.Time, n int) (out []upload.Upload, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		end := string(moment(at.Add(time.Millisecond)))
		for k := range t.from(dueUploads, nil, nil) {
			if len(out) == n || string(k) >= end {
				return nil
			}
			u, ok, err := get[upload.Upload](t, uploads, k[8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, u)
			}
		}
		return nil
	})
	return out, err
}

// Remove implements upload.Store.
func (q *Uploads) Remove(ctx context.Context, u upload.Upload) error {
	return q.s.write(ctx, func(t *tx) error {
		old, ok, err := get[upload.Upload](t, uploads, []byte(u.ID))
		if err != nil || !ok {
			return err
		}
		if old.Version != u.Version {
			return upload.ErrStale
		}
		if err := t.mark(ownUploads, ownKey(old), false); err != nil {
			return err
		}
		if err := t.mark(dueUploads, dueKey(old), false); err != nil {
			return err
		}
		return t.drop(uploads, []byte(u.ID))
	})
}
