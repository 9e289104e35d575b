package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/order"
	"membergate/internal/supply"
	"membergate/internal/tier"
)

func settleCommand(p *program) *cobra.Command {
	var at string
	c := &cobra.Command{
		Use:   "settle --at TIME",
		Short: "Settle all members' tiers as of a time; safe to stop and to repeat",
		Long: "Applies the settlements, ends of protections and ends of grants that are due by TIME (RFC 3339) to every member.\n" +
			"It may be stopped anywhere and run again, and members may read and buy meanwhile. With SANDBOX_CLOCK=events it\n" +
			"moves every member's clock on to TIME. Otherwise it then reviews the inflation index of the period that ended\n" +
			"last, if nobody has.",
		Example: "  server settle --at 2026-10-01T00:00:00+08:00",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.settle(c.Context(), at) },
	}
	c.Flags().StringVar(&at, "at", "", "the time, such as 2026-10-01T00:00:00+08:00")
	_ = c.MarkFlagRequired("at") // fails for unknown flags only
	return c
}

// settleWorkers is how many members are settled at once: enough to keep a store's commits full. With twice as many, whoever
// redeems meanwhile on the embedded store waits three times as long.
const settleWorkers = 64

func (p *program) settle(ctx context.Context, when string) error {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, when)
	if err != nil {
		return fmt.Errorf("--at is %q; allowed is a time as RFC 3339, such as 2026-10-01T00:00:00+08:00", when)
	}
	if now := p.now(); settings.Production && at.After(now) {
		return fmt.Errorf("--at is %q; allowed are times up to now, %s: what has not come cannot be settled", when, now.UTC().Format(time.RFC3339))
	}
	return p.bound(ctx, settings, rules, func(st *stores) error { return p.settled(ctx, st, settings, rules, at) })
}

// settled settles all members, and reviews the index where real time passes.
func (p *program) settled(ctx context.Context, st *stores, settings Settings, rules book, at time.Time) error {
	hints := supply.NewHints()
	st.watch(hints)
	bar := newBar(p.log, "members")
	sweep := order.Sweep{Orders: st.orderService(rules), Workers: settleWorkers, Progress: bar.tell}
	if err := st.admissionService(rules).Finish(ctx, at.UTC()); err != nil {
		return fmt.Errorf("seats that were taken could not be given; run it again: %w", err)
	}
	settled, err := sweep.Settle(ctx, at.UTC(), settings.SandboxClock.Events)
	bar.end()
	if err != nil {
		return fmt.Errorf("the settlement stopped; run it again to go on where it was: %w", err)
	}
	if err := errors.Join(st.relay.Carry(ctx), st.counter(rules).Fold(ctx, hints.Take())); err != nil {
		return fmt.Errorf("all are settled, but not all of it could be counted or told; the next process will: %w", err)
	}
	printSettled(p.out, settled, at)
	if settings.Replays() {
		return nil // the index is for the real course of time
	}
	if _, err := st.counter(rules).Sweep(ctx, time.Now(), func(int) {}); err != nil {
		return err
	}
	present := p.now()
	if at.After(present) {
		present = at
	}
	if err := st.review(ctx, rules, present, p.logger()); err != nil {
		return fmt.Errorf("the inflation index could not be reviewed; run it again: %w", err)
	}
	return nil
}

// printSettled tells what a settlement did.
func printSettled(w io.Writer, s order.Settled, at time.Time) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Settled as of %s\n", at.Format(time.RFC3339))
	row := func(name string, n int) { fmt.Fprintf(t, "  %s\t%d\n", name, n) }
	row("members looked at", s.Members)
	row("left unfinished before", s.Finished)
	row("rose", s.Changes[tier.Upgraded])
	row("fell short", s.Changes[tier.FellShort])
	row("restored", s.Changes[tier.Restored])
	row("fell", s.Changes[tier.Downgraded])
	_ = t.Flush()
}
