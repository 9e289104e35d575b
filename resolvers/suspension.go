package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/profile"
	"membergate/loaders"
)

// suspension shows why a member may not change anything; nil for who may.
func (r *Root) suspension(ctx context.Context, s *member.Suspension) *graph.MemberSuspension {
	if s == nil {
		return nil
	}
	out := &graph.MemberSuspension{Reason: s.Reason, ReasonName: s.Reason, Since: s.At}
	if m := r.programme(ctx).Moderation; m != nil {
		if reason, known := m.Reason(s.Reason); known {
			out.ReasonName = reason.Names.In(locale(ctx))
		}
	}
	return out
}

// MemberSuspensionSet suspends a member, by staff, or ends that.
func (m mutation) MemberSuspensionSet(ctx context.Context, input graph.MemberSuspensionSetInput) (*graph.MemberSuspensionSetPayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	who, err := m.memberOf(ctx, input.MemberID)
	if err != nil {
		return nil, err
	}
	reason := ""
	if input.Suspended {
		if input.Reason == nil || *input.Reason == "" {
			return m.notSuspended(ctx, fault.Refuse(profile.ReasonUnknown, "reason", "reason is missing; a suspension needs one"))
		}
		reason = *input.Reason
	}
	o := loaders.From(ctx)
	h, err := m.Profiles.Suspend(ctx, who, reason, string(o.Me()), o.Now)
	if err != nil {
		return m.notSuspended(ctx, err)
	}
	return &graph.MemberSuspensionSetPayload{Profile: m.profile(ctx, &h), Suspension: m.suspension(ctx, h.Profile.Suspension),
		UserErrors: []*graph.MemberSuspensionSetUserError{}}, nil
}

func (m mutation) notSuspended(ctx context.Context, err error) (*graph.MemberSuspensionSetPayload, error) {
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	return &graph.MemberSuspensionSetPayload{UserErrors: []*graph.MemberSuspensionSetUserError{{
		Field: refused.field, Message: refused.message, Code: graph.MemberSuspensionSetErrorCode(refused.code),
	}}}, nil
}

// unsuspended refuses changes by whom staff suspended.
func unsuspended(ctx context.Context) error {
	o := loaders.From(ctx)
	h, ok, err := o.Holders.Load(ctx, o.Me())
	if err != nil || !ok || h.Profile.Suspension == nil {
		return err
	}
	f := fault.New(fault.Forbidden, "the account is suspended: it can be read, and not changed")
	f.Reason = "SUSPENDED"
	return f
}
