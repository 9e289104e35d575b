package resolvers

import (
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/phrase"
	"membergate/internal/profile"
	"membergate/internal/programme"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// Household is what the member told of home, as far as it may be used.
func (m memberFields) Household(ctx context.Context, obj *graph.Member) (*graph.Household, error) {
	return m.household(ctx, obj.Holder.Profile), nil
}

// Preferences are what the member likes, as far as it may be used.
func (m memberFields) Preferences(ctx context.Context, obj *graph.Member) ([]*graph.HouseholdChoice, error) {
	return m.likes(ctx, obj.Holder.Profile), nil
}

func (r *Root) household(ctx context.Context, p member.Profile) *graph.Household {
	rules := r.programme(ctx)
	told := p.Told(rules.Household).Household
	out := &graph.Household{Children: []*graph.HouseholdChild{}, Diet: []*graph.HouseholdChoice{}}
	if told.Empty() {
		return out
	}
	if told.Size > 0 {
		out.Size = &told.Size
	}
	if told.LifeStage != "" {
		out.LifeStage = choice(ctx, rules.Household.LifeStages, told.LifeStage)
	}
	for _, born := range told.Children {
		out.Children = append(out.Children, &graph.HouseholdChild{BornIn: born, Years: profile.Years(born, loaders.From(ctx).Now, rules.Zone())})
	}
	for _, code := range told.Diet {
		out.Diet = append(out.Diet, choice(ctx, rules.Household.Diets, code))
	}
	return out
}

func (r *Root) likes(ctx context.Context, p member.Profile) []*graph.HouseholdChoice {
	rules := r.programme(ctx)
	out := []*graph.HouseholdChoice{}
	for _, code := range p.Told(rules.Household).Preferences {
		out = append(out, choice(ctx, rules.Household.Preferences, code))
	}
	return out
}

// choice is a code with its name.
func choice(ctx context.Context, all []programme.Named, code string) *graph.HouseholdChoice {
	out := &graph.HouseholdChoice{Code: code, Name: code}
	if i := slices.IndexFunc(all, func(n programme.Named) bool { return n.Code == code }); i >= 0 {
		out.Name = all[i].Names.In(locale(ctx))
	}
	return out
}

// householdRules are what members may be asked; nil where nothing is.
func householdRules(ctx context.Context, h *programme.Household) *graph.HouseholdRules {
	if h == nil {
		return nil
	}
	choices := func(all []programme.Named) []*graph.HouseholdChoice {
		out := []*graph.HouseholdChoice{}
		for _, n := range all {
			out = append(out, &graph.HouseholdChoice{Code: n.Code, Name: n.Names.In(locale(ctx))})
		}
		return out
	}
	most := func(n int) *int {
		if n == 0 {
			return nil
		}
		return &n
	}
	out := &graph.HouseholdRules{
		MostPeople: most(h.MostPeople), LifeStages: choices(h.LifeStages), MostChildren: most(h.MostChildren), Diets: choices(h.Diets),
		Preferences: choices(h.Preferences), MostPreferences: most(h.MostPreferences), Consents: []*graph.HouseholdConsent{},
	}
	for _, c := range []graph.HouseholdConsent{
		{Field: "size", Purpose: h.Consents.Size}, {Field: "lifeStage", Purpose: h.Consents.LifeStage}, {Field: "children", Purpose: h.Consents.Children},
		{Field: "diet", Purpose: h.Consents.Diet}, {Field: "preferences", Purpose: h.Consents.Preferences},
	} {
		if c.Purpose != "" {
			out.Consents = append(out.Consents, &c)
		}
	}
	return out
}

// HouseholdSet keeps what the member tells of home.
func (m mutation) HouseholdSet(ctx context.Context, input graph.HouseholdSetInput) (*graph.HouseholdSetPayload, error) {
	t := profile.Telling{Size: input.Size, LifeStage: input.LifeStage}
	if input.Children != nil {
		t.Children = &input.Children
	}
	if input.Diet != nil {
		t.Diet = &input.Diet
	}
	mine, refused, err := m.tell(ctx, t)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.HouseholdSetPayload{UserErrors: []*graph.HouseholdSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.TellingErrorCode(refused.code), Purpose: text(refused.of),
		}}}, nil
	}
	return &graph.HouseholdSetPayload{Household: m.household(ctx, mine), UserErrors: []*graph.HouseholdSetUserError{}}, nil
}

// PreferencesSet keeps what the member likes.
func (m mutation) PreferencesSet(ctx context.Context, input graph.PreferencesSetInput) (*graph.PreferencesSetPayload, error) {
	mine, refused, err := m.tell(ctx, profile.Telling{Preferences: &input.Preferences})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.PreferencesSetPayload{UserErrors: []*graph.PreferencesSetUserError{{
			Field: refused.field, Message: refused.message, Code: graph.TellingErrorCode(refused.code), Purpose: text(refused.of),
		}}}, nil
	}
	return &graph.PreferencesSetPayload{Preferences: m.likes(ctx, mine), UserErrors: []*graph.PreferencesSetUserError{}}, nil
}

// tell keeps what the viewer tells. A consent that is needed first is named as the programme names it.
func (m mutation) tell(ctx context.Context, t profile.Telling) (member.Profile, *refused, error) {
	if _, err := m.holder(ctx); err != nil {
		return member.Profile{}, nil, err
	}
	o := loaders.From(ctx)
	h, err := m.Profiles.Tell(ctx, o.Me(), t, o.Now)
	no, err := refusal(ctx, err)
	if no != nil && no.of != "" {
		for _, u := range m.programme(ctx).Privacy.Purposes {
			if u.Code == no.of {
				no.message = phrase.Say(viewer.From(ctx).Locale, "refusal."+no.code, "", "", u.Titles.In(locale(ctx)))
			}
		}
	}
	if err != nil || no != nil {
		return member.Profile{}, no, err
	}
	if h.Profile.ID == "" {
		return member.Profile{}, nil, fault.New(fault.Unauthenticated, "the token is of a member who is not known here")
	}
	m.changed(ctx, h)
	return h.Profile, nil, nil
}
