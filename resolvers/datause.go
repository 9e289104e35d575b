package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/datause"
	"membergate/internal/recommend"
	"membergate/loaders"
)

// DataUses lists what the member's data was used for, newest first.
func (f privacyFields) DataUses(ctx context.Context, obj *graph.Privacy, first *int, after *string) (*graph.DataUseConnection, error) {
	l := cursor.List{Name: "privacy.dataUses", Owner: string(obj.Profile.ID)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *datause.Place
	if span.After != nil {
		from = &datause.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := f.DataLog.Of(ctx, obj.Profile.ID, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(f.Cursors, l, span, found, func(u datause.Use) cursor.Place { return cursor.Place{Key: u.At.UnixMilli(), ID: u.ID} })
	out := &graph.DataUseConnection{Edges: []*graph.DataUseEdge{}, Nodes: []*graph.DataUse{}, PageInfo: pageInfo(page)}
	for i, u := range page.Nodes {
		node := &graph.DataUse{At: u.At, Purpose: u.Purpose, DataCategory: u.Category, Actor: u.Actor}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.DataUseEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// usedFor notes what a page of recommendations was made of, behind the answer. What was told of home stands under
// consents of its own.
func (r *Root) usedFor(ctx context.Context, ask recommend.Asked, personalised bool) {
	if !personalised || !ask.Personal {
		return
	}
	r.DataLog.Note(ask.Member, recommend.Purpose, datause.Lists, datause.Recommender)
	home := r.programme(ctx).Household
	if home == nil {
		return
	}
	if ask.Moment.People > 0 {
		r.DataLog.Note(ask.Member, home.Consents.Size, datause.Household, datause.Recommender)
	}
	if ask.Moment.LifeStage != "" {
		r.DataLog.Note(ask.Member, home.Consents.LifeStage, datause.Household, datause.Recommender)
	}
	if len(ask.Moment.Diets) > 0 {
		r.DataLog.Note(ask.Member, home.Consents.Diet, datause.Household, datause.Recommender)
	}
}

// noted notes a use of the viewer's data, behind the answer.
func (r *Root) noted(ctx context.Context, purpose, category, actor string) {
	r.DataLog.Note(loaders.From(ctx).Me(), purpose, category, actor)
}
