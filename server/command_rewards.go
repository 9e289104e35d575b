package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/reward"
	"membergate/internal/voucher"
)

func rewardsCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "rewards", Short: "Put what is sold for coins on the shelf"}
	c.AddCommand(&cobra.Command{
		Use:   "put FILE.yaml",
		Short: "Add rewards and their slots, each replacing the one with its id",
		Long: "Reads rewards from a YAML file and adds them; those that are there under the same ids are replaced, others stay.\n" +
			"It is safe to repeat. What members have of a stock or a slot stays taken.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withShop(c.Context(), func(ctx context.Context, s shop) error { return s.put(ctx, args[0]) })
		},
	}, &cobra.Command{
		Use:   "codes REWARD FILE",
		Short: "Load a partner's codes, one a line; each is given to one member once",
		Long: "Adds the codes of a file, one a line, to those of a reward of the kind VOUCHER. They are stored sealed and never\n" +
			"printed. It is safe to stop and to repeat: a code that is there is not added again.",
		Example: "  server rewards codes r-cleaning codes-2026-07.txt",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withShop(c.Context(), func(ctx context.Context, s shop) error { return s.codes(ctx, args[0], args[1]) })
		},
	})
	return c
}

// shop is where the commands put things.
type shop struct {
	*program
	stores *stores
	keys   voucher.Sealer
	rules  book
}

func (p *program) withShop(ctx context.Context, do func(context.Context, shop) error) error {
	return p.withStores(ctx, func(ctx context.Context, st *stores, settings Settings, rules book) error {
		keys, err := settings.Keys()
		if err != nil {
			return err
		}
		return do(ctx, shop{p, st, keys, rules})
	})
}

func (s shop) put(ctx context.Context, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the rewards cannot be read: %w", err)
	}
	rewards, slots, err := reward.Parse(text, s.rules.At(s.now()))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for i, r := range rewards {
		if r.Kind == reward.Voucher {
			if err := s.counted(ctx, &rewards[i]); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(s.stores.rewards.PutSlots(ctx, slots), s.stores.rewards.PutAll(ctx, rewards)); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d rewards and %d slots are on the shelf.\n", len(rewards), len(slots))
	return nil
}

// counted makes a reward's codes its stock.
func (s shop) counted(ctx context.Context, r *reward.Reward) error {
	n, err := s.stores.vouchers.Count(ctx, r.ID)
	r.Stock = &n
	return err
}

func (s shop) codes(ctx context.Context, id, file string) error {
	found, err := s.stores.rewards.ByIDs(ctx, []string{id})
	if err != nil {
		return err
	}
	r, known := found[id]
	switch {
	case !known:
		return fmt.Errorf("REWARD is %q; allowed is one that `server rewards put` has put on the shelf", id)
	case r.Kind != reward.Voucher:
		return fmt.Errorf("REWARD is %q of the kind %s; allowed is one of the kind %s", id, r.How(), reward.Voucher)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the codes cannot be read: %w", err)
	}
	added, err := voucher.Load(ctx, s.stores.vouchers, s.keys, id, strings.Split(string(text), "\n"), time.Now().UTC())
	if err == nil {
		// The stock follows the codes: cut short in between, it is too small, and the same command makes it right.
		if err = s.counted(ctx, &r); err == nil {
			err = s.stores.rewards.PutAll(ctx, []reward.Reward{r})
		}
	}
	if err != nil {
		return fmt.Errorf("not all codes could be loaded; run it again: %w", err)
	}
	fmt.Fprintf(s.out, "%d codes were added; %s of %s has %d now, given ones included.\n", added, id, r.Partner.In("en"), *r.Stock)
	return nil
}
