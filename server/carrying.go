package main

import (
	"context"
	"log/slog"
	"time"
)

const (
	// tellAfter is how long changes are gathered before devices are told: an order changes a wallet and an account at once.
	tellAfter = 20 * time.Millisecond
)

// carrier gathers what follows from this process's changes, until it is carried out for all of them together.
type carrier interface {
	Told() <-chan struct{} // gives something when there is anything
	Carry(ctx context.Context) error
}

// keepCarrying carries out what gathers for a while, until the context ends; what there is then it still does. The log says
// what if it cannot, and what becomes of the last ones if they are lost.
func keepCarrying(c carrier, after time.Duration, what, lost string, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				lastly, end := context.WithTimeout(context.WithoutCancel(ctx), supplyLastly)
				defer end()
				if err := c.Carry(lastly); err != nil {
					log.Warn("the last "+what+" are lost; "+lost, "cause", err.Error())
				}
				return nil
			case <-c.Told():
				wait(ctx, after)
				if err := c.Carry(ctx); err != nil && ctx.Err() == nil {
					log.Warn(what+" cannot be handed on now; they will be", "cause", err.Error())
					wait(ctx, supplyAfter)
				}
			}
		}
	}
}

// keepTelling tells devices what this process changes.
func (s *stores) keepTelling(log *slog.Logger) func(context.Context) error {
	return keepCarrying(s.relay, tellAfter, "changes for devices", "the next process tells them", log)
}

// keepMarking marks members whom this process changes.
func (s *stores) keepMarking(log *slog.Logger) func(context.Context) error {
	return keepCarrying(s.marks, marksAfter, "marks for notices", "a walk finds them", log)
}

// wait lasts a while, or until the context ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
