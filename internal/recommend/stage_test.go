package recommend

import (
	"fmt"
	"strings"
	"testing"

	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

// scenery are rules with scenes of the moment and of homes.
func scenery() *programme.Recommendations {
	r := *counts
	r.Crowd = programme.Crowd{Region: 300, Tier: 300, Season: 300}
	r.Scenes = []programme.Scene{
		{Code: "COLD", Names: programme.Text{"en": "Warm food"}, When: programme.SceneWhen{Weather: []string{"SNOW"}}, Worth: 300},
		{Code: "MORNING", Names: programme.Text{"en": "Breakfast"}, When: programme.SceneWhen{Hours: []int{6, 10}}, Worth: 300},
		{Code: "SUGAR", Names: programme.Text{"en": "Low in sugar"}, When: programme.SceneWhen{Diets: []string{"LOW_SUGAR"}}, Worth: 300},
	}
	return &r
}

// first says what stands first, why, and whether anything of the member had a say.
func firstOf(t *testing.T, s *Service, a Asked) string {
	t.Helper()
	page, err := s.Recommend(t.Context(), a, cursor.Args{}, viewer.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := page.Nodes[0]
	return fmt.Sprint(n.Item.ID, " ", n.Reasons[0].Cause, " ", n.Reasons[0].Text, " ", n.Reasons[0].Because, " ", page.Personalised)
}

func TestTheMomentHasASay(t *testing.T) {
	lists := map[Key]List{
		PopularList(OfProduct): list(Popular, "oil tea rice"), SceneList("COLD"): list(InScene, "soup oil"), SceneList("MORNING"): list(InScene, "bread"),
		SceneList("SUGAR"): list(InScene, "nuts"), CrowdList(Region("CN-31")): list(Nearby, "crab"), CrowdList(Tier("GOLD")): list(Among, "wine"),
		SimilarList(product("pasta")): list(BoughtTogether, "cheese"), CrowdList(Season): list(InSeason, ""),
	}
	for name, c := range map[string]struct {
		change func(*Asked)
		want   string
	}{
		"nothing known":                     {func(*Asked) {}, "oil POPULAR Popular right now [] false"},
		"snow":                              {func(a *Asked) { a.Moment.Weather = "SNOW" }, "soup SCENE Warm food [] false"},
		"snow, to nobody":                   {func(a *Asked) { a.Moment.Weather, a.Member, a.Personal = "SNOW", "", false }, "soup SCENE Warm food [] false"},
		"a morning":                         {func(a *Asked) { a.Moment.Hour = 6 }, "bread SCENE Breakfast [] false"},
		"later":                             {func(a *Asked) { a.Moment.Hour = 10 }, "oil POPULAR Popular right now [] false"},
		"a diet":                            {func(a *Asked) { a.Moment.Diets = []string{"LOW_SUGAR"} }, "nuts HOUSEHOLD Low in sugar [] true"},
		"a diet, without consent":           {func(a *Asked) { a.Moment.Diets, a.Personal = []string{"LOW_SUGAR"}, false }, "oil POPULAR Popular right now [] false"},
		"where the app is":                  {func(a *Asked) { a.Region, a.Elsewhere = "CN-31", true }, "crab POPULAR_NEARBY Popular where you are [] false"},
		"where the member lives":            {func(a *Asked) { a.Region = "CN-31" }, "crab POPULAR_NEARBY Popular where you are [] true"},
		"where lives who did not agree":     {func(a *Asked) { a.Region, a.Personal = "CN-31", false }, "oil POPULAR Popular right now [] false"},
		"a tier":                            {func(a *Asked) { a.Tier = "GOLD" }, "wine POPULAR_IN_TIER Popular among members of your tier [] true"},
		"a tier of who did not agree":       {func(a *Asked) { a.Tier, a.Personal = "GOLD", false }, "oil POPULAR Popular right now [] false"},
		"a cart":                            {func(a *Asked) { a.Cart = []Ref{product("pasta")} }, "cheese BOUGHT_TOGETHER Often bought together [{product pasta}] false"},
		"a cart, in which is what suits it": {func(a *Asked) { a.Cart = []Ref{product("pasta"), product("cheese")} }, "oil POPULAR Popular right now [] false"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newService(lists)
			a := asks(Home)
			a.Rules, a.Moment.Hour = scenery(), 12
			c.change(&a)
			if got := firstOf(t, s, a); got != c.want {
				t.Errorf("%q stands first, want %q", got, c.want)
			}
		})
	}
}

func TestListsOfScenesRegionsTiersAndSeasons(t *testing.T) {
	b := &Builder{}
	for n := range 25 {
		m := member.ID(fmt.Sprint("m", n))
		b.Add(buys(m, day(400-365), "pudding"))
		b.Add(buys(m, day(400-n%3), "soup"))
		if n < 19 {
			b.Add(buys(m, day(390), "crab"))
		}
	}
	plan := Plan{
		Scenes: scenery().Scenes[:1],
		Crowds: func(m member.ID) []Crowd {
			if strings.HasSuffix(string(m), "4") {
				return []Crowd{Tier("GOLD")}
			}
			return []Crowd{Region("CN-31")}
		},
	}
	plan.Scenes[0].Lifts = programme.Lifts{Categories: []string{"SOUP"}, Words: []string{"Ginger"}}
	got := b.everybodys(day(400).Unix(), "v", plan, []Good{{"soup", "SOUP", ""}, {"tea", "TEA", "hot ginger tea"}, {"crab", "FISH", "crab"}})
	for key, want := range map[Key]string{
		SceneList("COLD"): "soup tea", CrowdList(Region("CN-31")): "soup crab", CrowdList(Tier("GOLD")): "", CrowdList(Season): "pudding",
	} {
		have := skus(got[key])
		if key == CrowdList(Region("CN-31")) {
			have = strings.TrimSuffix(have, " pudding")
		}
		if have != want || got[key].Version != "v" {
			t.Errorf("%v has %q, want %q", key, have, want)
		}
	}
}
