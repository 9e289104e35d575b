package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/loaders"
)

// Programme is the programme in force, as data.
func (q query) Programme(ctx context.Context) (*graph.Programme, error) {
	loaders.Leave(ctx)
	p, l := q.programme(ctx), locale(ctx)
	out := &graph.Programme{ID: globalID(kindProgramme, p.Code), Code: p.Code, Version: p.Version, Name: p.Names.In(l), TimeZone: p.TimeZone}
	for _, c := range p.Currencies {
		shown := &graph.Currency{Code: c.Code, Name: c.Names.In(l), ParityLockedUntil: c.ParityLockedUntil}
		if c.ParityPerYuan > 0 {
			shown.ParityPerYuan = ptr(int(c.ParityPerYuan))
		}
		if c.ExpiryMonths > 0 {
			shown.ExpiryMonths = &c.ExpiryMonths
		}
		if t := c.Transfers; t != nil {
			shown.Transfers = &graph.TransferRules{Min: int(t.Min), Max: int(t.Max), PerMonth: int(t.PerMonth)}
			if low, ok := p.Tier(t.MinTier); ok {
				shown.Transfers.MinTier = q.tier(ctx, low)
			}
		}
		out.Currencies = append(out.Currencies, shown)
	}
	if a := p.Adjustments; a != nil {
		out.Adjustments = &graph.AdjustmentRules{MaxCoins: int(a.MaxCoins), DecideHours: a.DecideHours}
		for _, c := range a.Categories {
			out.Adjustments.Categories = append(out.Adjustments.Categories, &graph.AdjustmentCategory{Code: c.Code, Name: c.Names.In(l)})
		}
	}
	for _, t := range p.Tiers {
		out.Tiers = append(out.Tiers, q.tier(ctx, t))
	}
	out.Rules = []*graph.ProgrammeRule{}
	for _, r := range p.Rules {
		out.Rules = append(out.Rules, &graph.ProgrammeRule{Code: r.Code, Title: r.Titles.In(l), Text: r.Texts.In(l),
			EffectiveFrom: r.EffectiveFrom, EffectiveTo: r.EffectiveTo})
	}
	return out, nil
}
