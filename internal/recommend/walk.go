package recommend

import "context"

// walk goes through a joined list and stops at what can be shown. Things are asked about several at a time.
type walk struct {
	s      *Service
	asked  Asked
	all    List
	hidden map[Ref]bool
	offer  Offer
	want   int  // how many things a page holds
	shown  int  // how many were shown before
	noLast bool // the last resort may hold what must not be here

	at      int          // index of the next item
	known   int          // items below this index have been asked about
	can     map[Ref]bool // of those, what may be shown
	lastHad bool         // the last resort is in the list
}

// next gives the next item that can be shown, and its index; false at the list's end.
func (w *walk) next(ctx context.Context) (Item, int, bool, error) {
	for {
		if w.at >= len(w.all.Items) {
			if err := w.goOn(ctx); err != nil {
				return Item{}, 0, false, err
			}
			if w.at >= len(w.all.Items) {
				return Item{}, 0, false, nil
			}
		}
		if err := w.ask(ctx); err != nil {
			return Item{}, 0, false, err
		}
		i, at := w.all.Items[w.at], w.at
		w.at++
		if !w.hidden[i.Ref] && (w.offer == nil || w.can[i.Ref]) {
			return i, at, true, nil
		}
	}
}

// goOn puts the last resort behind the list, once.
func (w *walk) goOn(ctx context.Context) error {
	if w.lastHad || w.s.Last == nil || w.noLast && w.shown > 0 {
		return nil
	}
	w.lastHad = true
	items, err := w.s.Last(ctx, w.asked.kind(), lastResort)
	if err != nil {
		return err
	}
	seen := map[Ref]bool{w.asked.Context: true}
	for _, i := range w.all.Items {
		seen[i.Ref] = true
	}
	w.all.Items = append(w.all.Items, unseen(items, seen)...)
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
	end := min(w.at+w.want+spare, len(w.all.Items))
	for _, i := range w.all.Items[w.at:end] {
		if !w.hidden[i.Ref] {
			refs = append(refs, i.Ref)
		}
	}
	w.known = end
	if len(refs) == 0 {
		return nil
	}
	var err error
	w.can, err = w.offer(ctx, refs)
	return err
}
