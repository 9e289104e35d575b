package notice

import (
	"context"
	"fmt"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
)

// Round looks at members who are due, batch by batch. Those that cannot be looked at are passed over until the next
// Round.
type Round struct {
	Service *Service
	passed  map[member.ID]bool
}

// mostPassed is how many members may be passed over: more are no accident of a few.
const mostPassed = 1000

// Batch looks at no more than n members who are due by a time; Marked is for those who were marked only.
func (r *Round) Batch(ctx context.Context, by time.Time, n int) (found int, out Looked, err error) {
	ids, err := r.Service.Store.Due(ctx, by, n+len(r.passed))
	if err != nil {
		return 0, out, err
	}
	ids = slices.DeleteFunc(ids, func(id member.ID) bool { return r.passed[id] })
	if len(ids) == 0 {
		return 0, out, nil
	}
	if out, err = r.Service.Look(ctx, ids); err != nil {
		return len(ids), out, err
	}
	for _, id := range out.Failed {
		if r.passed == nil {
			r.passed = map[member.ID]bool{}
		}
		r.passed[id] = true
	}
	if len(r.passed) > mostPassed {
		return len(ids), out, fmt.Errorf("more than %d members cannot be told: %w", mostPassed, out.Err)
	}
	return len(ids), out, nil
}

// Walk finds members whose state is not the one that was seen last, page by page and round and round: their marks were
// lost with a process. Who has never been looked at is found in the same way.
type Walk struct {
	Service *Service
	After   member.ID // where the walk stands
}

// Page looks at n members; at the end it begins anew.
func (w *Walk) Page(ctx context.Context, n int) (Looked, error) {
	page, err := w.Service.Accounts.Walk(ctx, w.After, n)
	if err != nil {
		return Looked{}, err
	}
	if len(page) == 0 {
		w.After = ""
		return Looked{}, nil
	}
	lost, err := w.Service.lost(ctx, page)
	if err != nil {
		return Looked{}, err
	}
	var out Looked
	if len(lost) > 0 {
		if out, err = w.Service.Look(ctx, lost); err != nil {
			return out, err
		}
	}
	w.After = page[len(page)-1].Profile.ID
	return out, nil
}

// lost are those of some members whose state nobody has looked at.
func (s *Service) lost(ctx context.Context, page []account.Holder) ([]member.ID, error) {
	ids, holders := make([]member.ID, len(page)), make(map[member.ID]account.Holder, len(page))
	for i, h := range page {
		ids[i], holders[h.Profile.ID] = h.Profile.ID, h
	}
	inboxes, err := s.Store.Inboxes(ctx, ids)
	if err != nil {
		return nil, err
	}
	views, err := s.views(ctx, holders)
	if err != nil {
		return nil, err
	}
	var out []member.ID
	for _, id := range ids {
		in, known := inboxes[id]
		if !known || s.behind(in, views[id]) {
			out = append(out, id)
		}
	}
	return out, nil
}

// behind tells whether a state has gone on since the inbox saw it. Coupons, uses and comments have no version that it
// could keep: it would have told what they call for, or be due when they do.
func (s *Service) behind(in Inbox, v View) bool {
	unread := func(p Purse) bool { return p.Head.Seq != in.seq(p.Currency) }
	if in.Account != v.Account.Version || slices.ContainsFunc(v.Purses, unread) {
		return true
	}
	causes, next := Apart(s.Book, v, s.Now(v))
	return next.Before(in.Due) || slices.ContainsFunc(causes, func(c Cause) bool { return !in.has(c.Kind + " " + c.Key) })
}
