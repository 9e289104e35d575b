// Package sweep does again and again what falls due by itself: tiers are settled, coins die, what a process that was
// killed has left is carried out. Any number of processes run it; each kind of work is one process's at a time, as long
// as it lives.
package sweep

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Batch is what one bounded piece of work did.
type Batch struct {
	Done int           // things that are done
	Left int           // things that could not be done, which are tried again later
	More bool          // there may be more to do at once
	Late time.Duration // how long the longest waiting thing had been due; 0 where nothing was
	Err  error         // of one of those that are left
}

// Job is one kind of work.
type Job struct {
	Name  string
	Every time.Duration // how soon it is looked at again when there is nothing to do
	// Round begins a round of batches, which ends at the first that has no more to do.
	Round func() func(ctx context.Context) (Batch, error)
}

// Claims say who does a kind of work.
type Claims interface {
	// Claim takes a kind of work that nobody has, or renews it, for a while; false is somebody else's.
	Claim(ctx context.Context, job, worker string, life time.Duration) (bool, error)
	// Drop gives it back; that of others stays theirs.
	Drop(ctx context.Context, job, worker string) error
}

// Meter is told what was done.
type Meter interface {
	// Swept tells of a batch.
	Swept(job string, b Batch)
	// Failed tells that a round ended early.
	Failed(job string)
}

// Runner does jobs.
type Runner struct {
	Claims Claims
	Worker string        // its own name among all
	Life   time.Duration // how long a job stays with a worker that does not answer
	Jobs   []Job
	Meter  Meter
	Log    *slog.Logger
}

// Life is how long a job waits for a worker that died; a batch takes far less. Where one takes longer, two do the same
// for a while, which does nothing twice.
const Life = 15 * time.Second

// parting is what giving jobs back may take when a process ends.
const parting = 2 * time.Second

// Run does the jobs until the context ends, and gives them back. A store that is away is waited for.
func (r *Runner) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, j := range r.Jobs {
		all.Go(func() { r.keep(ctx, j) })
	}
	all.Wait()
	return nil
}

func (r *Runner) keep(ctx context.Context, j Job) {
	tick := time.NewTicker(j.Every)
	defer tick.Stop()
	held := false
	for {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		if ctx.Err() != nil {
			break
		}
		var err error
		if held, err = r.Claims.Claim(ctx, j.Name, r.Worker, r.Life); err == nil && held {
			err = r.round(ctx, j)
		}
		if err != nil && ctx.Err() == nil {
			r.Meter.Failed(j.Name)
			r.Log.Warn("a sweep waits", "sweep", j.Name, "cause", err.Error())
		}
	}
	if !held {
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	if err := r.Claims.Drop(last, j.Name, r.Worker); err != nil {
		r.Log.Warn("a sweep could not be given back; it is free soon", "sweep", j.Name, "cause", err.Error())
	}
}

// round does batches until there is no more to do. The claim is renewed before each of them; whoever has lost it stops.
func (r *Runner) round(ctx context.Context, j Job) error {
	next := j.Round()
	for {
		b, err := next(ctx)
		r.Meter.Swept(j.Name, b)
		if b.Err != nil {
			r.Log.Warn("a sweep leaves something for later", "sweep", j.Name, "left", b.Left, "cause", b.Err.Error())
		}
		if err != nil || !b.More || ctx.Err() != nil {
			return err
		}
		if held, err := r.Claims.Claim(ctx, j.Name, r.Worker, r.Life); err != nil || !held {
			return err
		}
	}
}
