package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/product"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// Feed is a page of a feed. Posts are read at the same time as what is known of the viewer; what the posts then need
// goes in the next wave.
func (q query) Feed(ctx context.Context, kind graph.FeedKind, boardCode *string, topicID *string, first *int, after *string, last *int, before *string) (*graph.PostConnection, error) {
	defer loaders.Leave(ctx)
	ask := community.FeedQuery{Kind: community.FeedKind(kind), Who: loaders.From(ctx).Me(),
		Args: cursor.Args{First: first, After: after, Last: last, Before: before}}
	if last != nil {
		ask.Args.First = nil // the schema's default, or a second wish: last decides
	}
	if boardCode != nil {
		ask.Board = *boardCode
	}
	if topicID != nil {
		key, err := keyOf("topicId", *topicID, kindTopic)
		if err != nil {
			return nil, err
		}
		ask.Topic = community.TopicID(key)
		loaders.From(ctx).Topics.Want(ask.Topic)
	}
	page, err := q.Community.Feed(ctx, q.programme(ctx), ask, q.reader)
	if err != nil {
		return nil, err
	}
	q.foreseePosts(ctx, page.Nodes, "edges", "node")
	q.foreseePosts(ctx, page.Nodes, "nodes")
	loaders.From(ctx).Arrive(ctx)
	if err := q.knownTopic(ctx, ask.Topic); err != nil {
		return nil, err
	}
	out := &graph.PostConnection{Edges: []*graph.PostEdge{}, Nodes: []*graph.Post{}, PageInfo: pageInfo(page.Page),
		NewestCursor: page.Newest(), Stale: page.Stale}
	for i := range page.Nodes {
		node := q.post(ctx, &page.Nodes[i])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.PostEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// knownTopic refuses a topic that is not there; none is asked for where it is empty.
func (r *Root) knownTopic(ctx context.Context, id community.TopicID) error {
	if id == "" {
		return nil
	}
	_, ok, err := loaders.From(ctx).Topics.Load(ctx, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "there is no such topic")
	}
	return err
}

// reader is what the community's rules must know of the viewer.
func (r *Root) reader(ctx context.Context) (community.Reader, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return community.Reader{}, nil
	}
	o.Holders.Want(o.Me())
	o.Families.Want(o.Me())
	o.Ties.Want(o.Me())
	o.Arrive(ctx)
	h, err := r.holder(ctx)
	if err != nil {
		return community.Reader{}, err
	}
	f, _, err := o.Families.Load(ctx, o.Me())
	if err != nil {
		return community.Reader{}, err
	}
	ties, _, err := o.Ties.Load(ctx, o.Me())
	if err != nil {
		return community.Reader{}, err
	}
	return r.asReader(ctx, h, string(f.ID), ties, viewer.From(ctx).Roles), nil
}

// foreseePosts wants what the selections below a path will need of posts.
func (r *Root) foreseePosts(ctx context.Context, posts []community.Post, path ...string) {
	o := loaders.From(ctx)
	below := func(field ...string) bool { return asks(ctx, append(path[:len(path):len(path)], field...)...) }
	for _, p := range posts {
		if below("author") {
			o.People.Want(p.Author)
		}
		if o.Viewer.SignedIn() && (below("myReactions") || below("bookmarkedByMe")) {
			o.Marks.Want(p.Subject())
		}
		if below("topics") {
			o.Topics.Want(p.Topics...)
		}
		if below("products") {
			o.Products.Want(p.Products...)
		}
	}
	if o.Viewer.SignedIn() && (below("author", "isFollowedByMe") || below("author", "isBlockedByMe") || below("author", "isMutedByMe") || below("topics", "isFollowedByMe")) {
		o.Ties.Want(o.Me())
	}
}

func (r *Root) post(ctx context.Context, p *community.Post) *graph.Post {
	out := &graph.Post{ID: globalID(kindPost, string(p.ID)), Body: p.Body, CreatedAt: p.CreatedAt, Visibility: graph.PostVisibility(p.Visibility),
		Moderation: string(p.State), Board: r.board(ctx, p.Board), Media: r.pictures(p.Media), Reactions: summary(p.Counts),
		CommentCount: int(p.Counts.Comments), Campaign: text(p.Campaign), Post: p}
	out.AdoptedAt = momentOf(p.Adopted.At)
	if !p.EditedAt.IsZero() {
		out.EditedAt = &p.EditedAt
	}
	return out
}

