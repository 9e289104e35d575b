// Package clock tells programme time and counts months as people do. Rules never look at a clock: services ask one
// and pass the time on.
package clock

import (
	"context"
	"time"
)

// Clock tells the programme's time, in UTC.
type Clock interface {
	Now(ctx context.Context) time.Time
}

// Func makes a Clock of a function that needs no context.
type Func func() time.Time

// Now is the function's time in UTC, unless the request moved the clock for itself.
func (f Func) Now(ctx context.Context) time.Time {
	if t, ok := ctx.Value(key{}).(time.Time); ok {
		return t
	}
	return f().UTC()
}

// Real is the machine's clock.
func Real() Clock { return Func(time.Now) }

// At is a clock that stands still: for tests and for commands that settle as of a time.
func At(t time.Time) Clock { return Func(func() time.Time { return t }) }

// From is a clock that showed start at the moment it was made and ticks on from there.
func From(start time.Time) Clock {
	made := time.Now()
	return Func(func() time.Time { return start.Add(time.Since(made)) })
}

type key struct{}

// Moved gives a context in which every clock of this package shows t: the sandbox moves one request's time with it.
func Moved(ctx context.Context, t time.Time) context.Context {
	return context.WithValue(ctx, key{}, t.UTC())
}
