package recommend

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/viewer"
)

var (
	noon   = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)
	counts = &programme.Recommendations{
		Rotation: programme.Rotation{Percent: 60, Days: 7}, Recent: programme.Recent{Viewed: 150, InCart: 200, HalfMinutes: 60, Things: 3},
		Said: programme.Said{More: 150, HalfDays: 30, Less: 150, Most: 4}, Intake: programme.Intake{Batch: 5, Most: 8, Minutes: 10, Days: 7}, OwnDays: 3,
	}
)

func asks(on Surface) Asked {
	return Asked{Surface: on, Member: "me", Personal: true, Now: noon, Rules: counts}
}

// tuned puts a member's home list in order, and gives its things.
func tuned(l List, known Known) string {
	a := asks(Home)
	all, _ := a.joined(map[Key]List{MemberList("me", Home): l}, a.tuner(known))
	return skus(all)
}

func shownTimes(of string, times int, ago time.Duration) Known {
	return Known{Trace: Trace{Shown: map[Ref]Shown{product(of): {times, noon.Add(-ago)}}}}
}

func TestWhatIsShownAndLeftSinks(t *testing.T) {
	l := list(SimilarTo, "a b c d e f") // without scores: 1, 1/2, 1/3 …
	for times, want := range map[int]string{0: "a b c d e f", 1: "a b c d e f", 2: "b a c d e f", 3: "b c d a e f", 4: "b c d e f a"} {
		if got := tuned(l, shownTimes("a", times, time.Hour)); got != want {
			t.Errorf("shown %d times: %s, want %s", times, got, want)
		}
	}
	if got := tuned(l, shownTimes("a", 4, 7*24*time.Hour)); got != "a b c d e f" {
		t.Errorf("after seven days: %s", got)
	}
}

func TestWhatIsLikeThingsJustSeenComesForThisReason(t *testing.T) {
	l := List{Version: "v", Items: []Item{
		{Ref: product("a"), Cause: Popular, Score: 2, Shares: []Share{{Popular, Ref{}, 1}}},
		{Ref: product("b"), Cause: SimilarTo, Because: []Ref{product("x")}, Score: 1.8, Shares: []Share{{SimilarTo, product("x"), 1.6}}},
		{Ref: product("c"), Cause: Popular, Score: 1, Shares: []Share{{Popular, Ref{}, 0.5}}},
	}}
	known := Known{Trace: Trace{Views: []View{{Of: product("v"), Act: Click, At: noon.Add(-time.Second),
		Strong: []Near{{product("c"), 1}, {product("new"), 0.8}, {product("b"), 0.2}}}}}}
	a := asks(Home)
	all, own := a.joined(map[Key]List{MemberList("me", Home): l}, a.tuner(known))
	var got []string
	for _, i := range all.Items {
		got = append(got, fmt.Sprint(i.ID, " ", i.Cause, " ", i.Because))
	}
	want := []string{"c SIMILAR_TO_VIEWED [{product v}]", "new SIMILAR_TO_VIEWED [{product v}]", "b SIMILAR_TO [{product x}]", "a POPULAR []"}
	if !slices.Equal(got, want) || !own {
		t.Errorf("it is %q, want %q", got, want)
	}
	known.Trace.Views[0].At = noon.Add(-12 * time.Hour) // twelve half-lives
	if got := tuned(l, known); got != "a b c new" {
		t.Errorf("half a day later: %s", got)
	}
	known.Trace.Views[0].At, known.Taste.Sayings = noon, []Saying{{Action: NotBecauseOf, Of: product("v")}}
	if got := tuned(l, known); got != "a b c" {
		t.Errorf("what was looked at counts no more: %s", got)
	}
}

