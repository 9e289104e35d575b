// Package recommend is what may interest a member, and why. Lists are made offline; a request only puts them together,
// leaves out what must not be shown, and says truthfully whether anything personal had a say.
package recommend

import (
	"membergate/internal/member"
	"membergate/internal/phrase"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

// Purpose is the privacy purpose that members agree to before their history may be used here. The contract with
// operators names it; what is said of it is the programme's.
const Purpose = "PERSONALISATION"

// Surface is the place in an app that asks.
type Surface string

// The surfaces.
const (
	Home      Surface = "HOME"
	Discover  Surface = "DISCOVER"  // nothing bought before
	Product   Surface = "PRODUCT"   // beside a product
	Cart      Surface = "CART"      // beside what is about to be bought
	Rewards   Surface = "REWARDS"   // where coins are spent
	Community Surface = "COMMUNITY" // posts
	Family    Surface = "FAMILY"
	Replenish Surface = "REPLENISH" // what is likely to be used up
)

// Surfaces are all of them.
var Surfaces = []Surface{Home, Discover, Product, Cart, Rewards, Community, Family, Replenish}

// Kind is what a reference is to.
type Kind string

// The kinds of things.
const (
	OfProduct Kind = "product"
	OfReward  Kind = "reward"
	OfPost    Kind = "post"
	OfTopic   Kind = "topic" // evidence only
	ofScene   Kind = "scene" // evidence of a score, which nobody is shown
)

// Ref names a thing: a product by its stock-keeping unit, anything else by its id.
type Ref struct {
	Kind Kind
	ID   string
}

// Cause is why something is recommended.
type Cause string

// The causes.
const (
	SimilarTo      Cause = "SIMILAR_TO"        // members who bought the evidence bought this
	BoughtTogether Cause = "BOUGHT_TOGETHER"   // goes with what the reader looks at
	AsSet          Cause = "BOUGHT_AS_SET"     // makes a set of products that are bought together whole
	Replenishing   Cause = "REPLENISH"         // the member buys it again and again
	BoughtBefore   Cause = "BOUGHT_BEFORE"     // the member bought it once
	FollowedTopic  Cause = "FOLLOWED_TOPIC"    // the member follows the evidence
	LookedAt       Cause = "SIMILAR_TO_VIEWED" // the member has just looked at the evidence
	Liked          Cause = "SIMILAR_TO_LIKED"  // the member asked for more like the evidence
	Popular        Cause = "POPULAR"
	Fresh          Cause = "NEW"
	ForYou         Cause = "FOR_YOU"         // another program put it on the member's list, and does not say why
	Editorial      Cause = "EDITORIAL"       // people chose it
	Nearby         Cause = "POPULAR_NEARBY"  // many buy it where the member lives
	Among          Cause = "POPULAR_IN_TIER" // many of the member's tier buy it
	InSeason       Cause = "IN_SEASON"       // many bought it at this time of other years
	InScene        Cause = "SCENE"           // it suits the moment: the programme says which, and how it is called
	AtHome         Cause = "HOUSEHOLD"       // it suits what the member told of home: as InScene
)

// personal tells whether a cause is something about the member, who can then say "not because of this".
func (c Cause) personal() bool {
	return c == SimilarTo || c == Replenishing || c == BoughtBefore || c == FollowedTopic || c == LookedAt || c == Liked
}

// Item is one thing on a list.
type Item struct {
	Ref
	Cause   Cause   // what weighed most
	Because []Ref   // the evidence: whose share of the score was the largest
	Score   float64 // falls from thing to thing; all 0 = the list says no scores
	Scene   string  // code of the scene that weighed most, of InScene and AtHome
	Shares  []Share // what the score is made of, the evidence that is worth most first; nil = the list does not say
}

// List is a list as it was made, best first.
type List struct {
	Version string // names the making: another one = made anew
	Items   []Item
}

// Key names a list.
type Key struct {
	Of   Scope
	ID   string // of the member or the thing; empty for OfAll
	Name string
}

// Scope is whose list it is.
type Scope string

// The scopes.
const (
	OfMember Scope = "member" // read only if the member agreed to Purpose
	OfThing  Scope = "thing"  // what goes with one product
	OfAll    Scope = "all"    // everybody's
)

// MemberList is the key of a member's own list for a surface.
func MemberList(m member.ID, s Surface) Key { return Key{OfMember, string(m), string(s)} }

// SimilarList is the key of what goes with a thing.
func SimilarList(r Ref) Key { return Key{OfThing, string(r.Kind) + ":" + r.ID, "SIMILAR"} }

// SetList is the key of what makes sets with a thing whole.
func SetList(r Ref) Key { return Key{OfThing, string(r.Kind) + ":" + r.ID, "SETS"} }

// SceneList is the key of what suits a scene.
func SceneList(code string) Key { return Key{OfAll, "", "SCENE:" + code} }

// CrowdList is the key of the products that a part of the members buys most, or all of them at this time of the year.
func CrowdList(c Crowd) Key { return Key{OfAll, "", "POPULAR:product:" + string(c)} }

// Crowd names a part of the members.
type Crowd string

// Season is everybody, at this time of other years.
const Season Crowd = "season"

// Region are the members of a country or a part of it.
func Region(code string) Crowd { return Crowd("region:" + code) }

// Tier are the members of a tier.
func Tier(code string) Crowd { return Crowd("tier:" + code) }

// PopularList is the key of what many bought or read: OfProduct, OfReward or OfPost.
func PopularList(k Kind) Key { return Key{OfAll, "", "POPULAR:" + string(k)} }

// EditorialList is the key of what people chose for a surface.
func EditorialList(s Surface) Key { return Key{OfAll, "", "EDITORIAL:" + string(s)} }

// Reason is why something is recommended, in words for the member.
type Reason struct {
	Cause     Cause
	Text      string
	Removable bool  // the member may say "not because of this"
	Because   []Ref // the evidence; whoever shows it asks first whether the member may see it
}

// reason says an item's cause in a language.
func (i Item) reason(l viewer.Locale, r *programme.Recommendations) Reason {
	text := r.SceneName(i.Scene, string(l))
	if text == "" {
		text = phrase.Say(l, "reason."+string(i.Cause))
	}
	return Reason{Cause: i.Cause, Text: text, Removable: i.removable(), Because: i.Because}
}

// removable tells whether the member can say "not because of this": there must be something to take away.
func (i Item) removable() bool { return i.Cause.personal() && len(i.Because) > 0 }
