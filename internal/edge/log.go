package edge

import (
	"context"
	"log/slog"
	"regexp"
	"time"

	"membergate/internal/manifest"
	"membergate/internal/redact"
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
		attrs = append(attrs, slog.Any("causes", n.told()))
	}
	if n.stack != "" {
		attrs = append(attrs, slog.String("stack", redact.Text(n.stack)))
	}
	g.parts.Log.LogAttrs(context.WithoutCancel(ctx), level, "request", attrs...)
}

// literals are the texts that stand in a document itself.
var literals = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)

// told gives the causes without what the caller sent: an error's text may repeat it, and it may be anything of anybody's.
func (n *notes) told() []string {
	var said []string
	if n.params != nil {
		said = redact.Said(n.params.Variables)
		for _, text := range literals.FindAllString(n.params.Query, -1) {
			said = append(said, text[1:len(text)-1])
		}
	}
	out := make([]string, len(n.causes))
	for i, cause := range n.causes {
		out[i] = redact.Text(cause, said...)
	}
	return out
}
