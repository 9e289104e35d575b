package programme

import (
	"slices"
	"strings"
	"time"
)

// Eligibility says which members may have something and when. All of its parts must hold; an empty part asks nothing.
type Eligibility struct {
	All []Eligibility `yaml:"all"` // each of these holds
	Any []Eligibility `yaml:"any"` // one of these holds
	Not *Eligibility  `yaml:"not"` // this does not hold

	MinTier       string     `yaml:"minTier"`     // this tier or a higher one
	Tiers         []string   `yaml:"tiers"`       // exactly one of these
	Segments      []string   `yaml:"segments"`    // in any of these
	Stages        []string   `yaml:"stages"`      // in any of these stages of life with the shop
	LifeStages    []string   `yaml:"lifeStages"`  // the household is in one of these, as the member told
	Preferences   []string   `yaml:"preferences"` // the member told of any of these likes
	Regions       []string   `yaml:"regions"`     // lives in any of these: areas of the programme, or regions such as CN or CN-BJ
	Channels      []string   `yaml:"channels"`    // on any of these
	Stores        []string   `yaml:"stores"`      // in any of these
	From          *time.Time `yaml:"from"`
	Until         *time.Time `yaml:"until"`    // exclusive
	Weekdays      []string   `yaml:"weekdays"` // on these local days of the week
	MonthDay      int        `yaml:"monthDay"` // only on this local day of a month; 0 = any
	MonthDays     []int      `yaml:"monthDays"`
	YearDays      []string   `yaml:"yearDays"`  // on these local days of the year, such as 10-08
	Festivals     []string   `yaml:"festivals"` // during any of these
	Birthday      string     `yaml:"birthday"`  // MONTH or DAY; empty = any time
	Consent       string     `yaml:"consent"`   // the privacy purpose that must be granted
	CohortPercent int        `yaml:"cohortPercent"`
}

// Around which part of a birthday something is there.
const (
	BornMonth = "MONTH"
	BornDay   = "DAY" // of who was born on 29 February, in other years the 28th
)

// weekdays are the names of the days of the week, in the order of Go's own.
var weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// Weekday names a day of the week as programmes do.
func Weekday(d time.Weekday) string { return weekdays[d] }

// Festival is a time that comes every year on days that a calendar of its own decides.
type Festival struct {
	Code       string   `yaml:"code"`
	Names      Text     `yaml:"names"`
	Days       []string `yaml:"days"`       // the festival's local day of each year, such as 2026-02-17, in their order
	DaysBefore int      `yaml:"daysBefore"` // how long before its day it begins
	DaysAfter  int      `yaml:"daysAfter"`  // how long after its day it goes on
}

// Festival finds a festival by its code.
func (p *Programme) Festival(code string) (Festival, bool) {
	i := slices.IndexFunc(p.Festivals, func(f Festival) bool { return f.Code == code })
	if i < 0 {
		return Festival{}, false
	}
	return p.Festivals[i], true
}

// On tells whether a local day, such as 2026-02-17, lies in the festival's time.
func (f Festival) On(day string) bool {
	at, err := time.Parse(time.DateOnly, day)
	return err == nil && slices.ContainsFunc(f.Days, func(d string) bool {
		its, err := time.Parse(time.DateOnly, d)
		return err == nil && !at.Before(its.AddDate(0, 0, -f.DaysBefore)) && !at.After(its.AddDate(0, 0, f.DaysAfter))
	})
}

// Area is a set of regions with a name that people know, such as the south.
type Area struct {
	Code    string   `yaml:"code"`
	Names   Text     `yaml:"names"`
	Regions []string `yaml:"regions"` // such as CN-GD; CN would hold all of its parts
}

// Area finds an area by its code.
func (p *Programme) Area(code string) (Area, bool) {
	i := slices.IndexFunc(p.Areas, func(a Area) bool { return a.Code == code })
	if i < 0 {
		return Area{}, false
	}
	return p.Areas[i], true
}

