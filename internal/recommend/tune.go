package recommend

import (
	"cmp"
	"math"
	"slices"
	"time"

	"membergate/internal/programme"
)

// Known is what is known of a member beside the lists.
type Known struct {
	Taste  Taste
	Tasted bool // Taste is what the member said; false = it must be read where it is kept
	Trace  Trace
}

// tuner puts lists into the order of this moment, by what the member said and did since they were made.
type tuner struct {
	rules        *programme.Recommendations
	now          time.Time
	hidden, gone map[Ref]bool
	on           Surface
	out          map[Ref]bool
	ordered      map[Ref]time.Time
	shown        map[Ref]Shown
	lifts        map[Ref][]Share // what speaks for things now
	order        []Ref           // the keys of lifts, as they came
	sets         map[Ref][]Ref   // what is in the cart of a set that a thing makes whole
	given        map[Cause]bool  // causes that say nothing about the member
	touched      bool            // the member had a say in what stands where
}

func (a Asked) tuner(known Known) *tuner {
	t := &tuner{rules: a.rules(), now: a.Now, on: a.Surface, lifts: map[Ref][]Share{}, sets: map[Ref][]Ref{},
		given: map[Cause]bool{InScene: true, InSeason: true, BoughtTogether: true, AsSet: true}}
	if !a.personal() {
		return t
	}
	t.hidden, t.gone = known.Taste.hidden(a.Surface)
	t.out, t.ordered, t.shown = map[Ref]bool{}, map[Ref]time.Time{}, known.Trace.Shown
	for ref, o := range known.Trace.Out {
		if at, ok := o.ordered(); ok {
			if t.now.Before(o.Until) {
				t.ordered[ref] = at
			}
			continue
		}
		t.out[ref] = t.now.Before(o.Until) && (o.Act != Purchase || a.Surface != Replenish)
	}
	recent := t.rules.Recent
	for _, v := range known.Trace.Views {
		worth := recent.Viewed
		if v.Act == AddToCart {
			worth = recent.InCart
		}
		half := time.Duration(recent.HalfMinutes) * time.Minute
		t.lift(LookedAt, v.Of, v.Strong, hundredths(worth)*halved(t.now.Sub(v.At), half))
	}
	for _, s := range known.Taste.Sayings {
		switch s.Action {
		case MoreLikeThis:
			t.lift(Liked, s.Of, s.Near, hundredths(t.rules.Said.More)*halved(t.now.Sub(s.At), days(t.rules.Said.HalfDays)))
		case LessLikeThis:
			t.lift(Liked, Ref{}, s.Near, -hundredths(t.rules.Said.Less))
		}
	}
	return t
}

// lift notes what a thing says for those that are like it.
func (t *tuner) lift(c Cause, of Ref, near []Near, worth float64) {
	if t.gone[of] || worth == 0 {
		return
	}
	for _, n := range near {
		if _, known := t.lifts[n.Ref]; !known {
			t.order = append(t.order, n.Ref)
		}
		t.lifts[n.Ref] = append(t.lifts[n.Ref], Share{c, of, worth * n.Strength})
	}
}

// weighed is a thing with its score of this moment.
type weighed struct {
	Item
	score float64
	mine  bool // something about the member changed it
}

// tune puts one list in order. grows says that what the member looked at may bring in things that are not on it.
func (t *tuner) tune(items []Item, grows bool) []Item {
	if t.hidden == nil && len(t.lifts) == 0 {
		return items
	}
	items = scored(items)
	floor := 0.0
	if len(items) > 0 {
		floor = items[len(items)-1].Score
	}
	all := make([]weighed, 0, len(items))
	on := make(map[Ref]bool, len(items))
	moved, mine := false, false
	for _, i := range items {
		on[i.Ref] = true
		left, lost, ok := i.without(t.gone)
		if !ok || lost > 0 && left.Score < floor { // something that is not on the list would stand before it
			t.touched = true
			continue
		}
		w := t.weigh(left)
		moved = moved || w.score != i.Score
		mine = mine || w.mine
		all = append(all, w)
	}
	if grows {
		for _, ref := range t.order {
			if w := t.weigh(Item{Ref: ref, Score: floor}); !on[ref] && w.Cause != "" {
				moved, mine, all = true, mine || w.mine, append(all, w)
			}
		}
	}
	t.touched = t.touched || mine
	if moved {
		slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(b.score, a.score) })
	}
	out := make([]Item, len(all))
	for n, w := range all {
		out[n] = w.Item
	}
	return out
}

// weigh adds to a thing what speaks for it and against it now.
func (t *tuner) weigh(i Item) weighed {
	w := weighed{Item: i, score: i.Score}
	if lifts := t.lifts[i.Ref]; len(lifts) > 0 {
		shares := i.Shares
		if len(shares) == 0 && i.Cause != "" { // of which list it is, is all that speaks for it
			shares = []Share{{Cause: i.Cause, Worth: said}}
			for _, ref := range i.Because {
				shares[0].Of = ref
			}
		}
		shares = slices.Concat(shares, lifts)
		for _, s := range lifts {
			w.score += s.Worth
			w.mine = w.mine || !t.given[s.Cause]
		}
		if c, because, ok := strongest(shares); ok && (liftedBy[c] || (c == BoughtTogether || c == AsSet) && i.Cause != c) {
			w.Cause, w.Because = c, because
			if c == AsSet {
				w.Because = t.sets[i.Ref]
			}
			if len(because) > 0 && because[0].Kind == ofScene {
				w.Scene, w.Because = because[0].ID, nil
			}
		}
	}
	if s, ok := t.shown[i.Ref]; ok && t.now.Sub(s.Last) < days(t.rules.Rotation.Days) {
		w.score -= float64(s.Times) * t.rules.Rotation.Loss()
		w.mine = true
	}
	return w
}

// said is what a cause counts that a list gives without a worth: as much as makes its thing twice as likely.
const said = math.Ln2

// drops tells whether a list, of which made names the making, does not show a thing, whatever speaks for it.
func (t *tuner) drops(r Ref, made string) bool {
	drop := t.hidden[r] || t.out[r] || t.bought(r, made)
	t.touched = t.touched || drop
	return drop
}

// scored gives a list that says no scores those that its order stands for: the second thing is half as likely as the
// first, the third a third.
func scored(items []Item) []Item {
	for _, i := range items {
		if i.Score != 0 {
			return items
		}
	}
	out := slices.Clone(items)
	for n := range out {
		out[n].Score = -math.Log(float64(n + 1))
	}
	return out
}

func hundredths(n int64) float64 { return float64(n) / 100 }

// halved is what is left of 1 after a time.
func halved(ago, half time.Duration) float64 {
	if half <= 0 {
		return 0
	}
	return math.Exp2(-float64(max(0, ago)) / float64(half))
}
