// Package worker consumes events: it holds some of the partitions, applies what stands in them, and acknowledges only
// what is written. Any number of workers share the partitions, and take over those of one that died.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"membergate/internal/event"
)

// Apply applies messages of one member and gives those that can never be; an error means that no one knows yet.
type Apply func(ctx context.Context, messages []event.Message) ([]event.Poison, error)

// Meter is told what was done.
type Meter interface {
	// Applied tells that an event became readable so long after it was added; its type may be anything.
	Applied(kind string, after time.Duration)
	// Buried tells that an event went to the dead.
	Buried(kind string)
	// Dropped tells that the oldest of the dead had to go for another one.
	Dropped()
	// Retried tells that events must be applied again, because a store did not answer.
	Retried()
}

// Worker consumes events. Its fields are set before Run.
type Worker struct {
	Streams event.Streams
	Apply   Apply
	Name    string        // its own among all workers
	Life    time.Duration // how long its partitions stay with it when it does not answer
	AtOnce  int           // how many members at once
	Meter   Meter
	Log     *slog.Logger

	slots   *semaphore.Weighted
	readers map[int]*reader // by partition
}

const (
	// Life is how long a partition waits for a worker that died. Renewed three times in it, it is not lost to a pause.
	Life = 3 * time.Second
	// AtOnce keeps a store's commits full without making a member wait for the others.
	AtOnce = 32
	// parting is what a worker gets to give its partitions back when it ends.
	parting = 5 * time.Second
)

// Run consumes until the context ends. Then it finishes what it began and gives its partitions back. A server that is
// away is waited for.
func (w *Worker) Run(ctx context.Context) error {
	w.slots = semaphore.NewWeighted(int64(max(1, w.AtOnce)))
	w.readers = map[int]*reader{}
	tick := time.NewTicker(w.Life / 3)
	defer tick.Stop()
	for {
		if err := w.balance(ctx); err != nil && ctx.Err() == nil {
			w.Log.Warn("events wait: the streams do not answer", "cause", err.Error())
		}
		select {
		case <-ctx.Done():
			return w.part(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// balance renews what the worker holds, gives back what is more than its share, and takes what is free up to it.
func (w *Worker) balance(ctx context.Context) error {
	w.collect(ctx)
	alive, err := w.Streams.Join(ctx, w.Name, w.Life)
	if err != nil {
		return err
	}
	mine := slices.Sorted(maps.Keys(w.readers))
	kept, err := w.Streams.Lease(ctx, w.Name, mine, w.Life)
	if err != nil {
		return err
	}
	reading := 0
	n := w.Streams.Partitions()
	share := (n + max(1, alive) - 1) / max(1, alive)
	for _, p := range mine {
		r := w.readers[p]
		if reading >= share || !slices.Contains(kept, p) {
			r.stop() // collect gives it back when its batch is done
		}
		if r.ctx.Err() == nil {
			reading++
		}
	}
	for _, p := range rand.Perm(n) { // at random, or all workers would ask for the same ones
		if reading >= share {
			break
		}
		if w.readers[p] != nil {
			continue
		}
		got, err := w.Streams.Lease(ctx, w.Name, []int{p}, w.Life)
		if err != nil {
			return err
		}
		if len(got) > 0 {
			w.read(ctx, p)
			reading++
		}
	}
	return nil
}

// read starts reading a partition.
func (w *Worker) read(ctx context.Context, partition int) {
	r := &reader{Worker: w, partition: partition, gone: make(chan struct{})}
	r.ctx, r.stop = context.WithCancel(ctx)
	w.readers[partition] = r
	go func() {
		defer close(r.gone)
		r.run()
	}()
}

// collect gives back the partitions whose readers have ended.
func (w *Worker) collect(ctx context.Context) {
	var ended []int
	for p, r := range w.readers {
		select {
		case <-r.gone:
			ended = append(ended, p)
			delete(w.readers, p)
		default:
		}
	}
	if err := w.Streams.Release(ctx, w.Name, ended); err != nil {
		w.Log.Warn("partitions are given back later: their leases end by themselves", "cause", err.Error())
	}
}

// part ends all readers and gives everything back.
func (w *Worker) part(ctx context.Context) error {
	for _, r := range w.readers {
		r.stop()
	}
	for _, r := range w.readers {
		<-r.gone
	}
	ctx, cancel := context.WithTimeout(ctx, parting)
	defer cancel()
	err := w.Streams.Release(ctx, w.Name, slices.Sorted(maps.Keys(w.readers)))
	if err == nil {
		err = w.Streams.Leave(ctx, w.Name)
	}
	if err != nil {
		return fmt.Errorf("the worker could not say goodbye; its partitions are free in %s: %w", w.Life, err)
	}
	return nil
}
