package main

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"membergate/internal/moderation"
)

// home sends operations of profiles and homes as the app does.
type home struct {
	walletApp
	page string
}

func atHomeOf(t *testing.T, e *engine, who string) home {
	t.Helper()
	return home{walletApp{t, e.gateway.url, who, appDocument(t, "household") + "\n" + privacyApp(t)}, appQueries(t)["ProfilePage"].text}
}

// privacyApp are the two mutations of the privacy page, one line each as walletApp.only wants them ended.
func privacyApp(t *testing.T) string { return appDocument(t, "privacy") }

func (h home) consent(purpose string, yes bool) reply {
	h.t.Helper()
	return h.send("ConsentSet", map[string]any{"purpose": purpose, "granted": yes, "policyVersion": "2026-01"})
}

func (h home) look() reply {
	h.t.Helper()
	return good(h.t, h.url, question{query: h.page, who: h.who})
}

func TestWhatIsToldStandsUnderItsOwnConsent(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := atHomeOf(t, e, "talker")
		told := map[string]any{"size": 4, "lifeStage": "WITH_CHILDREN", "children": []string{"2019-04", "2015-11"}, "diet": []string{"NO_NUTS", "LOW_SUGAR"}}
		for field, purpose := range map[string]string{"size": "HOUSEHOLD", "lifeStage": "HOUSEHOLD", "children": "CHILDREN", "diet": "HEALTH"} {
			r := app.send("HouseholdSet", map[string]any{field: told[field]})
			if r.refusal(t, "householdSet") != "CONSENT_REQUIRED" || r.at(t, "householdSet", "userErrors", 0, "purpose") != purpose ||
				r.at(t, "householdSet", "userErrors", 0, "field", 1) != field {
				t.Errorf("%s without a yes: %s", field, r.text)
			}
		}
		if r := app.send("PreferencesSet", map[string]any{"preferences": []string{"SEAFOOD"}}); r.at(t, "preferencesSet", "userErrors", 0, "purpose") != "PERSONALISATION" {
			t.Errorf("likes without a yes: %s", r.text)
		}
		for _, purpose := range []string{"HOUSEHOLD", "CHILDREN", "HEALTH", "PERSONALISATION"} {
			if r := app.consent(purpose, true); r.refusal(t, "consentSet") != "" {
				t.Fatalf("yes to %s: %s", purpose, r.text)
			}
		}
		if r := app.send("HouseholdSet", told); r.refusal(t, "householdSet") != "" || jsonOf(r.at(t, "householdSet", "household", "diet", 0, "code")) != `"LOW_SUGAR"` ||
			r.at(t, "householdSet", "household", "children", 0, "bornIn") != "2015-11" {
			t.Fatalf("told: %s", r.text)
		}
		if r := app.send("PreferencesSet", map[string]any{"preferences": []string{"SEAFOOD", "BAKING", "SEAFOOD"}}); len(r.at(t, "preferencesSet", "preferences").([]any)) != 2 {
			t.Errorf("likes: %s", r.text)
		}
		version := app.look().at(t, "me", "version")
		app.send("HouseholdSet", told)
		if again := app.look().at(t, "me", "version"); again != version {
			t.Errorf("told again, version %v has become %v", version, again)
		}
		if r := app.consent("HOUSEHOLD", false); r.refusal(t, "consentSet") != "" { // the very next request has none of it
			t.Fatalf("no: %s", r.text)
		}
		r := app.look()
		if r.at(t, "me", "household", "size") != nil || r.at(t, "me", "household", "lifeStage") != nil || len(r.at(t, "me", "household", "children").([]any)) != 2 {
			t.Errorf("after the no: %s", shortened(r.text))
		}
		app.consent("HOUSEHOLD", true)
		if r := app.look(); r.at(t, "me", "household", "size") != nil {
			t.Errorf("a new yes brought back what was deleted: %s", shortened(r.text))
		}
		states := map[any]any{}
		for _, p := range r.at(t, "me", "privacy", "purposes").([]any) {
			states[p.(map[string]any)["purpose"]] = p.(map[string]any)["state"]
		}
		if states["HOUSEHOLD"] != "WITHDRAWN" || states["MARKETING"] != "UNDECIDED" || states["HEALTH"] != "GRANTED" {
			t.Errorf("the states are %v", states)
		}
		if r := app.consent("MARKETING", false); r.refusal(t, "consentSet") != "" || !strings.Contains(r.text, `"DENIED"`) {
			t.Errorf("a no without a yes: %s", r.text)
		}
		var history []string
		for _, d := range app.look().at(t, "me", "privacy", "decisions", "nodes").([]any) {
			history = append(history, fmt.Sprint(d.(map[string]any)["purpose"], " ", d.(map[string]any)["granted"]))
		}
		if len(history) != 7 || strings.Count(strings.Join(history, ","), "HOUSEHOLD") != 3 || history[0] != "MARKETING false" {
			t.Errorf("the history is %v", history)
		}
		wrong := map[string]map[string]any{
			"OUT_OF_RANGE size": {"size": 13}, "OUT_OF_RANGE below": {"size": -1}, "UNKNOWN_CODE stage": {"lifeStage": "CASTLE"}, "UNKNOWN_CODE diet": {"diet": []string{"GOLD"}},
			"OUT_OF_RANGE month": {"children": []string{"2019-13"}}, "OUT_OF_RANGE day": {"children": []string{"2019-04-01"}}, "OUT_OF_RANGE future": {"children": []string{"2099-01"}},
			"OUT_OF_RANGE grown": {"children": []string{"1990-01"}}, "TOO_MANY": {"children": strings.Fields(strings.Repeat("2019-04 ", 7))},
		}
		for want, in := range wrong {
			if r := app.send("HouseholdSet", in); r.refusal(t, "householdSet") != strings.Fields(want)[0] {
				t.Errorf("%s: %s", want, r.text)
			}
		}
		six := []string{"ORGANIC", "IMPORTED_FRUIT", "SEAFOOD", "READY_MEALS", "BAKING", "PETS"}
		if r := app.send("PreferencesSet", map[string]any{"preferences": six}); r.refusal(t, "preferencesSet") != "TOO_MANY" {
			t.Errorf("six likes: %s", r.text)
		}
		for want, in := range map[string]map[string]any{
			"NOT_FOUND":      {"purpose": "ASTROLOGY", "granted": true, "policyVersion": "2026-01"},
			"POLICY_CHANGED": {"purpose": "HEALTH", "granted": true, "policyVersion": "2025-01"},
		} {
			if r := app.send("ConsentSet", in); r.refusal(t, "consentSet") != want {
				t.Errorf("%s: %s", want, r.text)
			}
		}
		stage4 := `mutation($i: HouseholdSetInput!) { householdSet(input: $i) { userErrors { code } } }`
		ask(t, e.gateway.url, question{query: stage4, variables: map[string]any{"i": map[string]any{"size": 1}}}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		if log := e.gateway.log.String(); strings.Contains(log, "NO_NUTS") || strings.Contains(log, "2015-11") {
			t.Error("the log has what was told")
		}
	})
}

