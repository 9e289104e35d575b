package profile

import (
	"context"
	"slices"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Telling is what a member tells of home and likes; nil leaves as it is, and what is empty takes back.
type Telling struct {
	Size        *int
	LifeStage   *string
	Children    *[]string // months of birth such as 2019-04
	Diet        *[]string
	Preferences *[]string
}

// Tell keeps what a member tells, each fact under its consent; taking back needs none. Refusals: CONSENT_REQUIRED,
// NOT_ASKED, UNKNOWN_CODE, TOO_MANY, OUT_OF_RANGE, GUARDIAN_CONSENT_REQUIRED.
func (s *Service) Tell(ctx context.Context, who member.ID, t Telling, now time.Time) (account.Holder, error) {
	p := s.Book.At(now)
	return s.change(ctx, who, func(old member.Profile) (member.Profile, bool, error) {
		if t.says() {
			if err := s.guarded(ctx, who, old.Birthday, "", now); err != nil {
				return old, false, err
			}
		}
		next, err := t.apply(old, p, now)
		same := next.Household.Size == old.Household.Size && next.Household.LifeStage == old.Household.LifeStage &&
			slices.Equal(next.Household.Children, old.Household.Children) && slices.Equal(next.Household.Diet, old.Household.Diet) &&
			slices.Equal(next.Preferences, old.Preferences)
		return next, !same, err
	}, nil)
}

// says tells whether something is told, rather than taken back.
func (t Telling) says() bool {
	some := func(list *[]string) bool { return list != nil && len(*list) > 0 }
	return t.Size != nil && *t.Size != 0 || t.LifeStage != nil && *t.LifeStage != "" || some(t.Children) || some(t.Diet) || some(t.Preferences)
}

func (t Telling) apply(p member.Profile, rules *programme.Programme, now time.Time) (member.Profile, error) {
	h := rules.Household
	if h == nil {
		h = &programme.Household{}
	}
	if t.Size != nil {
		if err := may(p, "size", h.Consents.Size, *t.Size != 0); err != nil {
			return p, err
		}
		if *t.Size < 0 || *t.Size > h.MostPeople {
			return p, fault.Refuse(OutOfRange, "size", "size is %d; allowed are 1 to %d, and 0 to take it back", *t.Size, h.MostPeople).Near(int64(h.MostPeople))
		}
		p.Household.Size = *t.Size
	}
	if t.LifeStage != nil {
		if err := may(p, "lifeStage", h.Consents.LifeStage, *t.LifeStage != ""); err != nil {
			return p, err
		}
		if *t.LifeStage != "" && !named(h.LifeStages, *t.LifeStage) {
			return p, fault.Refuse(UnknownCode, "lifeStage", "lifeStage is %q, which is none of the programme's", *t.LifeStage)
		}
		p.Household.LifeStage = *t.LifeStage
	}
	if t.Children != nil {
		if err := may(p, "children", h.Consents.Children, len(*t.Children) > 0); err != nil {
			return p, err
		}
		if err := children(h, *t.Children, now, rules.Zone()); err != nil {
			return p, err
		}
		p.Household.Children = slices.Sorted(slices.Values(*t.Children)) // twins are two
	}
	var err error
	if t.Diet != nil {
		if p.Household.Diet, err = chosen(p, "diet", h.Consents.Diet, *t.Diet, h.Diets, len(h.Diets)); err != nil {
			return p, err
		}
	}
	if t.Preferences != nil {
		p.Preferences, err = chosen(p, "preferences", h.Consents.Preferences, *t.Preferences, h.Preferences, h.MostPreferences)
	}
	return p, err
}

// may refuses a fact that is not asked for, or that the member has not agreed to.
func may(p member.Profile, field, purpose string, something bool) error {
	switch {
	case purpose == "" && something:
		return fault.Refuse(NotAsked, field, "the programme does not ask for the %s", field)
	case something && !p.Agreed(purpose):
		return fault.Refuse(ConsentNeeded, field, "%s needs the member's consent to %s first", field, purpose).Needs(purpose)
	}
	return nil
}

// chosen are codes of the programme's that a member may keep.
func chosen(p member.Profile, field, purpose string, codes []string, all []programme.Named, most int) ([]string, error) {
	if err := may(p, field, purpose, len(codes) > 0); err != nil {
		return nil, err
	}
	out := sorted(codes)
	if len(out) > most {
		return nil, fault.Refuse(TooMany, field, "%s has %d codes; allowed are %d", field, len(out), most).Near(int64(most))
	}
	for _, code := range out {
		if !named(all, code) {
			return nil, fault.Refuse(UnknownCode, field, "%s holds %q, which is none of the programme's", field, code)
		}
	}
	return out, nil
}

func named(all []programme.Named, code string) bool {
	return slices.ContainsFunc(all, func(n programme.Named) bool { return n.Code == code })
}

// month is how a month of birth is written.
const month = "2006-01"

// children asks for months in which children of today were born.
func children(h *programme.Household, months []string, now time.Time, zone *time.Location) error {
	if len(months) > h.MostChildren {
		return fault.Refuse(TooMany, "children", "children has %d months; allowed are %d", len(months), h.MostChildren).Near(int64(h.MostChildren))
	}
	for _, m := range months {
		at, err := time.ParseInLocation(month, m, zone)
		if err != nil || at.Format(month) != m || at.After(now) || !clock.AddMonths(at, 12*h.ChildYears, zone).After(clock.MonthStart(now, 0, zone)) {
			return fault.Refuse(OutOfRange, "children", "children holds %q; allowed are months such as 2019-04 of the last %d years", m, h.ChildYears)
		}
	}
	return nil
}

// Years is how old a child is that was born in a month: full years, or 0 for what is no month.
func Years(born string, now time.Time, zone *time.Location) int {
	at, err := time.ParseInLocation(month, born, zone)
	if err != nil {
		return 0
	}
	n := now.In(zone)
	years := n.Year() - at.Year()
	if n.Month() < at.Month() {
		years--
	}
	return max(0, years)
}
