package boltstore

import (
	"context"
	"encoding/binary"
	"time"

	"membergate/internal/coupon"
	"membergate/internal/member"
)

// Coupons:
//
//	coupons       coupon id → coupon.Coupon
//	memberCoupons member id, 0, end of its time in 8 bytes, coupon id → nothing
//	orderCoupons  member id, 0, order id, 0, coupon id → nothing; kept when the coupon has gone to another order
//	couponCodes   code → coupon id
//	couponDues    moment in 8 bytes, coupon id → nothing, while it is open
//	couponDue     coupon id → that moment, 8 bytes
var (
	coupons       = newBucket("coupons")
	memberCoupons = newBucket("memberCoupons")
	orderCoupons  = newBucket("orderCoupons")
	couponCodes   = newBucket("couponCodes")
	couponDues    = newBucket("couponDues")
	couponDue     = newBucket("couponDue")
)

// Coupons is a coupon.Store.
type Coupons struct{ s *Store }

// Coupons gives the store of coupons.
func (s *Store) Coupons() *Coupons { return &Coupons{s} }

func putCoupon(t *tx, c coupon.Coupon) error {
	key := []byte(c.ID)
	if err := t.put(coupons, key, c); err != nil {
		return err
	}
	if c.Code != "" {
		if err := t.set(couponCodes, []byte(c.Code), key); err != nil {
			return err
		}
	}
	if c.Order != "" {
		if err := t.mark(orderCoupons, path(string(c.Member), path(c.Order), key), true); err != nil {
			return err
		}
	}
	if err := putCouponDue(t, key, c.DueAt()); err != nil {
		return err
	}
	return t.mark(memberCoupons, path(string(c.Member), moment(c.Until), key), true)
}

func putCouponDue(t *tx, key []byte, due time.Time) error {
	if old := t.raw(couponDue, key); old != nil {
		if err := t.mark(couponDues, append(append([]byte{}, old...), key...), false); err != nil {
			return err
		}
	}
	if due.IsZero() {
		return t.mark(couponDue, key, false)
	}
	if err := t.set(couponDue, key, moment(due)); err != nil {
		return err
	}
	return t.mark(couponDues, append(moment(due), key...), true)
}

// Add implements coupon.Store.
func (cs *Coupons) Add(ctx context.Context, all []coupon.Coupon) error {
	return cs.s.write(ctx, func(t *tx) error {
		for _, c := range all {
			if t.has(coupons, []byte(c.ID)) {
				continue
			}
			c.Version = 1
			if err := putCoupon(t, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// ByIDs implements coupon.Store.
func (cs *Coupons) ByIDs(ctx context.Context, ids []string) (map[string]coupon.Coupon, error) {
	out := make(map[string]coupon.Coupon, len(ids))
	err := cs.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			c, ok, err := get[coupon.Coupon](t, coupons, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = c
			}
		}
		return nil
	})
	return out, err
}

// Save implements coupon.Store.
func (cs *Coupons) Save(ctx context.Context, c coupon.Coupon) error {
	return cs.s.write(ctx, func(t *tx) error {
		old, ok, err := get[struct{ Version int64 }](t, coupons, []byte(c.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != c.Version {
			return coupon.ErrStale
		}
		next := c
		next.Version++
		return putCoupon(t, next)
	})
}

// ByCode implements coupon.Store.
func (cs *Coupons) ByCode(ctx context.Context, code string) (c coupon.Coupon, ok bool, err error) {
	err = cs.s.read(ctx, func(t *tx) (err error) {
		ok = false
		if id := t.raw(couponCodes, []byte(code)); code != "" && id != nil {
			c, ok, err = get[coupon.Coupon](t, coupons, id)
		}
		return err
	})
	return c, ok, err
}

// Page implements coupon.Store.
func (cs *Coupons) Page(ctx context.Context, who member.ID, until time.Time, after *coupon.Place, n int) (out []coupon.Coupon, err error) {
	prefix := path(string(who))
	start := path(string(who), moment(until))
	if after != nil && !after.Until.Before(until) {
		start = append(path(string(who), moment(after.Until), []byte(after.ID)), 0)
	}
	err = cs.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(memberCoupons, prefix, start) {
			if len(out) >= n {
				return nil
			}
			c, _, err := get[coupon.Coupon](t, coupons, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// Live implements coupon.Store.
func (cs *Coupons) Live(ctx context.Context, who []member.ID, from time.Time) (out map[member.ID][]coupon.Coupon, err error) {
	err = cs.s.read(ctx, func(t *tx) error {
		out = map[member.ID][]coupon.Coupon{}
		for _, id := range who {
			prefix := path(string(id))
			for k := range t.from(memberCoupons, prefix, path(string(id), moment(from))) {
				c, _, err := get[coupon.Coupon](t, coupons, k[len(prefix)+8:])
				if err != nil {
					return err
				}
				if c.Open() && c.Until.After(from) {
					out[id] = append(out[id], c)
				}
			}
		}
		return nil
	})
	return out, err
}

// OfOrder implements coupon.Store.
func (cs *Coupons) OfOrder(ctx context.Context, who member.ID, order string) (out []coupon.Coupon, err error) {
	prefix := path(string(who), path(order))
	err = cs.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.from(orderCoupons, prefix, prefix) {
			c, ok, err := get[coupon.Coupon](t, coupons, k[len(prefix):])
			if err != nil {
				return err
			}
			if ok && c.Order == order {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// Due implements coupon.Store.
func (cs *Coupons) Due(ctx context.Context, by time.Time, n int) (out []coupon.Coupon, err error) {
	last := binary.BigEndian.Uint64(moment(by))
	err = cs.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(couponDues, nil) {
			if len(out) >= n || binary.BigEndian.Uint64(k) > last {
				return nil
			}
			c, ok, err := get[coupon.Coupon](t, coupons, k[8:])
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
