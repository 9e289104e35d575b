package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"membergate/internal/clock"
	"membergate/internal/community"
	"membergate/internal/order"
	"membergate/internal/supply"
	"membergate/internal/sweep"
)

const (
	// dueEvery is how soon what falls due is seen. Readers show it at once; only what is written waits.
	dueEvery = 5 * time.Second
	// dueAtOnce is how many members or wallets one batch takes: some seconds of work on a slow store, far less than a claim.
	dueAtOnce = 200
	// homesEvery is how soon posts are pushed that are old enough to be. Readers see them at once.
	homesEvery = 2 * time.Second
	// countsEvery is how soon counts are right again that a killed process left: nothing but the number shown waits for it.
	countsEvery = time.Minute
)

// sweeps are what the worker does by itself.
type sweeps struct {
	runner *sweep.Runner
	pushed *pushMeter
	done   *prometheus.CounterVec
	left   *prometheus.CounterVec
	failed *prometheus.CounterVec
	late   *prometheus.GaugeVec
	due    *prometheus.GaugeVec

	deletions deletionMeter
	incidents incidentMeter
}

// newSweeps makes the jobs of these stores. Where events move clocks, nothing is done by the clock; what a killed process
// has left is carried out all the same.
func newSweeps(s Settings, st *stores, rules book, now clock.Clock, log *slog.Logger) *sweeps {
	w := &sweeps{
		pushed: newPushMeter(), deletions: newDeletionMeter(), incidents: newIncidentMeter(),
		done: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_sweep_done_total", Help: "Members or wallets that this process brought up to what was due.",
		}, []string{"sweep"}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_sweep_left_total", Help: "Members or wallets that were due and could not be brought up to it, each time they were tried.",
		}, []string{"sweep"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_sweep_failed_total", Help: "Rounds that ended because a store did not answer.",
		}, []string{"sweep"}),
		late: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "membergate_sweep_late_seconds", Help: "How long the longest waiting thing of the last batch had been due.",
		}, []string{"sweep"}),
		due: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "membergate_sweep_due", Help: "Things that the last batch found due; a full batch means that there are more.",
		}, []string{"sweep"}),
	}
	told := st.noticeService(rules, noticeClock(s, now))
	jobs := []sweep.Job{
		{Name: "outboxes", Every: dueEvery, Round: finishing(st, rules)},
		{Name: "notices", Every: noticesEvery, Round: telling(told, s, now)},
		{Name: "notice walk", Every: dueEvery, Round: walking(told)},
		{Name: "counts", Every: countsEvery, Round: counting(st)},
		{Name: "boards", Every: countsEvery, Round: boarding(st, rules, now)},
		{Name: "deletions", Every: dueEvery, Round: deleting(st, st.closingService(s, rules, now.Now), w.deletions)},
	}
	jobs = append(jobs, sweep.Job{Name: "sessions", Every: sessionsEvery, Round: expiringSessions(st)})
	jobs = append(jobs, sweep.Job{Name: "readings", Every: readingsEvery, Round: expiringReadings(st)})
	jobs = append(jobs, sweep.Job{Name: "data uses", Every: listsEvery, Round: trimming(st, rules)},
		sweep.Job{Name: "exports", Every: dueEvery, Round: archiving(st.exportService(rules))},
		sweep.Job{Name: "incidents", Every: dueEvery, Round: warning(st.incidentService(rules, told), w.incidents)})
	if s.Followers > 0 {
		jobs = append(jobs, sweep.Job{Name: "homes", Every: homesEvery, Round: spreading(s, st)})
	}
	jobs = append(jobs, sweep.Job{Name: "closed accounts", Every: dueEvery, Round: returning(st, rules)})
	if len(st.services) > 0 {
		jobs = append(jobs, sweep.Job{Name: "pushes", Every: noticesEvery, Round: pushing(st.sender(rules, w.pushed, log), now)})
	}
	if !s.SandboxClock.Events {
		jobs = append(jobs,
			sweep.Job{Name: "tiers", Every: dueEvery, Round: settling(st, rules, now)},
			sweep.Job{Name: "coins", Every: dueEvery, Round: lapsing(st, rules, now)},
			sweep.Job{Name: "coupons", Every: dueEvery, Round: expiring(st, rules, now)},
			sweep.Job{Name: "fifths", Every: surveyEvery, Round: surveying(st, rules, now)},
			sweep.Job{Name: "stars", Every: countsEvery, Round: crowning(st, rules, now)})
	}
	w.runner = &sweep.Runner{Claims: st.cache.Claims(), Worker: workerName(), Life: sweep.Life, Jobs: jobs, Meter: w, Log: log}
	return w
}

