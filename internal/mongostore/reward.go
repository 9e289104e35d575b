package mongostore

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/programme"
	"membergate/internal/reward"
)

// Rewards:
//
//	rewards { _id: reward id, sv: 2, kind, partner: [ { locale, text } … ], titles: [ … ], cost,
//	          percent: [ { tier, percent } … ], stock, minTier, limit, image, category, rank }
//	slots   { _id: "<reward>:<start>:<store>", sv: 1, r: reward, store, place: [ … ], start, end, seats }
//
// stock is missing where nothing runs out. A reward's slots lie together by time.
var (
	rewards = newCollection("rewards")
	slots   = newCollection("slots")
)

// Rewards is a reward.Store.
type Rewards struct{ s *Store }

// Rewards gives the store of rewards.
func (s *Store) Rewards() *Rewards { return &Rewards{s} }

type rewardDoc struct {
	ID       string       `bson:"_id"`
	SV       int          `bson:"sv"`
	Kind     reward.Kind  `bson:"kind,omitempty"`
	Partner  []titleDoc   `bson:"partner,omitempty"`
	Titles   []titleDoc   `bson:"titles"`
	Cost     int64        `bson:"cost"`
	Percent  []percentDoc `bson:"percent,omitempty"`
	Stock    *int64       `bson:"stock,omitempty"`
	MinTier  string       `bson:"minTier,omitempty"`
	Limit    int64        `bson:"limit,omitempty"`
	Image    string       `bson:"image,omitempty"`
	Category string       `bson:"category,omitempty"`
	Rank     int          `bson:"rank"`
}

type titleDoc struct {
	Locale string `bson:"locale"`
	Text   string `bson:"text"`
}

type percentDoc struct {
	Tier    string `bson:"tier"`
	Percent int64  `bson:"percent"`
}

func toReward(r reward.Reward) rewardDoc {
	d := rewardDoc{
		ID: r.ID, SV: 2, Kind: r.Kind, Partner: toTexts(r.Partner), Titles: toTexts(r.Titles), Cost: r.Cost, Stock: r.Stock, MinTier: r.MinTier,
		Limit: r.LimitPerMember, Image: r.ImagePath, Category: r.Category, Rank: r.Rank,
	}
	for _, tier := range slices.Sorted(maps.Keys(r.TierPercent)) {
		d.Percent = append(d.Percent, percentDoc{tier, r.TierPercent[tier]})
	}
	return d
}

func (d rewardDoc) reward() reward.Reward {
	r := reward.Reward{
		ID: d.ID, Kind: d.Kind, Partner: texts(d.Partner), Titles: texts(d.Titles), Cost: d.Cost, TierPercent: map[string]int64{}, Stock: d.Stock,
		MinTier: d.MinTier, LimitPerMember: d.Limit, ImagePath: d.Image, Category: d.Category, Rank: d.Rank,
	}
	for _, p := range d.Percent {
		r.TierPercent[p.Tier] = p.Percent
	}
	return r
}

func toTexts(t programme.Text) []titleDoc {
	out := []titleDoc{}
	for _, locale := range slices.Sorted(maps.Keys(t)) {
		out = append(out, titleDoc{locale, t[locale]})
	}
	return out
}

func texts(all []titleDoc) programme.Text {
	out := programme.Text{}
	for _, t := range all {
		out[t.Locale] = t.Text
	}
	return out
}

// PutAll implements reward.Store.
func (r *Rewards) PutAll(ctx context.Context, all []reward.Reward) error {
	return putAll(ctx, r.s, rewards, each(all, toReward), func(d rewardDoc) string { return d.ID })
}

// All implements reward.Store.
func (r *Rewards) All(ctx context.Context) (out []reward.Reward, err error) {
	err = find(ctx, r.s, rewards, bson.D{}, options.Find(), func(d rewardDoc) { out = append(out, d.reward()) })
	return out, err
}

// ByIDs implements reward.Store.
func (r *Rewards) ByIDs(ctx context.Context, ids []string) (map[string]reward.Reward, error) {
	out := make(map[string]reward.Reward, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	err := find(ctx, r.s, rewards, in("_id", ids), options.Find(),
		func(d rewardDoc) { out[d.ID] = d.reward() })
	return out, err
}