func TestEvidenceTakenAwayReordersAndTellsTheNextReason(t *testing.T) {
	l := List{Version: "v", Items: []Item{
		{Ref: product("a"), Cause: SimilarTo, Because: []Ref{product("x")}, Score: 3, Shares: []Share{{Popular, Ref{}, 0.9}, {SimilarTo, product("x"), 1}, {SimilarTo, product("y"), 0.4}}},
		{Ref: product("b"), Cause: Popular, Score: 2.5, Shares: []Share{{Popular, Ref{}, 1}}},
		{Ref: product("x"), Cause: BoughtBefore, Because: []Ref{product("x")}, Score: 1.2, Shares: []Share{{BoughtBefore, product("x"), 1}}},
		{Ref: product("c"), Cause: SimilarTo, Because: []Ref{product("x")}, Score: 1, Shares: []Share{{SimilarTo, product("x"), 0.2}, {Fresh, Ref{}, 0.1}}},
		{Ref: product("d"), Cause: Popular, Score: 0.5, Shares: []Share{{Popular, Ref{}, 1}}},
	}}
	known := Known{Taste: Taste{Sayings: []Saying{{Action: NotBecauseOf, Of: product("x")}}}}
	a := asks(Home)
	all, _ := a.joined(map[Key]List{MemberList("me", Home): l}, a.tuner(known))
	var got []string
	for _, i := range all.Items {
		got = append(got, fmt.Sprint(i.ID, " ", i.Cause))
	}
	// a loses 1 and falls behind b, x has nothing left and is gone, c keeps its newness
	if want := []string{"b POPULAR", "a POPULAR", "c NEW", "d POPULAR"}; !slices.Equal(got, want) {
		t.Errorf("it is %q, want %q", got, want)
	}
	if got := tuned(list(SimilarTo, "a b"), Known{Taste: Taste{Sayings: []Saying{{Action: NotBecauseOf, Of: product("bought")}}}}); got != "" {
		t.Errorf("a list without shares keeps what has no evidence left: %s", got)
	}
}

func TestWhatMembersAskForMoreAndLessOf(t *testing.T) {
	l := list(SimilarTo, "a b c d")
	near := []Near{{product("c"), 1}, {product("z"), 0.5}}
	if got := tuned(l, Known{Taste: Taste{Sayings: []Saying{{Action: MoreLikeThis, Of: product("q"), At: noon, Near: near}}}}); got != "c a z b d" {
		t.Errorf("more: %s", got)
	}
	if got := tuned(l, Known{Taste: Taste{Sayings: []Saying{{Action: LessLikeThis, Of: product("b"), At: noon, Near: []Near{{product("a"), 1}}}}}}); got != "c d a" {
		t.Errorf("less: %s", got)
	}
	replenish := asks(Replenish)
	for action, want := range map[Action]string{AlreadyOwn: "a b", NotInterested: "b"} {
		all, _ := replenish.joined(map[Key]List{MemberList("me", Replenish): list(Replenishing, "a b")},
			replenish.tuner(Known{Taste: Taste{Sayings: []Saying{{Action: action, Of: product("a")}}}}))
		if got := skus(all); got != want {
			t.Errorf("%s, where things are used up: %s, want %s", action, got, want)
		}
	}
}

// Lists as they were made stay as they are while nothing more is known, and their scores and shares say what their order
// and reasons say.
func TestBuiltListsSayWhatTheirScoresSay(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	events := shop()
	for i := range 600 {
		var basket []string
		for range 1 + r.IntN(6) {
			basket = append(basket, fmt.Sprint("p", min(r.IntN(40), r.IntN(40))))
		}
		events = append(events, buys(member.ID(fmt.Sprint("m", r.IntN(60))), day(i/6), basket...))
	}
	checked := 0
	for k, l := range made(events, day(101), everybody) {
		if k.Of != OfMember || len(l.Items) == 0 {
			continue
		}
		a := Asked{Surface: Surface(k.Name), Member: member.ID(k.ID), Personal: true, Now: noon, Rules: counts}
		all, _ := a.joined(map[Key]List{k: l}, a.tuner(Known{Tasted: true}))
		if skus(all) != skus(l) {
			t.Fatalf("%v is %s and becomes %s", k, skus(l), skus(all))
		}
		for n, i := range l.Items {
			if n > 0 && i.Score > l.Items[n-1].Score {
				t.Fatalf("%v: the score rises at %d", k, n)
			}
			c, because, ok := strongest(i.Shares)
			sums := map[Cause]float64{}
			for _, s := range i.Shares {
				sums[s.Cause] += s.Worth
			}
			if len(i.Shares) > 0 && (!ok || sums[i.Cause] < sums[c]-0.03 || i.Cause == c && len(because) > 0 && !reflect.DeepEqual(because, i.Because) && sums[c] > 0.1 && !equalShares(i.Shares, because[0], i.Because[0])) {
				t.Fatalf("%v: %s is there for %s because of %v, its shares %+v say %s because of %v", k, i.ID, i.Cause, i.Because, i.Shares, c, because)
			}
			checked++
		}
	}
	if checked < 1000 {
		t.Errorf("only %d things were looked at", checked)
	}
}

