package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/personal"
	"membergate/loaders"
)

// Deletion is what of the member's data is being deleted, or was.
func (f privacyFields) Deletion(ctx context.Context, obj *graph.Privacy) (*graph.PrivacyDeletion, error) {
	all, err := f.Personal.Of(ctx, obj.Profile.ID)
	if err != nil {
		return nil, err
	}
	d, ok := personal.Urgent(all)
	if !ok {
		return nil, nil
	}
	out := &graph.PrivacyDeletion{State: string(d.State), Kind: string(d.Kind), Categories: []string{}, RequestedAt: d.RequestedAt, DueAt: d.DueAt}
	for _, c := range d.Categories {
		out.Categories = append(out.Categories, string(c))
	}
	if !d.DoneAt.IsZero() {
		out.DoneAt = &d.DoneAt
	}
	return out, nil
}

// HistoryDelete asks for categories of the member's data to be deleted.
func (m mutation) HistoryDelete(ctx context.Context, input graph.HistoryDeleteInput) (*graph.HistoryDeletePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	_, err = m.Personal.History(ctx, loaders.From(ctx).Me(), input.Categories)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.HistoryDeletePayload{UserErrors: []*graph.HistoryDeleteUserError{{
			Field: refused.field, Message: refused.message, Code: graph.HistoryDeleteErrorCode(refused.code),
		}}}, nil
	}
	return &graph.HistoryDeletePayload{Privacy: m.privacy(ctx, h.Profile), UserErrors: []*graph.HistoryDeleteUserError{}}, nil
}
