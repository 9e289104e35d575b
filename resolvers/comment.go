package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/loaders"
)

// Comments are the comments that hang directly below the post.
func (f postFields) Comments(ctx context.Context, obj *graph.Post, sort graph.CommentSort, first *int, after *string) (*graph.CommentConnection, error) {
	return f.thread(ctx, string(obj.Post.ID), community.Sort(sort), first, after)
}

// Replies are the comments that hang directly below the comment. The first ones of all comments of a page are read
// together.
func (f commentFields) Replies(ctx context.Context, obj *graph.Comment, sort graph.CommentSort, first *int, after *string) (*graph.CommentConnection, error) {
	if after != nil || first == nil || *first < 1 || *first > cursor.MaxPage {
		return f.thread(ctx, string(obj.Comment.ID), community.Sort(sort), first, after)
	}
	page, _, err := loaders.From(ctx).Threads.Load(ctx, loaders.ThreadKey{Under: string(obj.Comment.ID), Sort: community.Sort(sort), First: *first})
	if err != nil {
		return nil, err
	}
	return f.comments(ctx, page), nil
}

// thread reads a page of comments below one place, and what the selections need of them.
func (r *Root) thread(ctx context.Context, under string, sort community.Sort, first *int, after *string) (*graph.CommentConnection, error) {
	reader, err := r.reader(ctx)
	if err != nil {
		return nil, err
	}
	page, err := r.Community.Comments(ctx, community.CommentsBelow{Under: under, Sort: sort, Args: cursor.Args{First: first, After: after}}, reader)
	if err != nil {
		return nil, err
	}
	r.foreseeComments(ctx, page.Nodes)
	return r.comments(ctx, page), nil
}

// foreseeComments wants what the selections need of a page of comments: their first replies at once, and the authors
// and marks of comments and replies together.
func (r *Root) foreseeComments(ctx context.Context, comments []community.Comment) {
	o, op := loaders.From(ctx), graphql.GetOperationContext(ctx)
	var replies []*ast.Field
	for _, path := range [][]string{{"edges", "node", "replies"}, {"nodes", "replies"}} {
		replies = append(replies, chosen(ctx, path...)...)
	}
	shown := comments
	for _, f := range replies {
		first, ok := whole(argument(op, f, "first"))
		if !ok || argument(op, f, "after") != nil || first < 1 || first > cursor.MaxPage {
			continue // the resolver asks, or refuses, by itself
		}
		sort, _ := argument(op, f, "sort").(string)
		var keys []loaders.ThreadKey
		for _, c := range comments {
			if c.Replies > 0 {
				keys = append(keys, loaders.ThreadKey{Under: string(c.ID), Sort: community.Sort(sort), First: first})
			} else {
				o.Threads.Prime(loaders.ThreadKey{Under: string(c.ID), Sort: community.Sort(sort), First: first}, cursor.Page[community.Comment]{})
			}
		}
		pages, err := o.Threads.All(ctx, keys)
		if err != nil {
			continue // the resolvers say so
		}
		for _, p := range pages {
			shown = append(shown[:len(shown):len(shown)], p.Nodes...)
		}
	}
	for _, c := range shown {
		if c.Author != "" {
			o.People.Want(c.Author)
		}
		if o.Viewer.SignedIn() {
			o.Marks.Want(c.Subject())
		}
	}
	o.Gather(ctx)
}

func (r *Root) comments(ctx context.Context, page cursor.Page[community.Comment]) *graph.CommentConnection {
	out := &graph.CommentConnection{Edges: []*graph.CommentEdge{}, Nodes: []*graph.Comment{}, PageInfo: pageInfo(page)}
	for i := range page.Nodes {
		node := comment(&page.Nodes[i])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.CommentEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out
}

// comment shows a comment that has been fitted to its reader.
func comment(c *community.Comment) *graph.Comment {
	out := &graph.Comment{ID: globalID(kindComment, string(c.ID)), Body: c.Body, CreatedAt: c.CreatedAt, Moderation: string(c.State),
		Depth: c.Depth, Tombstone: c.Tombstone(), Reactions: summary(c.Counts), ReplyCount: int(c.Replies), Comment: c}
	if !c.EditedAt.IsZero() {
		out.EditedAt = &c.EditedAt
	}
	return out
}

// Author is who wrote the comment; nobody where only its place is left.
func (f commentFields) Author(ctx context.Context, obj *graph.Comment) (*graph.PublicProfile, error) {
	if obj.Comment.Author == "" {
		return nil, nil
	}
	return f.person(ctx, obj.Comment.Author)
}

// MyReactions are the viewer's own reactions to the comment.
func (f commentFields) MyReactions(ctx context.Context, obj *graph.Comment) ([]graph.ReactionKind, error) {
	return myReactions(ctx, obj.Comment.Subject())
}
