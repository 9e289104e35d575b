package resolvers

import (
	"context"
	"strconv"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/eligibility"
	"membergate/internal/phrase"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

// missingConditions shows what a member misses: each choice is followed by its ways.
func (r *Root) missingConditions(ctx context.Context, missing []eligibility.Missing, way string) []*graph.MissingCondition {
	out := []*graph.MissingCondition{}
	choices := 0
	for _, m := range missing {
		shown := &graph.MissingCondition{Code: string(m.Cause), Text: r.condition(ctx, m.Cause, m.Wants, m.Excluded),
			Values: append([]string{}, m.Wants...), Excluded: m.Excluded, From: instant(m.From), Way: text(way)}
		out = append(out, shown)
		if len(m.Options) == 0 {
			continue
		}
		choices++
		choice := strings.TrimPrefix(way+"."+strconv.Itoa(choices), ".")
		shown.Choice = &choice
		for i, option := range m.Options {
			out = append(out, r.missingConditions(ctx, option, choice+"."+strconv.Itoa(i+1))...)
		}
	}
	return out
}

// metConditions shows what a member meets.
func (r *Root) metConditions(ctx context.Context, reasons []eligibility.Reason) []*graph.MetCondition {
	out := []*graph.MetCondition{}
	for _, m := range reasons {
		out = append(out, &graph.MetCondition{Code: string(m.Cause), Text: r.condition(ctx, m.Cause, m.Wants, m.Excluded), Values: append([]string{}, m.Wants...),
			Excluded: m.Excluded, Until: instant(m.Until)})
	}
	return out
}

// condition says a condition in words.
func (r *Root) condition(ctx context.Context, cause eligibility.Cause, wants []string, excluded bool) string {
	l, code := viewer.From(ctx).Locale, "condition."+string(cause)
	if cause == eligibility.NoBirthday {
		code += "." + strings.Join(wants, "")
	}
	var names []string
	for _, want := range wants {
		names = append(names, r.nameIn(ctx, cause, want))
	}
	said := phrase.Say(l, code, strings.Join(names, phrase.Say(l, "condition.or")))
	if excluded {
		return phrase.Say(l, "condition.not", said)
	}
	return said
}

// nameIn is what members call something that a condition names; its code where it has no name.
func (r *Root) nameIn(ctx context.Context, cause eligibility.Cause, code string) string {
	p, l := r.programme(ctx), locale(ctx)
	switch cause {
	case eligibility.TierTooLow, eligibility.OtherTier:
		if t, ok := p.Tier(code); ok {
			return t.Names.In(l)
		}
	case eligibility.NotInSegment:
		return nameOf(p.Lifecycle.Segments, code, l, func(s programme.Segment) (string, programme.Text) { return s.Code, s.Names })
	case eligibility.NotInStage:
		return nameOf(p.Lifecycle.Stages, code, l, func(s programme.LifeStage) (string, programme.Text) { return s.Code, s.Names })
	case eligibility.OtherHousehold:
		if p.Household != nil {
			return nameOf(p.Household.LifeStages, code, l, ofNamed)
		}
	case eligibility.NoPreference:
		if p.Household != nil {
			return nameOf(p.Household.Preferences, code, l, ofNamed)
		}
	case eligibility.NotInRegion:
		if a, ok := p.Area(code); ok {
			return a.Names.In(l)
		}
	case eligibility.NoFestival:
		if f, ok := p.Festival(code); ok {
			return f.Names.In(l)
		}
	case eligibility.NoConsent:
		return nameOf(p.Privacy.Purposes, code, l, func(u programme.Purpose) (string, programme.Text) { return u.Code, u.Titles })
	case eligibility.WrongChannel:
		return phrase.Say(viewer.From(ctx).Locale, "channel."+code)
	case eligibility.WrongWeekday:
		return phrase.Say(viewer.From(ctx).Locale, "weekday."+code)
	case eligibility.WrongYearDay:
		if day, err := time.Parse(time.DateOnly, "2000-"+code); err == nil {
			return day.Format(phrase.Say(viewer.From(ctx).Locale, "condition.day"))
		}
	}
	return code
}

func ofNamed(n programme.Named) (string, programme.Text) { return n.Code, n.Names }

// nameOf finds the name of a code in a list of the programme.
func nameOf[T any](list []T, code, locale string, of func(T) (string, programme.Text)) string {
	for _, each := range list {
		if c, names := of(each); c == code {
			return names.In(locale)
		}
	}
	return code
}

// instant is a time, or null for none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
