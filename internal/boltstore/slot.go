package boltstore

import (
	"context"

	"membergate/internal/reward"
)

// PutSlots implements reward.Store.
func (r *Rewards) PutSlots(ctx context.Context, all []reward.Slot) error {
	if len(all) == 0 {
		return nil
	}
	return r.s.write(ctx, func(t *tx) error {
		for _, s := range all {
			if err := t.put(slots, []byte(s.ID), s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Slots implements reward.Store.
func (r *Rewards) Slots(ctx context.Context, of, after string, n int) (out []reward.Slot, err error) {
	prefix := []byte(of + ":")
	err = r.s.read(ctx, func(t *tx) error {
		out = nil
		for k, v := range t.from(slots, prefix, []byte(max(after, of+":"))) {
			var s reward.Slot
			if err := decode(slots, k, v, &s); err != nil {
				return err
			}
			if len(out) == n {
				return nil
			}
			if s.Reward == of && s.ID != after {
				out = append(out, s)
			}
		}
		return nil
	})
	return out, err
}

// SlotsByIDs implements reward.Store.
func (r *Rewards) SlotsByIDs(ctx context.Context, ids []string) (map[string]reward.Slot, error) {
	out := make(map[string]reward.Slot, len(ids))
	err := r.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			s, ok, err := get[reward.Slot](t, slots, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = s
			}
		}
		return nil
	})
	return out, err
}
