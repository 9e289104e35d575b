package main

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"membergate/internal/datause"
	"membergate/internal/member"
	"membergate/internal/recommend"
)

const usesQuery = `query($f: Int, $a: String) { me { privacy { dataUses(first: $f, after: $a) { nodes { at purpose dataCategory actor } edges { cursor } pageInfo { hasNextPage endCursor } } } } }`

// uses lists what a member's data was used for.
func (f *forgetful) uses(who member.ID) (out []string) {
	f.t.Helper()
	r := good(f.t, f.g.url, question{query: usesQuery, who: string(who)})
	for _, n := range r.at(f.t, "me", "privacy", "dataUses", "nodes").([]any) {
		u := n.(map[string]any)
		at, err := time.Parse(time.RFC3339, u["at"].(string))
		if err != nil || time.Since(at) > time.Hour || time.Until(at) > time.Minute {
			f.t.Errorf("a use is of %v, %v", u["at"], err)
		}
		out = append(out, fmt.Sprint(u["purpose"], " ", u["dataCategory"], " ", u["actor"]))
	}
	slices.Sort(out)
	return out
}

// listed waits until a use is listed: it is written behind the answer.
func (f *forgetful) listed(who member.ID, want string) []string {
	f.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if all := f.uses(who); slices.Contains(all, want) {
			return all
		}
	}
	f.t.Fatalf("%s is not listed: %v", want, f.uses(who))
	return nil
}

// Each use of a member's data is listed soon, once an hour, and nothing is used or listed without a yes.
func TestEachUseOfDataIsListedAndNoneWithoutAYes(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		page := `{ recommendations(surface: HOME) { personalised nodes { id } } }`
		portrait := `{ me { privacy { portrait { days } } } }`
		built := "PERSONALISATION PURCHASES LIST_BUILDER" // a gateway without lists makes them when it starts
		for _, who := range []member.ID{forgetter, rememberer} {
			if got := f.listed(who, built); len(got) != 1 {
				t.Fatalf("before anything was used, listed is %v", got)
			}
		}
		other := f.app
		other.who = string(rememberer)
		if r := other.consent(recommend.Purpose, false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		for _, who := range []member.ID{rememberer, forgetter} {
			for range 3 {
				good(t, f.g.url, question{query: page, who: string(who)})
				good(t, f.g.url, question{query: portrait, who: string(who)})
			}
		}
		f.listed(forgetter, "PERSONALISATION RECOMMENDATIONS RECOMMENDER")
		got := f.listed(forgetter, "PERSONALISATION PORTRAIT PORTRAIT")
		want := []string{"HOUSEHOLD HOUSEHOLD RECOMMENDER", "PERSONALISATION PORTRAIT PORTRAIT", built, "PERSONALISATION RECOMMENDATIONS RECOMMENDER"}
		if !slices.Equal(got, want) {
			t.Errorf("listed is %v, want %v", got, want)
		}
		if got := f.uses(rememberer); len(got) != 1 { // what was noted before is written before
			t.Errorf("without a yes, listed is %v", got)
		}

		st.used = datause.NewLog(st.listed, func() time.Time { return time.Now().Add(2 * time.Hour) })
		if err := (&program{log: io.Discard, now: time.Now}).recommend(t.Context(), st, f.rules, st.cache.Lists(), time.Time{}, false); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[member.ID]int{forgetter: 5, rememberer: 1} {
			if all, err := st.listed.Of(t.Context(), who, nil, 9); err != nil || len(all) != want {
				t.Errorf("after lists were made again, listed of %s are %+v, %v", who, all, err)
			}
		}

		first := good(t, f.g.url, question{query: usesQuery, who: string(forgetter), variables: map[string]any{"f": 3}})
		end := first.at(t, "me", "privacy", "dataUses", "pageInfo", "endCursor")
		if first.at(t, "me", "privacy", "dataUses", "pageInfo", "hasNextPage") != true {
			t.Errorf("the first page: %s", first.text)
		}
		second := good(t, f.g.url, question{query: usesQuery, who: string(forgetter), variables: map[string]any{"f": 3, "a": end}})
		if n := second.at(t, "me", "privacy", "dataUses", "nodes").([]any); len(n) != 2 {
			t.Errorf("the second page: %s", second.text)
		}
		for _, bad := range []map[string]any{{"f": 0}, {"f": 51}, {"a": "x"}} {
			if r := ask(t, f.g.url, question{query: usesQuery, who: string(forgetter), variables: bad}); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" {
				t.Errorf("%v: %s", bad, r.text)
			}
		}
		if r := ask(t, f.g.url, question{query: usesQuery, who: string(rememberer), variables: map[string]any{"a": end}}); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" {
			t.Errorf("another's cursor: %s", r.text)
		}
	})
}

// What was listed goes when the programme's days are over, batch by batch.
func TestUsesAreListedForAsLongAsTheProgrammeSays(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		days := f.rules.At(time.Now()).Privacy.UseLogDays
		young, old := time.Now().AddDate(0, 0, 1-days), time.Now().AddDate(0, 0, -1-days)
		var all []datause.Use
		for i := range usesAtOnce + 5 {
			all = append(all, datause.Single(forgetter, datause.ForStaff, datause.Identity, datause.Staff, fmt.Sprint(i), old))
		}
		kept := datause.Single(forgetter, datause.ForStaff, datause.Identity, datause.Staff, "young", young)
		if err := st.used.Write(t.Context(), append(all, kept)...); err != nil {
			t.Fatal(err)
		}
		batch := trimming(st, f.rules)()
		for _, want := range []int{usesAtOnce, 5, 0} {
			b, err := batch(t.Context())
			if err != nil || b.Done != want || b.More != (want == usesAtOnce) {
				t.Errorf("%+v, %v; want %d", b, err, want)
			}
		}
		if left, err := st.listed.Of(t.Context(), forgetter, nil, 9); err != nil || len(left) == 0 || left[len(left)-1].ID != kept.ID {
			t.Errorf("left is %+v, %v", left, err)
		}
	})
}