func summary(c community.Counts) []*graph.ReactionSummary {
	out := []*graph.ReactionSummary{}
	for _, s := range c.Summary() {
		out = append(out, &graph.ReactionSummary{Kind: graph.ReactionKind(s.Kind), Count: int(s.Count)})
	}
	return out
}

// Author is who wrote the post.
func (f postFields) Author(ctx context.Context, obj *graph.Post) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Post.Author)
}

// Topics are the subjects that the post is filed under.
func (f postFields) Topics(ctx context.Context, obj *graph.Post) ([]*graph.Topic, error) {
	found, err := loaders.From(ctx).Topics.All(ctx, obj.Post.Topics)
	out := []*graph.Topic{}
	for _, t := range found {
		out = append(out, showTopic(ctx, t))
	}
	return out, err
}

func showTopic(ctx context.Context, t community.Topic) *graph.Topic {
	return &graph.Topic{ID: globalID(kindTopic, string(t.ID)), Key: t.Key, Title: t.Titles.In(locale(ctx)), Topic: t.ID}
}

// Products are the products that the post shows.
func (f postFields) Products(ctx context.Context, obj *graph.Post) ([]*graph.Product, error) {
	found, err := loaders.From(ctx).Products.All(ctx, obj.Post.Products)
	return showProducts(found), err
}

func showProducts(found []product.Product) []*graph.Product {
	out := []*graph.Product{}
	for _, p := range found {
		out = append(out, showProduct(p))
	}
	return out
}

// mark is what the viewer did to something; nothing when nobody is signed in.
func mark(ctx context.Context, s community.Subject) (community.Mark, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return community.Mark{}, nil
	}
	m, _, err := o.Marks.Load(ctx, s)
	return m, err
}

func myReactions(ctx context.Context, s community.Subject) ([]graph.ReactionKind, error) {
	m, err := mark(ctx, s)
	out := []graph.ReactionKind{}
	for _, k := range m.Reactions() {
		out = append(out, graph.ReactionKind(k))
	}
	return out, err
}

// MyReactions are the viewer's own reactions to the post.
func (f postFields) MyReactions(ctx context.Context, obj *graph.Post) ([]graph.ReactionKind, error) {
	return myReactions(ctx, obj.Post.Subject())
}

// BookmarkedByMe tells whether the viewer keeps the post.
func (f postFields) BookmarkedByMe(ctx context.Context, obj *graph.Post) (*bool, error) {
	m, err := mark(ctx, obj.Post.Subject())
	if err != nil {
		return nil, err
	}
	return ptr(m.Has(community.Bookmark)), nil
}

// Permissions are what the viewer may do with the post.
func (f postFields) Permissions(ctx context.Context, obj *graph.Post) ([]string, error) {
	reader, err := f.reader(ctx)
	if err != nil {
		return nil, err
	}
	return reader.Permissions(*obj.Post), nil
}

// IsFollowedByMe tells whether the viewer follows the person.
func (f profileFields) IsFollowedByMe(ctx context.Context, obj *graph.PublicProfile) (*bool, error) {
	ties, err := f.myTies(ctx)
	if err != nil {
		return nil, err
	}
	return ptr(ties.Has(community.Follow, string(obj.Member))), nil
}

// visiblePost is a post that the viewer can see; nil for every other, unknown or not.
func (r *Root) visiblePost(ctx context.Context, id community.PostID) (*community.Post, community.Reader, error) {
	o := loaders.From(ctx)
	o.Posts.Want(id)
	reader, err := r.reader(ctx)
	if err != nil {
		return nil, reader, err
	}
	p, ok, err := o.Posts.Load(ctx, id)
	if err != nil || !ok || !reader.CanSee(p) {
		return nil, reader, err
	}
	return &p, reader, nil
}
