package resolvers

import (
	"context"
	"errors"
	"strings"

	"membergate/graph"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/loaders"
)

// FamilyCreate opens a family.
func (m mutation) FamilyCreate(ctx context.Context, input graph.FamilyCreateInput) (*graph.FamilyPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	name, err := m.Profiles.Title(ctx, h.Profile.ID, input.Name, loaders.From(ctx).Now)
	var no *fault.Refusal
	if errors.As(err, &no) {
		no.Field = "name"
	}
	var f family.Family
	if err == nil {
		f, err = m.Families.Create(ctx, *h, name, loaders.From(ctx).Now)
	}
	return m.familyPayload(ctx, &f, err)
}

// familyPayload shows the viewer's family after a change, nil for none, or why it was not changed.
func (r *Root) familyPayload(ctx context.Context, f *family.Family, err error) (*graph.FamilyPayload, error) {
	no, err := familyRefusal(ctx, err)
	if err != nil || len(no) > 0 {
		return &graph.FamilyPayload{UserErrors: no}, err
	}
	h, err := r.holder(ctx)
	if err != nil {
		return nil, err
	}
	out := &graph.FamilyPayload{UserErrors: no}
	r.changedFamily(ctx, f)
	if f != nil {
		if out.Family, err = r.family(ctx, f); err != nil {
			return nil, err
		}
	}
	out.Member = r.member(ctx, h)
	return out, nil
}

// changedFamily lets the rest of the operation see the viewer's family as it is after a change.
func (r *Root) changedFamily(ctx context.Context, f *family.Family) {
	o := loaders.From(ctx)
	if f == nil {
		o.Families.Forget(o.Me())
		return
	}
	*f = f.At(o.Now)
	if _, in := f.Of(o.Me()); in {
		o.Families.Replace(o.Me(), *f)
	} else {
		o.Families.Forget(o.Me())
	}
}

// familyRefusal is what the asker can mend; every other error stays one.
func familyRefusal(ctx context.Context, err error) ([]*graph.FamilyUserError, error) {
	no, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := []*graph.FamilyUserError{}
	if no != nil {
		out = append(out, &graph.FamilyUserError{Field: no.field, Message: no.message, Code: graph.FamilyErrorCode(no.code), AvailableAt: no.at})
	}
	return out, nil
}

// FamilyInvite invites somebody.
func (m mutation) FamilyInvite(ctx context.Context, input graph.FamilyInviteInput) (*graph.FamilyInvitePayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	made, err := m.Families.Invite(ctx, o.Me(), input.IdempotencyKey, family.Role(input.Role), o.Now)
	no, err := familyRefusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.FamilyInvitePayload{UserErrors: no}
	if len(no) > 0 {
		return out, nil
	}
	m.changedFamily(ctx, &made.Family)
	made.Invitation.State = made.Invitation.StateAt(o.Now)
	out.Invitation, out.Replayed = invitation(&made.Family, made.Invitation), made.Replayed
	out.Invitation.Token = &made.Token
	out.Family, err = m.family(ctx, &made.Family)
	return out, err
}

// FamilyInvitationRevoke takes an invitation back.
func (m mutation) FamilyInvitationRevoke(ctx context.Context, input graph.FamilyInvitationRevokeInput) (*graph.FamilyInvitationRevokePayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	kind, key, _ := readID(input.InvitationID)
	of, id, _ := strings.Cut(key, "/")
	if kind != kindInvitation {
		of = ""
	}
	f, made, err := m.Families.Revoke(ctx, o.Me(), family.ID(of), id, o.Now)
	no, err := familyRefusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.FamilyInvitationRevokePayload{UserErrors: no}
	if len(no) > 0 {
		return out, nil
	}
	m.changedFamily(ctx, &f)
	out.Invitation = invitation(&f, made)
	out.Family, err = m.family(ctx, &f)
	return out, err
}

// FamilyInvitationRespond accepts or turns down an invitation.
func (m mutation) FamilyInvitationRespond(ctx context.Context, input graph.FamilyInvitationRespondInput) (*graph.FamilyPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	c, err := m.candidate(ctx)
	if err != nil {
		return nil, err
	}
	consent := input.GuardianConsent != nil && *input.GuardianConsent
	f, err := m.Families.Answer(ctx, c, input.Token, input.Accept, consent, loaders.From(ctx).Now)
	if !input.Accept { // whoever turns it down is shown nothing of the family
		return m.familyPayload(ctx, nil, err)
	}
	return m.familyPayload(ctx, &f, err)
}

// FamilyLeave leaves the family.
func (m mutation) FamilyLeave(ctx context.Context, input graph.FamilyLeaveInput) (*graph.FamilyPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	return m.familyPayload(ctx, nil, m.Families.Leave(ctx, o.Me(), input.Confirm, o.Now))
}

