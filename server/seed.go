package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/clock"
	"membergate/internal/demo"
	"membergate/internal/fault"
	"membergate/internal/voucher"
)

// demoSeed makes the demo that everybody knows.
const demoSeed = 1

func seedCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "seed", Short: "Fill stores with data"}
	c.AddCommand(&cobra.Command{
		Use:   "demo",
		Short: "Make the demo: members, orders, families, posts and products; it may be stopped and run again",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return p.seedDemo(c.Context()) },
	})
	return c
}

func (p *program) seedDemo(ctx context.Context) error {
	return p.withStores(ctx, func(ctx context.Context, st *stores, settings Settings, rules book) error {
		now, err := programmeClock(ctx, settings, st)
		if err != nil {
			return err
		}
		bar := newBar(p.log, "demo")
		keys, err := settings.Keys()
		if err != nil {
			return err
		}
		made, err := demo.Seed(ctx, st.demo(rules, keys), demo.Options{Seed: demoSeed, Now: now.Now(ctx)}, bar.tell)
		bar.end()
		if err != nil {
			return err
		}
		if _, err := st.counter(rules).Sweep(ctx, time.Now(), func(int) {}); err != nil {
			return err
		}
		if made.Already {
			fmt.Fprintln(p.out, "The demo is there already.")
			return nil
		}
		fmt.Fprintf(p.out, "The demo is made: %d members, %d families, %d orders, %d posts, %d products.\n",
			made.Members, made.Families, made.Orders, made.Posts, made.Products)
		return nil
	})
}

// firstStart makes the demo on empty embedded stores, and goes on with one that was cut short. Stores that hold other
// members are somebody's own, and stay as they are.
func firstStart(ctx context.Context, st *stores, rules book, keys voucher.Sealer, now clock.Clock, log *slog.Logger) error {
	begun, err := demo.Begun(ctx, st.accounts)
	if err != nil {
		return err
	}
	anybody, err := st.accounts.Walk(ctx, "", 1)
	if err != nil || len(anybody) > 0 && !begun {
		return err
	}
	var made demo.Report
	seed := func() (err error) {
		made, err = demo.Seed(ctx, st.demo(rules, keys), demo.Options{Seed: demoSeed, Now: now.Now(ctx)}, nil)
		return err
	}
	if begun {
		err = seed()
	} else {
		err = st.fill(seed) // nobody is served yet, and all of it can be made again
	}
	if fault.Is(err, fault.Conflict) {
		return nil // others have those ids
	}
	if err == nil && !made.Already {
		log.Info("the demo was made", "members", made.Members, "orders", made.Orders, "posts", made.Posts)
	}
	return err
}

func (s *stores) demo(rules book, keys voucher.Sealer) demo.Stores {
	return demo.Stores{
		Accounts: s.accounts, Ledger: s.ledger, Orders: s.orders, Products: s.products, Rewards: s.rewards, Usages: s.usages, Uses: s.uses, Vouchers: s.vouchers, Keys: keys,
		Families: s.families, Community: s.community, Lists: s.cache.Lists(), Book: rules,
	}
}
