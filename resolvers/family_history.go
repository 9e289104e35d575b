package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/family"
	"membergate/loaders"
)

// History lists who changed what.
func (f familyFields) History(ctx context.Context, obj *graph.Family, first *int, after *string) (*graph.FamilyChangeConnection, error) {
	o := loaders.From(ctx)
	l := cursor.List{Name: "family.history", Filter: []string{string(obj.Family.ID)}, Owner: string(o.Me())}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	page := cursor.Cut(f.Cursors, l, obj.Family.ChangesFor(o.Me()), span,
		func(c family.Change) cursor.Place { return cursor.Place{Key: c.At.UnixMilli(), ID: c.ID} }, newer)
	out := &graph.FamilyChangeConnection{Edges: []*graph.FamilyChangeEdge{}, Nodes: []*graph.FamilyChange{}, PageInfo: pageInfo(page)}
	for _, c := range page.Nodes {
		if o.People.Want(c.By); c.Whom != "" {
			o.People.Want(c.Whom)
		}
	}
	o.Arrive(ctx)
	for i, c := range page.Nodes {
		node := &graph.FamilyChange{At: c.At, What: string(c.What), Change: c}
		if c.Role != "" {
			node.Role = ptr(graph.FamilyRole(c.Role))
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.FamilyChangeEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// By is who made the change.
func (f deedFields) By(ctx context.Context, obj *graph.FamilyChange) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Change.By)
}

// Whom is upon whom it was made.
func (f deedFields) Whom(ctx context.Context, obj *graph.FamilyChange) (*graph.PublicProfile, error) {
	if obj.Change.Whom == "" {
		return nil, nil
	}
	return f.person(ctx, obj.Change.Whom)
}
