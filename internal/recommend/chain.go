package recommend

import (
	"time"

	"membergate/internal/member"
	"membergate/internal/programme"
)

// Asked is who asks for what.
type Asked struct {
	Surface   Surface
	Context   Ref                        // what is being looked at; zero = nothing
	Member    member.ID                  // empty = nobody signed in
	Personal  bool                       // the member agreed to Purpose: else nothing about the member is read
	Now       time.Time                  // when
	Rules     *programme.Recommendations // how the member's words and acts count; nil = not at all
	Moment    programme.Moment           // what suits now; of the household only what the member lets be used
	Cart      []Ref                      // products about to be bought
	Region    string                     // where the app or the member is; empty = nobody says
	Tier      string                     // code of the member's tier
	Zone      *time.Location             // where days begin; nil = UTC
	Elsewhere bool                       // the app said where it is
	Given     bool                       // the app told of the moment, the region or the cart
}

// personal tells whether the member's own lists may be read.
func (a Asked) personal() bool { return a.Personal && a.Member != "" }

// who is the member of whom something may be read; empty for nobody.
func (a Asked) who() member.ID {
	if a.personal() {
		return a.Member
	}
	return ""
}

// rules are how words and acts count.
func (a Asked) rules() *programme.Recommendations {
	if a.Rules == nil {
		return &programme.Recommendations{}
	}
	return a.Rules
}

// chain names the lists that answer, in their order. Where one is missing or used up the next one goes on.
func (a Asked) chain() []Key {
	var keys []Key
	if a.Context.Kind == OfProduct && (a.Surface == Product || a.Surface == Cart) {
		keys = append(keys, SetList(a.Context), SimilarList(a.Context))
	}
	if own, ok := a.own(); ok && a.personal() {
		keys = append(keys, MemberList(a.Member, own))
	}
	return append(keys, PopularList(a.kind()), EditorialList(a.Surface))
}

// own is the member's list that a surface shows, if there is one.
func (a Asked) own() (Surface, bool) {
	switch a.Surface {
	case Home, Discover, Replenish, Community:
		return a.Surface, true
	case Cart:
		return Discover, true
	default:
		return "", false
	}
}

// kind is what a surface shows when nothing special is known.
func (a Asked) kind() Kind {
	switch a.Surface {
	case Rewards:
		return OfReward
	case Community:
		return OfPost
	default:
		return OfProduct
	}
}

// joined puts the lists of a chain into one in the order of this moment, each thing once and where it comes first, without
// what is being looked at and what must not be shown. What everybody buys may have been bought before, so it does not
// follow on a member's own list of discoveries. own tells whether something of the member's is on it.
func (a Asked) joined(lists map[Key]List, t *tuner) (all List, own bool) {
	seen := map[Ref]bool{a.Context: true}
	for _, r := range a.Cart {
		seen[r] = true
	}
	add := func(items []Item, made string) bool {
		n := len(all.Items)
		for _, i := range unseen(items, seen) {
			if !t.drops(i.Ref, made) {
				all.Items = append(all.Items, i)
			}
		}
		return len(all.Items) > n
	}
	grown := a.kind() != OfProduct || a.Surface == Replenish
	for _, key := range a.chain() {
		list := lists[key]
		if a.Surface == Discover && len(lists[MemberList(a.Member, Discover)].Items) > 0 && key.Of == OfAll {
			break
		}
		if all.Version == "" {
			all.Version = list.Version
		}
		if key.Of == OfMember && len(list.Items) > 0 {
			own, _ = true, add(t.tune(list.Items, !grown && a.Surface == Home), list.Version)
			grown = true
			continue
		}
		if key.Of == OfAll && !grown {
			grown = true
			add(t.tune(nil, true), "") // the tuner knows whether it was something of the member's that brought them
		}
		add(t.tune(list.Items, false), list.Version)
	}
	return all, own
}

// unseen leaves out what is known, and makes the rest known.
func unseen(items []Item, seen map[Ref]bool) []Item {
	var out []Item
	for _, i := range items {
		if !seen[i.Ref] {
			seen[i.Ref] = true
			out = append(out, i)
		}
	}
	return out
}