func (w *sweeps) meters() []prometheus.Collector {
	return append(append(w.pushed.meters(), w.deletions.open, w.deletions.late, w.incidents.untold, w.incidents.late), w.done, w.left, w.failed, w.late, w.due)
}

// Swept implements sweep.Meter.
func (w *sweeps) Swept(job string, b sweep.Batch) {
	w.done.WithLabelValues(job).Add(float64(b.Done))
	w.left.WithLabelValues(job).Add(float64(b.Left))
	w.late.WithLabelValues(job).Set(b.Late.Seconds())
	w.due.WithLabelValues(job).Set(float64(b.Done + b.Left))
}

// Failed implements sweep.Meter.
func (w *sweeps) Failed(job string) { w.failed.WithLabelValues(job).Inc() }

// round is how a job begins a round of batches.
type round = func() func(ctx context.Context) (sweep.Batch, error)

// settling settles tiers, and ends protections and grants, as they fall due.
func settling(st *stores, rules book, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		late := order.Late{Sweep: order.Sweep{Orders: st.orderService(rules), Workers: settleWorkers}}
		return func(ctx context.Context) (sweep.Batch, error) {
			at := now.Now(ctx)
			b, err := late.Batch(ctx, at, dueAtOnce)
			return swept(b, at), err
		}
	}
}

// finishing carries out what processes that were killed have left.
func finishing(st *stores, rules book) round {
	left := &order.Left{Sweep: order.Sweep{Orders: st.orderService(rules), Workers: settleWorkers}}
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			b, err := left.Batch(ctx, dueAtOnce)
			out := swept(b, time.Time{})
			out.More = false // what is seen for the first time is looked at again in a while
			return out, err
		}
	}
}

// counting counts what members marked where a killed process did not come to it.
func counting(st *stores) round {
	service := &community.Service{Store: st.community}
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			n, err := service.Repair(ctx, dueAtOnce)
			return sweep.Batch{Done: n, More: n == dueAtOnce}, err
		}
	}
}

// spreading pushes posts to the lists of those who follow.
func spreading(s Settings, st *stores) round {
	spread := &community.Spreading{Store: st.homes, Homes: st.cache.Homes(), Most: s.Followers, Now: time.Now}
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			n, more, err := spread.Round(ctx)
			return sweep.Batch{Done: n, More: more}, err
		}
	}
}

// swept says what a batch of members did. It was full if it found as many as it asked for.
func swept(b order.Batch, at time.Time) sweep.Batch {
	out := sweep.Batch{Done: b.Done, Left: b.Found - b.Done, More: b.Found > 0, Err: b.Err}
	if !b.Oldest.IsZero() && b.Oldest.Before(at) {
		out.Late = at.Sub(b.Oldest)
	}
	return out
}

// lapsing writes down what happens to wallets by themselves: coins die, holds end, promised coins become available.
func lapsing(st *stores, rules book, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		lapse := supply.Lapse{Wallets: st.orderService(rules).Wallets, Counter: st.counter(rules), AtOnce: settleWorkers,
			Programme: func(at time.Time) string { return rules.At(at).Version }}
		return func(ctx context.Context) (sweep.Batch, error) {
			b, err := lapse.Batch(ctx, now.Now(ctx), dueAtOnce)
			return sweep.Batch{Done: b.Done, Left: b.Found - b.Done, More: b.Found > 0, Err: b.Err}, err
		}
	}
}

// expiring writes down which coupons are over. Readers see it at once.
func expiring(st *stores, rules book, now clock.Clock) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		coupons := st.couponService(rules)
		return func(ctx context.Context) (sweep.Batch, error) {
			at := now.Now(ctx)
			found, done, oldest, err := coupons.Sweep(ctx, at, dueAtOnce)
			out := sweep.Batch{Done: done, Left: found - done, More: found == dueAtOnce && done > 0}
			if !oldest.IsZero() {
				out.Late = at.Sub(oldest)
			}
			return out, err
		}
	}
}

// together runs several things until the context ends or one of them fails.
func together(ctx context.Context, all ...func(context.Context) error) error {
	group, within := errgroup.WithContext(ctx)
	for _, f := range all {
		group.Go(func() error { return f(within) })
	}
	return group.Wait()
}

// workerName is this process's name among all workers.
var workerName = sync.OnceValue(func() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:6])
})
