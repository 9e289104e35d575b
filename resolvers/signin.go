package resolvers

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"unicode"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// handleOf names a session or a way to sign in to its member, without saying what it is called where it is kept.
func handleOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// mostDevice bounds what a device may be called.
const mostDevice = 60

// proofOf reads what an app sends to prove who somebody is. What the database would not keep is refused before.
func proofOf(provider graph.SignInProvider, code string, phone, nonce *string) signin.Input {
	in := signin.Input{Way: string(provider), Code: code}
	if phone != nil {
		in.Phone = *phone
	}
	if nonce != nil {
		in.Nonce = *nonce
	}
	return in
}

// SignIn signs somebody in.
func (m mutation) SignIn(ctx context.Context, input graph.SignInInput) (*graph.SignInPayload, error) {
	in := proofOf(input.Provider, input.Code, input.Phone, input.Nonce)
	if input.ReferralCode != nil {
		in.Referral = *input.ReferralCode
	}
	if input.DeviceName != nil {
		in.Device = strings.TrimSpace(*input.DeviceName)
		if n := len([]rune(in.Device)); n > mostDevice || strings.ContainsFunc(in.Device, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return nil, fault.Bad("deviceName", "deviceName has %d characters, or some that cannot be shown; allowed are %d at most", n, mostDevice)
		}
	}
	switch {
	case input.Channel != nil:
		in.Channel = string(*input.Channel)
	case input.Provider == graph.SignInProviderWechatMiniProgram:
		in.Channel = string(graph.ChannelMiniProgram)
	default:
		in.Channel = string(graph.ChannelOnlineFlagship)
	}
	o := loaders.From(ctx)
	signed, err := m.SigningIn.In(ctx, in, o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SignInPayload{UserErrors: []*graph.SignInUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SignInErrorCode(refused.code), RetryAfterSeconds: refused.nearest,
		}}}, nil
	}
	// From here on the operation is the member's: what it asks of the member is the member's own.
	o.Viewer = viewer.Viewer{Member: string(signed.Member), Scope: viewer.ScopeMember, Locale: o.Viewer.Locale}
	found, err := o.Stores.Accounts.ByIDs(ctx, []member.ID{signed.Member}, account.Whole)
	if err != nil {
		return nil, err
	}
	h, known := found[signed.Member]
	if !known {
		return nil, errors.New("somebody who has just signed in is not there")
	}
	return &graph.SignInPayload{AccessToken: &signed.Access, RefreshToken: &signed.Refresh, ExpiresAt: &signed.Until, IsNewMember: &signed.New,
		Member: m.member(ctx, &h), UserErrors: []*graph.SignInUserError{}}, nil
}

// PhoneCodeSend sends a code to a phone.
func (m mutation) PhoneCodeSend(ctx context.Context, input graph.PhoneCodeSendInput) (*graph.PhoneCodeSendPayload, error) {
	var err error
	if m.Phones == nil {
		err = fault.Refuse(signin.NotOffered, "", "nobody signs in by phone here")
	} else {
		err = m.Phones.Send(ctx, input.Phone, locale(ctx))
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.PhoneCodeSendPayload{UserErrors: []*graph.PhoneCodeSendUserError{{
			Field: refused.field, Message: refused.message, Code: graph.PhoneCodeSendErrorCode(refused.code), RetryAfterSeconds: refused.nearest,
		}}}, nil
	}
	return &graph.PhoneCodeSendPayload{Sent: true, UserErrors: []*graph.PhoneCodeSendUserError{}}, nil
}

// SessionRefresh gives new tokens.
func (m mutation) SessionRefresh(ctx context.Context, input graph.SessionRefreshInput) (*graph.SessionRefreshPayload, error) {
	pair, err := m.Sessions.Refresh(ctx, input.RefreshToken)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SessionRefreshPayload{UserErrors: []*graph.SessionRefreshUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SessionRefreshErrorCode(refused.code),
		}}}, nil
	}
	return &graph.SessionRefreshPayload{AccessToken: &pair.Access, RefreshToken: &pair.Refresh, ExpiresAt: &pair.Until,
		UserErrors: []*graph.SessionRefreshUserError{}}, nil
}

