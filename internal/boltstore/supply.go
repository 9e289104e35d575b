package boltstore

import (
	"bytes"
	"context"
	"slices"
	"time"

	"membergate/internal/supply"
	"membergate/internal/wallet"
)

// The count of all coins:
//
//	supply   shard's number, 8 bytes → supply.Shard
//	supplyAbroad currency, 0, shard's number, 8 bytes → supply.Shard
//	counted  wallet id               → supply.Mark
//	alarms   moment, 8 bytes, and wallet id → ""  of the marks of which something will be due
//	adjusted adjustment's id         → supply.Adjustment
//	promises promise's id            → programme.Promise
var (
	shards       = newBucket("supply")
	shardsAbroad = newBucket("supplyAbroad")

	counted = newBucket("counted")
	alarms  = newBucket("alarms")

	adjusted = newBucket("adjusted")
	promises = newBucket("promises")
)

// Supply is a supply.Store.
type Supply struct {
	s      *Store
	bucket bucket // where the shards lie
	prefix []byte // before their numbers
}

// Supply gives the store of the count of coins.
func (s *Store) Supply() *Supply { return &Supply{s, shards, nil} }

// In implements supply.Store.
func (c *Supply) In(currency string) supply.Store {
	if currency == "" {
		return c.s.Supply()
	}
	return &Supply{c.s, shardsAbroad, path(currency)}
}

func (c *Supply) key(n int) []byte { return slices.Concat(c.prefix, number(int64(n))) }

// Shards implements supply.Store.
func (c *Supply) Shards(ctx context.Context) (out []supply.Shard, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		for k, v := range t.from(c.bucket, c.prefix, c.prefix) {
			var s supply.Shard
			if err := decode(c.bucket, k, v, &s); err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// Shard implements supply.Store.
func (c *Supply) Shard(ctx context.Context, n int) (out supply.Shard, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out, _, err = get[supply.Shard](t, c.bucket, c.key(n))
		return err
	})
	out.N = n
	return out, err
}

// Save implements supply.Store.
func (c *Supply) Save(ctx context.Context, s supply.Shard) error {
	return c.s.write(ctx, func(t *tx) error {
		key := c.key(s.N)
		old, _, err := get[struct{ Version int64 }](t, c.bucket, key)
		if err != nil {
			return err
		}
		if old.Version != s.Version {
			return supply.ErrStale
		}
		next := s
		next.Version++
		return t.put(c.bucket, key, next)
	})
}

// Marks implements supply.Store.
func (c *Supply) Marks(ctx context.Context, ids []wallet.ID) (map[wallet.ID]supply.Mark, error) {
	out := make(map[wallet.ID]supply.Mark, len(ids))
	err := c.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			m, ok, err := get[supply.Mark](t, counted, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = m
			}
		}
		return nil
	})
	return out, err
}

// Raise implements supply.Store.
func (c *Supply) Raise(ctx context.Context, marks []supply.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	return c.s.write(ctx, func(t *tx) error {
		for _, m := range marks {
			old, _, err := get[supply.Mark](t, counted, []byte(m.Wallet))
			if err != nil {
				return err
			}
			if old.Seq >= m.Seq {
				continue
			}
			if err := putMark(t, old, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// putMark puts a mark in place of an old one.
func putMark(t *tx, old, m supply.Mark) error {
	if !old.Due.IsZero() {
		if err := t.drop(alarms, alarm(old)); err != nil {
			return err
		}
	}
	if !m.Due.IsZero() {
		if err := t.set(alarms, alarm(m), []byte{}); err != nil {
			return err
		}
	}
	return t.put(counted, []byte(m.Wallet), m)
}

// Recount implements supply.Store.
func (c *Supply) Recount(ctx context.Context, marks []supply.Mark) error {
	if len(marks) == 0 {
		return nil
	}
	return c.s.write(ctx, func(t *tx) error {
		for _, m := range marks {
			old, _, err := get[supply.Mark](t, counted, []byte(m.Wallet))
			if err != nil {
				return err
			}
			if err := putMark(t, old, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func alarm(m supply.Mark) []byte { return slices.Concat(moment(m.Due), []byte(m.Wallet)) }

// Due implements supply.Store: the longest due come first.
func (c *Supply) Due(ctx context.Context, by time.Time, n int) (out []wallet.ID, err error) {
	last := moment(by)
	err = c.s.read(ctx, func(t *tx) error {
		for k := range t.from(alarms, nil, nil) {
			if len(out) >= n || bytes.Compare(k[:len(last)], last) > 0 {
				return nil
			}
			out = append(out, wallet.ID(k[len(last):]))
		}
		return nil
	})
	return out, err
}
