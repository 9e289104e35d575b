package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Each test of recommendations has members of the sample of its own: they have bought, and agreed that it may be used.
const (
	hider     = "12471"
	remover   = "12481"
	clicker   = "12647"
	impatient = "12682"
	withdrawn = "12683"
	crowding  = "12712"
)

// shelfApp asks for recommendations, and says what it thinks of them, as the apps do.
type shelfApp struct{ walletApp }

func shelfOf(t testing.TB, e *engine, who string) shelfApp {
	t.Helper()
	return shelfApp{walletApp{t, e.gateway.url, who, appDocument(t, "recommend")}}
}

// picked is one thing on a page of recommendations.
type picked struct {
	id, item, kind string
	because        []string
	removable      bool
}

func (a shelfApp) page(surface string, first int, after any) (list string, all []picked, end any) {
	a.t.Helper()
	r := good(a.t, a.url, question{query: a.only("Recommend"), who: a.who, variables: map[string]any{"surface": surface, "first": first, "after": after}})
	edges, _ := r.at(a.t, "recommendations", "edges").([]any)
	for n := range edges {
		at := func(path ...any) any {
			return r.at(a.t, append([]any{"recommendations", "edges", n, "node"}, path...)...)
		}
		p := picked{id: at("id").(string), item: at("item", "id").(string), kind: at("reasons", 0, "kind").(string), removable: at("reasons", 0, "removable").(bool)}
		for _, b := range at("reasons", 0, "because").([]any) {
			p.because = append(p.because, b.(map[string]any)["id"].(string))
		}
		all = append(all, p)
	}
	return r.at(a.t, "recommendations", "recommendationId").(string), all, r.at(a.t, "recommendations", "pageInfo", "endCursor")
}

func (a shelfApp) top(surface string, first int) []picked {
	a.t.Helper()
	_, all, _ := a.page(surface, first, nil)
	return all
}

func things(all []picked) (out []string) {
	for _, p := range all {
		out = append(out, p.item)
	}
	return out
}

func (a shelfApp) say(item, action string, more ...any) reply {
	in := map[string]any{"itemId": item, "action": action}
	for n := 0; n+1 < len(more); n += 2 {
		in[more[n].(string)] = more[n+1]
	}
	return a.insist("RecommendFeedback", in)
}

func happened(list, item, kind string) map[string]any {
	return map[string]any{"recommendationId": list, "itemId": item, "kind": kind, "at": time.Now().UTC().Format(time.RFC3339)}
}

func (a shelfApp) tell(events ...map[string]any) reply {
	return a.insist("RecommendEvents", map[string]any{"events": events})
}

func TestWhatAMemberDoesNotWantIsGoneFromTheNextRequestOn(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := shelfOf(t, e, hider)
		for _, action := range []string{"NOT_INTERESTED", "ALREADY_OWN", "LESS_LIKE_THIS"} {
			before := app.top("HOME", 10)
			longer := app.top("HOME", 50)
			r := app.say(before[3].id, action)
			if r.refusal(t, "recommendationFeedback") != "" || r.at(t, "recommendationFeedback", "settings", "hiddenCount") != 1.0 || r.at(t, "recommendationFeedback", "settings", "personalised") != true {
				t.Fatalf("%s: %s", action, r.text)
			}
			after := app.top("HOME", 10)
			if slices.Contains(things(after), before[3].item) {
				t.Errorf("%s: %s is shown again", action, before[3].item)
			}
			replacement, _ := r.at(t, "recommendationFeedback", "replacement", "id").(string)
			if action != "LESS_LIKE_THIS" && (!slices.Equal(things(after)[:9], slices.Delete(slices.Clone(things(before)), 3, 4)) || after[9].item != longer[10].item) {
				t.Errorf("%s: was %v, is %v", action, things(before), things(after))
			}
			if same := app.say(before[3].id, action); same.at(t, "recommendationFeedback", "settings", "hiddenCount") != 1.0 || same.at(t, "recommendationFeedback", "replacement", "id") != replacement || replacement == "" {
				t.Errorf("%s: said again it answers %s, first %s", action, same.text, r.text)
			}
			if back := app.say(before[3].id, action, "undo", true); back.at(t, "recommendationFeedback", "settings", "hiddenCount") != 0.0 || back.at(t, "recommendationFeedback", "replacement") != nil {
				t.Errorf("%s: taken back: %s", action, back.text)
			}
			if again := app.top("HOME", 10); !slices.Equal(things(again), things(before)) {
				t.Errorf("%s: taken back, %v are shown; before %v", action, things(again), things(before))
			}
		}
		// what replaces it can be named itself, and stays away from the screen it was asked for
		screen := app.top("HOME", 20)
		r := app.say(screen[2].id, "NOT_INTERESTED", "shown", 20)
		next, _ := r.at(t, "recommendationFeedback", "replacement", "id").(string)
		if r := app.say(next, "NOT_INTERESTED", "shown", 20); r.refusal(t, "recommendationFeedback") != "" || r.at(t, "recommendationFeedback", "settings", "hiddenCount") != 2.0 {
			t.Errorf("the replacement: %s", r.text)
		}
		left := things(app.top("HOME", 20))
		if want := slices.Delete(slices.Clone(things(screen)), 2, 3); !slices.Equal(left[:19], want) {
			t.Errorf("of the screen is left %v, want %v", left[:19], want)
		}
	})
}

