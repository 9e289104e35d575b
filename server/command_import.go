package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/account"
	"membergate/internal/invoice"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/supply"
)

func importCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "Bring data in from files"}
	var consents []string
	orders := &cobra.Command{
		Use:   "orders FILE",
		Short: "Import order lines (CSV or CSV.gz); it may be stopped and run again",
		Long: "Imports a file of order lines with the columns " + strings.Join(invoice.Columns, ", ") + ".\n" +
			"It may be stopped anywhere and run again: every order and refund counts once. A wrong row is named with file,\n" +
			"line and column, nothing of its invoice is applied, and the command ends with a non-zero code.",
		Example: "  server import orders orders.csv.gz\n  server import orders orders.csv --consent PERSONALISATION",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.importOrders(c.Context(), args[0], consents) },
	}
	orders.Flags().StringArrayVar(&consents, "consent", nil, "a privacy purpose that the members it creates have agreed to; may be repeated")
	c.AddCommand(orders)
	return c
}

// importWorkers is how many members are imported at once: enough to keep a store's commits full.
const importWorkers = 16

func (p *program) importOrders(ctx context.Context, file string, consents []string) error {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	current := rules.At(p.now())
	read, err := readInvoices(file, current.Zone())
	if err != nil {
		return err
	}
	agreed, err := consented(current, consents, read.Latest)
	if err != nil {
		return err
	}
	i := &invoice.Importer{Consents: agreed, Workers: importWorkers}
	return p.bound(ctx, settings, rules, func(st *stores) error {
		i.Orders, i.Accounts, i.Products = st.orderService(rules), st.accounts, st.products
		sum, err := p.imported(ctx, st, rules, i, read)
		if err != nil {
			return err
		}
		if !settings.EmbeddedRedis() { // what is told there ends with this process
			st.watch(supply.NewHints())
		}
		if _, err := st.counter(rules).Sweep(ctx, time.Now(), func(int) {}); err != nil {
			return err
		}
		census, err := account.Count(ctx, st.accounts, st.ledger, rules, sum.Latest, func(int) {})
		if err != nil {
			return err
		}
		printSummary(p.out, sum, census, current)
		for _, problem := range sum.Problems {
			fmt.Fprintln(p.log, problem)
		}
		if n := len(sum.Problems); n > 0 {
			return fmt.Errorf("%s has %d wrong rows; nothing of their invoices was imported", file, n)
		}
		return nil
	})
}

// imported brings in what was read, and makes the lists of recommendations of it.
func (p *program) imported(ctx context.Context, st *stores, rules book, i *invoice.Importer, read invoice.File) (invoice.Summary, error) {
	bar := newBar(p.log, "members")
	sum, err := i.Import(ctx, read, bar.tell)
	bar.end()
	if err != nil {
		return sum, fmt.Errorf("the import stopped; run it again to go on where it was: %w", err)
	}
	if err := p.recommend(ctx, st, rules, st.cache.Lists(), sum.Latest, false); err != nil {
		return sum, fmt.Errorf("%w; the import itself is done", err)
	}
	return sum, nil
}

func readInvoices(file string, zone *time.Location) (invoice.File, error) {
	in, err := os.Open(file)
	if err != nil {
		return invoice.File{}, err
	}
	defer in.Close()
	return invoice.Read(in, file, zone)
}

// consented are the decisions of imported members, made when the file ends.
func consented(p *programme.Programme, purposes []string, at time.Time) (map[string]member.Consent, error) {
	out := map[string]member.Consent{}
	var allowed []string
	for _, known := range p.Privacy.Purposes {
		allowed = append(allowed, known.Code)
		for _, asked := range purposes {
			if asked == known.Code {
				out[asked] = member.Consent{Granted: true, At: at.UTC(), PolicyVersion: known.PolicyVersion, Source: "import"}
			}
		}
	}
	for _, asked := range purposes {
		if _, ok := out[asked]; !ok {
			return nil, fmt.Errorf("--consent is %q; allowed are %s", asked, strings.Join(allowed, ", "))
		}
	}
	return out, nil
}

// printSummary tells what the file held, and how all members stand at its end.
func printSummary(w io.Writer, s invoice.Summary, c account.Census, p *programme.Programme) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(t, "%s\t%v\n", name, value) }
	fmt.Fprintln(t, "In the file")
	row("  rows", s.Rows)
	row("  of which guests'", s.GuestRows)
	row("  members", s.Members)
	row("  products", s.Products)
	row("  paid orders", s.Paid)
	row("  refunds", s.Refunds)
	row("  paid fen", s.PaidFen)
	row("  refunded fen", s.RefundedFen)
	fmt.Fprintf(t, "All members as of %s\n", s.Latest.In(p.Zone()).Format(time.RFC3339))
	row("  members", c.Members)
	row("  coins earned", c.Earned)
	row("  coins clawed back", c.ClawedBack)
	row("  coins expired", c.Expired)
	row("  coins available", c.Available)
	row("  coins owed", c.Owed)
	for _, tier := range p.Tiers {
		row("  "+tier.Code, c.Tiers[tier.Code])
	}
	row("  protected", c.Protected)
	_ = t.Flush()
}
