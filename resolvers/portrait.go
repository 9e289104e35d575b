package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/datause"
	"membergate/loaders"
)

// Portrait is what is made of the member's doings, while the member agrees to that.
func (f privacyFields) Portrait(ctx context.Context, obj *graph.Privacy) (*graph.PrivacyPortrait, error) {
	h, err := f.holder(ctx)
	if err != nil || h.Profile.ID != obj.Profile.ID {
		return nil, err
	}
	now := *h
	now.Profile = obj.Profile // a change that this request made counts
	p, err := f.Insight.Portrait(ctx, now, loaders.From(ctx).Now)
	if err != nil || p == nil {
		return nil, err
	}
	purpose := f.programme(ctx).Insight.Purpose
	f.noted(ctx, purpose, datause.Portrait, datause.Painter)
	if len(p.Tags) > 0 {
		f.noted(ctx, purpose, datause.Tags, datause.Painter)
	}
	out := &graph.PrivacyPortrait{Days: int(p.Days), Stage: text(p.Stage), CategoryShares: []*graph.PortraitShare{}, Tags: []*graph.PortraitTag{}, Segments: []string{}}
	for _, s := range p.Shares {
		out.CategoryShares = append(out.CategoryShares, &graph.PortraitShare{Category: s.Category, Percent: int(s.Percent)})
	}
	for _, t := range p.Tags {
		out.Tags = append(out.Tags, &graph.PortraitTag{Group: t.Group, Code: t.Code, Source: t.Source, At: t.At})
	}
	if len(p.Segments) > 0 {
		out.Segments, out.Segment = p.Segments, &p.Segments[0]
	}
	if p.RFM != nil {
		out.Rfm = &graph.PortraitFifths{Recency: int(p.RFM.Recency), Frequency: int(p.RFM.Frequency), Monetary: int(p.RFM.Monetary)}
	}
	out.Health = &graph.PortraitHealth{Score: int(p.Health.Score), Model: text(p.Health.Model), LowSince: moment(p.Health.Low), Parts: []*graph.PortraitHealthPart{}}
	for _, part := range p.Health.Parts {
		out.Health.Parts = append(out.Health.Parts, &graph.PortraitHealthPart{Code: part.Code, Points: int(part.Points), Most: int(part.Most), LastAt: moment(part.Last)})
	}
	return out, nil
}

// moment is nil for the zero time: the schema's null.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
