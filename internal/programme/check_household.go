package programme

import (
	"fmt"
	"slices"
)

func (c *check) household() {
	h := c.p.Household
	if h == nil {
		return
	}
	for _, each := range []struct {
		fact, consent string
		asked         bool
	}{
		{"size", h.Consents.Size, h.MostPeople > 0},
		{"lifeStage", h.Consents.LifeStage, len(h.LifeStages) > 0},
		{"children", h.Consents.Children, h.MostChildren > 0},
		{"diet", h.Consents.Diet, len(h.Diets) > 0},
		{"preferences", h.Consents.Preferences, len(h.Preferences) > 0},
	} {
		at := "household.consents." + each.fact
		switch {
		case each.asked && each.consent == "":
			c.add(at, "is missing; needed is the purpose under which the %s is told", each.fact)
		case each.asked:
			c.known(at, each.consent, c.purposes)
		case each.consent != "":
			c.add(at, "is not used where nothing of it is asked; allowed is no such key")
		}
	}
	c.between("household.mostPeople", int64(h.MostPeople), 0, 100)
	c.between("household.mostChildren", int64(h.MostChildren), 0, 30)
	if h.MostChildren > 0 {
		c.between("household.childYears", int64(h.ChildYears), 1, 30)
	} else {
		c.only("household", "without mostChildren", "childYears")
	}
	if len(h.Preferences) > 0 {
		c.between("household.mostPreferences", int64(h.MostPreferences), 1, int64(len(h.Preferences)))
	} else {
		c.only("household", "without preferences", "mostPreferences")
	}
	c.named("household.lifeStages", h.LifeStages)
	c.named("household.diets", h.Diets)
	c.named("household.preferences", h.Preferences)
}

// named asks for codes of their own with names.
func (c *check) named(path string, list []Named) {
	c.unique(path, codes(list, func(n Named) string { return n.Code }))
	for i, n := range list {
		c.text(fmt.Sprintf("%s[%d].names", path, i), n.Names)
	}
}

func (c *check) completeness() {
	seen := map[string]int{}
	for i, f := range c.p.Completeness {
		at := fmt.Sprintf("completeness[%d]", i)
		if oneOf(c, at+".field", f.Field, Avatar, Birthday, Locale, MemberZone, HouseholdSize, HouseholdStage, Children, Diet, Preferences) {
			if first, twice := seen[f.Field]; twice {
				c.add(at+".field", "is %q, which completeness[%d] has; allowed is once", f.Field, first)
			}
			seen[f.Field] = i
			c.tellable(at+".field", f.Field)
		}
		c.between(at+".weight", int64(f.Weight), 1, 1000)
		c.text(at+".titles", f.Titles)
	}
}

// tellable refuses what nobody could fill in.
func (c *check) tellable(at, field string) {
	h := c.p.Household
	if h == nil {
		h = &Household{}
	}
	off := []string{}
	for name, on := range map[string]bool{
		HouseholdSize: h.MostPeople > 0, HouseholdStage: len(h.LifeStages) > 0, Children: h.MostChildren > 0, Diet: len(h.Diets) > 0, Preferences: len(h.Preferences) > 0,
	} {
		if !on {
			off = append(off, name)
		}
	}
	if slices.Contains(off, field) {
		c.add(at, "is %q, which household does not ask for; allowed is what it asks for", field)
	}
}
