package gorse

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Buyer is a member who agreed that purchases make recommendations, with what the member bought, the last thing first.
type Buyer struct {
	ID     member.ID
	Bought []string // stock-keeping units, each once
}

// Shop is for whom and of what lists are filled.
type Shop interface {
	// Products gives the stock-keeping units behind one, in their order; none at the end.
	Products(ctx context.Context, after string) ([]string, error)
	// Buyers gives members who agreed behind one, in the order of their ids, and the last id that was looked at; an empty id
	// at the end.
	Buyers(ctx context.Context, after member.ID) (page []Buyer, last member.ID, err error)
}

// askedAtOnce is how many questions Gorse is asked side by side.
const askedAtOnce = 8

// Fill puts lists of Gorse's answers in the place of others: what is popular, what goes with each product, and the first
// screen and the discoveries of members who agreed. Killed anywhere it has replaced some lists whole and left the others;
// filled again all are replaced. In memory is what is like each product, some megabytes for a thousand of them. It gives how
// many lists were put.
func (c *Client) Fill(ctx context.Context, shop Shop, lists recommend.Lists, version string, tell func(done int)) (made int, err error) {
	put := func(batch map[recommend.Key]recommend.List) error {
		for key, l := range batch {
			l.Version = version
			batch[key] = l
		}
		made += len(batch)
		return lists.Put(ctx, batch)
	}
	popular, err := c.Shelf(ctx, recommend.Longest)
	if err != nil {
		return made, err
	}
	if err := put(map[recommend.Key]recommend.List{recommend.PopularList(recommend.OfProduct): popular}); err != nil {
		return made, err
	}
	near, err := c.fillSimilar(ctx, shop, put)
	if err != nil {
		return made, err
	}
	alike := func(_ context.Context, sku string, _ int) ([]scored, error) { return near[sku], nil }
	done := 0
	for after := member.ID(""); ; {
		page, last, err := shop.Buyers(ctx, after)
		if err != nil || last == "" {
			return made, err
		}
		for part := range slices.Chunk(page, askedAtOnce) {
			own := make([]recommend.List, len(part))
			group, within := errgroup.WithContext(ctx)
			for n, b := range part {
				group.Go(func() (err error) {
					own[n], err = c.member(within, b.ID, b.Bought, recommend.Longest, alike)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				return made, err
			}
			batch := map[recommend.Key]recommend.List{}
			for n, b := range part {
				batch[recommend.MemberList(b.ID, recommend.Home)] = own[n]
				batch[recommend.MemberList(b.ID, recommend.Discover)] = without(own[n], b.Bought)
			}
			if err := put(batch); err != nil {
				return made, err
			}
			if done += len(part); tell != nil {
				tell(done)
			}
		}
		after = last
	}
}

// fillSimilar puts what goes with each product, and gives what Gorse says is like it.
func (c *Client) fillSimilar(ctx context.Context, shop Shop, put func(map[recommend.Key]recommend.List) error) (map[string][]scored, error) {
	near := map[string][]scored{}
	for after := ""; ; {
		page, err := shop.Products(ctx, after)
		if err != nil || len(page) == 0 {
			return near, err
		}
		for part := range slices.Chunk(page, askedAtOnce) {
			found := make([][]scored, len(part))
			group, within := errgroup.WithContext(ctx)
			for n, sku := range part {
				group.Go(func() (err error) {
					found[n], err = c.alike(within, sku, recommend.Longest)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				return near, err
			}
			batch := map[recommend.Key]recommend.List{}
			for n, sku := range part {
				near[sku] = found[n]
				batch[recommend.SimilarList(product(sku))] = beside(sku, found[n])
			}
			if err := put(batch); err != nil {
				return near, err
			}
		}
		after = page[len(page)-1]
	}
}

// without leaves out of a list what was bought.
func without(l recommend.List, bought []string) recommend.List {
	l.Items = slices.DeleteFunc(slices.Clone(l.Items), func(i recommend.Item) bool { return slices.Contains(bought, i.ID) })
	return l
}
