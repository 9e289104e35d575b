package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// history is a member and what happened to them, in the order of time.
type history struct {
	newcomer member.Profile
	events   []order.Event
}

// invent makes a year and a half of orders and refunds: small and large ones, so that tiers rise and fall; refunds in
// parts, beyond what was paid, and without an order; coins that die in between.
func invent(r *rand.Rand) history {
	who := member.ID(name("member"))
	start := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
	var events []order.Event
	for n := range 12 + r.IntN(12) {
		at := start.Add(time.Duration(r.Int64N(540*24*3600)) * time.Second)
		paid := order.Event{
			Kind: order.Paid, ID: fmt.Sprintf("%s-%d", who, n), Member: who, At: at, Channel: "STORE",
			Fen: r.Int64N(1 << (8 + r.IntN(16))),
		}
		for rest := paid.Fen; rest > 0; {
			part := 1 + r.Int64N(rest)
			paid.Lines = append(paid.Lines, order.Line{SKU: fmt.Sprint("sku-", len(paid.Lines)), Quantity: 1, Fen: part})
			rest -= part
		}
		events = append(events, paid)
		for k := range r.IntN(4) {
			events = append(events, order.Event{
				Kind: order.Refunded, ID: fmt.Sprintf("%s-%d-%d", who, n, k), Member: who, OrderID: paid.ID,
				At: at.Add(time.Duration(1+r.Int64N(90*24*3600)) * time.Second), Fen: r.Int64N(paid.Fen/2 + 1),
			})
		}
		if r.IntN(5) == 0 {
			loose := order.Event{Kind: order.Refunded, ID: fmt.Sprintf("%s-%d-loose", who, n), Member: who, At: at.Add(time.Hour), Fen: r.Int64N(1 << 16)}
			if r.IntN(2) == 0 {
				loose.OrderID = loose.ID + "-unknown"
			}
			events = append(events, loose)
		}
	}
	slices.SortStableFunc(events, func(a, b order.Event) int { return a.At.Compare(b.At) })
	return history{member.Profile{ID: who, JoinedAt: start}, events}
}
