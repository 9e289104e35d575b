package resolvers

import (
	"context"
	"slices"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/phrase"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// grant shows a grant of a standing that was advanced to the operation's moment.
func (r *Root) grant(ctx context.Context, s tier.Standing, g tier.Grant) *graph.TierGrant {
	out := &graph.TierGrant{Tier: r.tierByCode(ctx, g.Tier), Route: string(g.Route), From: g.From,
		State: string(g.StateAt(loaders.From(ctx).Now)), Reason: text(g.Reason)}
	r.ending(ctx, s, g, out)
	if !g.Until.IsZero() {
		out.Until = &g.Until
	}
	code := "grant." + string(g.Route)
	if g.Route == programme.Partner && g.Reason != "" {
		code += ".of" // the reason is the partner's name
	} else if g.Reason != "" {
		return out
	}
	if said := phrase.Say(viewer.From(ctx).Locale, code, g.Reason); said != code {
		out.Reason = &said
	}
	return out
}

// evidence shows what a line of a history rests on; nil on joining, which rests on nothing.
func evidence(ctx context.Context, p *programme.Programme, c tier.Change) *graph.TierEvidence {
	if c.Reason == tier.Joined {
		return nil
	}
	out := &graph.TierEvidence{Growth: int(c.Score / 100), Measures: []*graph.TierMeasure{}, WindowEnd: c.At, Route: text(c.By), ProgrammeVersion: c.Programme}
	if !c.Window.IsZero() {
		out.WindowEnd = c.Window
	}
	if c.Threshold > 0 {
		out.Threshold = ptr(int(c.Threshold / 100))
	}
	counts := []string{}
	for _, m := range c.Measures {
		out.Measures = append(out.Measures, measure(ctx, p, m))
		counts = append(counts, m.Metric)
	}
	if p.Score != nil && c.Threshold > 0 {
		for _, t := range p.Score.Terms {
			counts = append(counts, t.Metric)
		}
	}
	out.WindowStart = windowStart(p, counts, out.WindowEnd)
	return out
}

// windowStart is where the longest window of metrics begins; nil if none has a beginning.
func windowStart(p *programme.Programme, metrics []string, end time.Time) *time.Time {
	var out *time.Time
	for _, code := range metrics {
		var start time.Time
		switch m, _ := p.Metric(code); m.Window {
		case programme.RollingMonths:
			start = clock.AddMonths(end, -m.Length, p.Zone())
		case programme.CalendarYear:
			start = time.Date(end.In(p.Zone()).Year(), 1, 1, 0, 0, 0, 0, p.Zone()).UTC()
		default:
			continue
		}
		if out == nil || start.Before(*out) {
			out = &start
		}
	}
	return out
}

// score is the code and the kind of growth points among measures.
const score = "SCORE"

func measure(ctx context.Context, p *programme.Programme, m tier.Measure) *graph.TierMeasure {
	if m.Metric == "" {
		out := &graph.TierMeasure{Code: score, Kind: score, Current: m.Sum / 100, Required: m.Asked / 100}
		if p.Score != nil {
			out.Name = p.Score.Names.In(locale(ctx))
		}
		return out
	}
	metric, known := p.Metric(m.Metric)
	out := &graph.TierMeasure{Code: m.Metric, Name: m.Metric, Kind: string(metric.Kind), Current: m.Sum, Required: m.Asked}
	if known {
		out.Name = metric.Names.In(locale(ctx))
	}
	return out
}

func (r *Root) challenges(ctx context.Context, h *account.Holder, s tier.Standing) []*graph.TierChallenge {
	out := []*graph.TierChallenge{}
	for _, c := range s.Challenges(r.programme(ctx), h.Profile.JoinedAt, loaders.From(ctx).Now) {
		purpose := "NEWCOMER"
		if c.Restores {
			purpose = "RESTORE"
		}
		node := &graph.TierChallenge{Purpose: purpose, Tier: r.tierByCode(ctx, c.Tier), Required: c.Needed, Done: len(c.Done), Until: c.Until, Tasks: []*graph.TierTask{}}
		for _, code := range c.Tasks {
			node.Tasks = append(node.Tasks, &graph.TierTask{Code: code, Done: slices.Contains(c.Done, code)})
		}
		out = append(out, node)
	}
	return out
}
