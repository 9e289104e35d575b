package main

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/event"
	"membergate/internal/order"
	"membergate/internal/wallet"
	"membergate/internal/worker"
)

// inbound are the events of other services: their streams, what applies them, and what it counts.
type inbound struct {
	streams event.Streams
	service *event.Service
	log     *slog.Logger
	life    time.Duration
	applied *prometheus.CounterVec
	buried  *prometheus.CounterVec
	retried prometheus.Counter
	dropped prometheus.Counter
	missed  *prometheus.CounterVec
	useless *prometheus.CounterVec
	alone   *prometheus.CounterVec
	seconds prometheus.Histogram
}

func newInbound(s Settings, st *stores, rules book, now clock.Clock, log *slog.Logger) *inbound {
	in := &inbound{streams: st.cache.Events(s.Partitions), log: log, life: worker.Life, service: &event.Service{Orders: st.orderService(rules), Hears: st.insightService(rules), Knows: st.vaultService(rules)}}
	if !s.SandboxClock.Events {
		in.service.Now = func() time.Time { return now.Now(context.Background()) }
	}
	in.applied = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_events_applied_total", Help: "Events of other services applied by this process, those told again included.",
	}, []string{"type"})
	in.buried = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_events_buried_total", Help: "Events that can never be applied, put aside by this process.",
	}, []string{"type"})
	in.dropped = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "membergate_events_dropped_total", Help: "Events that were put aside and are gone for good, because too many came after them.",
	})
	in.retried = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "membergate_events_retried_total", Help: "Times that events were applied again because a store did not answer.",
	})
	in.missed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_order_holds_missed_total", Help: "Orders whose hold of coins had ended before they came, by how it ended.",
	}, []string{"state"})
	in.alone = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_invitations_refused_total", Help: "Newcomers whose code of an invitation did not count, by the reason.",
	}, []string{"reason"})
	in.useless = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "membergate_coupons_missed_total", Help: "Coupons that events say were used and that could not be, by their state; \"none\" of those that are not the member's.",
	}, []string{"state"})
	in.service.Orders.Missed = in.miss
	coupons := st.couponService(rules)
	coupons.Missed, in.service.Orders.Coupons = in.missCoupon, coupons
	in.service.Orders.Uninvited = func(why string) { in.alone.WithLabelValues(why).Inc() }
	in.service.Paid = st.ordered(rules, in.service.Now, log)
	in.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "membergate_event_seconds", Help: "Time from adding an event to its stream to its being readable.",
		Buckets: []float64{.005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 30, 300, 3600},
	})
	return in
}

// consume runs a worker until the context ends.
func (in *inbound) consume(ctx context.Context) error {
	w := &worker.Worker{
		Streams: in.streams, Apply: in.service.Apply, Name: workerName(),
		Life: in.life, AtOnce: worker.AtOnce, Meter: in, Log: in.log,
	}
	return w.Run(ctx)
}

// Applied implements worker.Meter.
func (in *inbound) Applied(kind string, after time.Duration) {
	in.applied.WithLabelValues(known(kind)).Inc()
	in.seconds.Observe(after.Seconds())
}

// Buried implements worker.Meter.
func (in *inbound) Buried(kind string) { in.buried.WithLabelValues(known(kind)).Inc() }

// Dropped implements worker.Meter.
func (in *inbound) Dropped() { in.dropped.Inc() }

// Retried implements worker.Meter.
func (in *inbound) Retried() { in.retried.Inc() }

// miss counts a hold that an order could not capture. One that the app settled is as it should be; of the others the
// coins are the member's again, and somebody may want to know.
func (in *inbound) miss(m order.Missed) {
	in.missed.WithLabelValues(string(m.State)).Inc()
	if m.State != wallet.Captured {
		in.log.Warn("an order took no coins: its hold had ended", "order", m.Order, "hold", m.Hold, "state", m.State)
	}
}

// missCoupon counts a coupon that an order is said to have used and that was not to be used then. It stays as it is;
// somebody may want to know what the order took off.
func (in *inbound) missCoupon(m coupon.Missed) {
	state := cmp.Or(string(m.State), "none")
	in.useless.WithLabelValues(state).Inc()
	in.log.Warn("an order has used a coupon that was not to be used", "order", m.Order, "coupon", m.Coupon, "state", state)
}

// known bounds the label: whoever sends made-up types shares one.
func known(kind string) string {
	if slices.Contains(event.Types(), kind) {
		return kind
	}
	return "other"
}

func (in *inbound) meters() []prometheus.Collector {
	return []prometheus.Collector{in.applied, in.buried, in.dropped, in.retried, in.missed, in.useless, in.alone, in.seconds, lag{in.streams}}
}

// lag asks the streams how much waits whenever somebody asks for the numbers; while they are away there are none.
type lag struct{ streams event.Streams }

var (
	waitingEvents = prometheus.NewDesc("membergate_events_waiting", "Events that are not applied yet.", []string{"partition"}, nil)
	oldestEvent   = prometheus.NewDesc("membergate_events_oldest_seconds", "How long the oldest event that is not applied yet has waited.", []string{"partition"}, nil)
	deadEvents    = prometheus.NewDesc("membergate_events_dead", "Events that were put aside because they can never be applied.", nil, nil)
)

// lagWithin bounds the question: whoever collects numbers waits for all of them.
const lagWithin = time.Second

// Describe implements prometheus.Collector.
func (l lag) Describe(out chan<- *prometheus.Desc) {
	out <- waitingEvents
	out <- oldestEvent
	out <- deadEvents
}

// Collect implements prometheus.Collector.
func (l lag) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lagWithin)
	defer cancel()
	waiting, dead, err := l.streams.Lag(ctx)
	if err != nil {
		return
	}
	oldest, err := l.streams.Oldest(ctx)
	if err != nil {
		return
	}
	for p, at := range oldest {
		var age time.Duration
		if !at.IsZero() {
			age = max(0, time.Since(at))
		}
		out <- prometheus.MustNewConstMetric(oldestEvent, prometheus.GaugeValue, age.Seconds(), strconv.Itoa(p))
	}
	for p, n := range waiting {
		out <- prometheus.MustNewConstMetric(waitingEvents, prometheus.GaugeValue, float64(n), strconv.Itoa(p))
	}
	out <- prometheus.MustNewConstMetric(deadEvents, prometheus.GaugeValue, float64(dead))
}