func TestEvidenceThatIsTakenAwaySpeaksForNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := shelfOf(t, e, remover)
		var similar, other *picked
		before := app.top("HOME", 50)
		for i, p := range before {
			if p.kind == "SIMILAR_TO" && similar == nil {
				similar = &before[i]
			}
			if !p.removable && other == nil {
				other = &before[i]
			}
			if p.removable != (p.kind == "SIMILAR_TO" || p.kind == "BOUGHT_BEFORE" || p.kind == "REPLENISH") || p.removable && len(p.because) != 1 {
				t.Errorf("%+v", p)
			}
		}
		if similar == nil || other == nil {
			t.Fatalf("the shelf is %+v", before)
		}
		if r := app.say(similar.id, "NOT_BECAUSE_OF"); r.refusal(t, "recommendationFeedback") != "" || r.at(t, "recommendationFeedback", "settings", "hiddenCount") != 0.0 {
			t.Fatal(r.text)
		}
		for _, surface := range []string{"HOME", "DISCOVER", "REPLENISH"} {
			for _, p := range app.top(surface, 50) {
				if slices.Equal(p.because, similar.because) {
					t.Errorf("%s: %+v still is there because of it", surface, p)
				}
			}
		}
		if r := app.say(other.id, "NOT_BECAUSE_OF"); r.refusal(t, "recommendationFeedback") != "NOT_REMOVABLE" {
			t.Errorf("%+v: %s", other, r.text)
		}
		if r := app.say(similar.id, "NOT_BECAUSE_OF", "undo", true); r.refusal(t, "recommendationFeedback") != "" {
			t.Fatal(r.text)
		}
		if after := app.top("HOME", 50); !slices.Equal(things(after), things(before)) || fmt.Sprint(kinds(after)) != fmt.Sprint(kinds(before)) {
			t.Errorf("taken back, it is %v, was %v", after, before)
		}
	})
}

func kinds(all []picked) (out []string) {
	for _, p := range all {
		out = append(out, p.kind+" "+strings.Join(p.because, " "))
	}
	return out
}