// equalShares tells whether two pieces of evidence are worth the same, as rounded.
func equalShares(all []Share, a, b Ref) bool {
	worth := map[Ref]float64{}
	for _, s := range all {
		worth[s.Of] = s.Worth
	}
	return worth[a]-worth[b] < 0.011 && worth[b]-worth[a] < 0.011
}

func TestTellingCountsOnceWithinBounds(t *testing.T) {
	s, shelf := newService(map[Key]List{MemberList("me", Home): list(SimilarTo, "a b c d e f g h i j"), SimilarList(product("a")): list(BoughtTogether, "y z")})
	a := asks(Home)
	ten := 10
	page, err := s.Recommend(t.Context(), a, cursor.Args{First: &ten}, viewer.English, nil)
	if err != nil {
		t.Fatal(err)
	}
	tell := func(act Act, at time.Time, places ...int) (int, string) {
		var events []Event
		for _, n := range places {
			events = append(events, Event{page.ID, page.Nodes[n].ID, act, at})
		}
		accepted, rows, err := s.Tell(t.Context(), a, events)
		codes := ""
		if r := (*fault.Refusal)(nil); err != nil {
			if !asRefusal(err, &r) {
				t.Fatal(err)
			}
			codes = r.Code
		}
		for _, row := range rows {
			codes += row.Code + " "
		}
		return accepted, strings.TrimSpace(codes)
	}
	for n, c := range []struct {
		act    Act
		at     time.Time
		places []int
		want   int
		codes  string
	}{
		{Impression, noon, []int{0, 1, 1}, 2, ""},
		{Impression, noon.Add(time.Minute), []int{0, 1, 2}, 1, ""},
		{Click, noon, []int{0, 0}, 1, ""},
		{Click, noon.Add(6 * time.Minute), []int{3}, 0, CodeTime},
		{Click, noon.AddDate(0, 0, -8), []int{3}, 0, CodeTime},
		{Impression, noon, []int{1, 2, 3, 4, 5, 6}, 0, CodeTooMany},
		{Impression, noon, []int{3, 4, 5, 6}, 4, ""},
		{Impression, noon, []int{7, 8}, 0, CodeRate},
	} {
		if got, codes := tell(c.act, c.at, c.places...); got != c.want || codes != c.codes {
			t.Errorf("step %d: %d counted, %q; want %d, %q", n, got, codes, c.want, c.codes)
		}
	}
	a.Now = noon.Add(10 * time.Minute)
	if got, codes := tell(Impression, noon, 7, 8); got != 2 || codes != "" {
		t.Errorf("ten minutes later %d are counted, %q", got, codes)
	}
	trace := shelf.known.Trace
	if len(trace.Views) != 1 || trace.Views[0].Strong[0] != (Near{product("y"), 1}) || trace.Shown[product("a")].Times != 0 || trace.Shown[product("b")].Times != 1 {
		t.Errorf("the trace is %+v", trace)
	}
}

func asRefusal(err error, to **fault.Refusal) bool {
	r, ok := err.(*fault.Refusal)
	*to = r
	return ok
}

