package resolvers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/desk"
	"membergate/internal/programme"
	"membergate/loaders"
)

// AfterSalesRequest asks for help with an order.
func (m mutation) AfterSalesRequest(ctx context.Context, input graph.AfterSalesRequestInput) (*graph.AfterSalesRequestPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	r, replayed, err := m.Desk.Request(ctx, h.Profile.ID, desk.Ask{Key: input.IdempotencyKey, Order: input.OrderID, Kind: input.Kind, Text: input.Text},
		loaders.From(ctx).Now)
	out := &graph.AfterSalesRequestPayload{Replayed: replayed && err == nil, UserErrors: []*graph.AfterSalesRequestUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.AfterSalesRequestUserError{
			Field: refused.field, Message: refused.message, Code: graph.AfterSalesRequestErrorCode(refused.code),
		})
		return out, nil
	}
	out.Request = m.request(ctx, r)
	return out, nil
}

// requestOf reads a request's id; what is none is as unknown as any.
func requestOf(id string) string {
	kind, key, _ := readID(id)
	if kind != kindRequest {
		return ""
	}
	return key
}

// AfterSalesTake takes a request, by staff.
func (m mutation) AfterSalesTake(ctx context.Context, input graph.AfterSalesTakeInput) (*graph.AfterSalesTakePayload, error) {
	if err := staffWith(ctx, "service", "operations"); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	r, err := m.Desk.Take(ctx, requestOf(input.RequestID), string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.AfterSalesTakePayload{UserErrors: []*graph.AfterSalesTakeUserError{{
			Field: refused.field, Message: refused.message, Code: graph.AfterSalesTakeErrorCode(refused.code),
		}}}, nil
	}
	return &graph.AfterSalesTakePayload{Request: m.request(ctx, r), UserErrors: []*graph.AfterSalesTakeUserError{}}, nil
}

// AfterSalesClose closes a request, by staff.
func (m mutation) AfterSalesClose(ctx context.Context, input graph.AfterSalesCloseInput) (*graph.AfterSalesClosePayload, error) {
	if err := staffWith(ctx, "service", "operations"); err != nil {
		return nil, err
	}
	note := ""
	if input.Note != nil {
		note = *input.Note
	}
	o := loaders.From(ctx)
	r, err := m.Desk.Close(ctx, requestOf(input.RequestID), input.Outcome, note, string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.AfterSalesClosePayload{UserErrors: []*graph.AfterSalesCloseUserError{{
			Field: refused.field, Message: refused.message, Code: graph.AfterSalesCloseErrorCode(refused.code),
		}}}, nil
	}
	return &graph.AfterSalesClosePayload{Request: m.request(ctx, r), UserErrors: []*graph.AfterSalesCloseUserError{}}, nil
}

// AfterSales lists the member's requests, newest first.
func (m memberFields) AfterSales(ctx context.Context, obj *graph.Member, first *int, after *string) (*graph.AfterSalesRequestConnection, error) {
	who := obj.Holder.Profile.ID
	l := cursor.List{Name: "member.afterSales", Owner: string(who)}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *desk.Place
	if span.After != nil {
		from = &desk.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	read, err := m.Desk.Requests.Of(ctx, who, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	return m.requests(ctx, slice(m.Cursors, l, span, read, func(r desk.Request) cursor.Place { return cursor.Place{Key: r.At.UnixMilli(), ID: r.ID} })), nil
}

// AfterSalesRequests is the queue, for staff.
func (q query) AfterSalesRequests(ctx context.Context, first *int, after *string) (*graph.AfterSalesRequestConnection, error) {
	defer loaders.Leave(ctx)
	if err := staffWith(ctx, "service", "operations"); err != nil {
		return nil, err
	}
	l := cursor.List{Name: "afterSalesRequests"}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *desk.Spot
	if span.After != nil { // a cursor carries the priority before the id
		priority, id, _ := strings.Cut(span.After.ID, "/")
		n, _ := strconv.Atoi(priority)
		from = &desk.Spot{Priority: n, RespondBy: time.UnixMilli(span.After.Key).UTC(), ID: id}
	}
	read, err := q.Desk.Requests.Queue(ctx, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	for _, r := range read {
		loaders.From(ctx).People.Want(r.Member)
	}
	return q.requests(ctx, slice(q.Cursors, l, span, read, func(r desk.Request) cursor.Place {
		return cursor.Place{Key: r.RespondBy.UnixMilli(), ID: strconv.Itoa(r.Priority) + "/" + r.ID}
	})), nil
}

func (r *Root) requests(ctx context.Context, page cursor.Page[desk.Request]) *graph.AfterSalesRequestConnection {
	out := &graph.AfterSalesRequestConnection{Edges: []*graph.AfterSalesRequestEdge{}, Nodes: []*graph.AfterSalesRequest{}, PageInfo: pageInfo(page)}
	for i, each := range page.Nodes {
		node := r.request(ctx, each)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.AfterSalesRequestEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out
}

func (r *Root) request(ctx context.Context, q desk.Request) *graph.AfterSalesRequest {
	kinds, outcomes := []programme.Named{}, []programme.Named{}
	if rules := r.Book.At(q.At).AfterSales; rules != nil {
		kinds, outcomes = rules.Kinds, rules.Outcomes
	}
	out := &graph.AfterSalesRequest{
		ID: globalID(kindRequest, q.ID), Member: q.Member, OrderID: q.Order, Kind: q.Kind, KindName: choice(ctx, kinds, q.Kind).Name, Text: r.Desk.Read(q.Sealed),
		State: string(q.State), Priority: q.Priority, RequestedAt: q.At, RespondBy: momentOf(q.RespondBy), ResolveBy: momentOf(q.ResolveBy),
		Late: q.Late(loaders.From(ctx).Now), TakenAt: momentOf(q.TakenAt), ClosedAt: momentOf(q.ClosedAt), Outcome: text(q.Outcome), Note: text(r.Desk.Read(q.Note)),
	}
	if q.Outcome != "" {
		out.OutcomeName = ptr(choice(ctx, outcomes, q.Outcome).Name)
	}
	return out
}

// Profile is who asks.
func (f requestFields) Profile(ctx context.Context, obj *graph.AfterSalesRequest) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// requestNode shows a request to its member, and to staff who work on such.
func (r *Root) requestNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	q, known, err := r.Desk.Requests.ByID(ctx, key)
	if err != nil || !known || q.Member != o.Me() && staffWith(ctx, "service", "operations") != nil {
		return nil, err
	}
	return r.request(ctx, q), nil
}

// afterSalesRules are what members may ask for; nil where nothing.
func afterSalesRules(ctx context.Context, a *programme.AfterSales) *graph.AfterSalesRules {
	if a == nil {
		return nil
	}
	choices := func(all []programme.Named) (out []*graph.AfterSalesChoice) {
		for _, n := range all {
			out = append(out, &graph.AfterSalesChoice{Code: n.Code, Name: n.Names.In(locale(ctx))})
		}
		return out
	}
	return &graph.AfterSalesRules{MostOpen: int(a.MostOpen), Kinds: choices(a.Kinds), Outcomes: choices(a.Outcomes)}
}
