package boltstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/personal"
)

// Deletions, and what finds them:
//
//	deletions     member, 0, when it was asked for, 8 bytes, id → personal.Deletion
//	deletionIDs   id → the key above
//	deletionDues  when it may begin, 8 bytes, id → ""  while it is open
var (
	deletions    = newBucket("deletions")
	deletionIDs  = newBucket("deletionIDs")
	deletionDues = newBucket("deletionDues")
)

// Personal is a personal.Store.
type Personal struct{ s *Store }

// Personal gives the store of deletions.
func (s *Store) Personal() *Personal { return &Personal{s} }

func putDeletion(t *tx, d personal.Deletion) error {
	key := path(string(d.Member), moment(d.RequestedAt), []byte(d.ID))
	if err := t.put(deletions, key, d); err != nil {
		return err
	}
	if err := t.set(deletionIDs, []byte(d.ID), key); err != nil {
		return err
	}
	return t.mark(deletionDues, append(moment(d.From), d.ID...), d.Open())
}

// Add implements personal.Store.
func (p *Personal) Add(ctx context.Context, d personal.Deletion) error {
	d.Version = 1
	return p.s.write(ctx, func(t *tx) error {
		if t.has(deletionIDs, []byte(d.ID)) {
			return nil
		}
		return putDeletion(t, d)
	})
}

// Save implements personal.Store.
func (p *Personal) Save(ctx context.Context, d personal.Deletion) error {
	return p.s.write(ctx, func(t *tx) error {
		was, ok, err := get[personal.Deletion](t, deletions, bytes.Clone(t.raw(deletionIDs, []byte(d.ID))))
		if err != nil {
			return err
		}
		if !ok || was.Version != d.Version {
			return personal.ErrStale
		}
		if err := t.mark(deletionDues, append(moment(was.From), was.ID...), false); err != nil {
			return err
		}
		if err := t.drop(deletions, path(string(was.Member), moment(was.RequestedAt), []byte(was.ID))); err != nil {
			return err
		}
		next := d
		next.Version++
		return putDeletion(t, next)
	})
}

// ByID implements personal.Store.
func (p *Personal) ByID(ctx context.Context, id string) (d personal.Deletion, ok bool, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		key := t.raw(deletionIDs, []byte(id))
		if key == nil {
			return nil
		}
		d, ok, err = get[personal.Deletion](t, deletions, key)
		return err
	})
	return d, ok, err
}

// Drop implements personal.Store.
func (p *Personal) Drop(ctx context.Context, who member.ID) error {
	err := p.s.write(ctx, func(t *tx) error {
		prefix := path(string(who))
		for _, k := range keysFrom(t, deletions, prefix) {
			d, _, err := get[personal.Deletion](t, deletions, k)
			if err != nil {
				return err
			}
			for b, key := range map[bucket][]byte{deletions: k, deletionIDs: []byte(d.ID), deletionDues: append(moment(d.From), d.ID...)} {
				if err := t.drop(b, key); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.s.scrub(ctx)
}

// Of implements personal.Store.
func (p *Personal) Of(ctx context.Context, who member.ID, n int) (out []personal.Deletion, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		for k, v := range t.backwards(deletions, path(string(who)), nil) {
			if len(out) >= n {
				return nil
			}
			var d personal.Deletion
			if err := decode(deletions, k, v, &d); err != nil {
				return err
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// Due implements personal.Store.
func (p *Personal) Due(ctx context.Context, at time.Time, n int) (out []personal.Deletion, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		end := moment(at.Add(time.Millisecond))
		for k := range t.from(deletionDues, nil, nil) {
			if len(out) >= n || bytes.Compare(k, end) >= 0 {
				return nil
			}
			d, ok, err := get[personal.Deletion](t, deletions, t.raw(deletionIDs, k[8:]))
			if err != nil {
				return err
			}
			if ok {
				out = append(out, d)
			}
		}
		return nil
	})
	return out, err
}

// Count implements personal.Store.
func (p *Personal) Count(ctx context.Context, at time.Time) (open, late int, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		for k := range t.from(deletionDues, nil, nil) {
			d, ok, err := get[personal.Deletion](t, deletions, t.raw(deletionIDs, k[8:]))
			if err != nil {
				return err
			}
			if open++; ok && d.Late(at) {
				late++
			}
		}
		return nil
	})
	return open, late, err
}

// Forget implements personal.Store.
func (p *Personal) Forget(ctx context.Context, c personal.Category, who member.ID) error {
	return p.s.write(ctx, func(t *tx) error {
		switch c {
		case personal.Purchases:
			return forgetLines(t, who)
		case personal.Notices:
			return forgetNotices(t, who)
		}
		return nil
	})
}

func forgetLines(t *tx, who member.ID) error {
	prefix := path(string(who))
	for _, k := range keysFrom(t, purchases, prefix) {
		id := k[len(prefix)+8:]
		r, ok, err := get[order.Record](t, orders, id)
		if err != nil {
			return err
		}
		if !ok || len(r.Event.Lines) == 0 {
			continue
		}
		r.Event.Lines = nil
		if err := t.put(orders, id, r); err != nil {
			return err
		}
	}
	return nil
}

func forgetNotices(t *tx, who member.ID) error {
	for _, k := range keysFrom(t, noticeList, path(string(who))) {
		id := bytes.Clone(t.raw(noticeList, k))
		n, ok, err := get[notice.Notice](t, notices, id)
		if err != nil {
			return err
		}
		if ok && !n.Push.Due.IsZero() {
			if err := t.mark(pushCalendar, append(moment(n.Push.Due), id...), false); err != nil {
				return err
			}
		}
		for b, key := range map[bucket][]byte{notices: id, noticeList: k, unread: k} {
			if err := t.mark(b, key, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// keysFrom gives the keys with a prefix, apart from the file's own bytes.
func keysFrom(t *tx, b bucket, prefix []byte) (out [][]byte) {
	for k := range t.from(b, prefix, prefix) {
		out = append(out, bytes.Clone(k))
	}
	return out
}

// Marked implements personal.Store.
func (p *Personal) Marked(ctx context.Context, who member.ID) (out []string, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		end := append([]byte{0}, who...)
		for k := range t.from(marks, nil, nil) {
			if subject, ok := bytes.CutSuffix(k, end); ok {
				out = append(out, string(subject))
			}
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}
