package mongostore

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/reward"
)

type slotDoc struct {
	ID     string     `bson:"_id"`
	SV     int        `bson:"sv"`
	Reward string     `bson:"r"`
	Store  string     `bson:"store"`
	Place  []titleDoc `bson:"place,omitempty"`
	Start  time.Time  `bson:"start"`
	End    time.Time  `bson:"end"`
	Seats  int64      `bson:"seats"`
}

func toSlot(s reward.Slot) slotDoc {
	return slotDoc{ID: s.ID, SV: 1, Reward: s.Reward, Store: s.Store, Place: toTexts(s.Place), Start: s.Start, End: s.End, Seats: s.Seats}
}

func (d slotDoc) slot() reward.Slot {
	return reward.Slot{ID: d.ID, Reward: d.Reward, Store: d.Store, Place: texts(d.Place), Start: d.Start, End: d.End, Seats: d.Seats}
}

// PutSlots implements reward.Store.
func (r *Rewards) PutSlots(ctx context.Context, all []reward.Slot) error {
	return putAll(ctx, r.s, slots, each(all, toSlot), func(d slotDoc) string { return d.ID })
}

// Slots implements reward.Store.
func (r *Rewards) Slots(ctx context.Context, of, after string, n int) (out []reward.Slot, err error) {
	from := max(after, of+":")
	filter := slices.Concat(bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: from}, {Key: "$lt", Value: of + ";"}}}}, is("r", of))
	err = find(ctx, r.s, slots, filter, options.Find().SetSort(by("_id", 1)).SetLimit(int64(n)), func(d slotDoc) { out = append(out, d.slot()) })
	return out, err
}

// SlotsByIDs implements reward.Store.
func (r *Rewards) SlotsByIDs(ctx context.Context, ids []string) (map[string]reward.Slot, error) {
	out := make(map[string]reward.Slot, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, r.s, slots, in("_id", ids), options.Find(), func(d slotDoc) { out[d.ID] = d.slot() })
	return out, err
}
