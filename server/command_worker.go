package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"membergate/internal/supply"
	"membergate/internal/worker"
)

func workerCommand(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "worker",
		Short: "Consume events of other services, settle tiers, expire coins; any number of workers may run",
		Long: "Until it is stopped: consumes the events of other services from their streams; settles tiers and ends protections and\n" +
			"grants as they fall due; writes down which coins have died; and carries out what a worker that was killed has left.\n" +
			"Any number of workers share the work. With SANDBOX_CLOCK=events nothing is done by the clock. Metrics are at\n" +
			"ADMIN_ADDR, unless another process has that address.",
		Args: cobra.NoArgs,
	}
	life := c.Flags().Duration("lease", worker.Life, "how long a partition or a job waits for a worker that died")
	c.RunE = func(run *cobra.Command, _ []string) error {
		if *life < 100*time.Millisecond {
			return errors.New("--lease is " + life.String() + "; allowed is 100ms or longer")
		}
		return p.work(run.Context(), *life)
	}
	return c
}

func (p *program) work(ctx context.Context, life time.Duration) (err error) {
	settings, rules, err := p.configured()
	if err != nil {
		return err
	}
	log := p.logger()
	st, err := openStores(ctx, settings, false, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if err := st.bind(ctx, rules); err != nil {
		return err
	}
	now, err := programmeClock(ctx, settings, st)
	if err != nil {
		return err
	}
	hints := supply.NewHints()
	st.watch(hints)
	within, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	for _, work := range []func(context.Context) error{st.hub.Run, keepSupply(st, rules, hints, log), st.used.Run, st.keepTelling(log), st.keepMarking(log), keepRules(st, rules, log), keepIndex(settings, st, rules, now, log)} {
		beside.Go(func() { _ = work(within) }) // each tells its troubles itself
	}
	defer func() { stop(); beside.Wait() }()
	in := newInbound(settings, st, rules, now, log)
	in.life = life
	if err := st.pushBy(settings, log); err != nil {
		return err
	}
	due := newSweeps(settings, st, rules, now, log)
	if life < worker.Life { // who wants partitions to change hands sooner wants the same of jobs
		due.runner.Life = life
	}
	if l, err := net.Listen("tcp", settings.AdminAddr); err != nil {
		log.Warn("this worker has no admin listener: another process has its address", "ADMIN_ADDR", settings.AdminAddr)
	} else {
		admin := &http.Server{Handler: adminHandler(newMeters(slices.Concat(in.meters(), due.meters(), []prometheus.Collector{lostUses(st.used)})...), in, nil), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout}
		go func() { _ = admin.Serve(l) }() // until it is closed
		defer admin.Close()
	}
	log.Info("the worker consumes events", "partitions", settings.Partitions)
	return together(ctx, in.consume, due.runner.Run)
}
