package recommend

import (
	"slices"

	"membergate/internal/community"
)

// ChoosePosts makes a member's list of posts out of those that are hot now: each one on a topic that the member
// follows rises by as many places as boost says. What did not rise is there because it is popular.
func ChoosePosts(hot []community.Post, follows []community.TopicID, version string) List {
	type ranked struct {
		Item
		place int
	}
	all := make([]ranked, len(hot))
	for i, p := range hot {
		all[i] = ranked{Item{Ref: Ref{OfPost, string(p.ID)}, Cause: Popular}, i}
		for _, t := range p.Topics {
			if slices.Contains(follows, t) {
				all[i].Cause, all[i].Because = FollowedTopic, []Ref{{OfTopic, string(t)}}
				all[i].place -= boost
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return a.place - b.place })
	out := List{Version: version}
	for _, r := range all[:min(chosenPosts, len(all))] {
		out.Items = append(out.Items, r.Item)
	}
	return out
}

const (
	boost       = 20  // places: one page of a feed
	chosenPosts = 300 // nobody reads further before the list is made anew
)