func TestATraceIsBounded(t *testing.T) {
	trace := Trace{}
	for n := range 1000 {
		now := noon.Add(time.Duration(n) * time.Second)
		trace = trace.copied(now, counts)
		for _, act := range []Act{Impression, Dismiss, Click} {
			trace = trace.took(act, product(fmt.Sprint(act, n)), nil, now, counts)
		}
		trace = trace.bounded()
	}
	if len(trace.Shown) != mostShown || len(trace.Out) != mostOut || len(trace.Views) != 3 || trace.Views[0].Of != product("CLICK999") {
		t.Errorf("it holds %d shown, %d left out, %d views", len(trace.Shown), len(trace.Out), len(trace.Views))
	}
	if _, there := trace.Shown[product("IMPRESSION999")]; !there {
		t.Error("the last one is forgotten")
	}
	if later := trace.copied(noon.AddDate(0, 0, 8), counts); len(later.Shown) > 0 || len(later.Out) > 0 {
		t.Error("a week later it holds the same")
	}
}

func TestSayingsAreDeclared(t *testing.T) {
	at := func(a Action, id string) Saying { return Saying{Action: a, Of: product(id), At: noon} }
	taste, steps := Taste{}, []struct {
		say     Saying
		changed bool
		left    int
	}{
		{at(NotInterested, "a"), true, 1}, {at(NotInterested, "a"), false, 1}, {at(NotBecauseOf, "a"), true, 2}, {at(MoreLikeThis, "a"), true, 2},
		{at(AlreadyOwn, "b"), true, 3}, {at(LessLikeThis, "b"), true, 3}, {at(NotInterested, "c"), true, 4}, {at(NotInterested, "c"), false, 4},
	}
	for n, s := range steps {
		next, changed, err := taste.Say(s.say, 4)
		if err != nil || changed != s.changed || len(next.Sayings) != s.left {
			t.Errorf("step %d: changed %v, %d left, %v", n, changed, len(next.Sayings), err)
		}
		taste = next
	}
	if taste.Hidden() != 2 { // b and c: of a more is asked for
		t.Errorf("%d are hidden", taste.Hidden())
	}
	if _, _, err := taste.Say(at(NotInterested, "d"), 4); err == nil || err.(*fault.Refusal).Code != CodeListFull {
		t.Errorf("a fifth: %v", err)
	}
	if _, changed := taste.Unsay(NotInterested, product("b")); changed {
		t.Error("what was never said is taken back")
	}
	if next, changed := taste.Unsay(LessLikeThis, product("b")); !changed || next.Hidden() != 1 {
		t.Error("it cannot be taken back")
	}
}

// BenchmarkRerank puts the lists of a screen into the order of the moment, with as much known of the member as there can be.
func BenchmarkRerank(b *testing.B) {
	lists := map[Key]List{}
	known := Known{Tasted: true, Trace: Trace{Shown: map[Ref]Shown{}, Out: map[Ref]Out{}}}
	many := func(c Cause, word string, n int) (l List) {
		for i := range n {
			item := Item{Ref: product(fmt.Sprint(word, i)), Cause: c, Score: 5 - float64(i)/20}
			for s := range 7 {
				item.Shares = append(item.Shares, Share{SimilarTo, product(fmt.Sprint("bought", i+s)), float64(s) / 10})
			}
			l.Items = append(l.Items, item)
		}
		return l
	}
	lists[MemberList("me", Home)], lists[PopularList(OfProduct)] = many(SimilarTo, "own", listLength), many(Popular, "popular", listLength)
	for n := range 50 {
		var near []Near
		for k := range mostNear {
			near = append(near, Near{product(fmt.Sprint("own", (n*7+k)%90)), 1 / float64(k+1)})
		}
		known.Trace.Views = append(known.Trace.Views, View{product(fmt.Sprint("v", n)), Click, noon, near})
	}
	for n := range mostShown {
		known.Trace.Shown[product(fmt.Sprint("own", n))] = Shown{2, noon}
	}
	for n := range 500 {
		known.Taste.Sayings = append(known.Taste.Sayings, Saying{Action: []Action{NotInterested, NotBecauseOf}[n%2], Of: product(fmt.Sprint("bought", n))})
	}
	a := asks(Home)
	for b.Loop() {
		a.joined(lists, a.tuner(known))
	}
}
