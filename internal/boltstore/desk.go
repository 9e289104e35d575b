package boltstore

import (
	"context"

	"membergate/internal/desk"
	"membergate/internal/member"
)

// Requests after a sale:
//
//	requests      request id → desk.Request
//	requestsOf    member, 0, when it was made, 8 bytes, request id → nothing
//	requestSlots  member, 0, slot, 8 bytes → nothing, while it is not closed
//	requestQueue  255 - priority, 1 byte, when the answer is due, 8 bytes, request id → nothing, while it is not closed
var (
	requests     = newBucket("requests")
	requestsOf   = newBucket("requestsOf")
	requestSlots = newBucket("requestSlots")
	requestQueue = newBucket("requestQueue")
)

// Requests is a desk.Requests.
type Requests struct{ s *Store }

// Requests gives the store of requests after a sale.
func (s *Store) Requests() *Requests { return &Requests{s} }

func spotKey(p desk.Spot) []byte {
	key := append([]byte{byte(255 - p.Priority)}, moment(p.RespondBy)...)
	return append(key, p.ID...)
}

func putRequest(t *tx, r desk.Request) error {
	if err := t.put(requests, []byte(r.ID), r); err != nil {
		return err
	}
	if err := t.mark(requestsOf, path(string(r.Member), moment(r.At), []byte(r.ID)), true); err != nil {
		return err
	}
	return t.mark(requestQueue, spotKey(r.Spot()), r.State != desk.Closed)
}

// inSlot tells whether a request has a slot now.
func inSlot(r desk.Request) bool { return r.State != desk.Closed && r.Slot > 0 }

func slotKey(r desk.Request) []byte { return path(string(r.Member), number(r.Slot)) }

// Create implements desk.Requests.
func (q *Requests) Create(ctx context.Context, r desk.Request) error {
	return q.s.write(ctx, func(t *tx) error {
		if t.has(requests, []byte(r.ID)) {
			return desk.ErrExists
		}
		if inSlot(r) {
			if t.has(requestSlots, slotKey(r)) {
				return desk.ErrTaken
			}
			if err := t.mark(requestSlots, slotKey(r), true); err != nil {
				return err
			}
		}
		r.Version = 1
		return putRequest(t, r)
	})
}

// ByID implements desk.Requests.
func (q *Requests) ByID(ctx context.Context, id string) (r desk.Request, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		r, ok, err = get[desk.Request](t, requests, []byte(id))
		return err
	})
	return r, ok, err
}

// Save implements desk.Requests.
func (q *Requests) Save(ctx context.Context, r desk.Request) error {
	version := r.Version
	return q.s.write(ctx, func(t *tx) error {
		old, ok, err := get[desk.Request](t, requests, []byte(r.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return desk.ErrStale
		}
		if inSlot(old) && !inSlot(r) {
			if err := t.drop(requestSlots, slotKey(old)); err != nil {
				return err
			}
		}
		if old.Spot() != r.Spot() {
			if err := t.drop(requestQueue, spotKey(old.Spot())); err != nil {
				return err
			}
		}
		r.Version = version + 1
		return putRequest(t, r)
	})
}

// Of implements desk.Requests.
func (q *Requests) Of(ctx context.Context, who member.ID, after *desk.Place, n int) (out []desk.Request, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		var end []byte
		if after != nil {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		prefix := path(string(who))
		for k := range t.backwards(requestsOf, prefix, end) {
			if len(out) >= n {
				return nil
			}
			r, _, err := get[desk.Request](t, requests, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// Queue implements desk.Requests.
func (q *Requests) Queue(ctx context.Context, after *desk.Spot, n int) (out []desk.Request, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		var from []byte
		if after != nil {
			from = spotKey(*after)
		}
		for k := range t.after(requestQueue, from) {
			if len(out) >= n {
				return nil
			}
			r, _, err := get[desk.Request](t, requests, k[9:])
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}