func TestFiftyDecisionsAtOnceAreAllKept(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := atHomeOf(t, e, "quiet")
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				input := map[string]any{"purpose": "MARKETING", "granted": n%2 == 0, "policyVersion": "2026-01"}
				if r := app.insist("ConsentSet", input); len(r.Errors) > 0 {
					t.Errorf("decision %d: %s", n, r.text)
				}
			})
		}
		all.Wait()
		page := `query($a: String) { me { privacy { purposes { purpose state } decisions(first: 7, after: $a) { nodes { granted } pageInfo { hasNextPage endCursor } } } } }`
		yes, no := 0, 0
		var after any
		for {
			r := good(t, app.url, question{query: page, variables: map[string]any{"a": after}, who: app.who})
			for _, d := range r.at(t, "me", "privacy", "decisions", "nodes").([]any) {
				if d.(map[string]any)["granted"] == true {
					yes++
				} else {
					no++
				}
			}
			if r.at(t, "me", "privacy", "decisions", "pageInfo", "hasNextPage") != true {
				break
			}
			after = r.at(t, "me", "privacy", "decisions", "pageInfo", "endCursor")
		}
		if yes+no < 2 || yes-no > 1 || no-yes > 1 {
			t.Errorf("%d times yes and %d times no are kept: they must take turns", yes, no)
		}
	})
}

