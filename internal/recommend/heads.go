package recommend

import (
	"context"

	"membergate/internal/member"
)

// Longest is how many places a list has.
const Longest = listLength

// Heads gives the first n stock-keeping units of members' lists for a surface, as the apps would show them if everything
// were on sale: of those who did not agree to Purpose nothing is read, and what is popular stands in.
func Heads(ctx context.Context, lists Lists, shelf Surface, n int, who []member.Profile) (map[member.ID][]string, error) {
	keys := []Key{PopularList(OfProduct)}
	for _, p := range who {
		if p.Agreed(Purpose) {
			keys = append(keys, MemberList(p.ID, shelf))
		}
	}
	found, _, err := lists.Get(ctx, keys, "")
	if err != nil {
		return nil, err
	}
	out := make(map[member.ID][]string, len(who))
	for _, p := range who {
		asked := Asked{Surface: shelf, Member: p.ID, Personal: p.Agreed(Purpose)}
		all, _ := asked.joined(found, asked.tuner(Known{}))
		heads := make([]string, min(n, len(all.Items)))
		for k := range heads {
			heads[k] = all.Items[k].ID
		}
		out[p.ID] = heads
	}
	return out, nil
}
