package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/experiment"
	"membergate/internal/fault"
	"membergate/internal/recommend"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// Recommendations are what may interest the viewer.
func (q query) Recommendations(ctx context.Context, surface graph.RecommendationSurface, contextID *string, first *int, after *string, moment *graph.RecommendationContextInput) (*graph.RecommendationConnection, error) {
	defer loaders.Leave(ctx)
	o := loaders.From(ctx)
	ask := q.asking(ctx, recommend.Surface(surface))
	if contextID != nil {
		sku, err := keyOf("contextId", *contextID, kindProduct)
		if err != nil {
			return nil, err
		}
		ask.Context = recommend.Ref{Kind: recommend.OfProduct, ID: sku}
		o.Products.Want(sku)
	}
	reader, err := q.reader(ctx)
	if err != nil {
		return nil, err
	}
	if err := known(ctx, ask.Context); err != nil {
		return nil, err
	}
	ask.Personal = reader.Personal
	if ask, err = q.moment(ctx, ask, moment); err != nil {
		return nil, err
	}
	page, err := q.Recommend.Recommend(ctx, ask, cursor.Args{First: first, After: after}, viewer.From(ctx).Locale, q.offered(reader))
	if err != nil {
		return nil, err
	}
	q.usedFor(ctx, ask, page.Personalised)
	q.foreseeReasons(ctx, page.Nodes)
	out := &graph.RecommendationConnection{Edges: []*graph.RecommendationEdge{}, Nodes: []*graph.Recommendation{}, PageInfo: pageInfo(page.Page),
		RecommendationID: page.ID, Personalised: page.Personalised}
	for i, r := range page.Nodes {
		node := recommendation(r)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.RecommendationEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// asking is who asks for recommendations; whether the member agreed must be found out.
func (r *Root) asking(ctx context.Context, on recommend.Surface) recommend.Asked {
	o := loaders.From(ctx)
	return recommend.Asked{Surface: on, Member: o.Me(), Now: o.Now, Rules: experiment.Rules(r.programme(ctx), o.Me(), o.Now)}
}

// known refuses a context that does not exist.
func known(ctx context.Context, r recommend.Ref) error {
	if r.ID == "" {
		return nil
	}
	_, ok, err := loaders.From(ctx).Products.Load(ctx, r.ID)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "contextId names no product that is known")
	}
	return err
}

// offered tells which things exist, are in stock and may be seen by the reader. They are fetched in one wave.
func (r *Root) offered(reader community.Reader) recommend.Offer {
	return func(ctx context.Context, refs []recommend.Ref) (map[recommend.Ref]bool, error) {
		o := loaders.From(ctx)
		for _, ref := range refs {
			wantRef(o, ref)
		}
		o.Arrive(ctx)
		can := make(map[recommend.Ref]bool, len(refs))
		for _, ref := range refs {
			if ref.Kind == recommend.OfProduct {
				p, ok, err := o.Products.Load(ctx, ref.ID)
				if err != nil {
					return nil, err
				}
				can[ref] = ok && p.InStock
				continue
			}
			node, err := r.thing(ctx, ref, reader)
			if err != nil {
				return nil, err
			}
			sold, is := node.(*graph.Reward)
			can[ref] = node != nil && (!is || sold.Stock == nil || *sold.Stock > 0)
		}
		return can, nil
	}
}

func wantRef(o *loaders.Operation, ref recommend.Ref) {
	switch ref.Kind {
	case recommend.OfProduct:
		o.Products.Want(ref.ID)
	case recommend.OfPost:
		o.Posts.Want(community.PostID(ref.ID))
	case recommend.OfTopic:
		o.Topics.Want(community.TopicID(ref.ID))
	}
}

// thing shows what a reference names, as far as the reader may see it; nil if not.
func (r *Root) thing(ctx context.Context, ref recommend.Ref, reader community.Reader) (graph.Node, error) {
	switch ref.Kind {
	case recommend.OfProduct:
		return r.productNode(ctx, ref.ID)
	case recommend.OfReward:
		return r.rewardNode(ctx, ref.ID)
	case recommend.OfTopic:
		return r.topicNode(ctx, ref.ID)
	case recommend.OfPost:
		p, ok, err := loaders.From(ctx).Posts.Load(ctx, community.PostID(ref.ID))
		if err != nil || !ok || !reader.CanSee(p) {
			return nil, err
		}
		return r.post(ctx, &p), nil
	}
	return nil, nil
}

// foreseeReasons wants the evidence and the authors that the selections ask for, in one more wave if there are any.
func (r *Root) foreseeReasons(ctx context.Context, nodes []recommend.Recommendation) {
	o := loaders.From(ctx)
	evidence := asks(ctx, "edges", "node", "reasons", "because") || asks(ctx, "nodes", "reasons", "because")
	authors := asks(ctx, "edges", "node", "item", "author") || asks(ctx, "nodes", "item", "author")
	for _, n := range nodes {
		for _, reason := range n.Reasons {
			for _, ref := range reason.Because {
				if evidence {
					wantRef(o, ref)
				}
			}
		}
		if authors && n.Item.Kind == recommend.OfPost {
			if p, ok, err := o.Posts.Load(ctx, community.PostID(n.Item.ID)); err == nil && ok {
				o.People.Want(p.Author)
			}
		}
	}
	if evidence || authors {
		o.Arrive(ctx)
	}
}

func recommendation(r recommend.Recommendation) *graph.Recommendation {
	out := &graph.Recommendation{ID: r.ID, Position: r.Position, Ref: r.Item}
	for _, reason := range r.Reasons {
		out.Reasons = append(out.Reasons, &graph.RecommendationReason{Kind: string(reason.Cause), Text: reason.Text,
			Removable: reason.Removable, Refs: reason.Because})
	}
	return out
}

// Item is what is recommended.
func (f pickFields) Item(ctx context.Context, obj *graph.Recommendation) (graph.Recommendable, error) {
	reader, err := f.reader(ctx)
	if err != nil {
		return nil, err
	}
	node, err := f.thing(ctx, obj.Ref, reader)
	if err != nil {
		return nil, err
	}
	if item, ok := node.(graph.Recommendable); ok {
		return item, nil
	}
	return nil, fault.New(fault.Internal, "a recommended %s is gone", obj.Ref.Kind)
}

// Because is the evidence, as far as the viewer may see it.
func (f reasonFields) Because(ctx context.Context, obj *graph.RecommendationReason) ([]graph.Node, error) {
	reader, err := f.reader(ctx)
	if err != nil {
		return nil, err
	}
	out := []graph.Node{}
	for _, ref := range obj.Refs {
		node, err := f.thing(ctx, ref, reader)
		if err != nil {
			return nil, err
		}
		if node != nil {
			out = append(out, node)
		}
	}
	return out, nil
}

// RecommendationSettings tell how recommendations are made for the member.
func (m memberFields) RecommendationSettings(_ context.Context, obj *graph.Member) (*graph.RecommendationSettings, error) {
	p := obj.Holder.Profile
	return settings(p), nil
}
