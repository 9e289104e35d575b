package resolvers

import (
	"context"
	"fmt"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/insight"
	"membergate/loaders"
)

// TrackEvents counts what the viewer did in the app.
func (m mutation) TrackEvents(ctx context.Context, input graph.TrackEventsInput) (*graph.TrackEventsPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	var deeds []insight.Deed
	var rows []*fault.Refusal
	for n, e := range input.Events {
		d := insight.Deed{ID: e.ID, Act: insight.Act(e.Kind), At: e.At}
		if e.Code != nil {
			d.Code = *e.Code
		}
		if e.ProductID != nil {
			if d.SKU, err = keyOf("productId", *e.ProductID, kindProduct); err != nil {
				rows = append(rows, fault.Refuse("NOT_FOUND", fmt.Sprintf("events.%d.productId", n), "productId is the id of no product"))
				d.Act = "" // it keeps its place and is counted nowhere
			}
		}
		deeds = append(deeds, d)
	}
	accepted, refused, err := m.Insight.Track(ctx, h.Profile, deeds, loaders.From(ctx).Now)
	if err != nil {
		return nil, err
	}
	if len(refused) == 1 && refused[0].Field == "" {
		rows = nil // whoever has not agreed is told nothing else
	}
	out := &graph.TrackEventsPayload{Accepted: accepted, UserErrors: []*graph.TrackEventsUserError{}}
	for _, row := range append(rows, refused...) {
		r, err := refusal(ctx, row)
		if err != nil {
			return nil, err
		}
		out.UserErrors = append(out.UserErrors, &graph.TrackEventsUserError{Field: parts(r.field), Message: r.message, Code: graph.TrackEventsErrorCode(r.code), AvailableAt: r.at})
	}
	return out, nil
}
