package recommend

import (
	"math"
	"slices"
)

// own makes a member's lists: discoveries, what is due again, and for the first screen a mix of both.
func (b *Builder) own(habits, recent []habit, near [][]neighbour, popular []Item, now int64) map[Surface][]Item {
	discover := b.discover(habits, recent, near, popular, now)
	return map[Surface][]Item{Discover: discover, Home: mixed(b.familiar(habits, now), discover), Replenish: b.due(habits, now)}
}

// discover lists products that the member never bought: first those that are similar to what was bought lately, each
// with the purchase that spoke for it loudest, then what is popular.
func (b *Builder) discover(habits, recent []habit, near [][]neighbour, popular []Item, now int64) []Item {
	score, loudest, because := make([]float64, len(near)), make([]float64, len(near)), make([]int32, len(near))
	for _, h := range recent {
		weight := fading(now - h.last())
		for _, n := range near[h.item] {
			share := weight * n.strength
			score[n.item] += share
			if share > loudest[n.item] {
				loudest[n.item], because[n.item] = share, h.item
			}
		}
	}
	seen := map[Ref]bool{}
	for _, h := range habits {
		score[h.item] = 0
		seen[b.ref(h.item)] = true
	}
	items := b.ranked(score, SimilarTo, because)
	for _, i := range items {
		seen[i.Ref] = true
	}
	for _, i := range popular {
		if len(items) == listLength {
			break
		}
		if !seen[i.Ref] {
			items = append(items, i)
		}
	}
	return items
}

// familiar lists what the member buys again and again, by how often and how lately.
func (b *Builder) familiar(habits []habit, now int64) []Item {
	score := make([]float64, len(b.items.names))
	because := make([]int32, len(b.items.names))
	for _, h := range habits {
		if len(h.days) < 2 {
			continue
		}
		because[h.item] = h.item
		for _, at := range h.days {
			score[h.item] += fading((now - at) / 3) // habits are slower than interests: they lose half in three months
		}
	}
	return b.ranked(score, Replenishing, because)
}

// due lists what the member bought three times or more and is about to need again, the most pressing first: the middle
// gap between orders has passed since the last one, but for a tenth. Three gaps later the habit has ended.
func (b *Builder) due(habits []habit, now int64) []Item {
	score, because := make([]float64, len(b.items.names)), make([]int32, len(b.items.names))
	for _, h := range habits {
		if len(h.days) < 3 {
			continue
		}
		gaps := make([]int64, len(h.days)-1)
		for i := range gaps {
			gaps[i] = h.days[i+1] - h.days[i]
		}
		slices.Sort(gaps)
		gap := float64(gaps[len(gaps)/2])
		if waited := float64(now - h.last()); waited >= 0.9*gap && waited <= 3*gap {
			score[h.item] = 1 / (1 + math.Abs(waited-gap)/max(gap, 1))
			because[h.item] = h.item
		}
	}
	return b.ranked(score, Replenishing, because)
}

// mixed takes two of what is familiar and one of what is new in turn, until a list is full.
func mixed(familiar, fresh []Item) []Item {
	var out []Item
	for len(out) < listLength && len(familiar)+len(fresh) > 0 {
		n := min(len(familiar), 2, listLength-len(out))
		out, familiar = append(out, familiar[:n]...), familiar[n:]
		if len(fresh) > 0 && len(out) < listLength {
			out, fresh = append(out, fresh[0]), fresh[1:]
		}
	}
	return out
}