func TestAProfileIsChangedByWhoeverSawItLast(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := atHomeOf(t, e, "renamed")
		version := func() int { return int(app.look().at(t, "me", "version").(float64)) }
		update := func(fields map[string]any) reply {
			in := maps.Clone(fields)
			if in["expectedVersion"] == nil {
				in["expectedVersion"] = version()
			}
			return app.send("ProfileUpdate", in)
		}
		r := update(map[string]any{"displayName": "  Ame\u0301lie　Ma ", "birthday": "1992-02-29", "locale": "zh-TW", "timeZone": "Europe/Paris"})
		if r.refusal(t, "memberUpdate") != "" || r.at(t, "memberUpdate", "member", "displayName") != "Amélie Ma" {
			t.Fatalf("changed: %s", r.text)
		}
		now := version()
		if r := update(map[string]any{"displayName": "Amélie Ma", "birthday": "1992-02-29"}); r.refusal(t, "memberUpdate") != "" || version() != now {
			t.Errorf("the same again: %s, version %d of %d", r.text, version(), now)
		}
		for want, fields := range map[string]map[string]any{
			"CONFLICT":                {"expectedVersion": now - 1, "displayName": "X"},
			"NAME_LENGTH long":        {"displayName": strings.Repeat("长", 25)},
			"NAME_LENGTH bytes":       {"displayName": strings.Repeat("x", 100_00)},
			"NAME_LENGTH empty":       {"displayName": " 　 "},
			"NAME_CHARACTERS control": {"displayName": "a\u0000b"},
			"NAME_CHARACTERS turned":  {"displayName": "a\u202eb"},
			"NAME_CHARACTERS hidden":  {"displayName": "a\u200bb"},
			"NAME_CHARACTERS dots":    {"displayName": "..."},
			"NAME_REFUSED word":       {"displayName": "A " + moderation.Own().Words()[0]},
			"NAME_REFUSED link":       {"displayName": "see www.cheap.vip"},
			"NAME_REFUSED telephone":  {"displayName": "加微信13812345678"},
			"BIRTHDAY_SET":            {"birthday": "1992-02-28"},
			"LOCALE_UNKNOWN":          {"locale": "fr"},
			"TIME_ZONE_UNKNOWN":       {"timeZone": "Local"},
			"TIME_ZONE_UNKNOWN path":  {"timeZone": "../../etc/passwd"},
			"UPLOAD_UNKNOWN":          {"avatarUploadId": "x"},
		} {
			if r := update(fields); r.refusal(t, "memberUpdate") != strings.Fields(want)[0] {
				t.Errorf("%s: %s", want, r.text)
			}
		}
		if version() != now {
			t.Errorf("refusals have changed version %d to %d", now, version())
		}
		for _, day := range []string{"2099-01-01", "1880-01-01", "1990-02-30", "yesterday"} {
			who := atHomeOf(t, e, "quiet")
			in := map[string]any{"expectedVersion": int(who.look().at(t, "me", "version").(float64)), "birthday": day}
			if r := who.send("ProfileUpdate", in); r.refusal(t, "memberUpdate") != "BIRTHDAY_WRONG" {
				t.Errorf("%s: %s", day, r.text)
			}
		}
		if got := app.look().at(t, "me", "timeZone"); got != "Europe/Paris" {
			t.Errorf("the zone is %v", got)
		}
	})
}

func TestStaffCorrectABirthdayAndMembersDoNot(t *testing.T) {
	const correct = `mutation($input: MemberBirthdayCorrectInput!) { memberBirthdayCorrect(input: $input) { profile { displayName } userErrors { code } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		app := atHomeOf(t, e, "corrected")
		id := good(t, app.url, question{query: `{ me { publicProfile { id } } }`, who: app.who}).at(t, "me", "publicProfile", "id")
		fix := func(id any, day string) question {
			return question{query: correct, variables: input("memberId", id, "birthday", day), header: staff(t, "operations")}
		}
		if r := good(t, app.url, fix(id, "1992-02-28")); r.refusal(t, "memberBirthdayCorrect") != "" || app.look().at(t, "me", "birthday") != "1992-02-28" {
			t.Errorf("corrected: %s", r.text)
		}
		if r := good(t, app.url, fix(id, "2099-02-28")); r.refusal(t, "memberBirthdayCorrect") != "BIRTHDAY_WRONG" {
			t.Errorf("a day to come: %s", r.text)
		}
		if r := good(t, app.url, fix(globalID("PublicProfile", "none"), "1992-02-28")); r.refusal(t, "memberBirthdayCorrect") != "NOT_FOUND" {
			t.Errorf("somebody unknown: %s", r.text)
		}
		for _, header := range []map[string]string{staff(t, "clerk"), {"Authorization": "Bearer " + tokenOf(t, app.who)}} {
			q := fix(id, "1992-02-28")
			q.header = header
			ask(t, app.url, q).refusedOnce(t, "FORBIDDEN", "operations")
		}
	})
}

// The more is filled in the nearer to 100, and what may not be used any more counts as missing.
func TestAProfileIsCompleteWhenAllIsToldAndMayBeUsed(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		page := appQueries(t)["ProfilePage"].text
		full := good(t, e.gateway.url, question{query: page, who: owner, at: sampleEnd})
		if full.at(t, "me", "completeness", "percent") != float64(100) || len(full.at(t, "me", "completeness", "missing").([]any)) != 0 {
			t.Errorf("the owner's profile: %s", shortened(full.text))
		}
		part := good(t, e.gateway.url, question{query: page, who: single, at: sampleEnd}) // a picture, a birthday and a language
		if part.at(t, "me", "completeness", "percent") != float64(35) || part.at(t, "me", "completeness", "missing", 0, "code") != "TIME_ZONE" {
			t.Errorf("a neighbour's profile: %s", shortened(part.text))
		}
	})
}
