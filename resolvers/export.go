package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/loaders"
)

// exportsPath is where archives are fetched.
const exportsPath = "/exports/"

// Export is the copy of everything that is kept of the member.
func (f privacyFields) Export(ctx context.Context, obj *graph.Privacy) (*graph.DataExport, error) {
	e, known, err := f.Exports.Store.Of(ctx, obj.Profile.ID)
	if err != nil || !known {
		return nil, err
	}
	e = e.Shown(f.Exports.Now())
	out := &graph.DataExport{State: string(e.State), RequestedAt: e.RequestedAt, ReadyAt: moment(e.ReadyAt), FetchedAt: moment(e.FetchedAt), ExpiresAt: moment(e.ExpiresAt)}
	link, err := f.Exports.Link(e)
	if err != nil {
		return nil, err
	}
	if link != "" {
		out.URL = ptr(exportsPath + link)
	}
	return out, nil
}

// DataExport asks for it.
func (m mutation) DataExport(ctx context.Context) (*graph.DataExportPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	if err = m.Sessions.JustNow(o.Viewer); err == nil {
		_, err = m.Exports.Ask(ctx, o.Me())
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.DataExportPayload{UserErrors: []*graph.DataExportUserError{{
			Field: refused.field, Message: refused.message, Code: graph.DataExportErrorCode(refused.code), AvailableAt: refused.at,
		}}}, nil
	}
	return &graph.DataExportPayload{Privacy: m.privacy(ctx, h.Profile), UserErrors: []*graph.DataExportUserError{}}, nil
}
