package recommend

import (
	"context"
	"crypto/sha256"
)

// walk goes through a joined list and stops at what can be shown. Things are asked about several at a time.
type walk struct {
	s      *Service
	asked  Asked
	tuner  *tuner
	all    List
	offer  Offer
	want   int   // how many things a page holds
	before trail // what was shown before
	noLast bool  // the last resort may hold what must not be here

	at      int          // index of the next item
	known   int          // items below this index have been asked about
	can     map[Ref]bool // of those, what may be shown
	given   int          // things that were given
	lastHad bool         // the last resort is in the list
}

// next gives the next item that can be shown; false at the list's end.
func (w *walk) next(ctx context.Context) (Item, bool, error) {
	for {
		if w.at >= len(w.all.Items) {
			if err := w.goOn(ctx); err != nil {
				return Item{}, false, err
			}
			if w.at >= len(w.all.Items) {
				return Item{}, false, nil
			}
		}
		if err := w.ask(ctx); err != nil {
			return Item{}, false, err
		}
		i := w.all.Items[w.at]
		w.at++
		if !w.before.has(i.Ref) && (w.offer == nil || w.can[i.Ref]) {
			w.given++
			return i, true, nil
		}
	}
}

// goOn puts the last resort behind the list, once.
func (w *walk) goOn(ctx context.Context) error {
	if w.lastHad || w.s.Last == nil || w.noLast && (w.before.len() > 0 || w.given > 0) {
		return nil
	}
	w.lastHad = true
	items, err := w.s.Last(ctx, w.asked.kind(), lastResort)
	if err != nil {
		return err
	}
	seen := map[Ref]bool{w.asked.Context: true}
	for _, r := range w.asked.Cart {
		seen[r] = true
	}
	for _, i := range w.all.Items {
		seen[i.Ref] = true
	}
	for _, i := range unseen(items, seen) {
		if !w.tuner.drops(i.Ref, "") {
			w.all.Items = append(w.all.Items, i)
		}
	}
	return nil
}

// lastResort is how many things the last resort is asked for: one page of the largest size.
const lastResort = 50

// ask finds out what of the next items may be shown: as many as the page holds, and a few.
func (w *walk) ask(ctx context.Context) error {
	if w.offer == nil || w.at < w.known {
		return nil
	}
	var refs []Ref
	for w.known = w.at; w.known < len(w.all.Items) && len(refs) < w.want+spare; w.known++ {
		if r := w.all.Items[w.known].Ref; !w.before.has(r) {
			refs = append(refs, r)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	var err error
	w.can, err = w.offer(ctx, refs)
	return err
}

// trail is what was shown, in its order, three bytes each: the order of a list may change between two of its pages, and
// neither must what was shown come again nor anything be passed over. Behind two hundred things, one of eighty thousand is
// taken for one of them.
type trail string

const footprint = 3

func (t trail) len() int { return len(t) / footprint }

func (t trail) has(r Ref) bool {
	mark := footprintOf(r)
	for n := 0; n+footprint <= len(t); n += footprint {
		if t[n:n+footprint] == mark {
			return true
		}
	}
	return false
}

func (t trail) with(r Ref) trail { return t + footprintOf(r) }

func footprintOf(r Ref) trail {
	sum := sha256.Sum256([]byte(string(r.Kind) + ":" + r.ID))
	return trail(sum[:footprint])
}
