package boltstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
)

// What sweeps look for; it changes in the transaction that changes the account:
//
//	dues      member id → the moment at which something is due, 8 bytes
//	calendar  moment, 8 bytes, and member id → ""  the same the other way round, but for what is never due
//	outboxes  member id → ""  of those whose outbox is not empty
//	granted   member id → the tiers of grants that have not ended, each with a 0 behind it; of those who have any
//	endOf     member id → the earliest end of a grant that is ahead, 8 bytes; of those who have one
//	ends      moment, 8 bytes, and member id → ""  the same the other way round
//
// A settlement of all goes by id through dues, whose entries are a few bytes; who looks every few seconds whether there
// is anything goes by calendar.
var (
	dues     = newBucket("dues")
	calendar = newBucket("calendar")
	outboxes = newBucket("outboxes")
	granted  = newBucket("granted")
	endOf    = newBucket("endOf")
	ends     = newBucket("ends")
)

// putAccount stores an account with its entries in dues and outboxes.
func putAccount(t *tx, a account.Account) error {
	key := []byte(a.Member)
	if err := putDue(t, key, a.DueAt()); err != nil {
		return err
	}
	if err := t.mark(outboxes, key, len(a.Outbox) > 0); err != nil {
		return err
	}
	if err := markGranted(t, key, a); err != nil {
		return err
	}
	if err := markEnd(t, key, a); err != nil {
		return err
	}
	return t.put(accounts, key, a)
}

// markEnd stores an account's entries in endOf and ends, if they are news.
func markEnd(t *tx, key []byte, a account.Account) error {
	var end []byte
	if at := a.EndsAt(); !at.IsZero() {
		end = moment(at)
	}
	before := t.raw(endOf, key)
	if bytes.Equal(before, end) {
		return nil
	}
	if before != nil {
		if err := t.drop(ends, slices.Concat(before, key)); err != nil {
			return err
		}
	}
	if end == nil {
		return t.drop(endOf, key)
	}
	if err := t.set(ends, slices.Concat(end, key), []byte{}); err != nil {
		return err
	}
	return t.set(endOf, key, end)
}

// Ending implements account.Store.
func (m *Members) Ending(ctx context.Context, by time.Time, after account.Mark, n int) (out []account.Holder, err error) {
	last := moment(by)
	var behind []byte
	if after.Member != "" {
		behind = slices.Concat(moment(after.At), []byte(after.Member))
	}
	err = m.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(ends, behind) {
			if len(out) >= n || bytes.Compare(k[:len(last)], last) > 0 {
				return nil
			}
			h, ok, err := holder(t, member.ID(k[len(last):]))
			if err != nil {
				return err
			}
			if ok {
				out = append(out, h)
			}
		}
		return nil
	})
	return out, err
}

// markGranted stores an account's entry in granted.
func markGranted(t *tx, key []byte, a account.Account) error {
	var codes []byte
	for _, g := range a.Standing.Grants {
		if !g.Ended {
			codes = append(append(codes, g.Tier...), 0)
		}
	}
	if len(codes) > 0 {
		return t.set(granted, key, codes)
	}
	return t.mark(granted, key, false)
}

// indexGrants makes granted, endOf and ends in a file of before there were any.
func indexGrants(t *tx) error {
	for k, v := range t.after(accounts, nil) {
		var a account.Account
		if err := decode(accounts, k, v, &a); err != nil {
			return err
		}
		if err := markGranted(t, k, a); err != nil {
			return err
		}
		if err := markEnd(t, k, a); err != nil {
			return err
		}
	}
	return nil
}

// Granted implements account.Store.
func (m *Members) Granted(ctx context.Context, tier string) (out []member.ID, err error) {
	want := append([]byte(tier), 0)
	err = m.s.read(ctx, func(t *tx) error {
		for k, v := range t.after(granted, nil) {
			if bytes.HasPrefix(v, want) || bytes.Contains(v, append([]byte{0}, want...)) {
				out = append(out, member.ID(k))
			}
		}
		return nil
	})
	return out, err
}

// putDue notes when something is due, if that is news.
func putDue(t *tx, key []byte, at time.Time) error {
	due := moment(at)
	before := t.raw(dues, key)
	if bytes.Equal(before, due) {
		return nil
	}
	if before != nil {
		if err := t.drop(calendar, slices.Concat(before, key)); err != nil {
			return err
		}
	}
	if at.Before(account.Ever) {
		if err := t.set(calendar, slices.Concat(due, key), []byte{}); err != nil {
			return err
		}
	}
	return t.set(dues, key, due)
}

// indexAccounts makes dues, calendar and outboxes in a file of before there were any: everybody is due once.
func indexAccounts(t *tx) error {
	for k, v := range t.after(accounts, nil) {
		var a account.Account
		if err := decode(accounts, k, v, &a); err != nil {
			return err
		}
		if err := t.drop(dues, k); err != nil {
			return err
		}
		if err := putDue(t, k, a.Standing.Due); err != nil {
			return err
		}
		if err := t.mark(outboxes, k, len(a.Outbox) > 0); err != nil {
			return err
		}
	}
	return nil
}

// Due implements account.Store.
func (m *Members) Due(ctx context.Context, by time.Time, after member.ID, n int) ([]account.Holder, error) {
	return m.list(ctx, dues, after, n, dueBy(by))
}

// Late implements account.Store: the longest due come first.
func (m *Members) Late(ctx context.Context, by time.Time, n int) (out []account.Holder, err error) {
	last := moment(by)
	err = m.s.read(ctx, func(t *tx) error {
		for k := range t.from(calendar, nil, nil) {
			if len(out) >= n || bytes.Compare(k[:len(last)], last) > 0 {
				return nil
			}
			h, ok, err := holder(t, member.ID(k[len(last):]))
			if err != nil {
				return err
			}
			if ok {
				out = append(out, h)
			}
		}
		return nil
	})
	return out, err
}

// dueBy tells entries of dues whose moment has come.
func dueBy(by time.Time) func(v []byte) bool {
	last := moment(by)
	return func(v []byte) bool { return bytes.Compare(v, last) <= 0 }
}

// CountDue implements account.Store.
func (m *Members) CountDue(ctx context.Context, by time.Time) (n int, err error) {
	come := dueBy(by)
	err = m.s.read(ctx, func(t *tx) error {
		for _, v := range t.after(dues, nil) {
			if come(v) {
				n++
			}
		}
		return nil
	})
	return n, err
}

// Unfinished implements account.Store.
func (m *Members) Unfinished(ctx context.Context, after member.ID, n int) ([]account.Holder, error) {
	return m.list(ctx, outboxes, after, n, nil)
}
