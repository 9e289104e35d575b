package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/edge"
)

// breakerMeters tells which stores are taken to be away. The labels are the parts that /readyz names.
func (s *stores) breakerMeters() (out []prometheus.Collector) {
	for _, g := range s.breakers {
		part := prometheus.Labels{"part": g.Part()}
		out = append(out,
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "membergate_breaker_open", Help: "Servers of a part that are not asked now, because they do not answer.", ConstLabels: part,
			}, func() float64 { return float64(g.Open()) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "membergate_breaker_opened_total", Help: "How often a server of a part was found not to answer any more.", ConstLabels: part,
			}, func() float64 { return float64(g.Opened()) }),
			prometheus.NewCounterFunc(prometheus.CounterOpts{
				Name: "membergate_breaker_refused_total", Help: "Calls to a part that were refused at once, because it does not answer.", ConstLabels: part,
			}, func() float64 { return float64(g.Refused()) }))
	}
	return out
}

// crowdMeters tells how many requests run at once, and how many were turned away.
func crowdMeters(c *edge.Crowd) []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "membergate_requests_running", Help: "GraphQL requests that run now.",
		}, func() float64 { return float64(c.Inside()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "membergate_requests_turned_away_total", Help: "GraphQL requests that were not begun, because too many ran at once.",
		}, func() float64 { return float64(c.Refused()) }),
	}
}
