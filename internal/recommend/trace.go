package recommend

import (
	"cmp"
	"slices"
	"time"

	"membergate/internal/programme"
)

// Act is what became of a recommendation.
type Act string

// The acts.
const (
	Impression Act = "IMPRESSION"  // it was on the screen
	Click      Act = "CLICK"       // it was looked at
	AddToCart  Act = "ADD_TO_CART" //
	Purchase   Act = "PURCHASE"    //
	Dismiss    Act = "DISMISS"     // it was swiped away
	Ordered    Act = "ORDER"       // a paid order has it; apps do not say this, orders do
)

// Trace is what a member did with recommendations lately. It says nothing older than the days in which things recover,
// and may be lost.
type Trace struct {
	Views  []View        // what was looked at, newest first
	Shown  map[Ref]Shown // and not clicked
	Out    map[Ref]Out   // what is not shown for a while
	Opened time.Time     // since when events are counted
	Events int64         // so many came since
}

// View is that something was looked at.
type View struct {
	Of     Ref
	Act    Act // Click or AddToCart
	At     time.Time
	Strong []Near // what is like it
}

// Shown is how often something was shown and not clicked.
type Shown struct {
	Times int
	Last  time.Time
}

// Out is until when something is left out.
type Out struct {
	Until time.Time
	Act   Act // Purchase, Dismiss or Ordered
}

// mostShown and mostOut bound what is remembered of one member; what was shown longest ago is forgotten first.
const (
	mostShown = 300
	mostOut   = 500
)

// took counts an act. near is what is like the thing.
func (t Trace) took(a Act, of Ref, near []Near, now time.Time, r *programme.Recommendations) Trace {
	switch a {
	case Impression:
		s := t.Shown[of]
		if now.Sub(s.Last) >= days(r.Rotation.Days) {
			s.Times = 0
		}
		t.Shown[of] = Shown{s.Times + 1, now}
	case Click, AddToCart:
		delete(t.Shown, of)
		t.Views = slices.DeleteFunc(t.Views, func(v View) bool { return v.Of == of && (a == AddToCart || v.Act == a) })
		t.Views = slices.Insert(t.Views, 0, View{of, a, now, near})
		t.Views = t.Views[:min(len(t.Views), int(r.Recent.Things))]
	case Purchase:
		delete(t.Shown, of)
		if t.Out[of].Act != Ordered { // the order itself says more
			t.Out[of] = Out{now.Add(days(r.OwnDays)), a}
		}
	case Ordered:
		delete(t.Shown, of)
		t.Out[of] = Out{now.Add(orderKnown), a}
	case Dismiss:
		t.Out[of] = Out{now.Add(days(r.Rotation.Days)), a}
	}
	return t
}

// copied gives a trace whose maps may be changed, without what is over.
func (t Trace) copied(now time.Time, r *programme.Recommendations) Trace {
	out := Trace{Views: slices.Clone(t.Views), Shown: make(map[Ref]Shown, len(t.Shown)), Out: make(map[Ref]Out, len(t.Out)), Opened: t.Opened, Events: t.Events}
	for ref, s := range t.Shown {
		if now.Sub(s.Last) < days(r.Rotation.Days) {
			out.Shown[ref] = s
		}
	}
	for ref, o := range t.Out {
		if now.Before(o.Until) {
			out.Out[ref] = o
		}
	}
	return out
}

// bounded forgets what is too much.
func (t Trace) bounded() Trace {
	forget(t.Shown, mostShown, func(s Shown) time.Time { return s.Last })
	forget(t.Out, mostOut, func(o Out) time.Time { return o.Until })
	return t
}

func forget[V any](of map[Ref]V, most int, at func(V) time.Time) {
	if len(of) <= most {
		return
	}
	all := make([]Ref, 0, len(of))
	for r := range of {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Ref) int {
		return cmp.Or(at(of[a]).Compare(at(of[b])), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	for _, r := range all[:len(all)-most] {
		delete(of, r)
	}
}

func days(n int64) time.Duration { return time.Duration(n) * 24 * time.Hour }

// before is the trace as it was at a time, as far as it can be told.
func (t Trace) before(at time.Time) Trace {
	out := Trace{Views: slices.DeleteFunc(slices.Clone(t.Views), func(v View) bool { return !v.At.Before(at) }), Shown: map[Ref]Shown{}, Out: t.Out}
	for ref, s := range t.Shown {
		if !s.Last.Before(at) {
			s.Times--
		}
		if s.Times > 0 {
			out.Shown[ref] = s
		}
	}
	return out
}
