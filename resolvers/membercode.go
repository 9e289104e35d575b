package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/desk"
	"membergate/loaders"
)

// MemberCode is the code to show now.
func (m memberFields) MemberCode(ctx context.Context, obj *graph.Member) (*graph.MemberCode, error) {
	defer loaders.Leave(ctx)
	c, err := m.Codes.Card(ctx, obj.Holder.Profile.ID)
	if err != nil {
		return nil, err
	}
	code, until := m.Codes.Current(c)
	out := &graph.MemberCode{Code: code, ValidUntil: until, Devices: []*graph.MemberCodeDevice{}}
	for _, p := range c.Phones {
		out.Devices = append(out.Devices, &graph.MemberCodeDevice{DeviceID: p.Device, IssuedAt: p.At})
	}
	return out, nil
}

// MemberCodeKey gives a phone a key of its own.
func (m mutation) MemberCodeKey(ctx context.Context, input graph.MemberCodeKeyInput) (*graph.MemberCodeKeyPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	c, key, err := m.Codes.Phone(ctx, h.Profile.ID, input.DeviceID)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberCodeKeyPayload{UserErrors: []*graph.MemberCodeKeyUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberCodeKeyErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberCodeKeyPayload{
		Key:        &graph.MemberCodeKey{ShortID: c.Short, Key: key, StepSeconds: desk.StepSeconds},
		UserErrors: []*graph.MemberCodeKeyUserError{},
	}, nil
}

// MemberCodeRevoke takes a phone's key away.
func (m mutation) MemberCodeRevoke(ctx context.Context, input graph.MemberCodeRevokeInput) (*graph.MemberCodeRevokePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	_, err = m.Codes.Revoke(ctx, h.Profile.ID, input.DeviceID)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.MemberCodeRevokePayload{UserErrors: []*graph.MemberCodeRevokeUserError{{
			Field: refused.field, Message: refused.message, Code: graph.MemberCodeRevokeErrorCode(refused.code),
		}}}, nil
	}
	return &graph.MemberCodeRevokePayload{DeviceID: &input.DeviceID, UserErrors: []*graph.MemberCodeRevokeUserError{}}, nil
}

// MemberCodeRead tells staff whose code it is. It counts last, so that nothing but an answer uses it up.
func (m mutation) MemberCodeRead(ctx context.Context, input graph.MemberCodeReadInput) (*graph.MemberCodeReadPayload, error) {
	if err := staffWith(ctx, "service", "clerk"); err != nil {
		return nil, err
	}
	out := &graph.MemberCodeReadPayload{UserErrors: []*graph.MemberCodeReadUserError{}}
	shown, who, err := m.Codes.Read(ctx, input.Code)
	var told *graph.Entitlements
	if err == nil {
		told, err = m.shower(ctx, who)
	}
	if err == nil {
		out.CheckedForReplay, err = m.Codes.Use(ctx, shown, input.Purpose == graph.MemberCodePurposeGate)
	}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.MemberCodeReadUserError{
			Field: refused.field, Message: refused.message, Code: graph.MemberCodeReadErrorCode(refused.code),
		})
		return out, nil
	}
	out.Member = told
	return out, nil
}