func TestWhatWasLookedAtASecondAgoCountsOnTheNextPage(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := shelfOf(t, e, clicker)
		list, first, end := app.page("HOME", 10, nil)
		clicked := first[9]
		r := app.tell(happened(list, clicked.id, "IMPRESSION"), happened(list, clicked.id, "CLICK"), happened(list, clicked.id, "CLICK"))
		if r.refusal(t, "recommendationEvents") != "" || r.at(t, "recommendationEvents", "accepted") != 2.0 {
			t.Fatal(r.text)
		}
		if again := app.tell(happened(list, clicked.id, "CLICK")); again.at(t, "recommendationEvents", "accepted") != 0.0 {
			t.Errorf("told again: %s", again.text)
		}
		_, next, _ := app.page("HOME", 20, end)
		because := 0
		for _, p := range next {
			if p.kind == "SIMILAR_TO_VIEWED" && slices.Equal(p.because, []string{clicked.item}) && p.removable {
				because++
			}
			if slices.Contains(things(first), p.item) {
				t.Errorf("%s is shown on both pages", p.item)
			}
		}
		if because == 0 {
			t.Errorf("nothing is there because of what was looked at: %+v", next)
		}
		// what was shown again and again and left sinks behind what was not, however much it is like what was looked at
		was := app.top("HOME", 10)
		for range 6 {
			list, all, _ := app.page("HOME", 50, nil)
			at := slices.Index(things(all), was[0].item)
			if r := app.tell(happened(list, all[at].id, "IMPRESSION")); r.at(t, "recommendationEvents", "accepted") != 1.0 {
				t.Fatal(r.text)
			}
		}
		is := things(app.top("HOME", 50))
		if len(is) == 0 || is[0] == was[0].item {
			t.Error("what was shown six times still stands first")
		}
		// what was bought or swiped away is not shown for a while
		list, all, _ := app.page("HOME", 10, nil)
		if r := app.tell(happened(list, all[1].id, "PURCHASE"), happened(list, all[2].id, "DISMISS"), happened(list, all[3].id, "ADD_TO_CART")); r.at(t, "recommendationEvents", "accepted") != 3.0 {
			t.Fatal(r.text)
		}
		is = things(app.top("HOME", 50))
		if slices.Contains(is, all[1].item) || slices.Contains(is, all[2].item) {
			t.Errorf("%s and %s are still shown", all[1].item, all[2].item)
		}
	})
}

func TestEventsAndFeedbackOfOthersAreUnknown(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		mine, theirs := shelfOf(t, e, impatient), shelfOf(t, e, hider)
		list, all, _ := mine.page("HOME", 10, nil)
		foreign, others, _ := theirs.page("HOME", 10, nil)
		for what, id := range map[string]string{"another's": others[0].id, "made up": "AAAA", "a product": all[0].item, "a list": list, "changed": changed(all[0].id)} {
			r := mine.say(id, "NOT_INTERESTED")
			if r.refusal(t, "recommendationFeedback") != "NOT_FOUND" || r.text != mine.say("x", "NOT_INTERESTED").text {
				t.Errorf("%s: %s", what, r.text)
			}
			r = mine.tell(happened(list, id, "CLICK"))
			if r.refusal(t, "recommendationEvents") != "NOT_FOUND" || r.text != mine.tell(happened(list, "x", "CLICK")).text {
				t.Errorf("%s: %s", what, r.text)
			}
		}
		for says, r := range map[string]reply{
			"shown is 0; allowed are 1 to 100": mine.say(all[0].id, "NOT_INTERESTED", "shown", 0), "HATE": mine.say(all[0].id, "HATE"),
			"now": mine.tell(map[string]any{"recommendationId": list, "itemId": all[0].id, "kind": "CLICK", "at": "now"}),
		} {
			if len(r.Errors) != 1 || !strings.Contains(r.text, "BAD_USER_INPUT") || !strings.Contains(r.text, says) {
				t.Errorf("%s: %s", says, r.text)
			}
		}
		late, early := happened(list, all[1].id, "CLICK"), happened(list, all[1].id, "CLICK")
		late["at"], early["at"] = time.Now().Add(time.Hour).UTC().Format(time.RFC3339), time.Now().AddDate(0, 0, -8).UTC().Format(time.RFC3339)
		r := mine.tell(happened(foreign, all[0].id, "CLICK"), happened(list, all[0].id, "IMPRESSION"), late, early)
		if r.at(t, "recommendationEvents", "accepted") != 1.0 || jsonOf(r.at(t, "recommendationEvents", "userErrors", 0, "field")) != `["input","events","0","recommendationId"]` ||
			r.at(t, "recommendationEvents", "userErrors", 1, "code") != "EVENT_TIME" || r.at(t, "recommendationEvents", "userErrors", 2, "code") != "EVENT_TIME" {
			t.Errorf("some are wrong: %s", r.text)
		}
		many := make([]map[string]any, 51)
		for i := range many {
			many[i] = happened(list, all[0].id, "CLICK")
		}
		if r := mine.tell(many...); r.refusal(t, "recommendationEvents") != "TOO_MANY_EVENTS" || r.at(t, "recommendationEvents", "accepted") != 0.0 {
			t.Error(r.text)
		}
		sent := 0
		for sent <= 1100 {
			list, all, _ := mine.page("HOME", 50, nil)
			var events []map[string]any
			for _, p := range all {
				events = append(events, happened(list, p.id, "IMPRESSION"))
			}
			r := mine.tell(events...)
			if code := r.refusal(t, "recommendationEvents"); code == "RATE_LIMITED" && r.at(t, "recommendationEvents", "accepted") == 0.0 {
				break
			} else if code != "" {
				t.Fatal(r.text)
			}
			sent += int(r.at(t, "recommendationEvents", "accepted").(float64))
		}
		if sent < 800 || sent > 1000 {
			t.Errorf("%d events are taken in ten minutes; allowed are 1000", sent)
		}
	})
}

