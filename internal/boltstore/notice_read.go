package boltstore

import (
	"context"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/notice"
)

// What members have set on notices, and their devices:
//
//	noticeSettings  member id → notice.Settings
//	deviceOwners    hash of the device, 0, member id → ""
var (
	noticeSettings = newBucket("noticeSettings")
	deviceOwners   = newBucket("deviceOwners")
)

// Page implements notice.Store.
func (n *Notices) Page(ctx context.Context, id member.ID, q notice.Query) (out []notice.Notice, err error) {
	list := noticeList
	if q.Unread {
		list = unread
	}
	prefix := path(string(id))
	var end []byte
	if q.Before > 0 {
		end = path(string(id), number(q.Before))
	}
	err = n.s.read(ctx, func(t *tx) error {
		out = nil
		for _, v := range t.backwards(list, prefix, end) {
			if len(out) >= q.Limit {
				return nil
			}
			found, _, err := get[notice.Notice](t, notices, v)
			if err != nil {
				return err
			}
			if !found.Hidden {
				out = append(out, found)
			}
		}
		return nil
	})
	return out, err
}

// Unread implements notice.Store.
func (n *Notices) Unread(ctx context.Context, id member.ID) (count int, err error) {
	prefix := path(string(id))
	err = n.s.read(ctx, func(t *tx) error {
		count = 0
		for range t.from(unread, prefix, prefix) {
			count++
		}
		return nil
	})
	return count, err
}

// Read implements notice.Store.
func (n *Notices) Read(ctx context.Context, id member.ID, upTo int64, ids []string, at time.Time) error {
	prefix := path(string(id))
	return n.s.write(ctx, func(t *tx) error {
		var which []string
		for _, v := range t.backwards(unread, prefix, path(string(id), number(upTo+1))) {
			which = append(which, string(v))
		}
		for _, each := range append(which, ids...) {
			v, ok, err := get[notice.Notice](t, notices, []byte(each))
			if err != nil {
				return err
			}
			if !ok || v.Member != id || !v.ReadAt.IsZero() {
				continue
			}
			old := v
			v.ReadAt = at
			if err := putNotice(t, old, v); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drop implements notice.Store.
func (n *Notices) Drop(ctx context.Context, id member.ID, upTo int64) error {
	prefix := path(string(id))
	return n.s.write(ctx, func(t *tx) error {
		var which [][]byte
		for _, v := range t.backwards(noticeList, prefix, path(string(id), number(upTo+1))) {
			which = append(which, slices.Clone(v))
		}
		for _, key := range which {
			v, _, err := get[notice.Notice](t, notices, key)
			if err != nil {
				return err
			}
			if err := unlist(t, v); err != nil {
				return err
			}
			if err := t.drop(notices, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settings implements notice.Store.
func (n *Notices) Settings(ctx context.Context, ids []member.ID) (map[member.ID]notice.Settings, error) {
	out := make(map[member.ID]notice.Settings, len(ids))
	err := n.s.read(ctx, func(t *tx) error {
		return byID(t, noticeSettings, texts(ids), func(id string, v notice.Settings) { out[member.ID(id)] = v })
	})
	return out, err
}

// SaveSettings implements notice.Store.
func (n *Notices) SaveSettings(ctx context.Context, next notice.Settings) error {
	return n.s.write(ctx, func(t *tx) error {
		old, _, err := get[notice.Settings](t, noticeSettings, []byte(next.Member))
		if err != nil {
			return err
		}
		if old.Version != next.Version {
			return notice.ErrStale
		}
		for _, d := range old.Devices {
			if err := t.drop(deviceOwners, path(d.Hash, []byte(next.Member))); err != nil {
				return err
			}
		}
		for _, d := range next.Devices {
			if err := t.set(deviceOwners, path(d.Hash, []byte(next.Member)), []byte{}); err != nil {
				return err
			}
		}
		kept := next
		kept.Version++
		return t.put(noticeSettings, []byte(next.Member), kept)
	})
}

// Owners implements notice.Store.
func (n *Notices) Owners(ctx context.Context, hash string) (out []member.ID, err error) {
	prefix := path(hash)
	err = n.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(deviceOwners, prefix, prefix) {
			out = append(out, member.ID(k[len(prefix):]))
		}
		return nil
	})
	return out, err
}

// Pushes implements notice.Store: the longest due come first.
func (n *Notices) Pushes(ctx context.Context, by time.Time, most int) (out []notice.Notice, err error) {
	err = n.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range calendarBy(t, pushCalendar, by) {
			if len(out) >= most {
				return nil
			}
			v, _, err := get[notice.Notice](t, notices, k)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// SavePush implements notice.Store.
func (n *Notices) SavePush(ctx context.Context, id string, before, after notice.Push) (done bool, err error) {
	err = n.s.write(ctx, func(t *tx) error {
		done = false
		v, ok, err := get[notice.Notice](t, notices, []byte(id))
		if err != nil || !ok || !v.Push.Same(before) {
			return err
		}
		old := v
		v.Push, done = after, true
		return putNotice(t, old, v)
	})
	return done, err
}
