package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/incident"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/sweep"
)

// incidentService tells members of these stores what happened to their data; without a teller it only lists that.
func (s *stores) incidentService(book book, told *notice.Service) *incident.Service {
	out := &incident.Service{Store: s.incidents, Book: book, Log: s.used, Now: time.Now}
	if told != nil {
		out.Tell = func(ctx context.Context, in incident.Incident, who []member.ID) ([]member.ID, error) {
			return told.TellIncident(ctx, notice.Incident{ID: in.ID, At: in.NoticedAt}, who)
		}
	}
	return out
}

// incidentMeter shows whether whoever must be told in time is.
type incidentMeter struct{ untold, late prometheus.Gauge }

func newIncidentMeter() incidentMeter {
	return incidentMeter{
		untold: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "membergate_incident_untold", Help: "Members who have no notice yet of an incident that concerns their data.",
		}),
		late: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "membergate_incident_overdue", Help: "Those of them who should have one by now. Alert on anything above 0.",
		}),
	}
}

// warning tells members of incidents that concern their data. The hours for it are real time.
func warning(service *incident.Service, meter incidentMeter) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			b, err := service.Round(ctx, dueAtOnce)
			if err == nil {
				meter.untold.Set(float64(b.Untold))
				meter.late.Set(float64(b.Late))
			}
			return sweep.Batch{Done: b.Told, Left: b.Found - b.Told, More: b.Found == dueAtOnce && b.Told > 0}, err
		}
	}
}