func TestWithoutConsentNothingIsKeptOrRead(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := shelfOf(t, e, withdrawn)
		list, all, _ := app.page("HOME", 10, nil)
		if r := app.say(all[0].id, "NOT_INTERESTED"); r.refusal(t, "recommendationFeedback") != "" {
			t.Fatal(r.text)
		}
		private := home{walletApp: walletApp{t, e.gateway.url, withdrawn, privacyApp(t)}}
		private.consent("PERSONALISATION", false)
		defer private.consent("PERSONALISATION", true)
		if r := app.say(all[1].id, "NOT_INTERESTED"); r.refusal(t, "recommendationFeedback") != "CONSENT_REQUIRED" {
			t.Error(r.text)
		}
		if r := app.tell(happened(list, all[1].id, "CLICK")); r.refusal(t, "recommendationEvents") != "CONSENT_REQUIRED" || r.at(t, "recommendationEvents", "accepted") != 0.0 {
			t.Error(r.text)
		}
		r := good(t, app.url, question{query: `{ me { recommendationSettings { personalised hiddenCount } } recommendations(surface: HOME) { personalised nodes { item { ... on Product { id } } reasons { removable } } } }`, who: withdrawn})
		nobody := good(t, app.url, question{query: `{ recommendations(surface: HOME) { personalised nodes { item { ... on Product { id } } reasons { removable } } } }`})
		if r.at(t, "me", "recommendationSettings", "hiddenCount") != 0.0 || jsonOf(r.at(t, "recommendations")) != jsonOf(nobody.at(t, "recommendations")) {
			t.Errorf("a member who does not agree sees %s; nobody sees %s", r.text, nobody.text)
		}
	})
}

// Twenty phones of one member say twenty things at once: all of them hold.
func TestWhatIsSaidAtOnceAllHolds(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := shelfOf(t, e, crowding)
		list, all, _ := app.page("HOME", 20, nil)
		var busy sync.WaitGroup
		for n, p := range all {
			busy.Go(func() {
				if r := app.say(p.id, "NOT_INTERESTED"); len(r.Errors) > 0 || r.refusal(t, "recommendationFeedback") != "" {
					t.Errorf("%d: %s", n, r.text)
				}
			})
			busy.Go(func() {
				if r := app.tell(happened(list, p.id, "CLICK"), happened(list, all[0].id, "CLICK")); len(r.Errors) > 0 {
					t.Errorf("%d: %s", n, r.text)
				}
			})
		}
		busy.Wait()
		for _, p := range app.top("HOME", 50) {
			if slices.Contains(things(all), p.item) {
				t.Errorf("%s is shown", p.item)
			}
		}
		r := good(t, app.url, question{query: `{ me { recommendationSettings { hiddenCount } } }`, who: crowding})
		if r.at(t, "me", "recommendationSettings", "hiddenCount") != 20.0 {
			t.Error(r.text)
		}
	})
}
