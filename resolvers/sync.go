package resolvers

import (
	"context"
	"errors"
	"slices"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/change"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/loaders"
)

// changesAtOnce is how many changes one answer looks at: as many as are kept of a member.
const changesAtOnce = 200

// syncList is what tokens are places in.
func syncList(who member.ID) cursor.List { return cursor.List{Name: "sync", Owner: string(who)} }

// Sync tells what of the viewer's has changed since a token.
func (q query) Sync(ctx context.Context, token *string, watch []string) (*graph.SyncResult, error) {
	defer loaders.Leave(ctx)
	if len(watch) > cursor.MaxPage {
		return nil, fault.Bad("watch", "watch names %d posts; allowed are at most %d", len(watch), cursor.MaxPage)
	}
	o := loaders.From(ctx)
	before, err := q.mark(ctx, token)
	if err != nil {
		return nil, err
	}
	h, err := q.holder(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.SyncResult{Changed: []graph.Node{}, DeletedIds: []string{}, UnreadCounts: unreadCounts(o.Me()), NextPollSeconds: q.PollSeconds}
	now, news, err := q.changesSince(ctx, h, before, token == nil)
	if errors.Is(err, change.ErrTooOld) {
		out.ResetRequired, before = true, change.Mark{}
		now, news, err = q.changesSince(ctx, h, before, true)
	}
	if err != nil {
		return nil, err
	}
	if err := q.synced(ctx, h, news, before, &now, out); err != nil {
		return nil, err
	}
	if err := q.syncedPosts(ctx, watch, before, &now, out); err != nil {
		return nil, err
	}
	if out.ResetRequired {
		out.Changed, out.DeletedIds = []graph.Node{}, []string{}
	}
	out.Token = q.Cursors.Write(syncList(o.Me()), cursor.Place{Key: now.Notice, ID: now.Text()})
	return out, nil
}

// mark is where a token stands.
func (q query) mark(ctx context.Context, token *string) (change.Mark, error) {
	if err := signIn(ctx); err != nil || token == nil {
		return change.Mark{}, err
	}
	place, err := q.Cursors.Read(syncList(loaders.From(ctx).Me()), "token", *token)
	if err != nil {
		return change.Mark{}, fault.Bad("token", "token is none of the viewer's; allowed are tokens that sync gave to this member")
	}
	m, ok := change.ReadMark(place.ID, place.Key)
	if !ok {
		return m, fault.Bad("token", "token is none of the viewer's; allowed are tokens that sync gave to this member")
	}
	return m, nil
}

// changesSince gives the kinds that have changed, and where to go on. Who begins stands where everything is that was told.
func (q query) changesSince(ctx context.Context, h *account.Holder, before change.Mark, begins bool) (change.Mark, map[change.Kind]bool, error) {
	now, of := change.Mark{Notice: before.Notice, Family: before.Family}, h.Account.Wallet
	if begins {
		position, err := q.Changes.Position(ctx, of)
		now.Position = position
		if err == nil {
			newest, err := q.Notices.Store.Page(ctx, h.Profile.ID, notice.Query{Limit: 1})
			if err != nil {
				return now, nil, err
			}
			if len(newest) > 0 {
				now.Notice = newest[0].Number
			}
		}
		return now, nil, err
	}
	page, err := q.Changes.Since(ctx, of, before.Position, changesAtOnce)
	now.Position = page.Position
	kinds := map[change.Kind]bool{}
	for _, c := range page.Changes {
		kinds[c.Kind] = true
	}
	return now, kinds, err
}

// synced puts what has changed of the member's own things into an answer.
func (q query) synced(ctx context.Context, h *account.Holder, news map[change.Kind]bool, before change.Mark, now *change.Mark, out *graph.SyncResult) error {
	if news[change.Wallet] {
		head, err := q.head(ctx, h.Account.Wallet)
		if err != nil {
			return err
		}
		out.Changed = append(out.Changed, q.showWallet(ctx, h.Account.Wallet, head))
	}
	if news[change.Tier] {
		out.Changed = append(out.Changed, q.status(ctx, h))
	}
	if news[change.Notice] {
		if err := q.syncedNotices(ctx, h.Profile.ID, before, now, out); err != nil {
			return err
		}
	}
	f, in, err := loaders.From(ctx).Families.Load(ctx, h.Profile.ID)
	if err != nil {
		return err
	}
	if now.Family = ""; in {
		now.Family = string(f.ID)
	}
	if before.Family != "" && before.Family != now.Family {
		out.DeletedIds = append(out.DeletedIds, globalID(kindFamily, before.Family))
	}
	if news[change.Family] && in {
		shown, err := q.family(ctx, &f)
		if err != nil || shown == nil {
			return err
		}
		out.Changed = append(out.Changed, shown)
	}
	return nil
}

// syncedNotices puts the notices behind a mark into an answer, oldest first. Those that do not fit are there the next time.
func (q query) syncedNotices(ctx context.Context, who member.ID, before change.Mark, now *change.Mark, out *graph.SyncResult) error {
	found, err := q.noticesAfter(ctx, who, before.Notice)
	if err != nil {
		return err
	}
	for _, n := range slices.Backward(found) {
		out.Changed = append(out.Changed, q.notification(ctx, n))
		now.Notice = n.Number
	}
	if len(found) == heldNotices {
		now.Position, out.NextPollSeconds = before.Position, 1
	}
	return nil
}

// syncedPosts puts the watched posts that look different into an answer.
func (q query) syncedPosts(ctx context.Context, watch []string, before change.Mark, now *change.Mark, out *graph.SyncResult) error {
	if len(watch) == 0 {
		return nil
	}
	o := loaders.From(ctx)
	for _, id := range watch {
		if kind, key, _ := readID(id); kind == kindPost {
			o.Posts.Want(community.PostID(key))
		}
	}
	reader, err := q.reader(ctx)
	if err != nil {
		return err
	}
	for _, id := range watch {
		var looks string
		kind, key, _ := readID(id)
		if kind == kindPost {
			p, ok, err := o.Posts.Load(ctx, community.PostID(key))
			if err != nil {
				return err
			}
			if ok && reader.CanSee(p) {
				looks = looksOf(&p)
				if changed, _ := now.Watch(id, looks, before); changed {
					out.Changed = append(out.Changed, q.post(ctx, &p))
				}
				continue
			}
		}
		if changed, known := now.Watch(id, "", before); changed || !known {
			out.DeletedIds = append(out.DeletedIds, id)
		}
	}
	return nil
}
