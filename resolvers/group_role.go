package resolvers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/loaders"
)

// groupRole shows what members can be for a group; nil for a code of none.
func (r *Root) groupRole(ctx context.Context, code string) *graph.GroupRole {
	role, ok := r.programme(ctx).GroupRole(code)
	if !ok {
		return nil
	}
	out := &graph.GroupRole{Code: role.Code, Title: role.Names.In(locale(ctx)), Rights: append([]string{}, role.Rights...)}
	if role.Seats > 0 {
		out.Seats = &role.Seats
	}
	return out
}

func (r *Root) groupRoles(ctx context.Context) []*graph.GroupRole {
	out := []*graph.GroupRole{}
	for _, role := range r.programme(ctx).GroupRoles {
		out = append(out, r.groupRole(ctx, role.Code))
	}
	return out
}

// inGroup shows somebody in a group; one whose role the programme has no more is an ordinary member.
func (r *Root) inGroup(ctx context.Context, is community.Staffing, who member.ID) *graph.GroupMember {
	out := &graph.GroupMember{Role: r.groupRole(ctx, is.Of(who)), Member: who}
	for _, h := range is.Held {
		if h.Member == who && out.Role != nil {
			out.Since = &h.Since
		}
	}
	return out
}

// Profile is who it is.
func (f groupMemberFields) Profile(ctx context.Context, obj *graph.GroupMember) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// Profile is whose role changed.
func (f roleChangeFields) Profile(ctx context.Context, obj *graph.GroupRoleChange) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// meets leaves those whom the viewer does not see out of a list.
func (r *Root) meets(ctx context.Context, who []member.ID) ([]member.ID, error) {
	ties, err := r.myTies(ctx)
	reader := community.Reader{Ties: ties}
	return slices.DeleteFunc(slices.Clone(who), reader.Apart), err
}

// Staff is who has a role in the group.
func (f groupFields) Staff(ctx context.Context, obj *graph.Group) ([]*graph.GroupMember, error) {
	out := []*graph.GroupMember{}
	is, _, err := loaders.From(ctx).Staffings.Load(ctx, obj.Code)
	if err != nil || len(is.Held) == 0 {
		return out, err
	}
	var who []member.ID
	for _, role := range f.programme(ctx).GroupRoles {
		for _, h := range is.Held {
			if h.Role == role.Code {
				who = append(who, h.Member)
			}
		}
	}
	if who, err = f.meets(ctx, who); err != nil {
		return nil, err
	}
	loaders.From(ctx).People.Want(who...)
	for _, id := range who {
		out = append(out, f.inGroup(ctx, is, id))
	}
	return out, nil
}

// mostInGroup is how many members of a group are looked at for a page: more than any group of a programme has seats.
const mostInGroup = 10_000

