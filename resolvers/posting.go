package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/phrase"
	"membergate/internal/posting"
	"membergate/internal/report"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// writer is what the rules of writing know of the viewer, who must be a member.
func (r *Root) writer(ctx context.Context) (community.Reader, error) {
	if _, err := r.holder(ctx); err != nil {
		return community.Reader{}, err
	}
	return r.reader(ctx)
}

// keyIf reads the id of an object of a kind; what is none is as unknown as any.
func keyIf(kind, id string) string {
	if k, key, ok := readID(id); ok && k == kind {
		return key
	}
	return ""
}

func keysIf[K ~string](kind string, ids []string) (out []K) {
	for _, id := range ids {
		out = append(out, K(keyIf(kind, id)))
	}
	return out
}

// said is what an optional text says; nothing when it is absent.
func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// PostCreate writes a post.
func (m mutation) PostCreate(ctx context.Context, input graph.PostCreateInput) (*graph.PostCreatePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	d := posting.Draft{
		Key: input.IdempotencyKey, Board: input.BoardCode, Body: input.Body, Topics: keysIf[community.TopicID](kindTopic, input.TopicIds),
		Products: keysIf[string](kindProduct, input.ProductIds), Uploads: uploadsOf(input.MediaUploadIds), Visibility: community.Public,
		MinTier: said(input.MinTier), Campaign: said(input.Campaign),
	}
	if input.Visibility != nil {
		d.Visibility = community.Visibility(*input.Visibility)
	}
	var p community.Post
	var replayed bool
	if err = m.mayWrite(ctx); err == nil {
		p, replayed, err = m.Posting.Post(ctx, reader, d, loaders.From(ctx).Now)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.PostCreatePayload{Replayed: replayed, UserErrors: []*graph.PostCreateUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.PostCreateUserError{
			Field: refused.field, Message: refused.message, Code: graph.PostCreateErrorCode(refused.code), Nearest: refused.nearest,
		})
		return out, nil
	}
	out.Post = m.written(ctx, p, reader)
	return out, nil
}

// written shows a post as it is after a change, if the viewer sees it.
func (r *Root) written(ctx context.Context, p community.Post, reader community.Reader) *graph.Post {
	o := loaders.From(ctx)
	o.Posts.Replace(p.ID, p)
	if !reader.CanSee(p) {
		return nil
	}
	r.foreseePosts(ctx, []community.Post{p}, "post")
	o.Arrive(ctx)
	return r.post(ctx, &p)
}

// PostUpdate changes a post of the viewer's own.
func (m mutation) PostUpdate(ctx context.Context, input graph.PostUpdateInput) (*graph.PostUpdatePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	e := posting.Edit{Post: community.PostID(keyIf(kindPost, input.PostID)), Body: input.Body, MinTier: said(input.MinTier)}
	if input.TopicIds != nil {
		e.Topics = ptr(keysIf[community.TopicID](kindTopic, input.TopicIds))
	}
	if input.ProductIds != nil {
		e.Products = ptr(keysIf[string](kindProduct, input.ProductIds))
	}
	if input.Visibility != nil {
		e.Visibility = ptr(community.Visibility(*input.Visibility))
	}
	var p community.Post
	if err = m.mayWrite(ctx); err == nil {
		p, err = m.Posting.Edit(ctx, reader, e, loaders.From(ctx).Now)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.PostUpdatePayload{UserErrors: []*graph.PostUpdateUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.PostUpdateUserError{
			Field: refused.field, Message: refused.message, Code: graph.PostUpdateErrorCode(refused.code), Nearest: refused.nearest,
		})
		return out, nil
	}
	out.Post = m.written(ctx, p, reader)
	return out, nil
}

// PostDelete deletes a post of the viewer's own.
func (m mutation) PostDelete(ctx context.Context, input graph.PostDeleteInput) (*graph.PostDeletePayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	id := community.PostID(keyIf(kindPost, input.PostID))
	refused, err := refusal(ctx, m.Posting.Delete(ctx, reader, id, loaders.From(ctx).Now))
	if err != nil {
		return nil, err
	}
	out := &graph.PostDeletePayload{UserErrors: []*graph.PostDeleteUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.PostDeleteUserError{Field: refused.field, Message: refused.message, Code: graph.PostDeleteErrorCode(refused.code)})
		return out, nil
	}
	out.DeletedPostID = &input.PostID
	return out, nil
}

// Ruling is why the post is not published, for its author.
func (f postFields) Ruling(ctx context.Context, obj *graph.Post) (*graph.ContentRuling, error) {
	return f.ownRuling(ctx, obj.Post.Author, obj.Post.State, obj.Post.Ruling), nil
}

// Ruling is why the comment is not published, for its author.
func (f commentFields) Ruling(ctx context.Context, obj *graph.Comment) (*graph.ContentRuling, error) {
	return f.ownRuling(ctx, obj.Comment.Author, obj.Comment.State, obj.Comment.Ruling), nil
}

func (r *Root) ownRuling(ctx context.Context, author member.ID, state community.Moderation, of community.Ruling) *graph.ContentRuling {
	if o := loaders.From(ctx); !o.Viewer.SignedIn() || author != o.Me() {
		return nil
	}
	return r.ruling(ctx, state, of)
}

func (r *Root) ruling(ctx context.Context, state community.Moderation, of community.Ruling) *graph.ContentRuling {
	if of.Reason == "" {
		return nil
	}
	return &graph.ContentRuling{Reason: of.Reason, Text: r.rulingText(ctx, of), Note: text(of.Note), By: string(of.By), At: of.At,
		CanAppeal: report.CanAppeal(r.Book, state, of, loaders.From(ctx).Now), Appeal: text(of.Appeal), AppealedAt: momentOf(of.Appealed),
		AppealDecidedAt: momentOf(of.Ended)}
}

// rulingText says a reason: moderators' are the programme's, as it had them then.
func (r *Root) rulingText(ctx context.Context, of community.Ruling) string {
	if m := r.Book.At(of.At).Moderation; m != nil && of.By == community.ByStaff {
		if reason, ok := m.Reason(of.Reason); ok {
			return reason.Names.In(locale(ctx))
		}
	}
	return phrase.Say(viewer.From(ctx).Locale, "moderation."+of.Reason)
}

// PostCampaigns lists what members are asked to write about now.
func (q query) PostCampaigns(ctx context.Context) ([]*graph.PostCampaign, error) {
	defer loaders.Leave(ctx)
	out, l, o := []*graph.PostCampaign{}, locale(ctx), loaders.From(ctx)
	rules := q.programme(ctx).Posts
	if rules == nil {
		return out, nil
	}
	for _, c := range rules.Campaigns {
		if o.Now.Before(c.From) || !o.Now.Before(c.Until) {
			continue
		}
		if asks(ctx, "topic") {
			o.Topics.Want(community.TopicID(c.Topic))
		}
		out = append(out, &graph.PostCampaign{Code: c.Code, Title: c.Titles.In(l), Terms: c.Terms.In(l), OpensAt: c.From, ClosesAt: c.Until,
			TopicKey: community.TopicID(c.Topic)})
	}
	return out, nil
}

// Topic is what the campaign's posts are filed under.
func (f campaignFields) Topic(ctx context.Context, obj *graph.PostCampaign) (*graph.Topic, error) {
	t, ok, err := loaders.From(ctx).Topics.Load(ctx, obj.TopicKey)
	if err != nil || !ok {
		return nil, err
	}
	return showTopic(ctx, t), nil
}
