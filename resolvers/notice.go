package resolvers

import (
	"context"
	"strings"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/loaders"
)

// inboxList is the list of a member's notices, read ones or not: a cursor of either reads up to its place.
func inboxList(who member.ID) cursor.List {
	return cursor.List{Name: "member.notifications", Owner: string(who)}
}

// Notifications lists the member's inbox, newest first.
func (m memberFields) Notifications(ctx context.Context, obj *graph.Member, unreadOnly *bool, first *int, after *string) (*graph.NotificationConnection, error) {
	who := obj.Holder.Profile.ID
	l := inboxList(who)
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	q := notice.Query{Limit: span.Limit + 1, Unread: unreadOnly != nil && *unreadOnly}
	if span.After != nil {
		q.Before = span.After.Key
	}
	found, err := m.Notices.Store.Page(ctx, who, q)
	if err != nil {
		return nil, err
	}
	page := slice(m.Cursors, l, span, found, func(n notice.Notice) cursor.Place { return cursor.Place{Key: n.Number} })
	out := &graph.NotificationConnection{Edges: []*graph.NotificationEdge{}, Nodes: []*graph.Notification{}, PageInfo: pageInfo(page), Member: who}
	for i, n := range page.Nodes {
		node := m.notification(ctx, n)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.NotificationEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// notification is a notice in the viewer's language.
func (r *Root) notification(ctx context.Context, n notice.Notice) *graph.Notification {
	title, body := n.Texts(r.programme(ctx), locale(ctx))
	out := &graph.Notification{
		ID: globalID(kindNotice, n.ID), Kind: n.Kind, Title: title, Body: body, CreatedAt: n.At, GroupCount: n.Count, Notice: n,
	}
	if !n.ReadAt.IsZero() {
		out.ReadAt = ptr(n.ReadAt)
	}
	return out
}

// UnreadCount counts the whole inbox.
func (f inboxFields) UnreadCount(ctx context.Context, obj *graph.NotificationConnection) (*int, error) {
	n, err := f.unread(ctx, obj.Member)
	return &n, err
}

func (r *Root) unread(ctx context.Context, who member.ID) (int, error) {
	n, _, err := loaders.From(ctx).Unread.Load(ctx, who)
	return n, err
}

// Subject is what a notice is about, as far as the viewer may see it.
func (f noticeFields) Subject(ctx context.Context, obj *graph.Notification) (graph.Node, error) {
	kind, key, ok := strings.Cut(obj.Notice.Subject, ":")
	if !ok {
		return nil, nil
	}
	return f.node(ctx, globalID(kind, key))
}

// noticeNode shows a notice to whose it is.
func (r *Root) noticeNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	n, known, err := o.Notices.Load(ctx, key)
	if err != nil || !known || n.Member != o.Me() || n.Hidden {
		return nil, err
	}
	return r.notification(ctx, n), nil
}

// Notifications counts what the member has not read.
func (f unreadFields) Notifications(ctx context.Context, obj *graph.UnreadCounts) (int, error) {
	return f.unread(ctx, obj.Member)
}

// Approvals counts the family requests that wait for the member.
func (f unreadFields) Approvals(ctx context.Context, obj *graph.UnreadCounts) (int, error) {
	o := loaders.From(ctx)
	fam, ok, err := o.Families.Load(ctx, obj.Member)
	if err != nil || !ok {
		return 0, err
	}
	return fam.Waiting(obj.Member, o.Now), nil
}

// NotificationsRead marks notices as read.
func (m mutation) NotificationsRead(ctx context.Context, input graph.NotificationsReadInput) (*graph.NotificationsReadPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	who, upTo := h.Profile.ID, int64(0)
	switch n := len(input.Ids); {
	case n > cursor.MaxPage:
		return nil, fault.Bad("input.ids", "input.ids names %d notifications; allowed are at most %d", n, cursor.MaxPage)
	case n == 0 && input.UpToCursor == nil:
		return nil, fault.Bad("input", "input names nothing to be read; needed is upToCursor, ids or both")
	}
	if input.UpToCursor != nil {
		place, err := m.Cursors.Read(inboxList(who), "input.upToCursor", *input.UpToCursor)
		if err != nil {
			return nil, err
		}
		upTo = place.Key
	}
	ids := make([]string, len(input.Ids))
	for i, id := range input.Ids {
		kind, key, _ := readID(id)
		if kind == kindNotice { // any other names nothing
			ids[i] = key
		}
	}
	out := &graph.NotificationsReadPayload{UserErrors: []*graph.NotificationUserError{}}
	if out.UserErrors, err = noticeErrors(ctx, m.Notices.Read(ctx, who, upTo, ids, loaders.From(ctx).Now)); err != nil || len(out.UserErrors) > 0 {
		return out, err
	}
	out.UnreadCounts = unreadCounts(who)
	return out, nil
}

// noticeErrors are the rows of what the member can mend; every other error stays one.
func noticeErrors(ctx context.Context, err error) ([]*graph.NotificationUserError, error) {
	out := []*graph.NotificationUserError{}
	refused, err := refusal(ctx, err)
	if refused != nil {
		out = append(out, &graph.NotificationUserError{Field: refused.field, Message: refused.message, Code: graph.NotificationErrorCode(refused.code)})
	}
	return out, err
}
