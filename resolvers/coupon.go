package resolvers

import (
	"context"
	"slices"
	"strconv"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/basket"
	"membergate/internal/coupon"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/phrase"
	"membergate/internal/programme"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// Coupons lists the member's coupons, soonest over first.
func (m memberFields) Coupons(ctx context.Context, obj *graph.Member, filter *graph.CouponFilter, first *int, after *string) (*graph.CouponConnection, error) {
	o := loaders.From(ctx)
	l := cursor.List{Name: "member.coupons", Owner: string(obj.Holder.Profile.ID)}
	states := []string{string(coupon.Issued), string(coupon.Frozen)}
	var order string
	var usable *coupon.Purchase
	if filter != nil {
		if filter.States != nil {
			states = slices.Compact(slices.Sorted(slices.Values(filter.States)))
		}
		if filter.UsableOn != nil {
			p, err := purchase(filter.UsableOn, false)
			if err != nil {
				return nil, err
			}
			p = basket.Of(m.programme(ctx), *obj.Holder, p)
			order, usable = value(filter.UsableOn.OrderID), &p
			l.Filter = append(l.Filter, wallet.Fingerprint(order, p))
		}
	}
	l.Filter = append(l.Filter, states...)
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *coupon.Place
	if span.After != nil {
		from = &coupon.Place{Until: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := m.Couponing.Page(ctx, obj.Holder.Profile.ID, from, span.Limit+1, o.Now, func(c coupon.Coupon) bool {
		return slices.Contains(states, string(c.StateAt(o.Now))) && (usable == nil || len(c.Against(*usable, order, o.Now)) == 0)
	}, !slices.ContainsFunc(states, func(s string) bool { return s != string(coupon.Issued) && s != string(coupon.Frozen) }))
	if err != nil {
		return nil, err
	}
	page := slice(m.Cursors, l, span, found, func(c coupon.Coupon) cursor.Place { return cursor.Place{Key: c.Until.UnixMilli(), ID: c.ID} })
	out := &graph.CouponConnection{Edges: []*graph.CouponEdge{}, Nodes: []*graph.Coupon{}, PageInfo: pageInfo(page)}
	for i, c := range page.Nodes {
		node := showCoupon(ctx, c)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.CouponEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// soon is how long before their end coupons are counted as ending.
const soon = 72 * time.Hour

// CouponCounts counts coupons for badges.
func (m memberFields) CouponCounts(ctx context.Context, obj *graph.Member) (*graph.CouponCounts, error) {
	live, err := m.live(ctx, obj.Holder)
	out := &graph.CouponCounts{}
	now := loaders.From(ctx).Now
	for _, c := range live {
		if c.StateAt(now) == coupon.Frozen {
			out.Frozen++
			continue
		}
		if out.Usable++; c.Until.Sub(now) <= soon {
			out.EndingSoon++
		}
	}
	return out, err
}

// live are the viewer's coupons that may still be used.
func (r *Root) live(ctx context.Context, h *account.Holder) ([]coupon.Coupon, error) {
	o := loaders.From(ctx)
	return loaders.Once(o, "coupons", func() ([]coupon.Coupon, error) { return r.Baskets.Live(ctx, h.Profile.ID, o.Now) })
}

// BestCoupons finds the best set of coupons for an order.
func (m memberFields) BestCoupons(ctx context.Context, obj *graph.Member, order graph.CouponOrderInput) (*graph.BestCoupons, error) {
	plan, err := m.plan(ctx, obj.Holder, order, 0)
	if err != nil {
		return nil, err
	}
	return bestCoupons(ctx, plan.Best), nil
}

// BestCheckout finds the best coupons, and then the best coins.
func (m memberFields) BestCheckout(ctx context.Context, obj *graph.Member, order graph.CouponOrderInput) (*graph.BestCheckout, error) {
	o := loaders.From(ctx)
	head, _, err := o.Heads.Load(ctx, obj.Holder.Account.Wallet)
	if err != nil {
		return nil, err
	}
	plan, err := m.plan(ctx, obj.Holder, order, head.State.At(o.Now).Available())
	if err != nil {
		return nil, err
	}
	out := &graph.BestCheckout{Coupons: bestCoupons(ctx, plan.Best), GoodsFen: int(plan.Goods), DeliveryFen: int(plan.Delivery), PayFen: int(plan.Pay)}
	if c := plan.Coins; c != nil {
		out.Coins = &graph.RedemptionPlan{Coins: int(c.Coins), ValueFen: int(c.Fen), CappedBy: text(c.CappedBy), MultiplierPercent: int(c.Percent)}
	}
	return out, nil
}

func (r *Root) plan(ctx context.Context, h *account.Holder, order graph.CouponOrderInput, coins wallet.Coins) (basket.Plan, error) {
	p, err := purchase(&order, false)
	if err != nil {
		return basket.Plan{}, err
	}
	live, err := r.live(ctx, h)
	if err != nil {
		return basket.Plan{}, err
	}
	return r.Baskets.Best(*h, value(order.OrderID), p, live, coins, loaders.From(ctx).Now), nil
}

func bestCoupons(ctx context.Context, b coupon.Best) *graph.BestCoupons {
	out := &graph.BestCoupons{Use: []*graph.CouponSaving{}, Idle: []*graph.IdleCoupon{}, GoodsSavedFen: int(b.Goods), DeliverySavedFen: int(b.Delivery)}
	for _, e := range b.Each {
		out.Use = append(out.Use, &graph.CouponSaving{Coupon: showCoupon(ctx, e.Coupon), SavedFen: int(e.Fen)})
	}
	for _, i := range b.Idle {
		out.Idle = append(out.Idle, &graph.IdleCoupon{Coupon: showCoupon(ctx, i.Coupon), Because: showBlocks(ctx, i.Because)})
	}
	return out
}

// WhyNot tells what keeps a coupon from being used.
func (f couponFields) WhyNot(ctx context.Context, obj *graph.Coupon, order *graph.CouponOrderInput) ([]*graph.CouponBlock, error) {
	now := loaders.From(ctx).Now
	if order == nil {
		if obj.Coupon.StateAt(now) == coupon.Issued {
			return []*graph.CouponBlock{}, nil
		}
		return showBlocks(ctx, []coupon.Blocked{{Cause: coupon.NotNow}}), nil
	}
	p, err := purchase(order, false)
	if err != nil {
		return nil, err
	}
	h, known, err := loaders.From(ctx).Holders.Load(ctx, obj.Coupon.Member)
	if err != nil {
		return nil, err
	}
	if known {
		p = basket.Of(f.programme(ctx), h, p)
	}
	return showBlocks(ctx, obj.Coupon.Against(p, value(order.OrderID), now)), nil
}

func showBlocks(ctx context.Context, all []coupon.Blocked) []*graph.CouponBlock {
	out := []*graph.CouponBlock{}
	for _, b := range all {
		block := &graph.CouponBlock{Code: string(b.Cause), Wants: append([]string{}, b.Wants...),
			Message: phrase.Say(viewer.From(ctx).Locale, "coupon."+string(b.Cause), yuan(b.ShortByFen))}
		if b.ShortByFen > 0 {
			block.ShortByFen = ptr(int(b.ShortByFen))
		}
		out = append(out, block)
	}
	return out
}

// yuan writes fen as people read money, without what is zero.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return strconv.FormatInt(fen/100, 10) + "." + strconv.FormatInt(fen%100/10, 10) + strconv.FormatInt(fen%10, 10)
}

func showCoupon(ctx context.Context, c coupon.Coupon) *graph.Coupon {
	t, state := c.Terms, c.StateAt(loaders.From(ctx).Now)
	out := &graph.Coupon{
		ID: globalID(kindCoupon, c.ID), Coupon: c, TemplateCode: t.Template, Kind: string(t.Kind), Source: string(c.Source), State: string(state),
		Title: t.Titles.In(locale(ctx)), Terms: t.Texts.In(locale(ctx)), Version: t.Version, ProgrammeVersion: t.Programme,
		MinOrderFen: int(t.MinOrderFen), Channels: append([]string{}, t.Channels...), Regions: append([]string{}, t.Regions...),
		Stores: append([]string{}, t.Stores...), Categories: append([]string{}, t.Categories...), FirstOrderOnly: t.FirstOrder, Group: t.Group,
		IssuedAt: c.IssuedAt, ValidUntil: c.Until, Reason: text(c.Reason),
	}
	switch {
	case t.Kind == programme.Percent:
		out.Percent, out.MaxOffFen = ptr(int(t.Value)), ptr(int(t.MaxOffFen))
	case t.Kind != programme.Delivery || t.Value > 0:
		out.ValueFen = ptr(int(t.Value))
	}
	if state == coupon.Frozen {
		out.FrozenUntil = &c.FrozenUntil
	}
	if state == coupon.Frozen || state == coupon.Used {
		out.OrderID = text(c.Order)
	}
	if state == coupon.Used {
		out.UsedAt = &c.UsedAt
	}
	if c.Told {
		out.SavedFen = ptr(int(c.SavedFen))
	}
	return out
}

// purchase reads an order; where it is needed, its id must be there.
func purchase(in *graph.CouponOrderInput, named bool) (coupon.Purchase, error) {
	p := coupon.Purchase{AmountFen: int64(in.OrderAmountFen), Channel: string(in.Channel), Store: value(in.StoreID)}
	if in.DeliveryFen != nil {
		p.DeliveryFen = int64(*in.DeliveryFen)
	}
	for _, l := range in.Lines {
		p.Lines = append(p.Lines, coupon.Line{Category: l.Category, Fen: int64(l.AmountFen)})
	}
	return p, basket.Check(value(in.OrderID), named, p)
}

// couponsOf reads ids of coupons; what is none becomes an id that nobody has.
func couponsOf(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		if kind, key, ok := readID(id); ok && kind == kindCoupon {
			out[i] = key
		}
	}
	return out
}

func (r *Root) couponNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	found, err := r.Couponing.Store.ByIDs(ctx, []string{key})
	c, known := found[key]
	if err != nil || !known || c.Member != o.Me() {
		return nil, err
	}
	return showCoupon(ctx, c), nil
}

// atService refuses whoever is not staff with the role service.
func atService(ctx context.Context) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has("service") {
		return fault.New(fault.Forbidden, "this needs a staff token with the role service")
	}
	return nil
}
