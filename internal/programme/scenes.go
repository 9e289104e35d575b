package programme

import (
	"fmt"
	"slices"
	"strings"
)

// Scene is a moment or a household in which some products suit better, such as a cold wave, a morning or a diet.
type Scene struct {
	Code  string    `yaml:"code"`
	Names Text      `yaml:"names"` // the reason, as members read it
	When  SceneWhen `yaml:"when"`  // all that is given must hold
	Lifts Lifts     `yaml:"lifts"` // which products
	Worth int64     `yaml:"worth"` // what it counts, hundredths of a score's logarithm
}

// SceneWhen says when a scene is: each list holds if it has what is known.
type SceneWhen struct {
	Hours      []int    `yaml:"hours"`      // two: from the first, until the second, exclusive; of the day where the app is
	Weather    []string `yaml:"weather"`    // codes that apps tell
	SolarTerms []string `yaml:"solarTerms"` // codes that apps tell
	LifeStages []string `yaml:"lifeStages"` // codes of household.lifeStages
	Diets      []string `yaml:"diets"`      // codes of household.diets
	People     []int    `yaml:"people"`     // two: how many live in the household, both inclusive
}

// Lifts says which products a scene lifts: those of a category, and those whose title has one of the words.
type Lifts struct {
	Categories []string `yaml:"categories"`
	Words      []string `yaml:"words"` // parts of titles, whatever their capitals
}

// Moment is what is known when somebody asks.
type Moment struct {
	Hour      int // 0 to 23
	Weather   string
	SolarTerm string
	LifeStage string   // empty where the member did not tell it or does not let it be used
	Diets     []string // the same
	People    int      // the same, 0
}

// OfHousehold tells whether the scene asks for what members told of their homes.
func (w SceneWhen) OfHousehold() bool { return len(w.LifeStages)+len(w.Diets)+len(w.People) > 0 }

// Holds tells whether it is so.
func (w SceneWhen) Holds(m Moment) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	if len(w.Hours) == 2 && (m.Hour < w.Hours[0] || m.Hour >= w.Hours[1]) {
		return false
	}
	if len(w.People) == 2 && (m.People < w.People[0] || m.People > w.People[1]) {
		return false
	}
	if len(w.Diets) > 0 && !slices.ContainsFunc(w.Diets, func(d string) bool { return slices.Contains(m.Diets, d) }) {
		return false
	}
	return in(w.Weather, m.Weather) && in(w.SolarTerms, m.SolarTerm) && in(w.LifeStages, m.LifeStage)
}

// Takes tells whether a product of a category and title is lifted.
func (l Lifts) Takes(category, title string) bool {
	if category != "" && slices.Contains(l.Categories, category) {
		return true
	}
	title = strings.ToLower(title)
	return slices.ContainsFunc(l.Words, func(w string) bool { return strings.Contains(title, strings.ToLower(w)) })
}

// Now are the scenes that hold.
func (r *Recommendations) Now(m Moment) (out []Scene) {
	for _, s := range r.Scenes {
		if s.When.Holds(m) {
			out = append(out, s)
		}
	}
	return out
}

// SceneName is what members read as the reason, or nothing where there is no such scene.
func (r *Recommendations) SceneName(code, locale string) string {
	for _, s := range r.Scenes {
		if s.Code == code {
			return s.Names.In(locale)
		}
	}
	return ""
}

// scenes checks in which moments products suit better.
func (c *check) scenes() {
	all := c.p.Recommendations.Scenes
	c.unique("recommendations.scenes", codes(all, func(s Scene) string { return s.Code }))
	stages, diets := []string{}, []string{}
	if h := c.p.Household; h != nil {
		stages, diets = codes(h.LifeStages, func(n Named) string { return n.Code }), codes(h.Diets, func(n Named) string { return n.Code })
	}
	for i, s := range all {
		at := fmt.Sprintf("recommendations.scenes[%d]", i)
		c.code(at+".code", s.Code)
		c.text(at+".names", s.Names)
		c.pair(at+".when.hours", s.When.Hours, 0, 24)
		c.pair(at+".when.people", s.When.People, 1, 100)
		if w := s.When; len(w.Hours)+len(w.Weather)+len(w.SolarTerms) == 0 && !w.OfHousehold() {
			c.add(at+".when", "is empty; needed is when the scene is")
		}
		c.allKnown(at+".when.lifeStages", s.When.LifeStages, stages)
		c.allKnown(at+".when.diets", s.When.Diets, diets)
		if len(s.Lifts.Categories)+len(s.Lifts.Words) == 0 {
			c.add(at+".lifts", "is empty; needed are categories or words")
		}
		c.between(at+".worth", s.Worth, 1, 1000)
	}
}

// pair asks for two numbers, the first one below the second or alike, or for none.
func (c *check) pair(path string, v []int, low, high int) {
	if len(v) == 0 {
		return
	}
	if len(v) != 2 || v[0] < low || v[1] > high || v[0] > v[1] {
		c.add(path, "is %v; allowed are two numbers from %d to %d, the smaller one first", v, low, high)
	}
}
