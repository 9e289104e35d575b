package recommend

import (
	"math"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Good is a product as scenes look at it.
type Good struct{ SKU, Category, Title string }

// Plan is what lists are made for, beside the orders.
type Plan struct {
	Agreed   func(member.ID) bool         // whose own lists are made
	Crowds   func(member.ID) []Crowd      // to which parts of the members one belongs; nil = to none
	Scenes   []programme.Scene            // whose lists are made, of
	Goods    func(yield func(Good)) error // all that is sold; nil = nothing is known of it
	Changed  bool                         // only what changed since the last making, or what a killed one left, if that can be told
	AgreedAt func(member.ID) time.Time    // when a member agreed; nil = long ago
	Now      time.Time                    // by the clock; zero where nobody says
	Tell     func(done, of int)           // after some members' lists; nil = nobody
}

const (
	// crowdLeast is how many members a part must have: of fewer, a list would say what single members buy.
	crowdLeast = 20
	// seasonAround is how far from the day of another year a purchase may be and still be of its season.
	seasonAround = 21 * daily
	year         = 365.2425 * daily
)

// everybodys makes the lists of parts of the members, of the season and of scenes. A product that was bought lately by many
// comes first.
func (b *Builder) everybodys(now int64, version string, p Plan, goods []Good) map[Key]List {
	for _, g := range goods {
		b.items.number(g.SKU)
	}
	n := len(b.items.names)
	all, season := make([]float64, n), make([]float64, n)
	crowds, sizes := map[Crowd][]float64{}, map[Crowd]int{}
	for m, habits := range b.history(now) {
		var of []Crowd
		if p.Crowds != nil && len(habits) > 0 {
			of = p.Crowds(b.members.names[m])
		}
		for _, c := range of {
			if crowds[c] == nil {
				crowds[c] = make([]float64, n)
			}
			sizes[c]++
		}
		for _, h := range habits {
			heat := fading(now-h.last(), hotFor)
			all[h.item] += heat
			for _, c := range of {
				crowds[c][h.item] += heat
			}
			if slices.ContainsFunc(h.days, func(at int64) bool { return inSeason(now - at) }) {
				season[h.item]++
			}
		}
	}
	out := map[Key]List{CrowdList(Season): {version, b.ranked(season, InSeason, nil)}}
	for c, score := range crowds {
		cause := Nearby
		if c == Tier(string(c)[min(len(c), len("tier:")):]) {
			cause = Among
		}
		l := List{Version: version}
		if sizes[c] >= crowdLeast {
			l.Items = b.ranked(score, cause, nil)
		}
		out[CrowdList(c)] = l
	}
	score := make([]float64, n)
	for _, s := range p.Scenes {
		clear(score)
		for _, g := range goods {
			if s.Lifts.Takes(g.Category, g.Title) {
				i := b.items.number(g.SKU)
				score[i] = all[i] + unsold
			}
		}
		out[SceneList(s.Code)] = List{version, b.ranked(score, InScene, nil)}
	}
	return out
}

// unsold keeps what nobody bought behind what somebody did.
const unsold = 1e-12

// inSeason tells whether so many seconds ago it was about the same day of an earlier year.
func inSeason(ago int64) bool {
	years := math.Round(float64(ago) / year)
	return years >= 1 && math.Abs(float64(ago)-years*year) <= seasonAround
}
