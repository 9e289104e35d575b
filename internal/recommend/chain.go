package recommend

import "membergate/internal/member"

// Asked is who asks for what.
type Asked struct {
	Surface  Surface
	Context  Ref       // what is being looked at; zero = nothing
	Member   member.ID // empty = nobody signed in
	Personal bool      // the member agreed to Purpose: else nothing about the member is read
}

// personal tells whether the member's own lists may be read.
func (a Asked) personal() bool { return a.Personal && a.Member != "" }

// chain names the lists that answer, in their order. Where one is missing or used up the next one goes on.
func (a Asked) chain() []Key {
	var keys []Key
	if a.Context.Kind == OfProduct && (a.Surface == Product || a.Surface == Cart) {
		keys = append(keys, SimilarList(a.Context))
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

// joined puts the lists of a chain into one, each thing once and where it comes first, without what is being looked
// at. What everybody buys may have been bought before, so it does not follow on a member's own list of discoveries.
func (a Asked) joined(lists map[Key]List) (all List, own bool) {
	seen := map[Ref]bool{a.Context: true}
	for _, key := range a.chain() {
		list := lists[key]
		if a.Surface == Discover && own {
			break
		}
		own = own || key.Of == OfMember && len(list.Items) > 0
		if all.Version == "" {
			all.Version = list.Version
		}
		all.Items = append(all.Items, unseen(list.Items, seen)...)
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