// SignOut ends the viewer's session, or all of them.
func (m mutation) SignOut(ctx context.Context, input graph.SignOutInput) (*graph.SignOutPayload, error) {
	if err := signIn(ctx); err != nil {
		return nil, err
	}
	refused, err := refusal(ctx, m.Sessions.SignOut(ctx, viewer.From(ctx), input.Everywhere))
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SignOutPayload{UserErrors: []*graph.SignOutUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SignOutErrorCode(refused.code),
		}}}, nil
	}
	return &graph.SignOutPayload{SignedOut: true, UserErrors: []*graph.SignOutUserError{}}, nil
}

// Sessions lists the member's devices.
func (m memberFields) Sessions(ctx context.Context, obj *graph.Member) ([]*graph.Session, error) {
	return m.sessionsOf(ctx, obj.Holder.Profile.ID)
}

func (r *Root) sessionsOf(ctx context.Context, who member.ID) ([]*graph.Session, error) {
	all, err := r.Sessions.List(ctx, who)
	if err != nil {
		return nil, err
	}
	out := []*graph.Session{}
	for _, s := range all {
		out = append(out, &graph.Session{Key: handleOf(s.ID), Current: s.ID == viewer.From(ctx).Session, Provider: s.Way, DeviceName: text(s.Device),
			StartedAt: s.Begun, UsedAt: s.Used, ExpiresAt: s.Until})
	}
	return out, nil
}

// SessionEnd ends one of the viewer's sessions.
func (m mutation) SessionEnd(ctx context.Context, input graph.SessionEndInput) (*graph.SessionEndPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	me := loaders.From(ctx).Me()
	refused, err := refusal(ctx, m.Sessions.EndOne(ctx, me, func(s session.Session) bool { return handleOf(s.ID) == input.Key }))
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SessionEndPayload{UserErrors: []*graph.SessionEndUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SessionEndErrorCode(refused.code),
		}}}, nil
	}
	left, err := m.sessionsOf(ctx, me)
	return &graph.SessionEndPayload{Sessions: left, UserErrors: []*graph.SessionEndUserError{}}, err
}

// SignInMethods lists by what the member can sign in.
func (m memberFields) SignInMethods(ctx context.Context, obj *graph.Member) ([]*graph.SignInMethod, error) {
	return m.waysOf(ctx, obj.Holder.Profile.ID)
}

func (r *Root) waysOf(ctx context.Context, who member.ID) ([]*graph.SignInMethod, error) {
	all, err := r.SigningIn.Ways(ctx, who)
	if err != nil {
		return nil, err
	}
	out := []*graph.SignInMethod{}
	for _, l := range all {
		out = append(out, &graph.SignInMethod{Key: handleOf(l.ID), Provider: l.Way, AddedAt: l.At, UsedAt: l.Used})
	}
	return out, nil
}

// SignInMethodAdd adds a way to sign in.
func (m mutation) SignInMethodAdd(ctx context.Context, input graph.SignInMethodAddInput) (*graph.SignInMethodAddPayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	me := loaders.From(ctx).Me()
	err := m.Sessions.JustNow(viewer.From(ctx))
	if err == nil {
		err = m.SigningIn.Add(ctx, me, proofOf(input.Provider, input.Code, input.Phone, input.Nonce))
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SignInMethodAddPayload{UserErrors: []*graph.SignInMethodAddUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SignInMethodAddErrorCode(refused.code), RetryAfterSeconds: refused.nearest,
		}}}, nil
	}
	all, err := m.waysOf(ctx, me)
	return &graph.SignInMethodAddPayload{SignInMethods: all, UserErrors: []*graph.SignInMethodAddUserError{}}, err
}

// SignInMethodRemove takes a way to sign in away.
func (m mutation) SignInMethodRemove(ctx context.Context, input graph.SignInMethodRemoveInput) (*graph.SignInMethodRemovePayload, error) {
	if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	me := loaders.From(ctx).Me()
	err := m.Sessions.JustNow(viewer.From(ctx))
	if err == nil {
		err = m.SigningIn.Remove(ctx, me, func(l signin.Login) bool { return handleOf(l.ID) == input.Key })
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.SignInMethodRemovePayload{UserErrors: []*graph.SignInMethodRemoveUserError{{
			Field: refused.field, Message: refused.message, Code: graph.SignInMethodRemoveErrorCode(refused.code),
		}}}, nil
	}
	all, err := m.waysOf(ctx, me)
	return &graph.SignInMethodRemovePayload{SignInMethods: all, UserErrors: []*graph.SignInMethodRemoveUserError{}}, err
}
