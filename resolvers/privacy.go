package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/profile"
	"membergate/loaders"
)

// Privacy is what the member's data may be used for.
func (m memberFields) Privacy(ctx context.Context, obj *graph.Member) (*graph.Privacy, error) {
	return m.privacy(ctx, obj.Holder.Profile), nil
}

func (r *Root) privacy(ctx context.Context, p member.Profile) *graph.Privacy {
	out := &graph.Privacy{ID: globalID(kindPrivacy, string(p.ID)), Purposes: []*graph.PrivacyPurpose{}, Profile: p}
	for _, u := range r.programme(ctx).Privacy.Purposes {
		row := &graph.PrivacyPurpose{
			Purpose: u.Code, State: profile.State(p, u.Code), PolicyVersion: u.PolicyVersion, Sensitive: u.Sensitive,
			Title: u.Titles.In(locale(ctx)), Description: u.Descriptions.In(locale(ctx)),
		}
		if c, said := p.Consents[u.Code]; said {
			row.ChangedAt = &c.At
		}
		out.Purposes = append(out.Purposes, row)
	}
	return out
}

// Decisions lists what the member has decided, newest first.
func (f privacyFields) Decisions(ctx context.Context, obj *graph.Privacy, first *int, after *string) (*graph.PrivacyDecisionConnection, error) {
	l := cursor.List{Name: "privacy.decisions", Owner: string(obj.Profile.ID)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *profile.Place
	if span.After != nil {
		from = &profile.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := f.Profiles.History(ctx, obj.Profile, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(f.Cursors, l, span, found, func(d profile.Decision) cursor.Place { return cursor.Place{Key: d.At.UnixMilli(), ID: d.ID()} })
	out := &graph.PrivacyDecisionConnection{Edges: []*graph.PrivacyDecisionEdge{}, Nodes: []*graph.PrivacyDecision{}, PageInfo: pageInfo(page)}
	for i, d := range page.Nodes {
		node := &graph.PrivacyDecision{Purpose: d.Purpose, Granted: d.Granted, At: d.At, PolicyVersion: d.PolicyVersion, Source: d.Source}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.PrivacyDecisionEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// fromApp is the source of decisions that members make themselves.
const fromApp = "app"

// ConsentSet writes down a decision.
func (m mutation) ConsentSet(ctx context.Context, input graph.ConsentSetInput) (*graph.ConsentSetPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	h, err := m.Profiles.Decide(ctx, o.Me(), input.Purpose, input.Granted, input.PolicyVersion, fromApp, o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.ConsentSetPayload{UserErrors: []*graph.ConsentSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.ConsentSetErrorCode(refused.code),
		}}}, nil
	}
	m.changed(ctx, h)
	return &graph.ConsentSetPayload{Privacy: m.privacy(ctx, h.Profile), UserErrors: []*graph.ConsentSetUserError{}}, nil
}
