package resolvers

import (
	"context"
	"slices"
	"strconv"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/admission"
	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/cursor"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/loaders"
)

// Tier is the tier that the member holds, as it is at the operation's moment.
func (m memberFields) Tier(ctx context.Context, obj *graph.Member) (*graph.TierStatus, error) {
	return m.status(ctx, obj.Holder), nil
}

// standing is a holder's standing at the operation's moment: what was due by then has happened.
func (r *Root) standing(ctx context.Context, h *account.Holder) tier.Standing {
	o := loaders.From(ctx)
	s, _ := loaders.Once(o, "standing:"+string(h.Profile.ID), func() (tier.Standing, error) {
		return h.Account.Standing.Advance(r.Book, o.Now), nil
	})
	return s
}

func (r *Root) status(ctx context.Context, h *account.Holder) *graph.TierStatus {
	return r.statusOf(ctx, h, r.standing(ctx, h))
}

// statusOf shows a standing of a holder that was advanced to the operation's moment.
func (r *Root) statusOf(ctx context.Context, h *account.Holder, s tier.Standing) *graph.TierStatus {
	now, p := loaders.From(ctx).Now, r.programme(ctx)
	out := &graph.TierStatus{
		ID: globalID(kindStatus, string(h.Profile.ID)), Current: r.tier(ctx, s.Held(p, now)), State: string(s.StateAt(p, now)),
		Since: s.Since, Growth: growth(p, s.Read(p, now), now), Challenges: r.challenges(ctx, h, s), Grants: []*graph.TierGrant{}, Invitations: []*graph.Tier{},
		Holder: &account.Holder{Profile: h.Profile, Account: account.Account{Member: h.Account.Member, Standing: s}},
	}
	if next, ok := s.Next(p, now); ok {
		out.Next = &graph.TierProgress{Target: r.tier(ctx, next.Target), Required: int(next.Required),
			Remaining: int(next.Remaining), Percent: int(next.Percent), Items: []*graph.TierMeasure{}}
		for _, i := range next.Items {
			out.Next.Items = append(out.Next.Items, measure(ctx, p, tier.Measure(i)))
		}
	}
	if t, ok := tier.NextSettlement(p, now); ok {
		out.NextSettlementAt = &t
	}
	if s.StateAt(p, now) == tier.Protected {
		out.ProtectedUntil, out.Shortfall = &s.ProtectedUntil, ptr(int(s.Shortfall(p, now)))
	}
	for _, t := range admission.Invited(p, s, now) {
		out.Invitations = append(out.Invitations, r.tier(ctx, t))
	}
	out.RenewalChoices, out.Plans = r.choices(ctx, s), r.plans(ctx, s)
	for _, g := range slices.Backward(s.Grants) {
		if g.Tier != "" { // else it was taken back before it was given
			out.Grants = append(out.Grants, r.grant(ctx, s, g))
		}
	}
	return out
}

// growth shows a reading: the total is what thresholds are compared with, the parts are by what their metrics count.
func growth(p *programme.Programme, read tier.Reading, now time.Time) *graph.Growth {
	out := &graph.Growth{Total: int(read.Score() / 100), WindowStart: now, WindowEnd: now}
	for code, hundredths := range read.Parts() {
		m, _ := p.Metric(code)
		switch m.Kind {
		case programme.Actions:
			out.Interaction += floor(hundredths)
		case programme.Scenes:
			out.Scene += floor(hundredths)
		default:
			out.Spend += floor(hundredths)
		}
		if start := clock.AddMonths(now, -m.Length, p.Zone()); start.Before(out.WindowStart) {
			out.WindowStart = start
		}
	}
	return out
}

// floor is whole points of hundredths, rounded down also below 0.
func floor(hundredths int64) int {
	if hundredths < 0 {
		return -int((-hundredths + 99) / 100)
	}
	return int(hundredths / 100)
}

// tier shows a tier of the programme in force.
func (r *Root) tier(ctx context.Context, t programme.Tier) *graph.Tier {
	p := r.programme(ctx)
	out := &graph.Tier{ID: globalID(kindTier, p.Code+"/"+t.Code), Code: t.Code, Name: t.Names.In(locale(ctx)), Rank: t.Rank,
		EarnRateBasisPoints: int(p.EarnRate(t.Code)), Routes: []string{}, Coupons: []*graph.TierCoupon{}, Programme: p}
	if n, ok := t.Threshold(); ok {
		out.GrowthRequired = ptr(int(n))
	}
	for _, route := range t.Routes {
		out.Routes = append(out.Routes, string(route.Kind))
	}
	for _, code := range t.Coupons {
		c, _ := p.Template(code) // the loader sees to it that there is one
		out.Coupons = append(out.Coupons, &graph.TierCoupon{TemplateCode: code, Title: c.Titles.In(locale(ctx)), Terms: c.Terms.In(locale(ctx)), Version: c.Version})
	}
	return out
}

