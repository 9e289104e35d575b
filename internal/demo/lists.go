package demo

import (
	"cmp"
	"context"
	"slices"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/recommend"
)

// recommend makes the lists: from the orders by the builder, posts by what is hot and what members follow, and what the
// shop's own people chose.
func (w *writer) recommend(ctx context.Context) error {
	agreed := map[member.ID]bool{}
	for _, who := range w.plan.people {
		agreed[who.ID] = who.Agreed(recommend.Purpose)
	}
	built, err := recommend.Rebuild(ctx, w.Orders, w.Lists, w.plan.now, recommend.Plan{
		Agreed: func(m member.ID) bool { return agreed[m] }, Scenes: w.plan.scenes(), Goods: w.plan.goods,
	})
	if err != nil {
		return err
	}
	hot, err := w.hot(ctx)
	if err != nil {
		return err
	}
	lists := map[recommend.Key]recommend.List{
		recommend.PopularList(recommend.OfPost):      recommend.ChoosePosts(hot, nil, built.Version),
		recommend.EditorialList(recommend.Rewards):   {Version: built.Version, Items: w.plan.chosenRewards()},
		recommend.EditorialList(recommend.Community): {Version: built.Version, Items: w.plan.chosenPosts()},
	}
	for _, who := range w.plan.people {
		var topics []community.TopicID
		for _, t := range w.plan.ties[who.ID] {
			if t.kind == community.FollowTopic {
				topics = append(topics, community.TopicID(t.to))
			}
		}
		if agreed[who.ID] && len(topics) > 0 {
			lists[recommend.MemberList(who.ID, recommend.Community)] = recommend.ChoosePosts(hot, topics, built.Version)
		}
	}
	w.lists = built.Lists + len(lists)
	return w.Lists.Put(ctx, lists)
}

// scenes are those of the programme.
func (p *plan) scenes() []programme.Scene {
	if r := p.rules.Recommendations; r != nil {
		return r.Scenes
	}
	return nil
}

// goods are what the demo's shop sells.
func (p *plan) goods(yield func(recommend.Good)) error {
	for _, g := range p.products() {
		yield(recommend.Good{SKU: g.SKU, Category: g.Category, Title: g.Title})
	}
	return nil
}

// hot are the posts that everybody may see, in the order of the hot feed.
func (w *writer) hot(ctx context.Context) ([]community.Post, error) {
	ids := make([]community.PostID, len(w.plan.posts))
	for i, post := range w.plan.posts {
		ids[i] = post.ID
	}
	found, err := w.Community.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []community.Post
	for _, post := range found {
		if (community.Reader{}).CanSee(post) {
			out = append(out, post)
		}
	}
	slices.SortFunc(out, func(a, b community.Post) int {
		return cmp.Or(cmp.Compare(b.HotKey, a.HotKey), cmp.Compare(b.ID, a.ID))
	})
	return out, nil
}

// chosen is how many things the shop's people choose for a list.
const chosen = 12

func (p *plan) chosenRewards() []recommend.Item {
	var out []recommend.Item
	for _, r := range p.rewards() {
		if r.MinTier == "" && len(out) < chosen {
			out = append(out, editorial(recommend.OfReward, r.ID))
		}
	}
	return out
}

// chosenPosts are what the shop's own people wrote, newest first.
func (p *plan) chosenPosts() []recommend.Item {
	teaches := map[member.ID]bool{}
	for _, who := range p.having(func(who person) bool { return who.editor }) {
		teaches[who.ID] = true
	}
	var out []recommend.Item
	for _, post := range slices.Backward(p.posts) {
		if teaches[post.Author] && len(out) < chosen {
			out = append(out, editorial(recommend.OfPost, string(post.ID)))
		}
	}
	return out
}

func editorial(k recommend.Kind, id string) recommend.Item {
	return recommend.Item{Ref: recommend.Ref{Kind: k, ID: id}, Cause: recommend.Editorial}
}
