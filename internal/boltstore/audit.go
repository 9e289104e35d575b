package boltstore

import (
	"context"
	"slices"

	"membergate/internal/programme"
	"membergate/internal/supply"
)

// Adjustments implements supply.Store.
func (c *Supply) Adjustments(ctx context.Context) (out []supply.Adjustment, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.from(adjusted, nil, nil) {
			var a supply.Adjustment
			if err := decode(adjusted, k, v, &a); err != nil {
				return err
			}
			out = append(out, a)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b supply.Adjustment) int { return a.To.Compare(b.To) })
	return out, err
}

// Adjust implements supply.Store.
func (c *Supply) Adjust(ctx context.Context, a supply.Adjustment) (is supply.Adjustment, added bool, err error) {
	err = c.s.write(ctx, func(t *tx) error {
		old, there, err := get[supply.Adjustment](t, adjusted, []byte(a.ID()))
		if is, added = old, false; err != nil || there {
			return err
		}
		is, added = a, true
		return t.put(adjusted, []byte(a.ID()), a)
	})
	return is, added, err
}

// Promises implements programme.Promises.
func (c *Supply) Promises(ctx context.Context) (out []programme.Promise, err error) {
	err = c.s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.from(promises, nil, nil) {
			var p programme.Promise
			if err := decode(promises, k, v, &p); err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// Promise implements programme.Promises.
func (c *Supply) Promise(ctx context.Context, all []programme.Promise) error {
	known, err := c.Promises(ctx)
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(slices.Clone(all), func(p programme.Promise) bool {
		return slices.ContainsFunc(known, func(o programme.Promise) bool { return o.ID() == p.ID() })
	})
	if len(fresh) == 0 {
		return nil
	}
	return c.s.write(ctx, func(t *tx) error {
		for _, p := range fresh {
			if err := t.put(promises, []byte(p.ID()), p); err != nil {
				return err
			}
		}
		return nil
	})
}
