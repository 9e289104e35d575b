package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/loaders"
)

// Me is the signed-in member. What the operation asks below it is foreseen here, so that it is fetched in waves with
// everything else.
func (q query) Me(ctx context.Context) (*graph.Member, error) {
	defer loaders.Leave(ctx)
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	o.Holders.Want(o.Me())
	if asks(ctx, "benefits") || asks(ctx, "tier", "current", "benefits") || asks(ctx, "entitlements") {
		o.Usages.Want(o.Me())
	}
	if asks(ctx, "family") || asks(ctx, "unreadCounts", "approvals") {
		o.Families.Want(o.Me())
	}
	if asks(ctx, "unreadCounts", "notifications") || asks(ctx, "notifications", "unreadCount") {
		o.Unread.Want(o.Me())
	}
	o.Arrive(ctx)
	h, err := q.holder(ctx)
	if err != nil {
		return nil, err
	}
	if asks(ctx, "wallet") {
		q.foreseeWallet(ctx, h, chosen(ctx, "wallet"))
	}
	if asks(ctx, "wallets") {
		q.foreseeWallets(ctx, h)
	}
	if asks(ctx, "family") {
		q.foreseeFamily(ctx)
	}
	o.Arrive(ctx)
	return q.member(ctx, h), nil
}

// holder is the viewer's own holder.
func (r *Root) holder(ctx context.Context) (*account.Holder, error) {
	if err := signIn(ctx); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	h, ok, err := o.Holders.Load(ctx, o.Me())
	if err != nil {
		return nil, err
	}
	if !ok || !h.Profile.ClosedAt.IsZero() {
		return nil, fault.New(fault.Unauthenticated, "the token is of a member who is not known here")
	}
	return &h, nil
}

func (r *Root) member(ctx context.Context, h *account.Holder) *graph.Member {
	p := h.Profile
	return &graph.Member{
		ID: globalID(kindMember, string(p.ID)), DisplayName: p.DisplayName, Avatar: picture(p.Avatar, p.DisplayName),
		JoinedAt: p.JoinedAt, Birthday: text(p.Birthday), Locale: text(p.Locale), TimeZone: text(p.TimeZone), Version: int(p.Version),
		Suspension:    r.suspension(ctx, p.Suspension),
		PublicProfile: r.profile(ctx, h), Holder: h,
	}
}

// profile is what anybody may see of a member.
func (r *Root) profile(ctx context.Context, h *account.Holder) *graph.PublicProfile {
	p := h.Profile
	badge := h.Account.Standing.Badge(r.programme(ctx), loaders.From(ctx).Now)
	return &graph.PublicProfile{
		ID: globalID(kindProfile, p.Handle), DisplayName: p.DisplayName, Avatar: picture(p.Avatar, p.DisplayName),
		TierBadge: r.tier(ctx, badge), Member: p.ID,
	}
}

// pictureSize is the side of the squares that avatars and products are drawn in, in pixels.
const pictureSize = 480

// picture is a square picture on this host; nil for none.
func picture(path, shows string) *graph.MediaImage {
	if path == "" {
		return nil
	}
	return &graph.MediaImage{URL: path, Width: pictureSize, Height: pictureSize, AltText: text(shows)}
}

// UnreadCounts counts what waits for the member.
func (m memberFields) UnreadCounts(_ context.Context, obj *graph.Member) (*graph.UnreadCounts, error) {
	return unreadCounts(obj.Holder.Profile.ID), nil
}

func unreadCounts(who member.ID) *graph.UnreadCounts {
	return &graph.UnreadCounts{ID: globalID(kindUnread, string(who)), Member: who}
}
