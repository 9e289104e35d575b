package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"membergate/internal/event"
)

func deadCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "dead", Short: "Show and replay events that could not be applied"}
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List the events that could not be applied, with the reasons",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return p.withDead(c.Context(), p.listDead) },
	}, &cobra.Command{
		Use:     "retry [ENTRY…]",
		Short:   "Put events into their streams again: those named by their entries in the list, or all",
		Example: "  server dead retry\n  server dead retry 1753430400000-0",
		RunE: func(c *cobra.Command, entries []string) error {
			return p.withDead(c.Context(), func(ctx context.Context, s event.Streams) error { return p.retryDead(ctx, s, entries) })
		},
	})
	return c
}

// deadPage is how many of the dead are read at once.
const deadPage = 200

func (p *program) withDead(ctx context.Context, do func(context.Context, event.Streams) error) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.opened(ctx, settings, func(st *stores) error { return do(ctx, st.cache.Events(settings.Partitions)) })
}

func (p *program) listDead(ctx context.Context, s event.Streams) error {
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ENTRY\tSINCE\tEVENT\tTYPE\tMEMBER\tREASON")
	err := eachDead(ctx, s, func(d event.Dead) error {
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.At.Format(time.RFC3339), plain(d.Message.ID), plain(d.Type), plain(d.Member), plain(d.Reason))
		return err
	})
	return errors.Join(err, table.Flush())
}

// retryDead replays what was dead when it began: what dies again does so behind that.
func (p *program) retryDead(ctx context.Context, s event.Streams, entries []string) error {
	var chosen []event.Dead
	missing := slices.Clone(entries)
	err := eachDead(ctx, s, func(d event.Dead) error {
		if len(entries) == 0 || slices.Contains(entries, d.ID) {
			chosen = append(chosen, d)
			missing = slices.DeleteFunc(missing, func(id string) bool { return id == d.ID })
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("entry %s is not among the dead; `dead list` shows them", missing[0])
	}
	for _, d := range chosen {
		if err := s.Revive(ctx, d); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.out, "%d events are in their streams again.\n", len(chosen))
	return nil
}

func eachDead(ctx context.Context, s event.Streams, visit func(event.Dead) error) error {
	for after := ""; ; {
		page, err := s.Buried(ctx, after, deadPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, d := range page {
			if err := visit(d); err != nil {
				return err
			}
			after = d.ID
		}
	}
}

// plain keeps what a stranger wrote from moving a terminal's cursor.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
}