// Members is who is in the group, for those who may see it. The order is that of hashed ids, which says nothing of anybody.
func (f groupFields) Members(ctx context.Context, obj *graph.Group, first *int, after *string) (*graph.GroupMemberConnection, error) {
	l := cursor.List{Name: "groupMembers", Filter: []string{obj.Code}}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	is, _, err := o.Staffings.Load(ctx, obj.Code)
	if err != nil || operations(ctx) != nil && !is.MaySeeMembers(f.programme(ctx), o.Me()) {
		return nil, err
	}
	all, err := o.Stores.Community.Company(ctx, obj.Code, "", mostInGroup)
	if err != nil {
		return nil, err
	}
	if all, err = f.meets(ctx, all); err != nil {
		return nil, err
	}
	place := func(id member.ID) cursor.Place {
		sum := sha256.Sum256([]byte(obj.Code + "\x00" + string(id)))
		return cursor.Place{ID: hex.EncodeToString(sum[:16])}
	}
	slices.SortFunc(all, func(a, b member.ID) int { return cmp.Compare(place(a).ID, place(b).ID) })
	page := cursor.Cut(f.Cursors, l, all, span, place, func(a, b cursor.Place) bool { return a.ID < b.ID })
	o.People.Want(page.Nodes...)
	out := &graph.GroupMemberConnection{Edges: []*graph.GroupMemberEdge{}, Nodes: []*graph.GroupMember{}, PageInfo: pageInfo(page)}
	for i, id := range page.Nodes {
		node := f.inGroup(ctx, is, id)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.GroupMemberEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// GroupRoles are what the person is for groups.
func (f profileFields) GroupRoles(ctx context.Context, obj *graph.PublicProfile) ([]*graph.HeldGroupRole, error) {
	out, o, p := []*graph.HeldGroupRole{}, loaders.From(ctx), f.programme(ctx)
	if len(p.GroupRoles) == 0 {
		return out, nil
	}
	for _, g := range p.Groups {
		o.Staffings.Want(g.Code)
	}
	for _, g := range p.Groups {
		is, _, err := o.Staffings.Load(ctx, g.Code)
		if err != nil {
			return nil, err
		}
		if m := f.inGroup(ctx, is, obj.Member); m.Role != nil {
			out = append(out, &graph.HeldGroupRole{Group: f.group(ctx, g), Role: m.Role, Since: *m.Since})
		}
	}
	return out, nil
}

// longestReason is the most characters of why a role was set.
const longestReason = 500

// GroupRoleSet makes somebody be something for a group, by staff.
func (m mutation) GroupRoleSet(ctx context.Context, input graph.GroupRoleSetInput) (*graph.GroupRoleSetPayload, error) {
	if err := operations(ctx); err != nil {
		return nil, err
	}
	if n := len([]rune(input.Reason)); n < 1 || n > longestReason {
		return nil, fault.Bad("reason", "reason has %d characters; allowed are 1 to %d", n, longestReason)
	}
	out := &graph.GroupRoleSetPayload{UserErrors: []*graph.GroupRoleSetUserError{}}
	g, who, is, err := m.setGroupRole(ctx, input)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.GroupRoleSetUserError{Field: refused.field, Message: refused.message,
			Code: graph.GroupRoleSetErrorCode(refused.code), Nearest: refused.nearest})
		return out, nil
	}
	loaders.From(ctx).Staffings.Replace(g.Code, is)
	out.Group, out.Member = m.group(ctx, g), m.inGroup(ctx, is, who)
	return out, nil
}

func (m mutation) setGroupRole(ctx context.Context, input graph.GroupRoleSetInput) (g programme.Group, who member.ID, is community.Staffing, err error) {
	o := loaders.From(ctx)
	g, known := m.groupOf(ctx, input.GroupID)
	if !known {
		return g, who, is, community.Unknown("groupId")
	}
	h, err := m.someone(ctx, community.Reader{}, keyIf(kindProfile, input.MemberID), false)
	if err != nil {
		return g, who, is, err
	}
	if h == nil {
		return g, who, is, community.Unknown("memberId")
	}
	is, err = m.Community.SetRole(ctx, m.programme(ctx), g.Code, community.RoleChange{
		Member: h.Profile.ID, To: said(input.Role), At: o.Now, Staff: string(o.Me()), Reason: input.Reason,
	})
	return g, h.Profile.ID, is, err
}

// GroupRoleLog is how roles in a group changed, for staff.
func (q query) GroupRoleLog(ctx context.Context, groupID string, first *int, after *string) (*graph.GroupRoleChangeConnection, error) {
	defer loaders.Leave(ctx)
	if err := staffWith(ctx, "operations", "legal"); err != nil {
		return nil, err
	}
	g, known := q.groupOf(ctx, groupID)
	l := cursor.List{Name: "groupRoleLog", Filter: []string{g.Code}}
	span, err := q.forward(l, first, after)
	if err != nil || !known {
		return nil, err
	}
	below := int64(0)
	if span.After != nil {
		below = span.After.Key
	}
	read, err := loaders.From(ctx).Stores.Community.RoleLog(ctx, g.Code, below, span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(q.Cursors, l, span, read, func(c community.RoleChange) cursor.Place { return cursor.Place{Key: c.Number} })
	out := &graph.GroupRoleChangeConnection{Edges: []*graph.GroupRoleChangeEdge{}, Nodes: []*graph.GroupRoleChange{}, PageInfo: pageInfo(page)}
	for i, c := range page.Nodes {
		loaders.From(ctx).People.Want(c.Member)
		node := &graph.GroupRoleChange{Number: int(c.Number), From: text(c.From), To: text(c.To), At: c.At, Staff: text(c.Staff), Reason: c.Reason, Member: c.Member}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.GroupRoleChangeEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}
