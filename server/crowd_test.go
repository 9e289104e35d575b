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

// compared is a Home answer in two parts: all that must be as it always is, and the shelf of recommendations. Where the
// lists cannot be had in time the shelf is one for everybody and says that it is not personalised: then it is empty here.
func compared(t *testing.T, r reply) (rest, shelf string) {
	t.Helper()
	v := r.value(t)
	own := v["recommendations"].(map[string]any)
	delete(v, "recommendations")
	// The gateway's own clock ticks between two answers.
	v["me"].(map[string]any)["wallet"].(map[string]any)["balance"].(map[string]any)["asOf"] = nil
	if own["personalised"] == true {
		shelf = jsonOf(mask("", own)) // each answer names its things anew
	}
	return jsonOf(v), shelf
}

// alike tells how an answer in a crowd differs from the one that is right; a shelf for everybody is not wrong.
func alike(t *testing.T, r, right reply) {
	t.Helper()
	rest, shelf := compared(t, r)
	wantRest, wantShelf := compared(t, right)
	if rest != wantRest {
		t.Error(difference(rest, wantRest))
	}
	if shelf != "" && shelf != wantShelf {
		t.Error(difference(shelf, wantShelf))
	}
}

func TestFiftyOfTheSameRequestAtOnceGiveFiftyEqualAnswers(t *testing.T) {
	home := appQueries(t)["Home"].text
	onEngines(t, func(t *testing.T, e *engine) {
		for _, at := range []string{sampleEnd, ""} {
			q := question{query: home, who: owner, at: at}
			right := good(t, e.gateway.url, q)
			if _, shelf := compared(t, right); shelf == "" {
				t.Fatal("with time enough the shelf is not personalised")
			}
			for _, r := range atOnce(t, e.gateway.url, slices.Repeat([]question{q}, 50)) {
				alike(t, r, right)
			}
		}
	})
}

func TestMembersWhoAskAtOnceGetTheirOwnAnswers(t *testing.T) {
	home := appQueries(t)["Home"].text
	onEngines(t, func(t *testing.T, e *engine) {
		var questions []question
		var right []reply
		for _, who := range authors {
			q := question{query: home, who: string(who), at: sampleEnd}
			questions, right = append(questions, q), append(right, good(t, e.gateway.url, q))
		}
		questions, right = slices.Repeat(questions, 5), slices.Repeat(right, 5)
		for i, r := range atOnce(t, e.gateway.url, questions) {
			alike(t, r, right[i])
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
