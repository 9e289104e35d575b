package resolvers

import (
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/change"
	"membergate/internal/cursor"
	"membergate/internal/live"
	"membergate/internal/member"
	"membergate/internal/notice"
)

// heldNotices is how many notices of one listener wait to be told; those behind them are read when these are told.
const heldNotices = cursor.MaxPage

// NotificationAdded tells each notice that is added to the viewer's inbox, or moves to its front.
func (s subscription) NotificationAdded(ctx context.Context) (<-chan *graph.NotificationEdge, error) {
	h, err := s.holder(ctx)
	if err != nil {
		return nil, err
	}
	who := h.Profile.ID
	var told int64
	var held []notice.Notice // newest first
	return live.Open(ctx, s.Live, live.Stream[*graph.NotificationEdge]{
		Policy: live.All, Topics: ofMine(h, change.Notice),
		Begin: func(ctx context.Context, resume string) (bool, error) {
			if resume != "" {
				place, err := s.Cursors.Read(inboxList(who), "lastEventId", resume)
				told = place.Key
				return true, err
			}
			newest, err := s.Notices.Store.Page(ctx, who, notice.Query{Limit: 1})
			if len(newest) > 0 {
				told = newest[0].Number
			}
			return false, err
		},
		Next: func(ctx context.Context) (*live.Told[*graph.NotificationEdge], error) {
			if len(held) == 0 {
				if held, err = s.noticesAfter(ctx, who, told); err != nil || len(held) == 0 {
					return nil, err
				}
			}
			n := held[len(held)-1]
			held = held[:len(held)-1]
			told = n.Number
			place := s.Cursors.Write(inboxList(who), cursor.Place{Key: n.Number})
			edge := &graph.NotificationEdge{Cursor: place, Node: s.notification(ctx, n)}
			return &live.Told[*graph.NotificationEdge]{Value: edge, ID: place, More: true}, nil
		},
	})
}

// noticesAfter gives the oldest notices of an inbox behind a number, newest first.
func (r *Root) noticesAfter(ctx context.Context, who member.ID, told int64) ([]notice.Notice, error) {
	var out []notice.Notice
	for before := int64(0); ; {
		page, err := r.Notices.Store.Page(ctx, who, notice.Query{Limit: heldNotices, Before: before})
		if err != nil {
			return nil, err
		}
		end := slices.IndexFunc(page, func(n notice.Notice) bool { return n.Number <= told })
		switch {
		case end == 0: // the page before was the last one
			return out, nil
		case end > 0:
			return slices.Concat(out, page[:end])[max(0, len(out)+end-heldNotices):], nil
		case len(page) < heldNotices:
			return slices.Concat(out, page)[max(0, len(out)+len(page)-heldNotices):], nil
		}
		out, before = page, page[len(page)-1].Number
	}
}
