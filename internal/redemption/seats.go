package redemption

import (
	"context"
	"time"

	"membergate/internal/reward"
)

// Seats is a slot and how many of its seats are left.
type Seats struct {
	reward.Slot
	Left int64
}

// Slots lists at most n slots of a reward that begin after a moment, by time: those after a slot's id, or from the first
// one.
func (s *Service) Slots(ctx context.Context, of string, from time.Time, after string, n int) ([]Seats, error) {
	found, err := s.Rewards.Slots(ctx, of, max(after, reward.SlotsFrom(of, from.Add(time.Second))), n)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return s.seats(ctx, found)
}

// SlotsByIDs gives slots with what is left of them; those unknown are missing.
func (s *Service) SlotsByIDs(ctx context.Context, ids []string) (map[string]Seats, error) {
	found, err := s.Rewards.SlotsByIDs(ctx, ids)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var all []reward.Slot
	for _, slot := range found {
		all = append(all, slot)
	}
	counted, err := s.seats(ctx, all)
	out := make(map[string]Seats, len(counted))
	for _, c := range counted {
		out[c.ID] = c
	}
	return out, err
}

func (s *Service) seats(ctx context.Context, slots []reward.Slot) ([]Seats, error) {
	keys := make([]string, len(slots))
	for i, slot := range slots {
		keys[i] = stockOf(slot.ID)
	}
	taken, err := s.Store.Taken(ctx, keys)
	out := make([]Seats, len(slots))
	for i, slot := range slots {
		out[i] = Seats{Slot: slot, Left: max(0, slot.Seats-taken[keys[i]])}
	}
	return out, err
}
