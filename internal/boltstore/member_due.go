package boltstore

import (
	"bytes"
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
)

// What sweeps look for; it changes in the transaction that changes the account:
//
//	dues      member id → the moment at which something is due, 8 bytes
//	outboxes  member id → ""  of those whose outbox is not empty
//
// What is due is found by walking all of dues, so that a sweep goes by id; an entry is a few bytes.
var (
	dues     = newBucket("dues")
	outboxes = newBucket("outboxes")
)

// putAccount stores an account with its entries in dues and outboxes.
func putAccount(t *tx, a account.Account) error {
	key := []byte(a.Member)
	if err := t.set(dues, key, moment(a.DueAt())); err != nil {
		return err
	}
	if err := t.mark(outboxes, key, len(a.Outbox) > 0); err != nil {
		return err
	}
	return t.put(accounts, key, a)
}

// indexAccounts makes dues and outboxes in a file of before there were any: everybody is due once.
func indexAccounts(t *tx) error {
	for k, v := range t.after(accounts, nil) {
		var a account.Account
		if err := decode(accounts, k, v, &a); err != nil {
			return err
		}
		if err := t.set(dues, k, moment(a.Standing.Due)); err != nil {
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
