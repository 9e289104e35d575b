package sweep_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"membergate/internal/sweep"
)

// claims are held until they are dropped, or until their holder is told to have died.
type claims struct {
	mu     sync.Mutex
	holder map[string]string
}

func (c *claims) Claim(_ context.Context, job, worker string, _ time.Duration) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.holder[job]; h != "" && h != worker {
		return false, nil
	}
	c.holder[job] = worker
	return true, nil
}

func (c *claims) Drop(_ context.Context, job, worker string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holder[job] == worker {
		delete(c.holder, job)
	}
	return nil
}

// meter adds batches up.
type meter struct {
	mu     sync.Mutex
	done   int
	failed int
}

func (m *meter) Swept(_ string, b sweep.Batch) { m.mu.Lock(); m.done += b.Done; m.mu.Unlock() }
func (m *meter) Failed(string)                 { m.mu.Lock(); m.failed++; m.mu.Unlock() }

// work is a heap of things to do, taken in batches of three.
type work struct {
	mu     sync.Mutex
	left   int
	by     map[string]int
	errs   int           // batches that fail first
	empty  chan struct{} // closed when nothing is left
	closed bool
}

func (w *work) job(worker string) sweep.Job {
	return sweep.Job{Name: "heap", Every: time.Millisecond, Round: func() func(context.Context) (sweep.Batch, error) {
		return func(context.Context) (sweep.Batch, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.errs > 0 {
				w.errs--
				return sweep.Batch{}, errors.New("away")
			}
			n := min(3, w.left)
			w.left -= n
			w.by[worker] += n
			if w.left == 0 && !w.closed {
				w.closed = true
				close(w.empty)
			}
			return sweep.Batch{Done: n, More: n > 0}, nil
		}
	}}
}

// run runs a worker until its end is called.
func run(t *testing.T, w *work, c sweep.Claims, m sweep.Meter, name string) (end func()) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	r := &sweep.Runner{Claims: c, Worker: name, Life: time.Hour, Jobs: []sweep.Job{w.job(name)}, Meter: m, Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- r.Run(ctx) }()
	return sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestOneOfManyDoesAKindOfWorkAndAnotherGoesOn(t *testing.T) {
	c, m := &claims{holder: map[string]string{"heap": "dead"}}, &meter{}
	w := &work{left: 100, by: map[string]int{}, errs: 2, empty: make(chan struct{})}
	endA, endB := run(t, w, c, m, "a"), run(t, w, c, m, "b")
	defer endA()
	defer endB()
	_ = c.Drop(t.Context(), "heap", "dead") // its life is over
	<-w.empty
	w.mu.Lock()
	if len(w.by) != 1 {
		t.Errorf("the work was done by %v; want one of both", w.by)
	}
	first := "a"
	if w.by["b"] > 0 {
		first = "b"
	}
	w.left, w.closed, w.empty = 50, false, make(chan struct{})
	again := w.empty
	w.mu.Unlock()
	if first == "a" { // it ends and gives back
		endA()
	} else {
		endB()
	}
	<-again
	endA()
	endB()
	if m.done != 150 || m.failed != 2 {
		t.Errorf("%d were done and %d rounds failed; want 150 and 2", m.done, m.failed)
	}
	if len(c.holder) > 0 {
		t.Errorf("after the end, %v is held", c.holder)
	}
}
