package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/loaders"
)

// ReactionSet sets or takes back a reaction.
func (m mutation) ReactionSet(ctx context.Context, input graph.ReactionSetInput) (*graph.ReactionSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	var now community.Marked
	on, known := subjectOf(input.SubjectID)
	if known {
		now, err = m.Community.React(ctx, reader, on, community.Kind(input.Kind), input.On, loaders.From(ctx).Now)
	} else {
		err = community.Unknown("subjectId")
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.ReactionSetPayload{UserErrors: []*graph.ReactionSetUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.ReactionSetUserError{Field: refused.field, Message: refused.message, Code: graph.ReactionSetErrorCode(refused.code)})
		return out, nil
	}
	loaders.From(ctx).Marks.Replace(on, now.Mark)
	if now.Comment != nil {
		out.Comment = comment(now.Comment)
		return out, nil
	}
	out.Post = m.freshPost(ctx, now.Post)
	return out, nil
}

// subjectOf reads the id of what can be marked.
func subjectOf(id string) (community.Subject, bool) {
	kind, key, ok := readID(id)
	switch {
	case ok && kind == kindPost:
		return community.Subject{Kind: community.OnPost, ID: key}, true
	case ok && kind == kindComment:
		return community.Subject{Kind: community.OnComment, ID: key}, true
	default:
		return community.Subject{}, false
	}
}

// BookmarkSet keeps a post, or keeps it no more.
func (m mutation) BookmarkSet(ctx context.Context, input graph.BookmarkSetInput) (*graph.BookmarkSetPayload, error) {
	reader, err := m.signedReader(ctx)
	if err != nil {
		return nil, err
	}
	var now community.Marked
	on, known := subjectOf(input.PostID)
	if known && on.Kind == community.OnPost {
		now, err = m.Community.Keep(ctx, reader, community.PostID(on.ID), input.On, loaders.From(ctx).Now)
	} else {
		err = community.Unknown("postId")
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.BookmarkSetPayload{UserErrors: []*graph.BookmarkSetUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.BookmarkSetUserError{Field: refused.field, Message: refused.message, Code: graph.BookmarkSetErrorCode(refused.code)})
		return out, nil
	}
	loaders.From(ctx).Marks.Replace(on, now.Mark)
	out.Post = m.freshPost(ctx, now.Post)
	return out, nil
}

// freshPost shows a post that this operation has changed: nothing below it may come from before.
func (r *Root) freshPost(ctx context.Context, p *community.Post) *graph.Post {
	loaders.From(ctx).Posts.Replace(p.ID, *p)
	r.foreseePosts(ctx, []community.Post{*p}, "post")
	loaders.From(ctx).Gather(ctx)
	return r.post(ctx, p)
}

// signedReader is the viewer, who must be signed in.
func (r *Root) signedReader(ctx context.Context) (community.Reader, error) {
	if err := signIn(ctx); err != nil {
		return community.Reader{}, err
	}
	return r.reader(ctx)
}
