package resolvers

import (
	"context"
	"strings"

	"membergate/graph"
	"membergate/internal/benefit"
	"membergate/loaders"
)

// programmeNode finds what the programme holds.
func (r *Root) programmeNode(ctx context.Context, key string) (graph.Node, error) {
	p := r.programme(ctx)
	switch kindOf(ctx) {
	case kindProgramme:
		if key == p.Code {
			return query{r}.Programme(ctx)
		}
	case kindTier:
		_, code, _ := strings.Cut(key, "/")
		if t, ok := p.Tier(code); ok && key == p.Code+"/"+code {
			return r.tier(ctx, t), nil
		}
	case kindBenefit:
		return r.benefitNode(ctx, key)
	case kindBoard:
		if b := r.board(ctx, key); b != nil {
			return b, nil
		}
	case kindGroup:
		for _, g := range p.Groups {
			if g.Code == key {
				r.foreseeGroup(ctx, key)
				if loaders.From(ctx).Viewer.SignedIn() && (asks(ctx, "canJoin") || asks(ctx, "staff") || asks(ctx, "members") || asks(ctx, "stars")) {
					_, _ = r.reader(ctx) // foreseen here, in one wave; the field says so if it fails
				} else {
					loaders.From(ctx).Arrive(ctx)
				}
				return r.group(ctx, g), nil
			}
		}
	}
	return nil, nil
}

// familyNode finds the viewer's family, or what lies in it.
func (r *Root) familyNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	f, ok, err := o.Families.Load(ctx, o.Me())
	id, part, _ := strings.Cut(key, "/")
	if err != nil || !ok || id != string(f.ID) {
		return nil, err
	}
	shown, err := r.family(ctx, &f)
	if err != nil || shown == nil {
		return nil, err
	}
	switch kindOf(ctx) {
	case kindFamily:
		if part == "" {
			return shown, nil
		}
	case kindKin:
		if p, in := f.Person(part); in {
			return r.kin(ctx, &f, p), nil
		}
	case kindInvitation:
		for _, i := range f.InvitationsFor(o.Me(), o.Now) {
			if i.ID == part {
				return invitation(&f, i), nil
			}
		}
	case kindApproval:
		for _, a := range f.ApprovalsFor(o.Me(), o.Now, "") {
			if a.ID == part {
				return r.approval(ctx, &f, a), nil
			}
		}
	}
	return nil, nil
}

// benefitNode finds a benefit that some tier gives to everybody, or that the viewer has.
func (r *Root) benefitNode(ctx context.Context, code string) (graph.Node, error) {
	p, o := r.programme(ctx), loaders.From(ctx)
	for _, t := range p.Tiers {
		if b, ok := benefit.ByCode(benefit.OfTier(p, t.Code, o.Now), code); ok {
			return r.showBenefit(ctx, b), nil
		}
	}
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	offers, err := r.offers(ctx)
	if err != nil {
		return nil, err
	}
	if b, ok := benefit.ByCode(offers, code); ok {
		return r.showBenefit(ctx, b), nil
	}
	return nil, nil
}
