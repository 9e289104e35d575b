package resolvers

import (
	"context"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/cursor"
	invites "membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/loaders"
)

// Invitation shows how the member brings friends along. The first time, the code is made.
func (m memberFields) Invitation(ctx context.Context, obj *graph.Member) (*graph.MemberInvitation, error) {
	p, now, l := m.programme(ctx), loaders.From(ctx).Now, locale(ctx)
	v := p.Invitations
	if v == nil {
		return nil, nil
	}
	who := obj.Holder.Profile.ID
	i, err := m.Inviting.Inviter(ctx, who)
	if err != nil {
		return nil, err
	}
	code := invites.Show(i.Code)
	out := &graph.MemberInvitation{
		Member: who, Code: code, ShareText: strings.ReplaceAll(v.Share.In(l), programme.ShareCode, code), Title: v.Titles.In(l), Terms: v.Terms.In(l),
		TermsVersion: v.Version, Condition: string(v.Condition), Rewards: []*graph.InvitationReward{},
	}
	for _, side := range []struct {
		to  string
		all []programme.InvitationReward
	}{{"WELCOME", v.Welcome}, {"INVITEE", v.Invitee}, {"INVITER", v.Inviter}} {
		for _, r := range side.all {
			out.Rewards = append(out.Rewards, m.invitationReward(ctx, p, side.to, r))
		}
	}
	if c := v.Cap; c != nil {
		left := max(0, c.Count-i.Taken(c.Window(now, p.Zone())))
		out.MostRewards, out.RewardsPer, out.RewardsLeft = ptr(int(c.Count)), text(string(c.Per)), ptr(int(left))
	}
	return out, nil
}

func (r *Root) invitationReward(ctx context.Context, p *programme.Programme, to string, w programme.InvitationReward) *graph.InvitationReward {
	out := &graph.InvitationReward{To: to, Kind: string(w.Kind)}
	switch w.Kind {
	case programme.RewardUnits:
		out.Coins = ptr(int(w.Coins))
	case programme.RewardDays:
		out.Days, out.Tier = ptr(w.Days), r.tierByCode(ctx, w.Tier)
	case programme.RewardCoupon:
		t, _ := p.Template(w.Coupon)
		out.Coupon = text(t.Titles.In(locale(ctx)))
	}
	return out
}

// invited counts the invitees of a member by state.
func (r *Root) invited(ctx context.Context, who member.ID) (map[invites.State]int64, error) {
	return loaders.Once(loaders.From(ctx), "invited", func() (map[invites.State]int64, error) { return r.Inviting.Store.Count(ctx, who) })
}

// InvitedCount counts who has registered with the code.
func (f invitationFields) InvitedCount(ctx context.Context, obj *graph.MemberInvitation) (*int, error) {
	counts, err := f.invited(ctx, obj.Member)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, each := range counts {
		n += int(each)
	}
	return &n, nil
}

// RewardedCount counts for whom the member was rewarded.
func (f invitationFields) RewardedCount(ctx context.Context, obj *graph.MemberInvitation) (*int, error) {
	counts, err := f.invited(ctx, obj.Member)
	if err != nil {
		return nil, err
	}
	return ptr(int(counts[invites.Rewarded])), nil
}

// Friends lists who has registered with the code.
func (f invitationFields) Friends(ctx context.Context, obj *graph.MemberInvitation, first *int, after *string) (*graph.InvitedFriendConnection, error) {
	l := cursor.List{Name: "member.invitees", Owner: string(obj.Member)}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	var from *invites.Place
	if span.After != nil {
		from = &invites.Place{At: time.UnixMilli(span.After.Key).UTC(), ID: span.After.ID}
	}
	found, err := f.Inviting.Store.Page(ctx, obj.Member, from, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(f.Cursors, l, span, found, func(i invites.Invitee) cursor.Place { return cursor.Place{Key: i.At.UnixMilli(), ID: i.ID} })
	names, err := f.names(ctx, page.Nodes)
	if err != nil {
		return nil, err
	}
	out := &graph.InvitedFriendConnection{Edges: []*graph.InvitedFriendEdge{}, Nodes: []*graph.InvitedFriend{}, PageInfo: pageInfo(page)}
	for n, i := range page.Nodes {
		node := &graph.InvitedFriend{MaskedName: invites.Mask(names[i.Member]), State: string(i.State), RegisteredAt: i.At}
		if !i.EndedAt.IsZero() {
			node.CompletedAt = &i.EndedAt
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.InvitedFriendEdge{Cursor: page.Cursors[n], Node: node})
	}
	return out, nil
}

// names are what invitees are called; who has left has no name.
func (f invitationFields) names(ctx context.Context, all []invites.Invitee) (map[member.ID]string, error) {
	ids := make([]member.ID, len(all))
	for i, each := range all {
		ids[i] = each.Member
	}
	var people []account.Holder
	if len(ids) > 0 {
		var err error
		if people, err = loaders.From(ctx).People.All(ctx, ids); err != nil {
			return nil, err
		}
	}
	out := map[member.ID]string{}
	for _, h := range people {
		out[h.Profile.ID] = h.Profile.DisplayName
	}
	return out, nil
}
