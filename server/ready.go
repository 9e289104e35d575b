package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// pingDeadline is what a part gets to answer in: a balancer that asks every second or two must not pile up.
	pingDeadline = 500 * time.Millisecond
	// readyFor is how long an answer is kept, so that asking often does not load the stores.
	readyFor = time.Second
)

// readiness tells a balancer whether to send requests here.
type readiness struct {
	checks   []Check
	log      *slog.Logger
	now      func() time.Time
	stopping atomic.Bool

	mu    sync.Mutex
	until time.Time
	last  state
}

// state is what /readyz answers.
type state struct {
	Ready    bool                 `json:"ready"`
	Stopping bool                 `json:"stopping,omitempty"`
	Parts    map[string]partState `json:"parts"`
}

// partState is one dependency's: its error goes to the log, not to strangers.
type partState struct {
	Ready        bool    `json:"ready"`
	Milliseconds float64 `json:"ms"`
}

func newReadiness(checks []Check, log *slog.Logger) *readiness {
	return &readiness{checks: checks, log: log, now: time.Now}
}

func (r *readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s := r.state(req.Context())
	if r.stopping.Load() {
		s.Ready, s.Stopping = false, true
	}
	status := http.StatusOK
	if !s.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, s)
}

// state asks every part at once, or repeats what was just learned.
func (r *readiness) state(ctx context.Context) state {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now().Before(r.until) {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pingDeadline)
	defer cancel()
	answers := make([]partState, len(r.checks))
	var wg sync.WaitGroup
	for i, check := range r.checks {
		wg.Go(func() {
			began := time.Now()
			err := check.Ping(ctx)
			answers[i] = partState{Ready: err == nil, Milliseconds: float64(time.Since(began).Microseconds()) / 1000}
			if err != nil {
				r.log.Warn("a part does not answer", "part", check.Name, "cause", err.Error())
			}
		})
	}
	wg.Wait()
	s := state{Ready: true, Parts: map[string]partState{}}
	for i, check := range r.checks {
		s.Parts[check.Name] = answers[i]
		s.Ready = s.Ready && answers[i].Ready
	}
	r.last, r.until = s, r.now().Add(readyFor)
	return s
}
