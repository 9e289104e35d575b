package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/programme"
	"membergate/loaders"
)

// Programme is the programme in force, as data.
func (q query) Programme(ctx context.Context) (*graph.Programme, error) {
	loaders.Leave(ctx)
	p, l := q.programme(ctx), locale(ctx)
	out := &graph.Programme{ID: globalID(kindProgramme, p.Code), Code: p.Code, Version: p.Version, Name: p.Names.In(l), TimeZone: p.TimeZone}
	for _, c := range p.Currencies {
		out.Currencies = append(out.Currencies, q.currency(ctx, p, c))
	}
	if a := p.Adjustments; a != nil {
		out.Adjustments = &graph.AdjustmentRules{MaxCoins: int(a.MaxCoins), DecideHours: a.DecideHours}
		for _, c := range a.Categories {
			out.Adjustments.Categories = append(out.Adjustments.Categories, &graph.AdjustmentCategory{Code: c.Code, Name: c.Names.In(l)})
		}
	}
	out.AfterSales = afterSalesRules(ctx, p.AfterSales)
	out.Moderation = moderationRules(ctx, p.Moderation)
	out.Household = householdRules(ctx, p.Household)
	for _, t := range p.Tiers {
		out.Tiers = append(out.Tiers, q.tier(ctx, t))
	}
	out.Earning = []*graph.EarnRule{}
	for _, e := range p.Earn {
		out.Earning = append(out.Earning, q.earnRule(ctx, p, e))
	}
	out.Rules = []*graph.ProgrammeRule{}
	for _, r := range p.Rules {
		out.Rules = append(out.Rules, &graph.ProgrammeRule{Code: r.Code, Title: r.Titles.In(l), Text: r.Texts.In(l),
			EffectiveFrom: r.EffectiveFrom, EffectiveTo: r.EffectiveTo})
	}
	return out, nil
}

// currency is one of a programme as apps see it.
func (r *Root) currency(ctx context.Context, p *programme.Programme, c programme.Currency) *graph.Currency {
	out := &graph.Currency{Code: c.Code, Name: c.Names.In(locale(ctx)), ParityLockedUntil: c.ParityLockedUntil, Region: text(c.Region)}
	if c.ParityPerYuan > 0 {
		out.ParityPerYuan = ptr(int(c.ParityPerYuan))
	}
	if c.ExpiryMonths > 0 {
		out.ExpiryMonths = &c.ExpiryMonths
	}
	if c.Rate != nil {
		out.Rate = &graph.CurrencyRate{Home: int(c.Rate.Home), Here: int(c.Rate.Here)}
	}
	if t := c.Transfers; t != nil {
		out.Transfers = &graph.TransferRules{Min: int(t.Min), Max: int(t.Max), PerMonth: int(t.PerMonth)}
		if low, ok := p.Tier(t.MinTier); ok {
			out.Transfers.MinTier = r.tier(ctx, low)
		}
	}
	return out
}
