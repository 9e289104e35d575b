package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/reconcile"
)

func reconcileCommand(p *program) *cobra.Command {
	hints, rebuild := false, false
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "Recompute every invariant of the ledger from its entries",
		Long: "Walks every member's ledger and every applied order and refund, and recomputes what must hold. It prints a table\n" +
			"of the rules, and ends with a non-zero code if one of them is broken anywhere. It never changes an entry.\n" +
			"With --repair-hints it first brings what is only derived from ledgers up to them: the count of all coins. With\n" +
			"--rebuild it first works that count out anew; coins may move meanwhile, they are only counted later.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.reconcile(c.Context(), hints, rebuild) },
	}
	c.Flags().BoolVar(&hints, "repair-hints", false, "first count what the count of all coins has not come to yet")
	c.Flags().BoolVar(&rebuild, "rebuild", false, "first work the count of all coins out anew, and put right what was wrong in it")
	return c
}

func (p *program) reconcile(ctx context.Context, hints, rebuild bool) error {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	return p.opened(ctx, settings, func(st *stores) error {
		if err := p.recount(ctx, st, rules, hints, rebuild); err != nil {
			return err
		}
		report, err := p.checked(ctx, st, rules)
		if err != nil {
			return err
		}
		printReport(p.out, report.Rows())
		if report.Behind > 0 {
			fmt.Fprintf(p.log, "The count of all coins has not come to the newest entries of %d wallets yet; it will, or --repair-hints does it now.\n", report.Behind)
		}
		if n := report.Broken(); n > 0 {
			return fmt.Errorf("%d checks of the ledger failed; the table names the first of each rule", n)
		}
		return nil
	})
}

// recount brings the count of all coins up to the ledgers, as far as it was asked.
func (p *program) recount(ctx context.Context, st *stores, rules book, hints, rebuild bool) error {
	if rebuild {
		bar := newBar(p.log, "members counted anew")
		put, err := st.counter(rules).Rebuild(ctx, func(done int) { bar.tell(done, 0) })
		bar.end()
		if err != nil {
			return fmt.Errorf("the count of all coins could not be rebuilt: %w", err)
		}
		fmt.Fprintf(p.out, "The count of all coins is rebuilt: %d wallets looked at, %d marks and %d totals put right.\n", put.Wallets, put.Marks, put.Shards)
	}
	if !hints && !rebuild {
		return nil
	}
	_, err := st.counter(rules).Sweep(ctx, time.Now(), func(int) {})
	return err
}

// checked recomputes every invariant, showing how far it is.
func (p *program) checked(ctx context.Context, st *stores, rules book) (*reconcile.Report, error) {
	began, bars := time.Now(), map[string]*bar{}
	report, err := reconcile.Check(ctx, reconcile.Stores{Accounts: st.accounts, Ledger: st.ledger, Orders: st.orders, Supply: st.supply, Abroad: abroad(rules), Transfers: st.transfers, Orphans: st.personal.Orphans}, rules, func(what string, done int) {
		if bars[what] == nil {
			bars[what] = newBar(p.log, what)
		}
		bars[what].tell(done, 0)
	})
	for _, b := range bars {
		b.end()
	}
	if err != nil {
		return report, fmt.Errorf("the ledgers could not be walked to their end: %w", err)
	}
	fmt.Fprintf(p.log, "took %s\n", time.Since(began).Round(time.Millisecond))
	return report, nil
}

// printReport prints one line for each rule, and the first place where it was broken.
func printReport(w io.Writer, rows []reconcile.Row) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "rule\tchecked\tbroken\tpromise, or where it was broken first")
	for _, r := range rows {
		told := r.Says
		if r.First != "" {
			told = r.First
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", r.Rule, r.Checked, r.Broken, told)
	}
	_ = t.Flush()
}
