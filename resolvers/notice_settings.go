package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/loaders"
)

// NotificationSettings are what the member is told of, and when not.
func (m memberFields) NotificationSettings(ctx context.Context, obj *graph.Member) (*graph.NotificationSettings, error) {
	who := obj.Holder.Profile.ID
	found, err := m.Notices.Store.Settings(ctx, []member.ID{who})
	if err != nil {
		return nil, err
	}
	return m.noticeSettings(ctx, who, found[who]), nil
}

func (r *Root) noticeSettings(ctx context.Context, who member.ID, s notice.Settings) *graph.NotificationSettings {
	p := r.programme(ctx)
	hours, zone, quiet := s.Hours(p)
	out := &graph.NotificationSettings{
		ID: globalID(kindTelling, string(who)), TimeZone: zone.String(), Kinds: []*graph.NotificationKindSetting{}, Devices: []*graph.PushDevice{},
	}
	if quiet {
		out.QuietHours = &graph.QuietHours{From: hours.From, Until: hours.Until}
	}
	if p.Notices != nil {
		for _, k := range p.Notices.Kinds {
			wants := s.Wants(k)
			out.Kinds = append(out.Kinds, &graph.NotificationKindSetting{
				Kind: k.Code, Name: k.Names.In(locale(ctx)), Inbox: wants.Inbox, Push: wants.Push, Urgent: k.Urgent, Marketing: k.Marketing,
			})
		}
	}
	for _, d := range s.Devices {
		out.Devices = append(out.Devices, device(d))
	}
	return out
}

func device(d notice.Device) *graph.PushDevice {
	return &graph.PushDevice{ID: globalID(kindDevice, d.ID), Kind: graph.PushService(d.Kind), Locale: d.Locale, RegisteredAt: d.At}
}

// deviceNode shows a device to whose it is.
func (r *Root) deviceNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	found, err := r.Notices.Store.Settings(ctx, []member.ID{o.Me()})
	if err != nil {
		return nil, err
	}
	for _, d := range found[o.Me()].Devices {
		if d.ID == key {
			return device(d), nil
		}
	}
	return nil, nil
}

// NotificationSettingsSet changes what the member is told of.
func (m mutation) NotificationSettingsSet(ctx context.Context, input graph.NotificationSettingsSetInput) (*graph.NotificationSettingsSetPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	c := notice.Change{TimeZone: input.TimeZone}
	if q := input.QuietHours; q != nil {
		c.Quiet = &notice.Quiet{From: q.From, Until: q.Until}
	}
	for _, k := range input.Kinds {
		c.Switches = append(c.Switches, notice.Switch{Kind: k.Kind, Inbox: k.Inbox, Push: k.Push})
	}
	s, err := m.Notices.Set(ctx, h.Profile.ID, c, loaders.From(ctx).Now)
	out := &graph.NotificationSettingsSetPayload{}
	if out.UserErrors, err = noticeErrors(ctx, err); err != nil {
		return nil, err
	}
	if len(out.UserErrors) == 0 {
		out.Settings = m.noticeSettings(ctx, h.Profile.ID, s)
	}
	return out, nil
}

// DeviceRegister lets notices be sent to a device.
func (m mutation) DeviceRegister(ctx context.Context, input graph.DeviceRegisterInput) (*graph.DeviceRegisterPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	in := locale(ctx)
	if input.Locale != nil {
		in = *input.Locale
	}
	d, err := m.Notices.Register(ctx, h.Profile.ID, string(input.Kind), input.Token, in, loaders.From(ctx).Now)
	if err != nil {
		return nil, err
	}
	return &graph.DeviceRegisterPayload{Device: device(d), UserErrors: []*graph.NotificationUserError{}}, nil
}

// DeviceRemove sends no more notices to a device.
func (m mutation) DeviceRemove(ctx context.Context, input graph.DeviceRemoveInput) (*graph.DeviceRemovePayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	kind, key, _ := readID(input.DeviceID)
	if kind != kindDevice {
		err = fault.Refuse("NOT_FOUND", "deviceId", "deviceId names no device of the member")
	} else {
		err = m.Notices.Remove(ctx, h.Profile.ID, key)
	}
	out := &graph.DeviceRemovePayload{}
	if out.UserErrors, err = noticeErrors(ctx, err); err != nil {
		return nil, err
	}
	if len(out.UserErrors) == 0 {
		out.DeviceID = &input.DeviceID
	}
	return out, nil
}
