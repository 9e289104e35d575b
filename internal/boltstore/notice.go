package boltstore

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/wallet"
)

// Inboxes and what is in them; indexes change in the transaction that changes what they are of:
//
//	inboxes        member id → notice.Inbox
//	inboxCalendar  moment, 8 bytes, and member id → ""  of those who are ever due
//	inboxWallets   wallet's pseudonym → member id
//	notices        id → notice.Notice
//	noticeList     member id, 0, number, 8 bytes → id
//	unread         the same, of those that are neither read nor hidden
//	pushCalendar   moment, 8 bytes, and id → ""  of those whose push is waiting
var (
	inboxes       = newBucket("inboxes")
	inboxCalendar = newBucket("inboxCalendar")
	inboxWallets  = newBucket("inboxWallets")
	notices       = newBucket("notices")
	noticeList    = newBucket("noticeList")
	unread        = newBucket("unread")
	pushCalendar  = newBucket("pushCalendar")
)

// Notices is a notice.Store.
type Notices struct{ s *Store }

// Notices gives the store of inboxes.
func (s *Store) Notices() *Notices { return &Notices{s} }

func byID[V any](t *tx, b bucket, ids []string, add func(string, V)) error {
	for _, id := range ids {
		v, ok, err := get[V](t, b, []byte(id))
		if err != nil {
			return err
		}
		if ok {
			add(id, v)
		}
	}
	return nil
}

func texts(ids []member.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// Inboxes implements notice.Store.
func (n *Notices) Inboxes(ctx context.Context, ids []member.ID) (map[member.ID]notice.Inbox, error) {
	out := make(map[member.ID]notice.Inbox, len(ids))
	err := n.s.read(ctx, func(t *tx) error {
		return byID(t, inboxes, texts(ids), func(id string, in notice.Inbox) { out[member.ID(id)] = in })
	})
	return out, err
}

// Save implements notice.Store.
func (n *Notices) Save(ctx context.Context, in notice.Inbox) error {
	return n.s.write(ctx, func(t *tx) error {
		old, _, err := get[notice.Inbox](t, inboxes, []byte(in.Member))
		if err != nil {
			return err
		}
		if old.Version != in.Version {
			return notice.ErrStale
		}
		return putInbox(t, old, in)
	})
}

func putInbox(t *tx, old, in notice.Inbox) error {
	in.Version = old.Version + 1
	key := []byte(in.Member)
	if old.Version > 0 && !old.Due.Equal(in.Due) {
		if err := t.drop(inboxCalendar, slices.Concat(moment(old.Due), key)); err != nil {
			return err
		}
	}
	if in.Due.Before(notice.Ever) {
		if err := t.set(inboxCalendar, slices.Concat(moment(in.Due), key), []byte{}); err != nil {
			return err
		}
	}
	if in.Wallet != "" {
		if err := t.set(inboxWallets, []byte(in.Wallet), key); err != nil {
			return err
		}
	}
	return t.put(inboxes, key, in)
}

// Mark implements notice.Store.
func (n *Notices) Mark(ctx context.Context, touched []notice.Touched) error {
	if len(touched) == 0 {
		return nil
	}
	return n.s.write(ctx, func(t *tx) error {
		for _, each := range touched {
			if each.Member == "" {
				each.Member = member.ID(t.raw(inboxWallets, []byte(each.Wallet)))
			}
			if each.Member == "" {
				continue
			}
			if err := markInbox(t, each.Member, each.Wallet); err != nil {
				return err
			}
		}
		return nil
	})
}

func markInbox(t *tx, id member.ID, of wallet.ID) error {
	old, _, err := get[notice.Inbox](t, inboxes, []byte(id))
	if err != nil {
		return err
	}
	in := old
	if in.Member, in.Due = id, notice.Marked; of != "" {
		in.Wallet = of
	}
	return putInbox(t, old, in)
}

// Remove implements notice.Store.
func (n *Notices) Remove(ctx context.Context, in notice.Inbox) error {
	return n.s.write(ctx, func(t *tx) error {
		old, ok, err := get[notice.Inbox](t, inboxes, []byte(in.Member))
		if err != nil || !ok || old.Version != in.Version {
			return err
		}
		if old.Wallet != "" && string(t.raw(inboxWallets, []byte(old.Wallet))) == string(old.Member) {
			if err := t.drop(inboxWallets, []byte(old.Wallet)); err != nil {
				return err
			}
		}
		key := []byte(in.Member)
		return errors.Join(t.drop(inboxes, key), t.drop(inboxCalendar, slices.Concat(moment(old.Due), key)))
	})
}

// Due implements notice.Store: the longest due come first.
func (n *Notices) Due(ctx context.Context, by time.Time, most int) (out []member.ID, err error) {
	err = n.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range calendarBy(t, inboxCalendar, by) {
			if len(out) >= most {
				return nil
			}
			out = append(out, member.ID(k))
		}
		return nil
	})
	return out, err
}

// calendarBy walks what stands in a calendar up to a moment, that included, the longest due first.
func calendarBy(t *tx, b bucket, by time.Time) func(yield func([]byte) bool) {
	last := moment(by)
	return func(yield func([]byte) bool) {
		for k := range t.from(b, nil, nil) {
			if bytes.Compare(k[:len(last)], last) > 0 || !yield(k[len(last):]) {
				return
			}
		}
	}
}

// Put implements notice.Store.
func (n *Notices) Put(ctx context.Context, all []notice.Notice) error {
	return n.s.write(ctx, func(t *tx) error {
		for _, next := range all {
			old, known, err := get[notice.Notice](t, notices, []byte(next.ID))
			if err != nil {
				return err
			}
			if known && old.Rev >= next.Rev {
				continue
			}
			if known {
				next.Push = old.Push
			}
			if err := putNotice(t, old, next); err != nil {
				return err
			}
		}
		return nil
	})
}

// putNotice stores a notice with its entries in the lists; old is what stood there, the zero value for nothing.
func putNotice(t *tx, old, next notice.Notice) error {
	if old.ID != "" {
		if err := unlist(t, old); err != nil {
			return err
		}
	}
	place, id := path(string(next.Member), number(next.Number)), []byte(next.ID)
	if err := t.set(noticeList, place, id); err != nil {
		return err
	}
	if next.ReadAt.IsZero() && !next.Hidden {
		if err := t.set(unread, place, id); err != nil {
			return err
		}
	}
	if next.Push.State == notice.Waiting {
		if err := t.set(pushCalendar, slices.Concat(moment(next.Push.Due), id), []byte{}); err != nil {
			return err
		}
	}
	return t.put(notices, id, next)
}

func unlist(t *tx, old notice.Notice) error {
	place := path(string(old.Member), number(old.Number))
	if err := t.drop(noticeList, place); err != nil {
		return err
	}
	if err := t.drop(unread, place); err != nil {
		return err
	}
	return t.drop(pushCalendar, slices.Concat(moment(old.Push.Due), []byte(old.ID)))
}

// ByIDs implements notice.Store.
func (n *Notices) ByIDs(ctx context.Context, ids []string) (map[string]notice.Notice, error) {
	out := make(map[string]notice.Notice, len(ids))
	err := n.s.read(ctx, func(t *tx) error {
		return byID(t, notices, ids, func(id string, v notice.Notice) { out[id] = v })
	})
	return out, err
}
