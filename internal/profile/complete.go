package profile

import (
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Complete is how much of a profile is filled in, by the programme's weights: 0 to 100, rounded down, and 100 only when
// nothing is missing. A fact that may not be used any more counts as missing. Without weights every profile is complete.
func Complete(p *programme.Programme, who member.Profile) (percent int, missing []programme.Completing) {
	told := who.Told(p.Household)
	there := map[string]bool{
		programme.Avatar: who.Avatar != "", programme.Birthday: who.Birthday != "", programme.Locale: who.Locale != "",
		programme.MemberZone: who.TimeZone != "", programme.HouseholdSize: told.Household.Size > 0, programme.HouseholdStage: told.Household.LifeStage != "",
		programme.Children: len(told.Household.Children) > 0, programme.Diet: len(told.Household.Diet) > 0, programme.Preferences: len(told.Preferences) > 0,
	}
	sum, all := 0, 0
	for _, c := range p.Completeness {
		all += c.Weight
		if there[c.Field] {
			sum += c.Weight
		} else {
			missing = append(missing, c)
		}
	}
	if all == 0 {
		return 100, nil
	}
	return 100 * sum / all, missing
}
