package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// toldChoices reads what an admin listener hands over behind a place.
func toldChoices(t *testing.T, admin, query string) (status int, told []placed, text string) {
	t.Helper()
	answer, err := http.Get(admin + "/choices" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		return answer.StatusCode, nil, string(body)
	}
	for line := range strings.Lines(string(body)) {
		var p placed
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		told = append(told, p)
	}
	return answer.StatusCode, told, string(body)
}

func TestWhatAMemberChoosesIsToldToRecommendersWhoMayLearnFromIt(t *testing.T) {
	onCounters(t, func(t *testing.T, a counters) {
		tea := map[string]any{"choice": "TEA"}
		if r := a.use("mine", "BOX", tea); r.refusal(t, "benefitUse") != "" { // of number 0, who has not agreed
			t.Fatal(r.text)
		}
		agreed := a.of("c4")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if r := agreed.use("mine", "BOX", tea); r.refusal(t, "benefitUse") != "" {
					t.Error(r.text)
				}
			})
		}
		all.Wait()
		if r := agreed.use("nothing-to-choose", "THREE", nil); r.refusal(t, "benefitUse") != "" {
			t.Fatal(r.text)
		}
		_, told, text := toldChoices(t, a.y.g.admin, "")
		ids := map[string]bool{}
		for _, p := range told {
			ids[p.ID] = true
			if p.Member != "c4" || p.Type != "benefit.chosen" || p.Data["benefit"] != "BOX" || p.Data["option"] != "TEA" || !strings.HasPrefix(p.At, "2026-07-") {
				t.Errorf("told was %+v", p)
			}
		}
		if len(ids) != 1 {
			t.Fatalf("told were %d choices: %s", len(ids), text)
		}
		if _, rest, _ := toldChoices(t, a.y.g.admin, "?n=5&after="+told[len(told)-1].Place); len(rest) != 0 {
			t.Errorf("behind the last are %+v", rest)
		}
		for query, says := range map[string]string{
			"?n=0": `n is \"0\"; allowed are 1 to 1000.`, "?n=x": `n is \"x\"`, "?after=yesterday": `after is \"yesterday\"; allowed is a place that was told.`,
		} {
			if status, _, text := toldChoices(t, a.y.g.admin, query); status != http.StatusBadRequest || !strings.Contains(text, says) {
				t.Errorf("%s: %d %s", query, status, text)
			}
		}
		if n := fmt.Sprint(len(told)); strings.Contains(text, "1990") || n == "0" {
			t.Errorf("more is told than the choice: %s", text)
		}
	})
}
