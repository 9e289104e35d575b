package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/loaders"
)

// PostAdopt adopts a post, by staff.
func (m mutation) PostAdopt(ctx context.Context, input graph.PostAdoptInput) (*graph.PostAdoptPayload, error) {
	if err := staffWith(ctx, "moderator", "operations"); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	p, err := m.Adopting.Adopt(ctx, community.PostID(keyIf(kindPost, input.PostID)), string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.PostAdoptPayload{UserErrors: []*graph.PostAdoptUserError{{
			Field: refused.field, Message: refused.message, Code: graph.PostAdoptErrorCode(refused.code),
		}}}, nil
	}
	return &graph.PostAdoptPayload{UserErrors: []*graph.PostAdoptUserError{},
		Adoption: &graph.PostAdoption{PostID: globalID(kindPost, string(p.ID)), AdoptedAt: p.Adopted.At, Member: p.Author}}, nil
}

// Author is who wrote the post.
func (f adoptedFields) Author(ctx context.Context, obj *graph.PostAdoption) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// Badges are what the person was given for good.
func (f profileFields) Badges(ctx context.Context, obj *graph.PublicProfile) ([]*graph.Badge, error) {
	held, _, err := loaders.From(ctx).Badges.Load(ctx, obj.Member)
	if err != nil {
		return nil, err
	}
	out := []*graph.Badge{}
	for _, b := range held {
		out = append(out, &graph.Badge{Code: b.Code, Title: f.badgeTitle(ctx, b), AwardedAt: b.At})
	}
	return out, nil
}

// badgeTitle is a badge in words, as the programme had it when it was given.
func (r *Root) badgeTitle(ctx context.Context, b adoption.Badge) string {
	if rules := r.Book.At(b.At).Posts; rules != nil && rules.Adoption != nil && rules.Adoption.Badge.Code == b.Code {
		return rules.Adoption.Badge.Names.In(locale(ctx))
	}
	if rules := r.Book.At(b.At).Contributions; rules != nil && rules.Star != nil && rules.Star.Badge.Code == b.Code {
		return rules.Star.Badge.Names.In(locale(ctx))
	}
	return b.Code
}
