package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/eligibility"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/loaders"
)

// earnRule shows a rule by which something is earned, as it is to everybody.
func (r *Root) earnRule(ctx context.Context, p *programme.Programme, e programme.Earn) *graph.EarnRule {
	l := locale(ctx)
	out := &graph.EarnRule{Code: e.Code, Event: e.Event, Title: e.Titles.In(l), Terms: text(e.Terms.In(l)), ProgrammeVersion: p.Version,
		ValidFrom: p.EffectiveFrom, ValidUntil: p.EffectiveTo, Coins: positive(int(e.Fixed)), PerDay: positive(int(e.PerDay)),
		PerMember: positive(int(e.PerMember)), Once: e.Once != "", Multipliers: []*graph.EarnMultiplier{}}
	if e.From != nil {
		out.ValidFrom = *e.From
	}
	if e.Until != nil {
		out.ValidUntil = e.Until
	}
	if t, ok := p.Tier(e.MinTier); ok {
		out.MinTier = r.tier(ctx, t)
	}
	if t, ok := p.Template(e.Coupon); ok {
		out.Coupon = ptr(t.Titles.In(l))
	}
	for _, m := range e.Multipliers {
		out.Multipliers = append(out.Multipliers, &graph.EarnMultiplier{Name: m.Names.In(l), Percent: int(m.Percent)})
	}
	return out
}

// Earning shows the rules by which a member earns, and what their caps leave.
func (m memberFields) Earning(ctx context.Context, obj *graph.Member) ([]*graph.EarnRule, error) {
	p, now := m.programme(ctx), loaders.From(ctx).Now
	earned, err := m.Orders.Earned(ctx, obj.Holder.Account, p.Earn, now)
	if err != nil {
		return nil, err
	}
	f := eligibility.Gather(p, obj.Holder.Profile, m.standing(ctx, obj.Holder), now)
	out := []*graph.EarnRule{}
	for _, e := range p.Earn {
		node := m.earnRule(ctx, p, e)
		day, ever := earned[e.Code].Left(e)
		if node.PerDay != nil {
			node.LeftToday = ptr(int(min(day, ever)))
		}
		if node.PerMember != nil {
			node.LeftEver = ptr(int(ever))
		}
		node.Open = ptr(order.Rewards(p, f, e, now))
		out = append(out, node)
	}
	return out, nil
}
