package resolvers

import (
	"context"
	"slices"
	"time"

	"membergate/graph"
	"membergate/internal/benefit"
	"membergate/internal/cursor"
	"membergate/loaders"
)

// BenefitUses lists what the member has used, newest first.
func (m memberFields) BenefitUses(ctx context.Context, obj *graph.Member, filter *graph.BenefitUseFilter, first *int, after *string) (*graph.BenefitUseConnection, error) {
	l := cursor.List{Name: "member.benefitUses", Owner: string(obj.Holder.Profile.ID)}
	f := useFilter(filter)
	for _, code := range f.Benefits {
		l.Filter = append(l.Filter, "benefit "+code)
	}
	for _, state := range f.States {
		l.Filter = append(l.Filter, "state "+string(state))
	}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *benefit.Place
	if span.After != nil {
		from = &benefit.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := m.Uses.Page(ctx, obj.Holder.Profile.ID, f, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(m.Cursors, l, span, found, func(u benefit.Use) cursor.Place { return cursor.Place{Key: u.At.UnixMilli(), ID: u.ID} })
	out := &graph.BenefitUseConnection{Edges: []*graph.BenefitUseEdge{}, Nodes: []*graph.BenefitUse{}, PageInfo: pageInfo(page)}
	for i, u := range page.Nodes {
		node := m.use(ctx, u)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.BenefitUseEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// useFilter reads which uses are asked for, in an order of its own. The id of another thing is a benefit that nobody used.
func useFilter(filter *graph.BenefitUseFilter) (f benefit.Filter) {
	if filter == nil {
		return f
	}
	for _, id := range filter.BenefitIds {
		kind, code, _ := readID(id)
		if kind != kindBenefit {
			code = ""
		}
		f.Benefits = append(f.Benefits, code)
	}
	for _, state := range filter.States {
		f.States = append(f.States, benefit.State(state))
	}
	slices.Sort(f.Benefits)
	slices.Sort(f.States)
	f.Benefits, f.States = slices.Compact(f.Benefits), slices.Compact(f.States)
	return f
}

// use shows a use, with the words of its time.
func (r *Root) use(ctx context.Context, u benefit.Use) *graph.BenefitUse {
	l := locale(ctx)
	out := &graph.BenefitUse{
		ID: globalID(kindUse, u.ID), BenefitCode: u.Benefit, Title: u.Title.In(l), State: string(u.State), UsedAt: u.At,
		OrderID: text(u.Order), StoreID: text(u.Store), Fallback: text(u.Given.In(l)), ByDesk: u.By != benefit.ByMember,
		TermsVersion: u.Terms, CancelledAt: instant(u.EndedAt),
	}
	if u.Channel != "" {
		out.Channel = ptr(graph.Channel(u.Channel))
	}
	if u.Choice != "" {
		out.Choice = &graph.BenefitOption{Code: u.Choice, Title: u.ChoiceTitle.In(l), ValueFen: int(u.ChoiceValue)}
	}
	if until, may := u.CancellableUntil(loaders.From(ctx).Now); may {
		out.CancellableUntil = &until
	}
	return out
}

// Benefit is what was used, if the viewer can still have it.
func (f useFields) Benefit(ctx context.Context, obj *graph.BenefitUse) (*graph.Benefit, error) {
	if loaders.From(ctx).Viewer.Staff() {
		return nil, nil // what it is for the member is not for a desk to see
	}
	offers, err := f.offers(ctx)
	if err != nil {
		return nil, err
	}
	if o, ok := benefit.ByCode(offers, obj.BenefitCode); ok {
		return f.showBenefit(ctx, o), nil
	}
	return nil, nil
}

// useNode shows a use to its member.
func (r *Root) useNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	u, known, err := r.Uses.Find(ctx, o.Me(), key)
	if err != nil || !known {
		return nil, err
	}
	return r.use(ctx, u), nil
}
