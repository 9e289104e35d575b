package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/benefit"
	"membergate/internal/programme"
	"membergate/loaders"
)

// mine is what the viewer may still use of a benefit; false if it is not theirs now.
func (f benefitFields) mine(ctx context.Context, obj *graph.Benefit) (benefit.Left, bool, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return benefit.Left{}, false, nil
	}
	offers, err := f.offers(ctx)
	if err != nil {
		return benefit.Left{}, false, err
	}
	offer, ok := benefit.ByCode(offers, obj.Code)
	if !ok {
		return benefit.Left{}, false, nil
	}
	used, _, err := o.Usages.Load(ctx, o.Me())
	if err != nil {
		return benefit.Left{}, false, err
	}
	return used.Left(f.programme(ctx), offer.Benefit, "", o.Now), true, nil
}

// Used is how often the viewer has used the benefit in this period.
func (f benefitFields) Used(ctx context.Context, obj *graph.Benefit) (*int, error) {
	left, is, err := f.mine(ctx, obj)
	if err != nil || !is || left.Unlimited || obj.Offer.Quota.Per == programme.PerOrder {
		return nil, err
	}
	return ptr(int(left.Used)), nil
}

// CostLeftFen is what is left of the benefit's cost cap.
func (f benefitFields) CostLeftFen(ctx context.Context, obj *graph.Benefit) (*int, error) {
	left, is, err := f.mine(ctx, obj)
	if err != nil || !is || obj.Offer.CostCap == nil {
		return nil, err
	}
	return ptr(int(left.CostLeft)), nil
}

// NextUse is what the next use would give.
func (f benefitFields) NextUse(ctx context.Context, obj *graph.Benefit) (*graph.BenefitNextUse, error) {
	left, is, err := f.mine(ctx, obj)
	if err != nil || !is || !left.Unlimited && left.Remaining == 0 {
		return nil, err
	}
	stock, err := f.Stock(ctx, obj)
	if err != nil || stock != nil && stock.Left == 0 {
		return nil, err
	}
	out := &graph.BenefitNextUse{Fallback: left.Fallback, Text: obj.Title}
	if left.Fallback {
		out.Text = obj.Offer.CostCap.Fallback.In(locale(ctx))
	}
	return out, nil
}

// Stock is how many there are for all members.
func (f benefitFields) Stock(ctx context.Context, obj *graph.Benefit) (*graph.BenefitStock, error) {
	b := obj.Offer.Benefit
	if b.Stock == nil {
		return nil, nil
	}
	o, p := loaders.From(ctx), f.programme(ctx)
	for _, other := range p.Benefits { // those of a list are asked for together
		if other.Stock != nil {
			o.Stocks.Want(benefit.StockOf(p, other, o.Now))
		}
	}
	taken, _, err := o.Stocks.Load(ctx, benefit.StockOf(p, b, o.Now))
	if err != nil {
		return nil, err
	}
	return &graph.BenefitStock{
		Total: int(b.Stock.Total), Per: string(b.Stock.Per), Left: int(max(0, b.Stock.Total-taken)), ResetsAt: instant(benefit.StockResets(p, b, o.Now)),
	}, nil
}

// Options are what the viewer chooses one of.
func (f benefitFields) Options(ctx context.Context, obj *graph.Benefit) ([]*graph.BenefitOption, error) {
	out := []*graph.BenefitOption{}
	_, is, err := f.mine(ctx, obj)
	if err != nil || !is {
		return out, err
	}
	h, err := f.holder(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range benefit.Options(f.programme(ctx), obj.Offer.Benefit, f.facts(ctx, h)) {
		out = append(out, &graph.BenefitOption{Code: o.Code, Title: o.Titles.In(locale(ctx)), ValueFen: int(o.Value)})
	}
	return out, nil
}
