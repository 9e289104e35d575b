package main

import (
	"context"
	"time"

	"membergate/internal/member"
	"membergate/internal/product"
	"membergate/internal/recommend"
)

// goodsPage is how many products are read at once when all of them are.
const goodsPage = 500

// listPlan reads for whom lists of recommendations are made: whose history may be used, and in which countries and tiers
// the members are.
func listPlan(ctx context.Context, st *stores, rules book, now time.Time) (plan recommend.Plan, agreed map[member.ID]bool, err error) {
	agreed = map[member.ID]bool{}
	crowds, since := map[member.ID][]recommend.Crowd{}, map[member.ID]time.Time{}
	p := rules.At(now)
	for after := member.ID(""); ; {
		page, err := st.accounts.Walk(ctx, after, walkPage)
		if err != nil {
			return plan, nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			id := h.Profile.ID
			agreed[id], since[id] = h.Profile.Agreed(recommend.Purpose), h.Profile.Consents[recommend.Purpose].At
			crowds[id] = []recommend.Crowd{recommend.Tier(h.Account.Standing.Held(p, now).Code)}
			if h.Profile.Country != "" {
				crowds[id] = append(crowds[id], recommend.Region(h.Profile.Country))
			}
		}
		after = page[len(page)-1].Profile.ID
	}
	plan = recommend.Plan{
		Agreed:   func(m member.ID) bool { return agreed[m] },
		Crowds:   func(m member.ID) []recommend.Crowd { return crowds[m] },
		AgreedAt: func(m member.ID) time.Time { return since[m] }, Now: now,
		Goods: func(yield func(recommend.Good)) error { return eachGood(ctx, st.products, yield) },
	}
	if r := p.Recommendations; r != nil {
		plan.Scenes = r.Scenes
	}
	return plan, agreed, nil
}

func eachGood(ctx context.Context, products product.Store, yield func(recommend.Good)) error {
	for after := ""; ; {
		page, err := products.Walk(ctx, after, goodsPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			yield(recommend.Good{SKU: p.SKU, Category: p.Category, Title: p.Title})
		}
		after = page[len(page)-1].SKU
	}
}
