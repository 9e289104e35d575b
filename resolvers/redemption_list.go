package resolvers

import (
	"context"
	"slices"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/redemption"
	"membergate/loaders"
)

// Redemptions lists what the member has redeemed, newest first.
func (m memberFields) Redemptions(ctx context.Context, obj *graph.Member, filter *graph.RedemptionFilter, first *int, after *string) (*graph.RedemptionConnection, error) {
	id, now := obj.Holder.Account.Wallet, loaders.From(ctx).Now
	l := cursor.List{Name: "member.redemptions", Owner: string(obj.Holder.Profile.ID)}
	var states []redemption.State
	if filter != nil {
		l.Filter = slices.Compact(slices.Sorted(slices.Values(filter.States)))
		for _, s := range l.Filter {
			states = append(states, redemption.State(s))
		}
	}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *redemption.Place
	if span.After != nil {
		from = &redemption.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := m.Redeeming.Page(ctx, id, states, from, span.Limit+1, now)
	if err != nil {
		return nil, err
	}
	page := slice(m.Cursors, l, span, found, func(r redemption.Redemption) cursor.Place {
		return cursor.Place{Key: r.CreatedAt.UnixMilli(), ID: r.ID}
	})
	out := &graph.RedemptionConnection{Edges: []*graph.RedemptionEdge{}, Nodes: []*graph.Redemption{}, PageInfo: pageInfo(page)}
	for i, r := range page.Nodes {
		node := m.redemption(ctx, r)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.RedemptionEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// Slot is the slot that a redemption is a seat in.
func (f redemptionFields) Slot(ctx context.Context, obj *graph.Redemption) (*graph.RewardSlot, error) {
	if obj.Slotted == "" {
		return nil, nil
	}
	s, known, err := loaders.From(ctx).Slots.Load(ctx, obj.Slotted)
	if err != nil || !known {
		return nil, err
	}
	return showSlot(ctx, s), nil
}

// Slots lists a reward's slots that have not begun.
func (f rewardFields) Slots(ctx context.Context, obj *graph.Reward, first *int, after *string) (*graph.RewardSlotConnection, error) {
	l := cursor.List{Name: "reward.slots", Filter: []string{obj.Reward.ID}}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	from := ""
	if span.After != nil {
		from = span.After.ID
	}
	var found []redemption.Seats
	if obj.Reward.HasSlots() {
		if found, err = f.Redeeming.Slots(ctx, obj.Reward.ID, loaders.From(ctx).Now, from, span.Limit+1); err != nil {
			return nil, err
		}
	}
	page := slice(f.Cursors, l, span, found, func(s redemption.Seats) cursor.Place { return cursor.Place{Key: s.Start.UnixMilli(), ID: s.ID} })
	out := &graph.RewardSlotConnection{Edges: []*graph.RewardSlotEdge{}, Nodes: []*graph.RewardSlot{}, PageInfo: pageInfo(page)}
	for i, s := range page.Nodes {
		node := showSlot(ctx, s)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.RewardSlotEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func showSlot(ctx context.Context, s redemption.Seats) *graph.RewardSlot {
	return &graph.RewardSlot{
		ID: globalID(kindSlot, s.ID), Store: s.Store, Place: s.Place.In(locale(ctx)), StartsAt: s.Start, EndsAt: s.End,
		Seats: int(s.Seats), SeatsLeft: int(s.Left),
	}
}

func (r *Root) slotNode(ctx context.Context, key string) (graph.Node, error) {
	s, known, err := loaders.From(ctx).Slots.Load(ctx, key)
	if err != nil || !known {
		return nil, err
	}
	return showSlot(ctx, s), nil
}
