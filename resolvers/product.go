package resolvers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/product"
	"membergate/internal/reward"
	"membergate/loaders"
)

// Product finds a product by its stock-keeping unit.
func (q query) Product(ctx context.Context, sku string) (*graph.Product, error) {
	defer loaders.Leave(ctx)
	o := loaders.From(ctx)
	o.Products.Want(sku)
	o.Arrive(ctx)
	p, ok, err := o.Products.Load(ctx, sku)
	if err != nil || !ok {
		return nil, err
	}
	return showProduct(p), nil
}

func showProduct(p product.Product) *graph.Product {
	out := &graph.Product{ID: globalID(kindProduct, p.SKU), Sku: p.SKU, Title: p.Name(), Image: picture(p.ImagePath, p.Name())}
	if m, ok := p.Price(); ok {
		out.Price = &graph.Money{Amount: m.Amount, CurrencyCode: m.CurrencyCode}
	}
	return out
}

// Rewards lists what coins can be spent on, in the shop's order.
func (q query) Rewards(ctx context.Context, filter *graph.RewardFilter, first *int, after *string) (*graph.RewardConnection, error) {
	defer loaders.Leave(ctx)
	o := loaders.From(ctx)
	l := cursor.List{Name: "rewards"}
	keep, err := keepRewards(filter)
	if err != nil {
		return nil, err
	}
	if keep.AffordableOnly || keep.MaxCost > 0 {
		l.Owner = string(o.Me())
	}
	l.Filter = named(keep)
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	rewards, err := o.Stores.Rewards.Get(ctx)
	if err != nil {
		return nil, err
	}
	buyer, err := q.foreseeBuyer(ctx, keep)
	if err != nil {
		return nil, err
	}
	var from *reward.Place
	if span.After != nil {
		from = &reward.Place{Rank: int(span.After.Key), ID: span.After.ID}
	}
	found, more := reward.Page(rewards, q.programme(ctx), buyer, keep, from, span.Limit)
	page := slice(q.Cursors, l, span, found, func(r reward.Reward) cursor.Place { return cursor.Place{Key: int64(r.Rank), ID: r.ID} })
	page.HasNext = more
	out := &graph.RewardConnection{Edges: []*graph.RewardEdge{}, Nodes: []*graph.Reward{}, PageInfo: pageInfo(page)}
	for i := range page.Nodes {
		node := q.reward(ctx, &page.Nodes[i])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.RewardEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// mostQuery bounds what a reward's name is searched for, in characters: longer than any name.
const mostQuery = 100

// keepRewards reads which rewards to keep.
func keepRewards(f *graph.RewardFilter) (keep reward.Filter, err error) {
	if f == nil {
		return keep, nil
	}
	keep = reward.Filter{AffordableOnly: f.AffordableOnly != nil && *f.AffordableOnly, Kinds: slices.Sorted(slices.Values(f.Kinds))}
	if f.MaxCost != nil {
		if keep.MaxCost = int64(*f.MaxCost); keep.MaxCost < 1 {
			return keep, fault.Bad("maxCost", "maxCost is %d; allowed are 1 and more", *f.MaxCost)
		}
	}
	if f.Query != nil {
		if keep.Query = strings.TrimSpace(*f.Query); utf8.RuneCountInString(keep.Query) > mostQuery {
			return keep, fault.Bad("query", "query has %d characters; allowed are %d", utf8.RuneCountInString(keep.Query), mostQuery)
		}
	}
	return keep, nil
}

// named names what narrows a list of rewards, for its cursors; nothing for the whole list.
func named(f reward.Filter) []string {
	if !f.AffordableOnly && f.MaxCost == 0 && f.Query == "" && len(f.Kinds) == 0 {
		return nil
	}
	return append([]string{strconv.FormatBool(f.AffordableOnly), strconv.FormatInt(f.MaxCost, 10), f.Query}, f.Kinds...)
}

// foreseeBuyer fetches the viewer's coins in the waves. Only a filter that asks for them needs the buyer at once; a
// part that is missing then is an error, and otherwise leaves the list as it is.
func (q query) foreseeBuyer(ctx context.Context, keep reward.Filter) (*reward.Buyer, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	o.Holders.Want(o.Me())
	o.Arrive(ctx)
	h, err := q.holder(ctx)
	if err == nil {
		o.Heads.Want(h.Account.Wallet)
		o.Arrive(ctx)
	}
	if !keep.AffordableOnly && keep.MaxCost == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return q.buyer(ctx)
}

// buyer is the viewer with the coins and the tier of the moment; nil when nobody is signed in.
func (r *Root) buyer(ctx context.Context) (*reward.Buyer, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	h, err := r.holder(ctx)
	if err != nil {
		return nil, err
	}
	head, err := r.head(ctx, h.Account.Wallet)
	if err != nil {
		return nil, err
	}
	held := r.standing(ctx, h).Held(r.programme(ctx), o.Now)
	return &reward.Buyer{Tier: held.Code, Available: head.State.At(o.Now).Available()}, nil
}

func (r *Root) reward(ctx context.Context, w *reward.Reward) *graph.Reward {
	title := w.Titles.In(locale(ctx))
	out := &graph.Reward{ID: globalID(kindReward, w.ID), Title: title, Image: picture(w.ImagePath, title), Cost: int(w.Cost), Reward: w,
		Kind: string(w.How()), Partner: text(w.Partner.In(locale(ctx))), Category: text(w.Category)}
	if w.LimitPerMember > 0 {
		out.LimitPerMember = ptr(int(w.LimitPerMember))
	}
	if w.Stock != nil {
		out.Stock = ptr(int(*w.Stock))
	}
	if w.MinTier != "" {
		out.TierRequired = r.tierByCode(ctx, w.MinTier)
	}
	return out
}

// MemberCost is what the reward costs the viewer.
func (f rewardFields) MemberCost(ctx context.Context, obj *graph.Reward) (*int, error) {
	b, err := f.buyer(ctx)
	if err != nil || b == nil {
		return nil, err
	}
	return ptr(int(obj.Reward.MemberCost(f.programme(ctx), b.Tier))), nil
}

// Affordable tells whether the viewer has the coins for the reward.
func (f rewardFields) Affordable(ctx context.Context, obj *graph.Reward) (*bool, error) {
	b, err := f.buyer(ctx)
	if err != nil || b == nil {
		return nil, err
	}
	return ptr(obj.Reward.Affordable(f.programme(ctx), b.Tier, b.Available)), nil
}

// MissingCoins is what the viewer still needs for the reward.
func (f rewardFields) MissingCoins(ctx context.Context, obj *graph.Reward) (*int, error) {
	b, err := f.buyer(ctx)
	if err != nil || b == nil {
		return nil, err
	}
	return ptr(int(obj.Reward.MissingCoins(f.programme(ctx), b.Tier, b.Available))), nil
}
