package demo

import (
	"context"
	"errors"
	"slices"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/voucher"
)

// publish writes goods, posts, comments, marks and ties, and counts. What is counted is counted from the deepest comments
// up to the posts, each layer when the one below it is done: so it comes out the same however often it is begun.
func (w *writer) publish(ctx context.Context) error {
	if err := w.shelve(ctx); err != nil {
		return err
	}
	if err := w.putPosts(ctx); err != nil {
		return err
	}
	if err := w.putComments(ctx); err != nil {
		return err
	}
	if err := w.tie(ctx); err != nil {
		return err
	}
	versions, err := w.react(ctx)
	if err != nil {
		return err
	}
	if err := w.count(ctx); err != nil {
		return err
	}
	for part := range slices.Chunk(versions, 500) {
		if err := w.Community.Settle(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) shelve(ctx context.Context) error {
	if err := w.Products.PutAll(ctx, w.plan.products()); err != nil {
		return err
	}
	for _, r := range w.plan.texts.rewards {
		if r.Codes == 0 {
			continue
		}
		if _, err := voucher.Load(ctx, w.Vouchers, w.Keys, r.ID, w.plan.codes(r), w.plan.now); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Rewards.PutSlots(ctx, w.plan.slots()), w.Rewards.PutAll(ctx, w.plan.rewards())); err != nil {
		return err
	}
	return w.Community.PutTopics(ctx, w.plan.topics())
}

// putPosts adds the posts that are not there: one that is there has counts that must stay.
func (w *writer) putPosts(ctx context.Context) error {
	ids := make([]community.PostID, len(w.plan.posts))
	for i, post := range w.plan.posts {
		ids[i] = post.ID
	}
	there, err := w.Community.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(w.plan.posts), func(post community.Post) bool { _, ok := there[post.ID]; return ok })
	if len(missing) == 0 {
		return nil
	}
	return w.Community.Put(ctx, missing)
}

func (w *writer) putComments(ctx context.Context) error {
	ids := make([]community.CommentID, len(w.plan.comments))
	for i, comment := range w.plan.comments {
		ids[i] = comment.ID
	}
	there, err := w.Community.CommentsByIDs(ctx, ids)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(w.plan.comments), func(c community.Comment) bool { _, ok := there[c.ID]; return ok })
	if len(missing) == 0 {
		return nil
	}
	return w.Community.PutComments(ctx, missing)
}

// react sets the marks, those on one subject in their order, and gives the versions that they have then.
func (w *writer) react(ctx context.Context) ([]community.Unsettled, error) {
	marks := w.plan.marks
	versions := make([]community.Unsettled, len(marks))
	places := make([]int, len(marks))
	for i := range places {
		places[i] = i
	}
	err := each(ctx, places, func(ctx context.Context, i *int) error {
		m := marks[*i]
		set, _, err := w.Community.SetMark(ctx, m.who, m.on, m.kind, true, m.at)
		versions[*i] = community.Unsettled{Member: m.who, Subject: m.on, Version: set.Version}
		w.tell(1)
		return err
	})
	return latest(versions), err
}

// latest leaves of each mark its last version.
func latest(versions []community.Unsettled) []community.Unsettled {
	type key struct {
		who member.ID
		on  community.Subject
	}
	highest := map[key]int64{}
	for _, v := range versions {
		k := key{v.Member, v.Subject}
		highest[k] = max(highest[k], v.Version)
	}
	return slices.DeleteFunc(versions, func(v community.Unsettled) bool {
		k := key{v.Member, v.Subject}
		if highest[k] != v.Version {
			return true
		}
		highest[k] = -1 // once is enough
		return false
	})
}

func (w *writer) count(ctx context.Context) error {
	service := &community.Service{Store: w.Community}
	layers := map[int][]community.Subject{}
	deepest := 0
	for _, c := range w.plan.comments {
		layers[c.Depth] = append(layers[c.Depth], c.Subject())
		deepest = max(deepest, c.Depth)
	}
	recount := func(ctx context.Context, s *community.Subject) error {
		w.tell(1)
		return service.Recount(ctx, *s)
	}
	for depth := deepest; depth >= 0; depth-- {
		if err := each(ctx, layers[depth], recount); err != nil {
			return err
		}
	}
	posts := make([]community.Subject, len(w.plan.posts))
	for i, p := range w.plan.posts {
		posts[i] = p.Subject()
	}
	return each(ctx, posts, recount)
}

// tie makes everybody follow and join in the planned order.
func (w *writer) tie(ctx context.Context) error {
	var ids []member.ID
	for id := range w.plan.ties {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if err := each(ctx, ids, func(ctx context.Context, id *member.ID) error {
		for _, t := range w.plan.ties[*id] {
			if err := w.Community.SetTie(ctx, *id, t.kind, t.to, true, 0); err != nil {
				return err
			}
		}
		w.tell(1)
		return nil
	}); err != nil {
		return err
	}
	return each(ctx, w.plan.circles, func(ctx context.Context, s *seat) error {
		return w.Community.SetCircle(ctx, s.group, s.who, true, s.seats)
	})
}
