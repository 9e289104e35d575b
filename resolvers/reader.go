package resolvers

import (
	"context"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/eligibility"
	"membergate/internal/recommend"
	"membergate/loaders"
)

// asReader gathers what the community's rules must know of a member who reads.
func (r *Root) asReader(ctx context.Context, h *account.Holder, family string, ties community.Ties, roles []string) community.Reader {
	now, p := loaders.From(ctx).Now, r.programme(ctx)
	s := r.standing(ctx, h)
	return community.Reader{
		Member: h.Profile.ID, Rank: s.Held(p, now).Rank, Family: family, Roles: roles,
		Segments: eligibility.Segments(p, s.Read(p, now)), Personal: h.Profile.Agreed(recommend.Purpose), Ties: ties,
	}
}

// Replies reads the first comments below many places as the viewer sees them; the operation's loaders call it.
func (r *Root) Replies(ctx context.Context, under []string, sort community.Sort, n int) (map[string]cursor.Page[community.Comment], error) {
	reader, err := r.reader(ctx)
	if err != nil {
		return nil, err
	}
	return r.Community.Replies(ctx, under, sort, n, reader)
}
