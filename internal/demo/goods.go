package demo

import (
	"fmt"
	"time"

	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/eligibility"
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
			Kind: r.Kind, Partner: r.Partner,
		}
		one.Kind = one.How()
		if one.Kind == reward.Voucher {
			codes := int64(r.Codes)
			one.Stock = &codes
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

const (
	slotDays  = 28 // that can be booked
	slotSeats = 20
	opening   = 9 * time.Hour // an hour before the stores open to everybody; ours
)

// slots are hours before two stores open, on each of the next days.
func (p *plan) slots() []reward.Slot {
	var out []reward.Slot
	stores := []struct {
		code  string
		place programme.Text
	}{
		{"S01", programme.Text{"zh-CN": "静安店", "zh-TW": "靜安店", "en": "Jing'an store"}},
		{"S02", programme.Text{"zh-CN": "徐汇店", "zh-TW": "徐匯店", "en": "Xuhui store"}},
	}
	for _, r := range p.rewards() {
		if r.Kind != reward.AtSlot {
			continue
		}
		for day := 1; day <= slotDays; day++ {
			start := clock.DayStart(clock.AddDays(p.now, day, p.rules.Zone()), p.rules.Zone()).Add(opening)
			for _, s := range stores {
				out = append(out, reward.Slot{ID: reward.SlotID(r.ID, s.code, start), Reward: r.ID, Store: s.code, Place: s.place,
					Start: start.UTC(), End: start.Add(time.Hour).UTC(), Seats: slotSeats})
			}
		}
	}
	return out
}

// codes are those that a partner gave for a reward.
func (p *plan) codes(of prize) []string {
	c := p.luck.rand("codes", of.ID)
	out := make([]string, of.Codes)
	for i := range out {
		out[i] = fmt.Sprintf("%08d-%04d", c.IntN(100_000_000), i)
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
	return eligibility.Segments(p.rules, who.standing.Read(p.rules, p.now))
}
