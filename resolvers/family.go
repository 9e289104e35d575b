package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/cursor"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// Family is the family that the member belongs to.
func (m memberFields) Family(ctx context.Context, obj *graph.Member) (*graph.Family, error) {
	f, ok, err := loaders.From(ctx).Families.Load(ctx, obj.Holder.Profile.ID)
	if err != nil || !ok {
		return nil, err
	}
	return m.family(ctx, &f)
}

// foreseeFamily wants what the selections of a family will need: profiles, the owner's standing, and the purses of
// whoever shares.
func (r *Root) foreseeFamily(ctx context.Context) {
	o := loaders.From(ctx)
	f, ok, err := o.Families.Load(ctx, o.Me())
	if err != nil || !ok {
		return // the resolver says so
	}
	members := f.Members()
	limits := asks(ctx, "family", "members", "limit")
	if asks(ctx, "family", "members", "profile") || asks(ctx, "family", "pool") {
		o.People.Want(members...)
	}
	for _, p := range f.Active() {
		if limits && f.LimitOf(o.Me(), p) != nil {
			o.People.Want(p.Member)
		}
	}
	if asks(ctx, "family", "approvals") {
		waiting := f.ApprovalsFor(o.Me(), o.Now, "")
		for _, a := range waiting[:min(len(waiting), cursor.MaxPage)] {
			o.Wishes.Want(a.Redemption)
		}
	}
	if owner, ok := f.Owner(); ok && (asks(ctx, "family", "sharedDiscount") || asks(ctx, "family", "pool")) {
		o.Holders.Want(owner.Member)
	}
	pool := asks(ctx, "family", "pool")
	if !pool && !limits {
		return
	}
	o.Arrive(ctx)
	for _, p := range f.Active() {
		l := f.LimitOf(o.Me(), p)
		if !pool && (!limits || l == nil) {
			continue
		}
		h, ok, err := o.People.Load(ctx, p.Member)
		if err != nil || !ok {
			continue // the resolver says so
		}
		if o.Heads.Want(h.Account.Wallet); l != nil && (limits || p.Member == o.Me()) {
			o.Ledgers.Want(r.spending(ctx, h.Account.Wallet, l))
		}
	}
	o.Arrive(ctx)
}

// family shows a family to one who is in it; to others it does not exist.
func (r *Root) family(ctx context.Context, f *family.Family) (*graph.Family, error) {
	me, ok := f.Of(loaders.From(ctx).Me())
	p := r.programme(ctx)
	if !ok || p.Family == nil {
		return nil, nil
	}
	out := &graph.Family{
		ID: globalID(kindFamily, string(f.ID)), Name: f.Name, Version: int(f.Version), Capacity: p.Family.Capacity(),
		MyRole: graph.FamilyRole(me.Role), MyPermissions: []string{}, Members: []*graph.FamilyMember{}, Family: f,
	}
	for _, permission := range family.Permissions(me.Role) {
		out.MyPermissions = append(out.MyPermissions, string(permission))
	}
	for _, person := range f.Active() {
		out.Members = append(out.Members, r.kin(ctx, f, person))
	}
	return out, nil
}

// kin shows one person of a family to the viewer, who is in it.
func (r *Root) kin(ctx context.Context, f *family.Family, p family.Person) *graph.FamilyMember {
	o := loaders.From(ctx)
	out := &graph.FamilyMember{ID: globalID(kindKin, string(f.ID)+"/"+p.ID), Role: graph.FamilyRole(p.Role), JoinedAt: p.JoinedAt, Member: p.Member}
	out.Bounds = f.LimitOf(o.Me(), p)
	if s, ok := f.ShareOf(o.Me(), p); ok {
		out.Sharing = &graph.FamilySharing{Mode: string(s.Mode)}
		switch s.Mode {
		case family.SharePercent:
			out.Sharing.Percent = ptr(int(s.Percent))
		case family.ShareAboveFloor:
			out.Sharing.KeepFloor = ptr(int(s.Floor))
		}
	}
	return out
}

// Limit is how much the person may spend, and how much of it is spent.
func (f kinFields) Limit(ctx context.Context, obj *graph.FamilyMember) (*graph.SpendLimit, error) {
	l, o := obj.Bounds, loaders.From(ctx)
	if l == nil {
		return nil, nil
	}
	h, ok, err := o.People.Load(ctx, obj.Member)
	if err != nil || !ok {
		return nil, err
	}
	head, err := f.head(ctx, h.Account.Wallet)
	if err != nil {
		return nil, err
	}
	spent, _, err := o.Ledgers.Load(ctx, f.spending(ctx, h.Account.Wallet, l))
	if err != nil {
		return nil, err
	}
	out := &graph.SpendLimit{PerPeriod: int(l.PerPeriod), Period: string(l.Period), Used: int(family.Spent(head.State.At(o.Now), spent))}
	if l.ApprovalAbove != nil {
		out.ApprovalAbove = ptr(int(*l.ApprovalAbove))
	}
	return out, nil
}

// spending names the part of a ledger that a limit counts.
func (r *Root) spending(ctx context.Context, id wallet.ID, l *family.Limit) loaders.LedgerKey {
	return loaders.LedgerOf(id, l.Ledger(loaders.From(ctx).Now, r.programme(ctx).Zone()))
}

