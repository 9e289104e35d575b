package recommend

import (
	"slices"
	"time"
)

// mostInCart is how many products of a cart have a say.
const mostInCart = 10

// liftedBy are the causes that only the moment gives: no list says them.
var liftedBy = map[Cause]bool{LookedAt: true, Liked: true, Nearby: true, Among: true, InSeason: true, InScene: true, AtHome: true}

// local is a time where the member's day is.
func (a Asked) local(at time.Time) time.Time {
	if a.Zone == nil {
		return at.UTC()
	}
	return at.In(a.Zone)
}

// staged is a list of products that suit the moment, and what that counts.
type staged struct {
	key   Key
	cause Cause
	of    Ref // what speaks: a scene, or a product in the cart
	worth float64
}

// staging are the lists that suit the moment. Of the member only what may be used has a say: the tier, what was told of
// home, and where the member lives unless the app says where it is.
func (a Asked) staging() (out []staged) {
	if a.kind() != OfProduct || a.Surface == Replenish || a.Rules == nil {
		return nil
	}
	for n, r := range a.Cart {
		if n < mostInCart {
			worth := hundredths(a.Rules.Recent.InCart)
			out = append(out, staged{SimilarList(r), BoughtTogether, r, worth}, staged{SetList(r), AsSet, r, worth})
		}
	}
	for _, s := range a.Rules.Now(a.Moment) {
		cause := InScene
		if s.When.OfHousehold() {
			if cause = AtHome; !a.personal() {
				continue
			}
		}
		out = append(out, staged{SceneList(s.Code), cause, Ref{ofScene, s.Code}, hundredths(s.Worth)})
	}
	crowd := func(c Crowd, cause Cause, worth int64, known bool) {
		if worth > 0 && known {
			out = append(out, staged{CrowdList(c), cause, Ref{}, hundredths(worth)})
		}
	}
	crowd(Region(a.Region), Nearby, a.Rules.Crowd.Region, a.Region != "" && (a.Elsewhere || a.personal()))
	crowd(Tier(a.Tier), Among, a.Rules.Crowd.Tier, a.Tier != "" && a.personal())
	crowd(Season, InSeason, a.Rules.Crowd.Season, true)
	return out
}

// keys are all lists that a page is made of; they are read together.
func (a Asked) keys() []Key {
	keys := a.chain()
	for _, s := range a.staging() {
		keys = append(keys, s.key)
	}
	return keys
}

// stage lets the lists that suit the moment have a say.
func (t *tuner) stage(a Asked, lists map[Key]List) {
	t.given[Nearby] = a.Elsewhere
	for _, s := range a.staging() {
		switch s.cause {
		case AsSet: // after the pairs
		case BoughtTogether:
			t.lift(s.cause, s.of, likest(lists[s.key].Items), s.worth)
		default:
			t.lift(s.cause, s.of, suiting(lists[s.key].Items), s.worth)
		}
	}
	t.complete(a, lists)
}

// complete lets a set of which two products or more are in the cart, or one is being looked at, speak for the others, in
// place of its pairs: each of those products counts once.
func (t *tuner) complete(a Asked, lists map[Key]List) {
	in := map[Ref]bool{a.Context: true}
	for _, r := range a.Cart {
		in[r] = true
	}
	for _, s := range a.staging() {
		if s.cause != AsSet {
			continue
		}
		for _, i := range lists[s.key].Items {
			var held []Ref
			for _, r := range i.Because {
				if in[r] {
					held = append(held, r)
				}
			}
			if len(held) < 2 || in[i.Ref] || len(held) <= len(t.sets[i.Ref]) {
				continue
			}
			t.sets[i.Ref] = held
			if pairs, is := t.lifts[i.Ref]; is {
				t.lifts[i.Ref] = slices.DeleteFunc(pairs, func(s Share) bool {
					return s.Cause == AsSet || s.Cause == BoughtTogether && slices.Contains(held, s.Of)
				})
			}
			t.lift(AsSet, Ref{}, []Near{{i.Ref, 1}}, s.worth*float64(len(held)))
		}
	}
}

// suiting says how much the things of a list suit, by their places: the last one half as much as the first.
func suiting(items []Item) []Near {
	out := make([]Near, len(items))
	for n, i := range items {
		out[n] = Near{i.Ref, 1 - float64(n)/float64(2*len(items))}
	}
	return out
}