// FamilyDissolve ends the family for all.
func (m mutation) FamilyDissolve(ctx context.Context, input graph.FamilyDissolveInput) (*graph.FamilyPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	return m.familyPayload(ctx, nil, m.Families.Dissolve(ctx, o.Me(), input.Confirm, o.Now))
}

// FamilyMemberRemove takes somebody out of the family.
func (m mutation) FamilyMemberRemove(ctx context.Context, input graph.FamilyMemberRemoveInput) (*graph.FamilyPayload, error) {
	return m.upon(ctx, input.MemberID, func(me, who member.ID) (family.Family, error) {
		return m.Families.Remove(ctx, me, who, loaders.From(ctx).Now)
	})
}

// FamilyOwnershipTransfer hands the family over.
func (m mutation) FamilyOwnershipTransfer(ctx context.Context, input graph.FamilyOwnershipTransferInput) (*graph.FamilyPayload, error) {
	return m.upon(ctx, input.MemberID, func(me, who member.ID) (family.Family, error) {
		return m.Families.HandOver(ctx, me, who, loaders.From(ctx).Now)
	})
}

// FamilyRoleSet gives somebody another role.
func (m mutation) FamilyRoleSet(ctx context.Context, input graph.FamilyRoleSetInput) (*graph.FamilyPayload, error) {
	return m.upon(ctx, input.MemberID, func(me, who member.ID) (family.Family, error) {
		return m.Families.GiveRole(ctx, me, who, family.Role(input.Role), loaders.From(ctx).Now)
	})
}

// FamilyChildSet decides for a child.
func (m mutation) FamilyChildSet(ctx context.Context, input graph.FamilyChildSetInput) (*graph.FamilyPayload, error) {
	return m.upon(ctx, input.MemberID, func(me, who member.ID) (family.Family, error) {
		f, err := m.Families.Guard(ctx, me, who, family.Guard{Consent: input.GuardianConsent, Birthday: input.Birthday}, loaders.From(ctx).Now)
		loaders.From(ctx).Holders.Forget(who)
		return f, err
	})
}

// FamilyLimitSet limits what somebody may spend.
func (m mutation) FamilyLimitSet(ctx context.Context, input graph.FamilyLimitSetInput) (*graph.FamilyPayload, error) {
	var limit *family.Limit
	if l := input.Limit; l != nil {
		limit = &family.Limit{PerPeriod: int64(l.PerPeriod), Period: family.Period(l.Period)}
		if l.ApprovalAbove != nil {
			limit.ApprovalAbove = ptr(int64(*l.ApprovalAbove))
		}
	}
	return m.upon(ctx, input.MemberID, func(me, who member.ID) (family.Family, error) {
		return m.Families.SetLimit(ctx, me, who, limit, loaders.From(ctx).Now)
	})
}

// FamilySharingSet says how many of the viewer's coins the family may draw.
func (m mutation) FamilySharingSet(ctx context.Context, input graph.FamilySharingSetInput) (*graph.FamilyPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	s := family.Share{Mode: family.Mode(input.Mode)}
	switch {
	case s.Mode == family.SharePercent && input.Percent == nil:
		return nil, fault.Bad("percent", "percent is missing; needed with PERCENT are 0 to 100")
	case s.Mode == family.ShareAboveFloor && input.KeepFloor == nil:
		return nil, fault.Bad("keepFloor", "keepFloor is missing; needed with ABOVE_FLOOR are 0 coins and more")
	case s.Mode == family.SharePercent:
		s.Percent = int64(*input.Percent)
	case s.Mode == family.ShareAboveFloor:
		s.Floor = int64(*input.KeepFloor)
	}
	o := loaders.From(ctx)
	f, err := m.Families.SetShare(ctx, o.Me(), s, o.Now)
	return m.familyPayload(ctx, &f, err)
}

// upon does something upon somebody whom an app names by a public profile or a membership. Who is unknown is nobody, whom
// no family knows.
func (m mutation) upon(ctx context.Context, id string, do func(me, who member.ID) (family.Family, error)) (*graph.FamilyPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	who, err := m.relative(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := do(loaders.From(ctx).Me(), who)
	return m.familyPayload(ctx, &f, err)
}

// relative is whom an app names by a public profile or a membership of the viewer's family; nobody for who is unknown.
func (r *Root) relative(ctx context.Context, id string) (who member.ID, err error) {
	o := loaders.From(ctx)
	mine, in, err := o.Families.Load(ctx, o.Me())
	if err != nil {
		return "", err
	}
	switch kind, key, _ := readID(id); {
	case !in: // nobody is looked up for whoever is in no family
	case kind == kindKin:
		of, place, _ := strings.Cut(key, "/")
		for _, p := range mine.People {
			if of == string(mine.ID) && p.ID == place {
				who = p.Member
			}
		}
	case kind == kindProfile:
		h, _, err := o.Stores.Accounts.ByHandle(ctx, key)
		if err != nil {
			return "", err
		}
		who = h.Profile.ID
	}
	return who, nil
}
