package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"membergate/internal/gorse"
	"membergate/internal/member"
	"membergate/internal/recommend"
)

func gorseCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "gorse",
		Short: "Fill lists of recommendations with a Gorse server's answers",
		Long: "Asks the Gorse server of GORSE_URL what is popular, what is like each product, and what it recommends to members who agreed\n" +
			"to " + recommend.Purpose + ", and puts that in the place of the lists that build made. It is safe to repeat. Gorse must have been told of the\n" +
			"purchases before: its items are stock-keeping units and its users members' ids.",
		Example: "  GORSE_URL=http://gorse:8088 GORSE_ITEM_TO_ITEM=bought_together GORSE_NON_PERSONALIZED=most_bought server recommend gorse",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			settings, rules, err := p.configured()
			if err != nil {
				return err
			}
			client, err := settings.Gorse.client()
			if err != nil {
				return err
			}
			ctx := c.Context()
			return p.bound(ctx, settings, rules, func(st *stores) error {
				bar := newBar(p.log, "members")
				made, err := client.Fill(ctx, gorseShop{st}, st.cache.Lists(), "gorse-"+p.now().UTC().Format("20060102T150405"), func(done int) { bar.tell(done, 0) })
				bar.end()
				if err != nil {
					return fmt.Errorf("the lists could not all be filled, %d were: %w", made, err)
				}
				fmt.Fprintf(p.log, "recommendations: %d lists of Gorse's answers\n", made)
				return nil
			})
		},
	}
}

// gorseShop is a gorse.Shop of these stores.
type gorseShop struct{ st *stores }

// gorseOrders is how many of a member's last orders say what the member bought.
const gorseOrders = 1000

// Products implements gorse.Shop.
func (g gorseShop) Products(ctx context.Context, after string) ([]string, error) {
	page, err := g.st.products.Walk(ctx, after, goodsPage)
	out := make([]string, len(page))
	for n, p := range page {
		out[n] = p.SKU
	}
	return out, err
}

// Buyers implements gorse.Shop.
func (g gorseShop) Buyers(ctx context.Context, after member.ID) (out []gorse.Buyer, last member.ID, err error) {
	page, err := g.st.accounts.Walk(ctx, after, walkPage)
	if err != nil || len(page) == 0 {
		return nil, "", err
	}
	var agreed []member.ID
	for _, h := range page {
		if last = h.Profile.ID; h.Profile.Agreed(recommend.Purpose) {
			agreed = append(agreed, last)
		}
	}
	bought, err := g.st.orders.Purchases(ctx, agreed, gorseOrders)
	if err != nil {
		return nil, "", err
	}
	for _, id := range agreed {
		b, seen := gorse.Buyer{ID: id}, map[string]bool{}
		for _, r := range bought[id] {
			for _, l := range r.Event.Lines {
				if !seen[l.SKU] {
					seen[l.SKU] = true
					b.Bought = append(b.Bought, l.SKU)
				}
			}
		}
		out = append(out, b)
	}
	return out, last, nil
}
