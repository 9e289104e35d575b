package boltstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Orders and refunds:
//
//	orders     record id                           → order.Record
//	purchases  member id, 0, time of order, record id → ""  of applied orders
var (
	orders    = newBucket("orders")
	purchases = newBucket("purchases")
)

// Orders is an order.Store.
type Orders struct{ s *Store }

// Orders gives the store of records.
func (s *Store) Orders() *Orders { return &Orders{s} }

// Put implements order.Store.
func (o *Orders) Put(ctx context.Context, records []order.Record) error {
	if len(records) == 0 {
		return nil
	}
	return o.s.write(ctx, func(t *tx) error {
		for _, r := range records {
			if t.has(orders, []byte(r.ID)) {
				continue
			}
			r.Applied = false
			if err := t.put(orders, []byte(r.ID), r); err != nil {
				return err
			}
		}
		return nil
	})
}

// ByIDs implements order.Store.
func (o *Orders) ByIDs(ctx context.Context, ids []string) (map[string]order.Record, error) {
	out := make(map[string]order.Record, len(ids))
	err := o.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			r, ok, err := get[order.Record](t, orders, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = r
			}
		}
		return nil
	})
	return out, err
}

// AddRefund implements order.Store.
func (o *Orders) AddRefund(ctx context.Context, orderID string, p order.Part) (r order.Record, ok bool, err error) {
	key := []byte(order.OrderRecord(orderID))
	err = o.s.write(ctx, func(t *tx) error {
		if r, ok, err = get[order.Record](t, orders, key); err != nil || !ok {
			return err
		}
		for _, known := range r.Refunds {
			if known.ID == p.ID {
				return nil
			}
		}
		r.Refunds = append(r.Refunds, p)
		return t.put(orders, key, r)
	})
	return r, ok, err
}

// Apply implements order.Store.
func (o *Orders) Apply(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return o.s.write(ctx, func(t *tx) error {
		for _, id := range ids {
			r, ok, err := get[order.Record](t, orders, []byte(id))
			if err != nil {
				return err
			}
			if !ok || r.Applied {
				continue
			}
			r.Applied = true
			if err := t.put(orders, []byte(id), r); err != nil {
				return err
			}
			if r.Event.Kind != order.Paid {
				continue
			}
			bought := path(string(r.Event.Member), moment(r.Event.At), []byte(id))
			if err := t.mark(purchases, bought, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// Purchases implements order.Store. Orders of one moment come by record id, last first.
func (o *Orders) Purchases(ctx context.Context, ids []member.ID, n int) (map[member.ID][]order.Record, error) {
	out := make(map[member.ID][]order.Record, len(ids))
	err := o.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			prefix := path(string(id))
			for k := range t.backwards(purchases, prefix, nil) {
				if len(out[id]) >= n {
					break
				}
				r, ok, err := get[order.Record](t, orders, k[len(prefix)+8:]) // behind the 8 bytes of the time
				if err != nil {
					return err
				}
				if ok {
					out[id] = append(out[id], r)
				}
			}
		}
		return nil
	})
	return out, err
}

// Walk implements order.Store.
func (o *Orders) Walk(ctx context.Context, after string, n int) (out []order.Record, err error) {
	err = o.s.read(ctx, func(t *tx) error {
		for k, v := range t.after(orders, []byte(after)) {
			if len(out) >= n {
				return nil
			}
			var r order.Record
			if err := decode(orders, k, v, &r); err != nil {
				return err
			}
			if r.Applied {
				out = append(out, r)
			}
		}
		return nil
	})
	return out, err
}
