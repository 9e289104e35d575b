package loaders

import (
	"context"
	"sync"

	"membergate/internal/trips"
)

// Waves is where the branches of an operation meet. A branch that has said its wants arrives and goes on when they
// have been fetched; one that needs no more leaves.
type Waves struct {
	mu       sync.Mutex
	branches int           // still taking part
	arrived  int           // waiting for the next wave
	next     chan struct{} // closed when that wave has been fetched
	loaders  []interface{ flush() func(context.Context) }
}

// newWaves makes waves of a known number of branches.
func newWaves(branches int) *Waves {
	return &Waves{branches: branches, next: make(chan struct{})}
}

// Branch is one branch's place in the waves. Leaving twice is leaving once.
type Branch struct {
	waves *Waves
	left  bool // guarded by the waves' mutex
}

// Arrive waits until everything wanted by all branches has been fetched, at one go. A branch that has left does not
// wait, and is told so: what it wants is fetched when it is loaded.
func (b *Branch) Arrive(ctx context.Context) bool {
	w := b.waves
	w.mu.Lock()
	if b.left {
		w.mu.Unlock()
		return false
	}
	w.arrived++
	next := w.next
	w.departIfFull(ctx)
	w.mu.Unlock()
	<-next
	return true
}

// Leave says that the branch wants nothing more of the waves.
func (b *Branch) Leave(ctx context.Context) {
	w := b.waves
	w.mu.Lock()
	defer w.mu.Unlock()
	if b.left {
		return
	}
	b.left = true
	w.branches--
	w.departIfFull(ctx)
}

// departIfFull starts the wave once every branch that takes part has arrived. The mutex is held.
func (w *Waves) departIfFull(ctx context.Context) {
	if w.arrived == 0 || w.arrived < w.branches {
		return
	}
	var fetches []func(context.Context)
	for _, l := range w.loaders {
		if f := l.flush(); f != nil {
			fetches = append(fetches, f)
		}
	}
	next := w.next
	w.arrived, w.next = 0, make(chan struct{})
	if len(fetches) > 0 {
		trips.Wave(ctx)
	}
	go func() {
		defer close(next)
		var all sync.WaitGroup
		for _, f := range fetches {
			all.Go(func() { f(ctx) })
		}
		all.Wait()
	}()
}
