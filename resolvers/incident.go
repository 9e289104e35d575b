package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/incident"
	"membergate/loaders"
)

// Incidents lists what concerns the member's data, newest first.
func (f privacyFields) Incidents(ctx context.Context, obj *graph.Privacy, first *int, after *string) (*graph.DataIncidentConnection, error) {
	l := cursor.List{Name: "privacy.incidents", Owner: string(obj.Profile.ID)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *incident.Place
	if span.After != nil {
		from = &incident.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := f.Incident.Of(ctx, obj.Profile.ID, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(f.Cursors, l, span, found, func(in incident.Incident) cursor.Place { return cursor.Place{Key: in.NoticedAt.UnixMilli(), ID: in.ID} })
	out := &graph.DataIncidentConnection{Edges: []*graph.DataIncidentEdge{}, Nodes: []*graph.DataIncident{}, PageInfo: pageInfo(page)}
	for i, in := range page.Nodes {
		node := dataIncident(ctx, in)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.DataIncidentEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func dataIncident(ctx context.Context, in incident.Incident) *graph.DataIncident {
	l := locale(ctx)
	return &graph.DataIncident{ID: globalID(kindIncident, in.ID), Code: in.ID, Title: in.Titles.In(l), Happened: in.Happened.In(l), Remedies: in.Remedies.In(l), Advice: in.Advice.In(l),
		Contact: in.Contact, DataCategories: in.Categories, DetectedAt: in.DetectedAt, NoticedAt: in.NoticedAt, NotifyBy: in.NotifyBy}
}

// incidentNode finds an incident by its id, for those whom it concerns.
func (r *Root) incidentNode(ctx context.Context, key string) (graph.Node, error) {
	if _, err := r.holder(ctx); err != nil {
		return nil, nil // who is not signed in, or has no account, is concerned by none
	}
	in, concerns, err := r.Incident.One(ctx, loaders.From(ctx).Me(), key)
	if err != nil || !concerns {
		return nil, err
	}
	return dataIncident(ctx, in), nil
}
