package main

import (
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// atOnce asks all questions at the same moment. Whoever is told to come again is asked again one by one: what is looked
// for is a wrong answer, and a busy machine gives late ones.
func atOnce(t *testing.T, url string, questions []question) []reply {
	t.Helper()
	out := make([]reply, len(questions))
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, q := range questions {
		all.Go(func() {
			<-start
			out[i] = ask(t, url, q)
		})
	}
	close(start)
	all.Wait()
	late := 0
	for i, q := range questions {
		if out[i].comeAgain() {
			late++
			out[i] = good(t, url, q)
		}
		if len(out[i].Errors) > 0 {
			t.Errorf("an answer among many has errors: %s", shortened(out[i].text))
		}
	}
	t.Logf("%d of %d were told to come again", late, len(questions))
	return out
}

func TestFiftyOfTheSameRequestAtOnceGiveFiftyEqualAnswers(t *testing.T) {
	home := appQueries(t)["Home"].text
	onEngines(t, func(t *testing.T, e *engine) {
		for _, at := range []string{sampleEnd, ""} { // with the gateway's own clock the moment differs, and nothing else
			first := ""
			for _, r := range atOnce(t, e.gateway.url, slices.Repeat([]question{{query: home, who: owner, at: at}}, 50)) {
				v := r.value(t)
				if at == "" {
					v["me"].(map[string]any)["wallet"].(map[string]any)["balance"].(map[string]any)["asOf"] = nil
				}
				if first == "" {
					first = jsonOf(v)
				}
				if jsonOf(v) != first {
					t.Fatal(difference(jsonOf(v), first))
				}
			}
		}
	})
}

func TestMembersWhoAskAtOnceGetTheirOwnAnswers(t *testing.T) {
	home := appQueries(t)["Home"].text
	onEngines(t, func(t *testing.T, e *engine) {
		var questions []question
		var want []string
		for _, who := range authors {
			q := question{query: home, who: string(who), at: sampleEnd}
			questions, want = append(questions, q), append(want, string(good(t, e.gateway.url, q).Data))
		}
		questions, want = slices.Repeat(questions, 5), slices.Repeat(want, 5)
		for i, r := range atOnce(t, e.gateway.url, questions) {
			if string(r.Data) != want[i] {
				t.Errorf("member %s gets %s", questions[i].who, shortened(r.text))
			}
		}
	})
}

func TestAGatewayThatHasEndedLeavesNothingRunning(t *testing.T) {
	home := appQueries(t)["Home"].text
	for name, pairs := range map[string]func(*testing.T) []string{
		"embedded": func(t *testing.T) []string { return []string{"DATA_DIR", filled(t)} },
		"servers": func(t *testing.T) []string {
			needServers(t)
			return ready(t, servers).pairs
		},
	} {
		t.Run(name, func(t *testing.T) {
			settings := append([]string{"JWT_HS256_SECRET", testSecret}, pairs(t)...)
			before := goleak.IgnoreCurrent()
			g, err := openGateway(settings...)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				good(t, g.url, question{query: home, who: owner})
			}
			if err := g.close(); err != nil {
				t.Error(err)
			}
			goleak.VerifyNone(t, before)
		})
	}
}
