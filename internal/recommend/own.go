package recommend

import (
	"cmp"
	"iter"
	"math"
	"runtime"
	"slices"
	"sync"

	"membergate/internal/member"
)

// atOnce is how many members' lists are made before they are handed on: what is in memory stays a few megabytes.
const atOnce = 512

// own makes the lists of members who agreed: what suits them best, what of it they never bought, and what is due again.
// As many members as there are processors are ranked side by side; they come out in the same order all the same.
func (b *Builder) own(f *facts, fresh, all *worth, agreed func(member.ID) bool) iter.Seq2[member.ID, map[Surface][]Item] {
	var who []int32
	for m, habits := range f.habits {
		if len(habits) > 0 && agreed(b.members.names[m]) {
			who = append(who, int32(m))
		}
	}
	slices.SortFunc(who, func(x, y int32) int { // as a killed making went on
		return cmp.Or(cmp.Compare(mark(b.members.names[x]), mark(b.members.names[y])), cmp.Compare(b.members.names[x], b.members.names[y]))
	})
	shelfFresh, shelfAll := b.order(f, fresh), b.order(f, all)
	rankers := make([]*ranker, min(runtime.GOMAXPROCS(0), max(1, len(who))))
	for n := range rankers {
		rankers[n] = b.ranker(f)
	}
	return func(yield func(member.ID, map[Surface][]Item) bool) {
		for part := range slices.Chunk(who, atOnce) {
			made := make([]map[Surface][]Item, len(part))
			var busy sync.WaitGroup
			for n, r := range rankers {
				busy.Go(func() {
					for k := n; k < len(part); k += len(rankers) {
						r.s.take(part[k])
						made[k] = map[Surface][]Item{
							Home:      r.rank(all, shelfAll, true),
							Discover:  r.rank(fresh, shelfFresh, false),
							Replenish: b.due(f.habits[part[k]], f.now),
						}
					}
				})
			}
			busy.Wait()
			for k, m := range part {
				if !yield(b.members.names[m], made[k]) {
					return
				}
			}
		}
	}
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