// Profile is the person as others see them.
func (f kinFields) Profile(ctx context.Context, obj *graph.FamilyMember) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// person is somebody's public profile; nil when the account is gone.
func (r *Root) person(ctx context.Context, id member.ID) (*graph.PublicProfile, error) {
	h, ok, err := loaders.From(ctx).People.Load(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	return r.profile(ctx, &h), nil
}

// gate tells whether the family shares now; it asks the owner's standing.
func (r *Root) gate(ctx context.Context, f *family.Family) (family.Gate, error) {
	o := loaders.From(ctx)
	owner, ok := f.Owner()
	if !ok {
		return family.Gate{}, nil
	}
	h, ok, err := o.Holders.Load(ctx, owner.Member)
	if err != nil || !ok {
		return family.Gate{}, err
	}
	g, _ := family.OwnerGate(r.programme(ctx), r.standing(ctx, &h), o.Now)
	return g, nil
}

// SharedDiscount is the discount that the owner's tier gives to all.
func (f familyFields) SharedDiscount(ctx context.Context, obj *graph.Family) (*graph.SharedDiscount, error) {
	g, err := f.gate(ctx, obj.Family)
	if err != nil {
		return nil, err
	}
	d, ok := family.SharedDiscount(f.programme(ctx), g)
	if !ok {
		return nil, nil
	}
	return &graph.SharedDiscount{Tier: f.tier(ctx, d.Tier), Percent: int(d.Percent)}, nil
}

// Pool is the members' coins seen as one.
func (f familyFields) Pool(ctx context.Context, obj *graph.Family) (*graph.FamilyPool, error) {
	o := loaders.From(ctx)
	g, err := f.gate(ctx, obj.Family)
	if err != nil {
		return nil, err
	}
	people, err := o.People.All(ctx, obj.Family.Members())
	if err != nil {
		return nil, err
	}
	states := map[member.ID]wallet.State{}
	for _, h := range people {
		o.Heads.Want(h.Account.Wallet)
	}
	for _, h := range people {
		head, err := f.head(ctx, h.Account.Wallet)
		if err != nil {
			return nil, err
		}
		states[h.Profile.ID] = head.State.At(o.Now)
	}
	mine := *obj.Family
	if me, in := mine.Of(o.Me()); in && me.Limit != nil {
		for _, h := range people {
			if h.Profile.ID != o.Me() {
				continue
			}
			spent, _, err := o.Ledgers.Load(ctx, f.spending(ctx, h.Account.Wallet, me.Limit))
			if err != nil {
				return nil, err
			}
			mine = mine.WithUsed(o.Me(), family.Spent(states[o.Me()], spent), o.Now)
		}
	}
	pool, ok := mine.PoolFor(o.Me(), f.programme(ctx), g, states, o.Now)
	if !ok {
		return nil, nil
	}
	return &graph.FamilyPool{Available: pool.Available, DrawOrder: pool.DrawOrder, Sight: family.Sight{Family: mine, Gate: g, States: states}}, nil
}

// Invitations lists the family's invitations to those who may invite.
func (f familyFields) Invitations(ctx context.Context, obj *graph.Family, states []graph.InvitationState) ([]*graph.FamilyInvitation, error) {
	o := loaders.From(ctx)
	var wanted []family.Answer
	for _, s := range states {
		wanted = append(wanted, family.Answer(s))
	}
	out := []*graph.FamilyInvitation{}
	for _, i := range obj.Family.InvitationsFor(o.Me(), o.Now, wanted...) {
		out = append(out, invitation(obj.Family, i))
	}
	return out, nil
}

func invitation(f *family.Family, i family.Invitation) *graph.FamilyInvitation {
	return &graph.FamilyInvitation{ID: globalID(kindInvitation, string(f.ID)+"/"+i.ID),
		Role: graph.FamilyRole(i.Role), State: graph.InvitationState(i.State), ExpiresAt: i.ExpiresAt}
}

// LeavePreview is what leaving now would mean for the viewer.
func (f familyFields) LeavePreview(ctx context.Context, obj *graph.Family) (*graph.FamilyLeavePreview, error) {
	o := loaders.From(ctx)
	h, err := f.holder(ctx)
	if err != nil {
		return nil, err
	}
	head, err := f.head(ctx, h.Account.Wallet)
	if err != nil {
		return nil, err
	}
	me, _ := obj.Family.Of(o.Me())
	l := obj.Family.LeavePreview(f.programme(ctx), me, head.State.At(o.Now), o.Now)
	out := &graph.FamilyLeavePreview{Allowed: l.Allowed, BlockedBy: text(string(l.BlockedBy)), CoinsKept: int(l.CoinsKept)}
	if !l.CooldownUntil.IsZero() {
		out.CooldownUntil = &l.CooldownUntil
	}
	return out, nil
}

// FamilyInvitation shows an invitation to whoever holds its secret.
func (q query) FamilyInvitation(ctx context.Context, token string) (*graph.FamilyInvitationPreview, error) {
	c, err := q.candidate(ctx)
	if err != nil {
		return nil, err
	}
	loaders.Leave(ctx)
	v, ok, err := q.Families.Preview(ctx, token, c, loaders.From(ctx).Now)
	if err != nil || !ok {
		return nil, err
	}
	out := &graph.FamilyInvitationPreview{FamilyName: v.FamilyName, Role: graph.FamilyRole(v.Role), MemberCount: v.MemberCount,
		Consequences: []string{}, Acceptable: v.Acceptable(), BlockedBy: text(string(v.BlockedBy))}
	for _, c := range v.Consequences {
		out.Consequences = append(out.Consequences, c.In(locale(ctx)))
	}
	return out, nil
}

// candidate is the viewer as somebody who could join a family; nobody where nobody is signed in.
func (r *Root) candidate(ctx context.Context) (family.Candidate, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return family.Candidate{}, nil
	}
	reader, err := r.reader(ctx)
	if err != nil {
		return family.Candidate{}, err
	}
	h, err := r.holder(ctx)
	if err != nil {
		return family.Candidate{}, err
	}
	return family.Candidate{Member: o.Me(), Birthday: h.Profile.Birthday, Apart: reader.Apart}, nil
}
