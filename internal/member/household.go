package member

import (
	"slices"

	"membergate/internal/programme"
)

// Household is what a member told of the people at home. Nobody is named in it, and nothing in it was inferred.
type Household struct {
	Size      int      // how many people, the member included; 0 = not told
	LifeStage string   // code of one of the programme's stages of a family's life; empty = not told
	Children  []string // their months of birth such as "2019-04", the eldest first
	Diet      []string // codes of the programme's diets, sorted
}

// Empty tells whether nothing was told.
func (h Household) Empty() bool {
	return h.Size == 0 && h.LifeStage == "" && len(h.Children) == 0 && len(h.Diet) == 0
}

// Told is what a member told of home and of what they like.
type Told struct {
	Household   Household
	Preferences []string // codes of the programme's preferences, sorted
}

// Empty tells whether nothing was told.
func (t Told) Empty() bool { return t.Household.Empty() && len(t.Preferences) == 0 }

// Told is what may be used of what the member told: each fact only while the consent that it stands under is given,
// and nothing where the programme asks for nothing.
func (p Profile) Told(rules *programme.Household) Told {
	if rules == nil {
		return Told{}
	}
	return p.told().without(func(purpose string) bool { return !p.Agreed(purpose) }, rules.Consents)
}

// Forget takes away what stands under a purpose, for when its consent ends.
func (p Profile) Forget(rules *programme.Household, purpose string) Profile {
	if rules == nil {
		return p
	}
	left := p.told().without(func(each string) bool { return each == purpose }, rules.Consents)
	p.Household, p.Preferences = left.Household, left.Preferences
	return p
}

func (p Profile) told() Told { return Told{p.Household, p.Preferences} }

// without leaves out the facts whose purpose is gone.
func (t Told) without(gone func(purpose string) bool, c programme.HouseholdConsents) Told {
	t.Household.Children, t.Household.Diet = slices.Clone(t.Household.Children), slices.Clone(t.Household.Diet)
	if gone(c.Size) {
		t.Household.Size = 0
	}
	if gone(c.LifeStage) {
		t.Household.LifeStage = ""
	}
	if gone(c.Children) {
		t.Household.Children = nil
	}
	if gone(c.Diet) {
		t.Household.Diet = nil
	}
	if gone(c.Preferences) {
		t.Preferences = nil
	}
	return t
}
