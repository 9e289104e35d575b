package main

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/programme"
	"membergate/internal/push"
)

// pushMeter counts what becomes of notices on their way to devices. Its labels are bounded: services and outcomes are those
// of package push, and a kind of notice that no rule makes is "other".
type pushMeter struct {
	sent   *prometheus.CounterVec
	failed *prometheus.CounterVec
	left   *prometheus.CounterVec
}

func newPushMeter() *pushMeter {
	return &pushMeter{
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_pushes_sent_total", Help: "Notices that a push service took for a device.",
		}, []string{"service", "kind"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_pushes_failed_total", Help: "Notices that a push service did not take for a device, each time they were tried, by what it said: LATER is tried again.",
		}, []string{"service", "kind", "outcome"}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "membergate_pushes_left_out_total", Help: "Notices that were to be pushed to a device and are not any more, by the reason.",
		}, []string{"service", "kind", "reason"}),
	}
}

func (m *pushMeter) meters() []prometheus.Collector {
	return []prometheus.Collector{m.sent, m.failed, m.left}
}

// Tried implements push.Meter.
func (m *pushMeter) Tried(device, kind string, o push.Outcome) {
	if o == push.Sent {
		m.sent.WithLabelValues(device, knownNotice(kind)).Inc()
		return
	}
	m.failed.WithLabelValues(device, knownNotice(kind), string(o)).Inc()
}

// LeftOut implements push.Meter.
func (m *pushMeter) LeftOut(device, kind string, why push.Reason) {
	m.left.WithLabelValues(device, knownNotice(kind), string(why)).Inc()
}

func knownNotice(kind string) string {
	if slices.Contains(programme.NoticeCodes(), kind) {
		return kind
	}
	return "other"
}
