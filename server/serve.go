package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/edge"
)

const (
	// The public listener's patience: a phone on a bad network sends a small request within these.
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	answerTimeout = 15 * time.Second // three times the longest operation's deadline
	idleTimeout   = 2 * time.Minute
	// maxHeaderBytes holds the longest token that is looked at, and the usual rest.
	maxHeaderBytes = 16 << 10
	// stopWithin is what draining and running requests get; the longest operation has 5 s, and the program has ended after 10.
	stopWithin = 9 * time.Second
)

// sayWithin is how long clients of sockets get to hear that they end.
const sayWithin = time.Second

// server is a gateway with its listeners open.
type server struct {
	parts  *Parts
	ready  *readiness
	lasts  *edge.Gateway // whose sockets outlive their requests
	drain  time.Duration // how long requests are still taken when it stops
	log    *slog.Logger
	public listening
	admin  listening
}

type listening struct {
	net.Listener
	http *http.Server
}

// newServer opens both listeners; requests wait there until run.
func newServer(s Settings, p *Parts, log *slog.Logger) (*server, error) {
	public, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(s.Port)))
	if err != nil {
		return nil, fmt.Errorf("PORT is %d, where this program cannot listen: %w", s.Port, err)
	}
	if public, err = s.TLS.listen(public); err != nil {
		return nil, err
	}
	admin, err := net.Listen("tcp", s.AdminAddr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ADMIN_ADDR is %q, where this program cannot listen: %w", s.AdminAddr, err), public.Close())
	}
	crowd := edge.NewCrowd(s.AtOnce)
	meters := newMeters(append(crowdMeters(crowd), p.Meters...)...)
	ready := newReadiness(p.Checks, log)
	complaints := slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	handler, gateway := publicHandler(s, p, ready, crowd, meters, log)
	out := &server{
		parts: p,
		drain: s.Drain,
		lasts: gateway,
		ready: ready,
		log:   log,
		public: listening{public, &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       bodyTimeout,
			WriteTimeout:      answerTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          complaints,
		}},
		admin: listening{admin, &http.Server{
			Handler:           adminHandler(meters, p.Events, p.Choices), // a profile is written for as long as it was asked for
			ReadHeaderTimeout: headerTimeout,
			IdleTimeout:       idleTimeout,
			ErrorLog:          complaints,
		}},
	}
	out.public.http.RegisterOnShutdown(gateway.Drain)
	return out, nil
}

// run serves until the context ends, then stops in good order: no longer ready, no new connections, what runs is
// finished, what ran beside is ended, the stores are closed.
func (s *server) run(ctx context.Context) error { return s.start(ctx)() }

// start has begun to serve, and what runs beside has begun, when it returns; the function that it gives waits for the
// end of the context and stops.
func (s *server) start(ctx context.Context) (wait func() error) {
	beside, endBeside := context.WithCancel(context.WithoutCancel(ctx))
	group, failed := errgroup.WithContext(beside)
	for _, l := range []listening{s.public, s.admin} {
		group.Go(func() error {
			if err := l.http.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("listening at %s failed: %w", l.Addr(), err)
			}
			return nil
		})
	}
	for _, work := range s.parts.Beside {
		group.Go(func() error {
			if err := work(failed); failed.Err() == nil && err != nil {
				return err
			}
			return nil
		})
	}
	return func() error {
		select {
		case <-ctx.Done():
		case <-failed.Done():
		}
		stopped := s.stop()
		endBeside()
		err := errors.Join(group.Wait(), stopped)
		if s.parts.Close != nil {
			err = errors.Join(err, s.parts.Close())
		}
		return err
	}
}

// stop lets running requests finish. Before the door is shut, balancers get the time to hear that this process is not
// ready any more; connections that are kept open end with their next answer. The admin listener goes last, so that the
// last numbers can be fetched.
func (s *server) stop() error {
	s.ready.stopping.Store(true)
	s.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if s.drain > 0 {
		s.public.http.SetKeepAlivesEnabled(false)
		select {
		case <-ctx.Done():
		case <-time.After(s.drain):
		}
	}
	if err := s.public.http.Shutdown(ctx); err != nil {
		_ = s.public.http.Close()
		_ = s.admin.http.Close()
		return fmt.Errorf("requests were still running after %s and were cut off", stopWithin)
	}
	said, cancel := context.WithTimeout(ctx, sayWithin)
	defer cancel()
	s.lasts.Drained(said)
	return s.admin.http.Close()
}
