package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/posting"
	"membergate/loaders"
)

// CommentCreate writes a comment.
func (m mutation) CommentCreate(ctx context.Context, input graph.CommentCreateInput) (*graph.CommentCreatePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	a := posting.Reply{Key: input.IdempotencyKey, Post: community.PostID(keyIf(kindPost, input.PostID)), Body: input.Body}
	if input.ParentID != nil {
		a.Parent = community.CommentID(keyIf(kindComment, *input.ParentID))
		if a.Parent == "" {
			a.Parent = "none" // it is no comment's, and must not mean the post
		}
	}
	var c community.Comment
	var replayed bool
	if err = m.mayWrite(ctx); err == nil {
		c, replayed, err = m.Posting.Reply(ctx, reader, a, loaders.From(ctx).Now)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CommentCreatePayload{Replayed: replayed, UserErrors: []*graph.CommentCreateUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CommentCreateUserError{
			Field: refused.field, Message: refused.message, Code: graph.CommentCreateErrorCode(refused.code), Nearest: refused.nearest,
		})
		return out, nil
	}
	c = c.As(reader)
	out.Comment = comment(&c)
	out.Post, err = m.postNow(ctx, a.Post, reader)
	return out, err
}

// postNow is a post as it is now, if the viewer sees it.
func (r *Root) postNow(ctx context.Context, id community.PostID, reader community.Reader) (*graph.Post, error) {
	found, err := r.Posting.Store.ByIDs(ctx, []community.PostID{id})
	if err != nil {
		return nil, err
	}
	p, ok := found[id]
	if !ok {
		return nil, nil
	}
	return r.written(ctx, p, reader), nil
}

// CommentUpdate changes a comment of the viewer's own.
func (m mutation) CommentUpdate(ctx context.Context, input graph.CommentUpdateInput) (*graph.CommentUpdatePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	var c community.Comment
	if err = m.mayWrite(ctx); err == nil {
		c, err = m.Posting.Rewrite(ctx, reader, community.CommentID(keyIf(kindComment, input.CommentID)), input.Body, loaders.From(ctx).Now)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CommentUpdatePayload{UserErrors: []*graph.CommentUpdateUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CommentUpdateUserError{
			Field: refused.field, Message: refused.message, Code: graph.CommentUpdateErrorCode(refused.code), Nearest: refused.nearest,
		})
		return out, nil
	}
	loaders.From(ctx).Comments.Replace(c.ID, c)
	c = c.As(reader)
	out.Comment = comment(&c)
	return out, nil
}

// CommentDelete deletes a comment of the viewer's own.
func (m mutation) CommentDelete(ctx context.Context, input graph.CommentDeleteInput) (*graph.CommentDeletePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	c, err := m.Posting.Erase(ctx, reader, community.CommentID(keyIf(kindComment, input.CommentID)), loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CommentDeletePayload{UserErrors: []*graph.CommentDeleteUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CommentDeleteUserError{
			Field: refused.field, Message: refused.message, Code: graph.CommentDeleteErrorCode(refused.code),
		})
		return out, nil
	}
	out.DeletedCommentID = &input.CommentID
	loaders.From(ctx).Comments.Replace(c.ID, c)
	out.Post, err = m.postNow(ctx, c.Post, reader)
	return out, err
}
