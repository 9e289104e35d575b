package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func migrateCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Prepare the stores: indexes; safe to repeat and to run while others serve",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return p.migrate(c.Context()) },
	}
}

func (p *program) migrate(ctx context.Context) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.opened(ctx, settings, func(*stores) error { // opening prepares
		_, err := fmt.Fprintln(p.out, "The stores are prepared.")
		return err
	})
}
