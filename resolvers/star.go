package resolvers

import (
	"cmp"
	"context"
	"slices"

	"membergate/graph"
	"membergate/internal/member"
	"membergate/internal/star"
	"membergate/loaders"
)

// shownStars is how many months of a group are shown: a year.
const shownStars = 12

// Stars are who did most of the group in each month.
func (f groupFields) Stars(ctx context.Context, obj *graph.Group) ([]*graph.GroupStar, error) {
	out, o := []*graph.GroupStar{}, loaders.From(ctx)
	found, err := o.Stores.Stars.Stars(ctx, []string{obj.Code}, shownStars)
	all := slices.DeleteFunc(found[obj.Code], func(s star.Star) bool { return s.Member == "" })
	if err != nil || len(all) == 0 {
		return out, err
	}
	var who []member.ID
	for _, s := range all {
		who = append(who, s.Member)
	}
	hidden, err := f.Boards.Store.HiddenOf(ctx, who)
	if err != nil {
		return nil, err
	}
	if who, err = f.meets(ctx, who); err != nil {
		return nil, err
	}
	o.People.Want(who...)
	o.Badges.Want(who...)
	for _, g := range f.programme(ctx).Groups { // what they are for groups, at one go with who they are
		o.Staffings.Want(g.Code)
	}
	o.Gather(ctx)
	for _, s := range all {
		if !hidden[s.Member] && slices.Contains(who, s.Member) {
			out = append(out, &graph.GroupStar{Month: string(s.Month), Points: int(s.Points), Streak: s.Streak, DecidedAt: s.At, Member: s.Member})
		}
	}
	return out, nil
}

// Profile is who it is.
func (f starFields) Profile(ctx context.Context, obj *graph.GroupStar) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}

// Awards are what the member was awarded and is valid now.
func (m memberFields) Awards(ctx context.Context, obj *graph.Member) ([]*graph.MemberAward, error) {
	return m.awards(ctx, obj.Holder.Profile.ID)
}

// Awards are what another desk may know of that.
func (f entitledFields) Awards(ctx context.Context, obj *graph.Entitlements) ([]*graph.MemberAward, error) {
	return f.awards(ctx, obj.Member)
}

// longestAward is for how many stars awards are looked for: those of more months ago are over in every programme.
const longestAward = 120

func (r *Root) awards(ctx context.Context, who member.ID) ([]*graph.MemberAward, error) {
	out, o := []*graph.MemberAward{}, loaders.From(ctx)
	found, err := o.Stores.Stars.StarsOf(ctx, []member.ID{who}, longestAward)
	if err != nil {
		return nil, err
	}
	for _, s := range found[who] {
		rules := r.Book.At(s.At).Contributions
		if rules == nil || rules.Star == nil {
			continue
		}
		for _, a := range s.Awards {
			words, ok := rules.Star.Award(a.Code)
			if !ok || o.Now.Before(a.From) || !o.Now.Before(a.Until) {
				continue
			}
			one := &graph.MemberAward{Code: a.Code, Title: words.Names.In(locale(ctx)), Terms: words.Terms.In(locale(ctx)), Month: string(s.Month), ValidFrom: a.From, ValidUntil: a.Until}
			if g, ok := r.groupOf(ctx, globalID(kindGroup, s.Group)); ok {
				one.Group = r.group(ctx, g)
			}
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b *graph.MemberAward) int {
		return cmp.Or(a.ValidUntil.Compare(b.ValidUntil), cmp.Compare(a.Code, b.Code))
	})
	return out, nil
}
