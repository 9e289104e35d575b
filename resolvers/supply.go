package resolvers

import (
	"context"
	"fmt"
	"slices"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/supply"
	"membergate/loaders"
)

// CoinSupply is what all wallets come to at the operation's moment: what has died by then is gone from it.
func (q query) CoinSupply(ctx context.Context, currency *string) (*graph.CoinSupply, error) {
	loaders.Leave(ctx)
	now := loaders.From(ctx).Now
	p := q.programme(ctx)
	coin, abroad := p.Coin(), ""
	if currency != nil && *currency != coin.Code {
		var ok bool
		if coin, ok = p.Currency(*currency); !ok {
			return nil, fault.New(fault.NotFound, "currency names none that the programme has")
		}
		abroad = coin.Code
	}
	a, counted, err := supply.Read(ctx, q.Supply.In(abroad), now)
	if err != nil || !counted {
		return nil, err
	}
	out := &graph.CoinSupply{
		Issued: a.Issued, ClawedBack: a.ClawedBack, Burned: a.Burned, Expired: a.Expired, Outstanding: a.Outstanding, Owed: a.Owed,
		Reserve: &graph.CoinReserve{Percent: int(coin.ReservePercent), Coins: a.Reserve(coin.ReservePercent)}, AsOf: now,
	}
	if coin.Index == nil {
		return out, nil
	}
	all, err := q.Supply.Adjustments(ctx)
	if err != nil {
		return nil, err
	}
	for _, each := range all { // by period, so the last one that fits wins
		if each.Currency != coin.Code {
			continue
		}
		out.Reviews = append(out.Reviews, each)
		if each.Index > 0 {
			out.Index = tenths(each.Index)
		}
		if !now.Before(each.InForce) {
			out.RateAdjustmentBasisPoints = int(each.After)
		}
	}
	slices.Reverse(out.Reviews)
	return out, nil
}

// Adjustments lists the reviews of the index, newest first.
func (f supplyFields) Adjustments(_ context.Context, obj *graph.CoinSupply, first *int, after *string) (*graph.CoinRateReviewConnection, error) {
	l := cursor.List{Name: "coinSupply.adjustments"}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var read []supply.Adjustment
	for _, a := range obj.Reviews {
		if len(read) <= span.Limit && (span.After == nil || a.To.UnixMilli() < span.After.Key) {
			read = append(read, a)
		}
	}
	page := slice(f.Cursors, l, span, read, func(a supply.Adjustment) cursor.Place { return cursor.Place{Key: a.To.UnixMilli(), ID: a.Period} })
	out := &graph.CoinRateReviewConnection{Edges: []*graph.CoinRateReviewEdge{}, Nodes: []*graph.CoinRateReview{}, PageInfo: pageInfo(page)}
	for i, a := range page.Nodes {
		node := review(a)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.CoinRateReviewEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func review(a supply.Adjustment) *graph.CoinRateReview {
	return &graph.CoinRateReview{
		Period: a.Period, StartsAt: a.From, EndsAt: a.To, MeasuredAt: a.MeasuredAt, InForceFrom: a.InForce, Outstanding: a.Amounts.Outstanding,
		CameIn: a.Came, Went: a.Went, Index: tenths(a.Index), BeforeBasisPoints: int(a.Before), AfterBasisPoints: int(a.After), ProgrammeVersion: a.Programme,
	}
}

// tenths writes a number of tenths with one decimal; nil for 0, which is none.
func tenths(n int64) *string {
	if n == 0 {
		return nil
	}
	return text(fmt.Sprintf("%d.%d", n/10, n%10))
}
