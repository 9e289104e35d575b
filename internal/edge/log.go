package edge

import (
	"context"
	"log/slog"
	"time"

	"membergate/internal/manifest"
)

// maxNameBytes is how much of an operation's name is kept; the apps' names are under 20.
const maxNameBytes = 64

// finish writes the request's one log line and tells the metrics. Variables, tokens and member ids are in neither.
func (g *Gateway) finish(ctx context.Context, n *notes, status int, began time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	record := Record{
		RequestID: n.id,
		Operation: n.operation[:min(len(n.operation), maxNameBytes)],
		Kind:      n.kind,
		Release:   n.release,
		Released:  n.released,
		Status:    status,
		Codes:     n.codes,
		Cost:      n.cost,
		Mongo:     n.count.Mongo(),
		Redis:     n.count.Redis(),
		Waves:     n.count.Waves(),
		Duration:  time.Since(began),
	}
	g.parts.Observe(record)

	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("requestId", record.RequestID),
		slog.String("operation", record.Operation),
		slog.String("kind", record.Kind),
		slog.Int("status", record.Status),
		slog.Float64("ms", float64(record.Duration.Microseconds())/1000),
		slog.Int("cost", record.Cost),
		slog.Int("mongo", record.Mongo),
		slog.Int("redis", record.Redis),
		slog.Int("waves", record.Waves),
	}
	if n.trace.IsValid() {
		attrs = append(attrs, slog.String("traceId", n.trace.String()))
	}
	if n.release != (manifest.Release{}) {
		attrs = append(attrs, slog.String("app", n.release.String()))
	}
	if len(n.codes) > 0 {
		attrs = append(attrs, slog.Any("codes", n.codes))
	}
	if len(n.causes) > 0 {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("causes", n.causes))
	}
	if n.stack != "" {
		attrs = append(attrs, slog.String("stack", n.stack))
	}
	g.parts.Log.LogAttrs(context.WithoutCancel(ctx), level, "request", attrs...)
}
