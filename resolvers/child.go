package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/profile"
	"membergate/loaders"
)

// Child is what is kept of a child, for whoever decides for it.
func (f kinFields) Child(ctx context.Context, obj *graph.FamilyMember) (*graph.FamilyChild, error) {
	o := loaders.From(ctx)
	mine, in, err := o.Families.Load(ctx, o.Me())
	if err != nil || !in {
		return nil, err
	}
	me, _ := mine.Of(o.Me())
	person, there := mine.Of(obj.Member)
	if !there || person.Role != family.Child || !family.MayUpon(me, person, family.ChangeRoles) {
		return nil, nil
	}
	h, known, err := o.Holders.Load(ctx, obj.Member)
	if err != nil || !known {
		return nil, err
	}
	out := &graph.FamilyChild{GuardianConsent: mine.Guarded(person), Birthday: text(h.Profile.Birthday), Purposes: []string{}}
	if out.GuardianConsent {
		out.AgreedAt = &person.Consent.At
	}
	for _, p := range f.programme(ctx).Privacy.Purposes {
		if h.Profile.Agreed(p.Code) {
			out.Purposes = append(out.Purposes, p.Code)
		}
	}
	return out, nil
}

// mayWrite refuses to take anything from a child without a guardian's yes.
func (r *Root) mayWrite(ctx context.Context) error {
	h, err := r.holder(ctx)
	if err != nil {
		return err
	}
	o, f := loaders.From(ctx), family.Family{}
	mine, in, err := o.Families.Load(ctx, o.Me())
	if err != nil {
		return err
	}
	if in {
		f = mine
	}
	if needed, given := family.Minor(r.programme(ctx), f, o.Me(), h.Profile.Birthday, o.Now); needed && !given {
		return fault.Refuse(profile.GuardianNeeded, "", "a child writes with a guardian's consent, which a guardian of the family gives")
	}
	return nil
}
