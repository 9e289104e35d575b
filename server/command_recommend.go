package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/recommend"
)

func recommendCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "recommend", Short: "Make recommendations, hand them out, and see how good they are"}
	var at, surface, from, until string
	var first int
	var all bool
	build := &cobra.Command{
		Use:   "build",
		Short: "Make the lists of recommendations anew",
		Long: "Makes what is popular, what goes with each product and the lists of members who agreed to " + recommend.Purpose + ", from the\n" +
			"paid orders up to a time, and lists of posts from what is hot now and the topics that they follow. It is safe to repeat; while it runs the older lists are shown.\n" +
			"What everybody is shown is made whole each time; of members' lists those of who bought something or said yes since the last\n" +
			"time, and of the others a fifth each day. One that was killed is gone on with for a day.",
		Example: "  server recommend build --at 2011-10-31T17:19:00+08:00",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			when, err := moment("--at", at)
			if err != nil {
				return err
			}
			return p.withStores(c.Context(), func(ctx context.Context, st *stores, _ Settings, rules book) error {
				return p.recommend(ctx, st, rules, st.cache.Lists(), when, !all)
			})
		},
	}
	build.Flags().StringVar(&at, "at", "", "nothing bought later counts, RFC 3339; default: the newest order")
	build.Flags().BoolVar(&all, "all", false, "make every member's list, and learn anew what speaks for a product")
	export := &cobra.Command{
		Use:   "export FILE",
		Short: "Write every member's list as JSON: {member: [sku, …]}",
		Long: "Writes the first places of every member's list into a file, so that anybody can measure them. Members who did not\n" +
			"agree to " + recommend.Purpose + " have what is popular, as in the apps.",
		Example: "  server recommend export --surface discover --first 10 lists.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			shelf, ok := map[string]recommend.Surface{"home": recommend.Home, "discover": recommend.Discover}[surface]
			if !ok {
				return fmt.Errorf("--surface is %q; allowed are home and discover", surface)
			}
			if first < 1 || first > recommend.Longest {
				return fmt.Errorf("--first is %d; allowed are 1 to %d", first, recommend.Longest)
			}
			return p.withStores(c.Context(), func(ctx context.Context, st *stores, _ Settings, _ book) error {
				return p.export(ctx, st, shelf, first, args[0])
			})
		},
	}
	export.Flags().StringVar(&surface, "surface", "home", "home (any product) or discover (nothing bought before)")
	export.Flags().IntVar(&first, "first", 10, "places of each list")
	evaluate := &cobra.Command{
		Use:   "evaluate FILE",
		Short: "Make lists of a file's orders before a date, and measure them by its orders after it",
		Long: "Reads a file of order lines as import does, makes lists of what was bought before a date, and prints how much of what\n" +
			"the same members bought from then on stands on the first ten places, beside the lists of plain rivals. It stores nothing.",
		Example: "  server recommend evaluate orders.csv.gz --from 2011-09-22",
		Args:    cobra.ExactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return p.evaluate(args[0], from, until) },
	}
	evaluate.Flags().StringVar(&from, "from", "", "the date, YYYY-MM-DD in the programme's zone; what is bought from then on is to be foretold")
	evaluate.Flags().StringVar(&until, "until", "", "what is bought from this date on counts no more; default: the file's end")
	c.AddCommand(build, export, evaluate, gorseCommand(p))
	return c
}

// moment reads a time; an empty text is no time.
func moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is %q; allowed is a time such as 2011-10-31T17:19:00+08:00", flag, text)
	}
	return at, nil
}

// export writes the lists page by page: what is in memory stays small however many members there are.
func (p *program) export(ctx context.Context, st *stores, shelf recommend.Surface, first int, file string) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	w := bufio.NewWriter(out)
	bar := newBar(p.log, "members")
	defer bar.end()
	done := 0
	for after := member.ID(""); ; {
		page, err := st.accounts.Walk(ctx, after, walkPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		who := make([]member.Profile, len(page))
		for n, h := range page {
			who[n] = h.Profile
		}
		lists, err := recommend.Heads(ctx, st.cache.Lists(), shelf, first, who)
		if err != nil {
			return err
		}
		for _, h := range page {
			line, err := json.Marshal(lists[h.Profile.ID])
			if err != nil {
				return err
			}
			name, err := json.Marshal(h.Profile.ID)
			if err != nil {
				return err
			}
			before := ",\n"
			if done == 0 {
				before = "{"
			}
			fmt.Fprintf(w, "%s%s:%s", before, name, line)
			done++
		}
		bar.tell(done, 0)
		after = page[len(page)-1].Profile.ID
	}
	if done == 0 {
		fmt.Fprint(w, "{")
	}
	fmt.Fprintln(w, "}")
	return w.Flush()
}

func (p *program) evaluate(file, from, until string) error {
	_, rules, err := p.configured()
	if err != nil {
		return err
	}
	zone := rules.At(p.now()).Zone()
	start, err := time.ParseInLocation(time.DateOnly, from, zone)
	if err != nil {
		return fmt.Errorf("--from is %q; allowed is a date such as 2011-09-22", from)
	}
	read, err := readInvoices(file, zone)
	if err != nil {
		return err
	}
	end := read.Latest.Add(time.Second)
	if until != "" {
		if end, err = time.ParseInLocation(time.DateOnly, until, zone); err != nil {
			return fmt.Errorf("--until is %q; allowed is a date such as 2011-11-01", until)
		}
	}
	var paid []order.Event
	for _, buyer := range read.Buyers {
		paid = append(paid, buyer.Events...)
	}
	contests, err := recommend.Evaluate(paid, start, end, 10)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Lists of what was bought before %s, measured by what %d members bought from then on\n\n", from, contests[0].Members)
	t := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "goal\tlists\thit@10\trecall@10\tndcg@10\tdistinct\tcoverage\tmembers")
	for _, c := range contests {
		fmt.Fprintf(t, "%s\t%s\t%.3f\t%.3f\t%.3f\t%d\t%.3f\t%d\n", c.Goal, c.Maker, c.Hit, c.Recall, c.NDCG, c.Distinct, c.Coverage, c.Members)
	}
	return t.Flush()
}
