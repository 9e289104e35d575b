package demo

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/picture"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/tier"
)

// person is one member of the demo.
type person struct {
	member.Profile
	place    int         // in the cast
	tryOut   bool        //
	editor   bool        // writes for the shop
	part     family.Role // in the household, empty without one
	grown    bool        // buys and writes
	target   int         // rank that the orders aim at
	events   []order.Event
	grant    tier.Grant    // zero = none
	standing tier.Standing // after events and grant, by the rules
	rank     int           // of the tier held at the present
}

// names are all of the cast: those to try out, the editors, the others. A name that ends in * has no picture.
func (c *corpus) names() []string {
	out := slices.Concat(c.people.TryOut, c.people.Editors)
	for _, row := range c.people.Names {
		out = append(out, strings.Split(row, ", ")...)
	}
	return out[:min(members, len(out))]
}

// cast makes everybody, without their orders.
func (p *plan) cast() {
	parts := map[string]family.Role{}
	owns := map[string]bool{}
	for _, h := range p.texts.people.Families {
		for i, r := range h.roles() {
			parts[r.name], owns[r.name] = r.role, i == 0
		}
	}
	targets := p.targets()
	for n, name := range p.texts.names() {
		name, plain := strings.CutSuffix(name, "*")
		who := person{place: n, tryOut: n < len(p.texts.people.TryOut), part: parts[name]}
		who.editor = !who.tryOut && n < len(p.texts.people.TryOut)+len(p.texts.people.Editors)
		who.grown = who.part != family.Child
		who.target = targets(who, owns[name])
		who.Profile = p.profile(p.luck.rand("person", name), memberID(n), name, who)
		if plain {
			who.Avatar = ""
		}
		p.people = append(p.people, who)
	}
}

// profile makes what a member is called and looks like.
func (p *plan) profile(c chance, id member.ID, name string, who person) member.Profile {
	days := 20 + 150*min(who.target, 2) + c.IntN(600) // who has bought a lot has been here for long
	if who.tryOut || who.editor {
		days = 400 + c.IntN(300)
	}
	joined := p.now.Add(-time.Duration(days) * 24 * time.Hour).Add(-time.Duration(c.IntN(86400)) * time.Second)
	if id == firstMember {
		joined = p.now.Add(-sinceJoining)
	}
	out := member.Profile{
		ID: id, Handle: p.luck.handle(id), DisplayName: name, JoinedAt: joined,
		Avatar:  picture.Path(picture.Avatar, pick(c, picture.Motifs(picture.Avatar)), string(id)),
		Country: weighted(c, p.texts.people.Cities), Channel: weighted(c, p.texts.people.Channels),
	}
	age := map[family.Role]int{family.Child: 6 + c.IntN(6), family.Teen: 14 + c.IntN(3)}[who.part]
	if age == 0 {
		age = 24 + c.IntN(44)
	}
	if who.tryOut || who.part == family.Child || who.part == family.Teen || c.happens(70) {
		day := p.now.In(p.rules.Zone()).AddDate(-age, 0, -1-c.IntN(360))
		out.Birthday = day.Format(time.DateOnly)
	}
	if purpose, ok := p.purpose(recommend.Purpose); ok && who.grown && (who.tryOut || c.happens(69)) {
		out.Consents = map[string]member.Consent{purpose.Code: {
			Granted: true, At: joined.Add(time.Duration(1+c.IntN(600)) * time.Minute), PolicyVersion: purpose.PolicyVersion, Source: "demo",
		}}
	}
	return out
}

func (p *plan) purpose(code string) (programme.Purpose, bool) {
	i := slices.IndexFunc(p.rules.Privacy.Purposes, func(each programme.Purpose) bool { return each.Code == code })
	if i < 0 {
		return programme.Purpose{}, false
	}
	return p.rules.Privacy.Purposes[i], true
}

// targets says which tier somebody buys for: those to try out the second, the third and the highest one, families' owners
// at least the one that may own, children the lowest, and the others so that each tier has fewer members than the one
// below it. A tier with a bound on its seats is for the last of those to try out alone.
func (p *plan) targets() func(who person, owns bool) int {
	tiers := p.rules.Tiers
	open := slices.DeleteFunc(slices.Clone(tiers), func(t programme.Tier) bool { return t.CapPerMille > 0 })
	weights := map[int]int{}
	for i, t := range open {
		weights[t.Rank] = int(100 * math.Pow(float64(len(open)-i), 1.4))
	}
	top, highest := open[len(open)-1].Rank, tiers[len(tiers)-1]
	if members*highest.CapPerMille >= 1000 { // there is a seat
		top = highest.Rank
	}
	lowestOwner := 0
	if p.rules.Family != nil {
		lowestOwner = p.rules.Rank(p.rules.Family.MinTier)
	}
	c := p.luck.rand("targets")
	return func(who person, owns bool) int {
		chosen := weighted(c, weights)
		switch {
		case who.tryOut && who.place == len(p.texts.people.TryOut)-1:
			return top
		case who.tryOut:
			return min(who.place+1, len(tiers)-1)
		case who.editor:
			return min(1, len(tiers)-1)
		case owns:
			return min(max(chosen, lowestOwner+c.IntN(2)), open[len(open)-1].Rank)
		case who.part == family.Child:
			return 0
		case who.part == family.Teen:
			return min(chosen, 1)
		default:
			return chosen
		}
	}
}

func (who person) String() string { return fmt.Sprintf("%s %s", who.ID, who.DisplayName) }
