package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/profile"
	"membergate/loaders"
)

// changed shows a holder whose profile this operation has changed: nothing below it may come from before.
func (r *Root) changed(ctx context.Context, h account.Holder) *graph.Member {
	o := loaders.From(ctx)
	o.Holders.Replace(h.Profile.ID, h)
	o.People.Replace(h.Profile.ID, h)
	loaders.Again(o, "offers")
	return r.member(ctx, &h)
}

// MemberUpdate changes the member's own profile.
func (m mutation) MemberUpdate(ctx context.Context, input graph.MemberUpdateInput) (*graph.MemberUpdatePayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	h, err := m.Profiles.Update(ctx, o.Me(), profile.Update{
		Version: int64(input.ExpectedVersion), DisplayName: input.DisplayName, Avatar: input.AvatarUploadID, Birthday: input.Birthday,
		Locale: input.Locale, TimeZone: input.TimeZone,
	}, o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberUpdatePayload{UserErrors: []*graph.MemberUpdateUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberUpdateErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberUpdatePayload{Member: m.changed(ctx, h), UserErrors: []*graph.MemberUpdateUserError{}}, nil
}

// MemberBirthdayCorrect corrects a member's birthday, by staff.
func (m mutation) MemberBirthdayCorrect(ctx context.Context, input graph.MemberBirthdayCorrectInput) (*graph.MemberBirthdayCorrectPayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	h, err := m.Profiles.CorrectBirthday(ctx, who, input.Birthday, string(o.Me()), o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberBirthdayCorrectPayload{UserErrors: []*graph.MemberBirthdayCorrectUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberBirthdayCorrectErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberBirthdayCorrectPayload{Profile: m.profile(ctx, &h), UserErrors: []*graph.MemberBirthdayCorrectUserError{}}, nil
}

// Completeness is how much of the profile is filled in.
func (m memberFields) Completeness(ctx context.Context, obj *graph.Member) (*graph.Completeness, error) {
	percent, missing := profile.Complete(m.programme(ctx), obj.Holder.Profile)
	out := &graph.Completeness{Percent: percent, Missing: []*graph.MissingDetail{}}
	for _, c := range missing {
		out.Missing = append(out.Missing, &graph.MissingDetail{Code: c.Field, Title: c.Titles.In(locale(ctx)), Weight: c.Weight})
	}
	return out, nil
}
