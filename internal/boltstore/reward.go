package boltstore

import (
	"context"

	"membergate/internal/reward"
)

// Rewards:
//
//	rewards  reward id → reward.Reward
//	slots    slot id, which begins with the reward's id and the time → reward.Slot
var (
	rewards = newBucket("rewards")
	slots   = newBucket("slots")
)

// Rewards is a reward.Store.
type Rewards struct{ s *Store }

// Rewards gives the store of rewards.
func (s *Store) Rewards() *Rewards { return &Rewards{s} }

// PutAll implements reward.Store.
func (r *Rewards) PutAll(ctx context.Context, all []reward.Reward) error {
	if len(all) == 0 {
		return nil
	}
	return r.s.write(ctx, func(t *tx) error {
		for _, each := range all {
			if err := t.put(rewards, []byte(each.ID), each); err != nil {
				return err
			}
		}
		return nil
	})
}

// All implements reward.Store.
func (r *Rewards) All(ctx context.Context) (out []reward.Reward, err error) {
	err = r.s.read(ctx, func(t *tx) error {
		for k, v := range t.after(rewards, nil) {
			var found reward.Reward
			if err := decode(rewards, k, v, &found); err != nil {
				return err
			}
			out = append(out, found)
		}
		return nil
	})
	return out, err
}

// ByIDs implements reward.Store.
func (r *Rewards) ByIDs(ctx context.Context, ids []string) (map[string]reward.Reward, error) {
	out := make(map[string]reward.Reward, len(ids))
	err := r.s.read(ctx, func(t *tx) error {
		for _, id := range ids {
			found, ok, err := get[reward.Reward](t, rewards, []byte(id))
			if err != nil {
				return err
			}
			if ok {
				out[id] = found
			}
		}
		return nil
	})
	return out, err
}
