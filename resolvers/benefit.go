package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/cursor"
	"membergate/internal/eligibility"
	"membergate/loaders"
)

// Benefits lists what the member may have now, in the programme's order.
func (m memberFields) Benefits(ctx context.Context, obj *graph.Member, first *int, after *string) (*graph.BenefitConnection, error) {
	l := cursor.List{Name: "member.benefits", Owner: string(obj.Holder.Profile.ID)}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	offers, err := m.offers(ctx)
	if err != nil {
		return nil, err
	}
	page := cursor.Cut(m.Cursors, l, offers, span,
		func(o benefit.Offer) cursor.Place { return cursor.Place{Key: int64(o.Place), ID: o.Code} },
		func(a, b cursor.Place) bool { return a.Key < b.Key })
	out := &graph.BenefitConnection{Edges: []*graph.BenefitEdge{}, Nodes: []*graph.Benefit{}, PageInfo: pageInfo(page)}
	for i, offer := range page.Nodes {
		node := m.showBenefit(ctx, offer)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.BenefitEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// offers are the benefits that the viewer may have now.
func (r *Root) offers(ctx context.Context) ([]benefit.Offer, error) {
	o := loaders.From(ctx)
	return loaders.Once(o, "offers", func() ([]benefit.Offer, error) {
		h, err := r.holder(ctx)
		if err != nil {
			return nil, err
		}
		return benefit.Available(r.programme(ctx), r.facts(ctx, h), o.Now), nil
	})
}

// facts are what conditions ask about the viewer now.
func (r *Root) facts(ctx context.Context, h *account.Holder) eligibility.Facts {
	o := loaders.From(ctx)
	f, _ := loaders.Once(o, "facts", func() (eligibility.Facts, error) {
		return eligibility.Gather(r.programme(ctx), h.Profile, r.standing(ctx, h), o.Now), nil
	})
	return f
}

// LockedBenefits lists what the member may know of but does not have now, in the programme's order.
func (m memberFields) LockedBenefits(ctx context.Context, obj *graph.Member, first *int, after *string) (*graph.LockedBenefitConnection, error) {
	l := cursor.List{Name: "member.lockedBenefits", Owner: string(obj.Holder.Profile.ID)}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	p, f, now := m.programme(ctx), m.facts(ctx, obj.Holder), loaders.From(ctx).Now
	page := cursor.Cut(m.Cursors, l, benefit.WhyNot(p, f, now), span,
		func(o benefit.Locked) cursor.Place { return cursor.Place{Key: int64(o.Place), ID: o.Code} },
		func(a, b cursor.Place) bool { return a.Key < b.Key })
	out := &graph.LockedBenefitConnection{Edges: []*graph.LockedBenefitEdge{}, Nodes: []*graph.LockedBenefit{}, PageInfo: pageInfo(page)}
	for i, locked := range page.Nodes {
		node := &graph.LockedBenefit{Benefit: m.showBenefit(ctx, locked.Offer), Missing: m.missingConditions(ctx, locked.Missing, "")}
		if opens, ok := locked.Opens(p, f, now); ok {
			node.From = &opens
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.LockedBenefitEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// Why tells which conditions of the viewer's benefit are met.
func (f benefitFields) Why(ctx context.Context, obj *graph.Benefit) ([]*graph.MetCondition, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return []*graph.MetCondition{}, nil
	}
	offers, err := f.offers(ctx)
	if err != nil {
		return nil, err
	}
	mine, ok := benefit.ByCode(offers, obj.Code)
	if !ok {
		return []*graph.MetCondition{}, nil
	}
	h, err := f.holder(ctx)
	if err != nil {
		return nil, err
	}
	p := f.programme(ctx)
	return f.metConditions(ctx, benefit.Why(p, mine, f.facts(ctx, h), o.Now)), nil
}

func (r *Root) showBenefit(ctx context.Context, o benefit.Offer) *graph.Benefit {
	l := locale(ctx)
	out := &graph.Benefit{
		ID: globalID(kindBenefit, o.Code), Code: o.Code, Kind: o.Kind, Layer: string(o.Layer), Category: o.Category,
		Title: o.Titles.In(l), Terms: o.Terms.In(l), ValidFrom: o.ValidFrom, ValidUntil: o.ValidUntil, Offer: &o,
		Version: r.programme(ctx).VersionOf(o.Benefit), State: string(o.State), CancelMinutes: o.CancelMinutes, Quota: &graph.BenefitQuota{Unlimited: o.Quota.Unlimited},
	}
	if !o.Quota.Unlimited {
		out.Quota.Count, out.Quota.Per = ptr(int(o.Quota.Count)), ptr(string(o.Quota.Per))
	}
	if o.CostCap != nil {
		out.Quota.CostCapFen, out.Quota.Fallback = ptr(int(o.CostCap.FenPerYear)), ptr(o.CostCap.Fallback.In(l))
	}
	return out
}

// left is what the viewer may still use of a benefit; false if it is not theirs or has no limit.
func (f benefitFields) left(ctx context.Context, obj *graph.Benefit) (benefit.Left, bool, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() || obj.Offer.Quota.Unlimited {
		return benefit.Left{}, false, nil
	}
	offers, err := f.offers(ctx)
	if err != nil {
		return benefit.Left{}, false, err
	}
	mine, ok := benefit.ByCode(offers, obj.Code)
	if !ok {
		return benefit.Left{}, false, nil
	}
	used, _, err := o.Usages.Load(ctx, o.Me())
	if err != nil {
		return benefit.Left{}, false, err
	}
	return used.Left(f.programme(ctx), mine.Benefit, "", o.Now), true, nil
}

// Remaining is how often the viewer may still use the benefit in this period.
func (f benefitFields) Remaining(ctx context.Context, obj *graph.Benefit) (*int, error) {
	left, counted, err := f.left(ctx, obj)
	if err != nil || !counted {
		return nil, err
	}
	return ptr(int(left.Remaining)), nil
}

// ResetsAt is when Remaining is full again.
func (f benefitFields) ResetsAt(ctx context.Context, obj *graph.Benefit) (*time.Time, error) {
	left, counted, err := f.left(ctx, obj)
	if err != nil || !counted || left.ResetsAt.IsZero() {
		return nil, err
	}
	return &left.ResetsAt, nil
}