// tierByCode shows a tier by its code; one that the programme has no more is shown by its code alone.
func (r *Root) tierByCode(ctx context.Context, code string) *graph.Tier {
	t, ok := r.programme(ctx).Tier(code)
	if !ok {
		t = programme.Tier{Code: code, Names: programme.Text{"zh-CN": code}}
	}
	return r.tier(ctx, t)
}

// Benefits lists what a tier gives.
func (f tierFields) Benefits(ctx context.Context, obj *graph.Tier) ([]*graph.Benefit, error) {
	out := []*graph.Benefit{}
	for _, o := range benefit.OfTier(obj.Programme, obj.Code, loaders.From(ctx).Now) {
		out = append(out, f.showBenefit(ctx, o))
	}
	return out, nil
}

// History lists what happened to the tier, newest first.
func (f statusFields) History(ctx context.Context, obj *graph.TierStatus, first *int, after *string) (*graph.TierChangeConnection, error) {
	l := cursor.List{Name: "tier.history", Owner: string(obj.Holder.Profile.ID)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	type line struct {
		tier.Change
		place cursor.Place
	}
	var lines []line
	for i, c := range obj.Holder.Account.Standing.History {
		// The place is the time and, among changes of one moment, how many came before.
		lines = append(lines, line{c, cursor.Place{Key: c.At.UnixMilli(), ID: strconv.Itoa(1_000_000 + i)}})
	}
	slices.Reverse(lines)
	page := cursor.Cut(f.Cursors, l, lines, span, func(l line) cursor.Place { return l.place }, newer)
	out := &graph.TierChangeConnection{Edges: []*graph.TierChangeEdge{}, Nodes: []*graph.TierChange{}, PageInfo: pageInfo(page)}
	for i, c := range page.Nodes {
		node := &graph.TierChange{At: c.At, To: f.tierByCode(ctx, c.To), Reason: string(c.Reason), Evidence: evidence(ctx, f.programme(ctx), c.Change)}
		if c.From != "" {
			node.From = f.tierByCode(ctx, c.From)
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.TierChangeEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// newer is the order of lists that show the newest first.
func newer(a, b cursor.Place) bool { return a.Key > b.Key || a.Key == b.Key && a.ID > b.ID }

// Forecast tells what is likely to happen to the tier.
func (f statusFields) Forecast(ctx context.Context, obj *graph.TierStatus) (*graph.TierForecast, error) {
	fc := obj.Holder.Account.Standing.Forecast(f.Book, loaders.From(ctx).Now)
	out := &graph.TierForecast{AsOf: fc.AsOf, WillDowngrade: fc.WillDowngrade, GrowthToStay: int(fc.ToStay), RollsOffNext: []*graph.GrowthRollOff{}}
	if !fc.UpgradeAt.IsZero() {
		out.ExpectedUpgradeAt = &fc.UpgradeAt
	}
	for _, r := range fc.RollsOff {
		out.RollsOffNext = append(out.RollsOffNext, &graph.GrowthRollOff{Date: r.Day, Growth: int(r.Growth)})
	}
	return out, nil
}

// mostSimulated bounds a simulated purchase: ten million yuan.
const mostSimulated = 1_000_000_000

// Simulate tells what a purchase now would lead to. It asks the same rules as a real order, on a copy.
func (f statusFields) Simulate(ctx context.Context, obj *graph.TierStatus, spendFen int, channel graph.Channel) (*graph.TierSimulation, error) {
	if spendFen < 0 || spendFen > mostSimulated {
		return nil, fault.Bad("spendFen", "spendFen is %d; allowed are 0 to %d", spendFen, mostSimulated)
	}
	now, p := loaders.From(ctx).Now, f.programme(ctx)
	s := obj.Holder.Account.Standing
	e := order.Event{Kind: order.Paid, Member: obj.Holder.Profile.ID, At: now, Fen: int64(spendFen), Channel: string(channel)}
	coins, _ := order.Coins(p, eligibility.Gather(p, obj.Holder.Profile, s, now), e)
	s = s.Paid(f.Book, tier.Purchase{At: now, Source: "simulated", Channel: e.Channel, Fen: e.Fen,
		Lines: []tier.Line{{Fen: e.Fen}}, Units: coins})
	return &graph.TierSimulation{Tier: f.tier(ctx, s.Held(p, now)), Growth: growth(p, s.Read(p, now), now), CoinsEarned: int(coins)}, nil
}