// InRegion tells whether a region is one of those asked for, or lies in one: CN-BJ lies in CN, and in every area that
// names either. Nothing asked is met by all.
func (p *Programme) InRegion(asked []string, region string) bool {
	within := func(a string) bool { return region == a || strings.HasPrefix(region, a+"-") }
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool {
		area, known := p.Area(a)
		return known && slices.ContainsFunc(area.Regions, within) || !known && within(a)
	})
}

// Holds tells whether who holds a tier can meet the conditions, as far as tiers count.
func (p *Programme) Holds(e Eligibility, tier string) bool { return p.holds(e, tier, true) }

// holds tells whether conditions can come out as wanted for who holds a tier; all but tiers may come out either way.
func (p *Programme) holds(e Eligibility, tier string, want bool) bool {
	byTier := (e.MinTier == "" || p.Rank(tier) >= p.Rank(e.MinTier)) && (len(e.Tiers) == 0 || slices.Contains(e.Tiers, tier))
	each := func(part Eligibility) bool { return p.holds(part, tier, want) }
	not := func(part Eligibility) bool { return !p.holds(part, tier, want) }
	if want {
		return byTier && !slices.ContainsFunc(e.All, not) && (len(e.Any) == 0 || slices.ContainsFunc(e.Any, each)) &&
			(e.Not == nil || p.holds(*e.Not, tier, false))
	}
	return !byTier || e.asksMore() || slices.ContainsFunc(e.All, each) || len(e.Any) > 0 && !slices.ContainsFunc(e.Any, not) ||
		e.Not != nil && p.holds(*e.Not, tier, true)
}

// Brings tells whether a tier brings something to who holds it: the conditions name the tier or a lower one, or nothing of
// who the member is. What is had for another reason, such as a segment or a region, is not the tier's.
func (p *Programme) Brings(e Eligibility, tier string) bool {
	if !e.namesTier() {
		return !e.asksWho()
	}
	return p.brings(e, tier)
}

func (p *Programme) brings(e Eligibility, tier string) bool {
	byTier := (e.MinTier == "" || p.Rank(tier) >= p.Rank(e.MinTier)) && (len(e.Tiers) == 0 || slices.Contains(e.Tiers, tier))
	misses := func(part Eligibility) bool { return part.namesTier() && !p.brings(part, tier) }
	has := func(part Eligibility) bool { return part.namesTier() && p.brings(part, tier) }
	return byTier && !slices.ContainsFunc(e.All, misses) &&
		(!slices.ContainsFunc(e.Any, Eligibility.namesTier) || slices.ContainsFunc(e.Any, has)) &&
		(e.Not == nil || p.holds(*e.Not, tier, false))
}

// namesTier tells whether a tier is asked for.
func (e Eligibility) namesTier() bool {
	return e.MinTier != "" || len(e.Tiers) > 0 || slices.ContainsFunc(e.All, Eligibility.namesTier) || slices.ContainsFunc(e.Any, Eligibility.namesTier)
}

// asksWho tells whether it is asked who the member is, besides the tier: not when, where or with which consent.
func (e Eligibility) asksWho() bool {
	who := len(e.Segments) + len(e.Stages) + len(e.LifeStages) + len(e.Preferences) + len(e.Regions) + e.CohortPercent
	return who > 0 || slices.ContainsFunc(e.All, Eligibility.asksWho) || slices.ContainsFunc(e.Any, Eligibility.asksWho) || e.Not != nil && e.Not.asksWho()
}

// asksMore tells whether something besides tiers and further conditions is asked.
func (e Eligibility) asksMore() bool {
	lists := len(e.Segments) + len(e.Stages) + len(e.LifeStages) + len(e.Preferences) + len(e.Regions) + len(e.Channels) + len(e.Stores) +
		len(e.Weekdays) + len(e.MonthDays) + len(e.YearDays) + len(e.Festivals)
	return lists > 0 || e.From != nil || e.Until != nil || e.MonthDay != 0 || e.Birthday != "" || e.Consent != "" || e.CohortPercent != 0
}

// lowest is the rank of the lowest tier whose holders can meet the conditions; the number of tiers if none can.
func (p *Programme) lowest(e Eligibility) int {
	for _, t := range p.Tiers {
		if p.Holds(e, t.Code) {
			return t.Rank
		}
	}
	return len(p.Tiers)
}
