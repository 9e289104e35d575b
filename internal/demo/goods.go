package demo

import (
	"membergate/internal/benefit"
	"membergate/internal/community"
	"membergate/internal/picture"
	"membergate/internal/product"
	"membergate/internal/programme"
	"membergate/internal/reward"
)

// products are what the demo's shop sells.
func (p *plan) products() []product.Product {
	var out []product.Product
	for _, g := range p.texts.products {
		out = append(out, product.Product{
			SKU: g.sku, Title: g.title, PriceMilli: g.milli, ImagePath: productPicture(g), InStock: true, Category: g.category, UpdatedAt: p.now,
		})
	}
	return out
}

func productPicture(g good) string { return picture.Path(picture.Product, g.picture, g.sku) }

// rewards are what members may have for coins; what a tier's rank says applies where the programme has such a rank.
func (p *plan) rewards() []reward.Reward {
	var out []reward.Reward
	for i, r := range p.texts.rewards {
		one := reward.Reward{
			ID: r.ID, Titles: programme.Text{"zh-CN": r.ZH, "zh-TW": r.TW, "en": r.EN}, Cost: r.Cost, Stock: r.Stock,
			LimitPerMember: r.Limit, ImagePath: picture.Path(picture.Reward, r.Picture, ""), Category: r.Category, Rank: i + 1,
		}
		for _, t := range p.rules.Tiers {
			if t.Rank == r.MinRank && t.Rank > 0 {
				one.MinTier = t.Code
			}
			if n, ok := r.Percent[t.Rank]; ok {
				if one.TierPercent == nil {
					one.TierPercent = map[string]int64{}
				}
				one.TierPercent[t.Code] = n
			}
		}
		out = append(out, one)
	}
	return out
}

func (p *plan) topics() []community.Topic {
	var out []community.Topic
	for key, t := range p.texts.topics {
		out = append(out, community.Topic{ID: community.TopicID(key), Key: t.ZH, Titles: programme.Text{"zh-CN": t.ZH, "zh-TW": t.TW, "en": t.EN}})
	}
	return out
}

func (p *plan) segments(who *person) []string {
	return benefit.Segments(p.rules, who.standing.Read(p.rules, p.now))
}
