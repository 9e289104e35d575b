package boltstore

import (
	"context"

	"membergate/internal/voucher"
)

// Partners' codes:
//
//	vouchers     code's id → voucher.Code
//	freeVouchers reward id, 0, code's id → nothing, while nobody has it
//	allVouchers  reward id, 0, code's id → nothing
var (
	vouchers     = newBucket("vouchers")
	freeVouchers = newBucket("freeVouchers")
	allVouchers  = newBucket("allVouchers")
)

// Vouchers is a voucher.Store.
type Vouchers struct{ s *Store }

// Vouchers gives the store of partners' codes.
func (s *Store) Vouchers() *Vouchers { return &Vouchers{s} }

func putVoucher(t *tx, c voucher.Code) error {
	key := []byte(c.ID)
	if err := t.put(vouchers, key, c); err != nil {
		return err
	}
	if err := t.mark(freeVouchers, path(c.Reward, key), c.Given == ""); err != nil {
		return err
	}
	return t.mark(allVouchers, path(c.Reward, key), true)
}

// Add implements voucher.Store.
func (v *Vouchers) Add(ctx context.Context, codes []voucher.Code) error {
	if len(codes) == 0 {
		return nil
	}
	return v.s.write(ctx, func(t *tx) error {
		for _, c := range codes {
			if t.has(vouchers, []byte(c.ID)) {
				continue
			}
			if err := putVoucher(t, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// Known implements voucher.Store.
func (v *Vouchers) Known(ctx context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	err := v.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			if t.has(vouchers, []byte(id)) {
				out[id] = true
			}
		}
		return nil
	})
	return out, err
}

// Count implements voucher.Store.
func (v *Vouchers) Count(ctx context.Context, reward string) (n int64, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		n = 0
		for range t.from(allVouchers, path(reward), path(reward)) {
			n++
		}
		return nil
	})
	return n, err
}

// Free implements voucher.Store.
func (v *Vouchers) Free(ctx context.Context, reward string, n int) (out []voucher.Code, err error) {
	prefix := path(reward)
	err = v.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(freeVouchers, prefix, prefix) {
			if len(out) == n {
				return nil
			}
			c, ok, err := get[voucher.Code](t, vouchers, k[len(prefix):])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// Give implements voucher.Store.
func (v *Vouchers) Give(ctx context.Context, id, redemption string) (c voucher.Code, given bool, err error) {
	err = v.s.write(ctx, func(t *tx) (err error) {
		var ok bool
		if c, ok, err = get[voucher.Code](t, vouchers, []byte(id)); err != nil || !ok {
			return err
		}
		if c.Given == "" {
			c.Given = redemption
			err = putVoucher(t, c)
		}
		given = c.Given == redemption
		return err
	})
	return c, given, err
}
