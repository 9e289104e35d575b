package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func serveCommand(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the gateway (the default)",
		Args:  cobra.NoArgs,
	}
	worker := c.Flags().Bool("worker", false, "consume events in this process too (default: with embedded stores)")
	c.RunE = func(run *cobra.Command, _ []string) error {
		settings, err := p.settings()
		if err != nil {
			return err
		}
		settings.Worker = *worker
		if !run.Flags().Changed("worker") {
			settings.Worker = settings.EmbeddedMongo() || settings.EmbeddedRedis() // no other process can
		}
		return p.serve(run.Context(), settings)
	}
	return c
}

func (p *program) serve(ctx context.Context, settings Settings) error {
	log := p.logger()
	parts, err := p.build(ctx, settings, log)
	if err != nil {
		return err
	}
	server, err := newServer(settings, parts, log)
	if err != nil {
		if parts.Close != nil {
			err = errors.Join(err, parts.Close())
		}
		return err
	}
	if err := p.announce(ctx, parts, server.public.Addr()); err != nil {
		log.Warn("the demo members cannot be listed", "cause", err.Error())
	}
	return server.run(ctx)
}

// announce tells a developer where to look and whom to be.
func (p *program) announce(ctx context.Context, parts *Parts, at net.Addr) error {
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Membergate serves http://localhost:%s/graphql\n", port)
	if parts.Explorer != nil {
		fmt.Fprintf(p.out, "Explorer          http://localhost:%s/\n", port)
	}
	if parts.Demo == nil {
		return nil
	}
	members, err := parts.Demo(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, "\nDemo members, with tokens for \"Authorization: Bearer TOKEN\":")
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, m := range members {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Tier, m.Member, m.Name, m.Token)
	}
	return table.Flush()
}
