package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Connections to both stores break again and again while members ask: an answer that comes is the asker's own, and whole.
func TestWithConnectionsThatBreakNobodyGetsAnothersAnswer(t *testing.T) {
	w := openCabled(t)
	rounds := 40
	if os.Getenv("SOAK") != "" {
		rounds = 1000
	}
	const mine = `{ me { id displayName wallet { balance { available } entries(first: 3) { nodes { seq amount } } } } }`
	right := map[string]string{}
	var members []string
	for _, who := range authors {
		members = append(members, string(who))
		right[string(who)] = masked(t, good(t, w.url, question{query: mine, who: string(who), at: sampleEnd}))
	}
	stop := make(chan struct{})
	var breaking, all sync.WaitGroup
	breaking.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			c := []*cable{w.mongo, w.redis}[i%2]
			c.close()
			c.mend()
		}
	})
	var asked, whole, crossed atomic.Int64
	for worker := range 8 {
		all.Go(func() {
			for i := range rounds {
				who := members[(worker+i)%len(members)]
				r := ask(t, w.url, question{query: mine, who: who, at: sampleEnd})
				asked.Add(1)
				switch {
				case len(r.Errors) > 0:
					for _, e := range r.Errors {
						if e.code() != "UNAVAILABLE" && e.code() != "TIMEOUT" {
							t.Errorf("%s gets %s", who, shortened(r.text))
						}
					}
				case masked(t, r) != right[who]:
					crossed.Add(1)
					t.Errorf("%s gets %s\nwant %s", who, shortened(r.text), shortened(right[who]))
				default:
					whole.Add(1)
				}
			}
		})
	}
	all.Wait()
	close(stop)
	breaking.Wait()
	t.Logf("%d asked, %d whole, %d another's", asked.Load(), whole.Load(), crossed.Load())
	if whole.Load() == 0 {
		t.Error("nobody got an answer")
	}
}

// A store that is slow but answers is not taken to be away: what takes longer than it may is refused, and nothing that was
// given up is told as done.
func TestASlowStoreIsNotTakenToBeAway(t *testing.T) {
	w := openCabled(t)
	q := question{query: walletOnly, who: owner, at: sampleEnd}
	right := masked(t, good(t, w.url, q))
	w.mongo.slow(150 * time.Millisecond)
	defer w.mongo.slow(0)
	answers, took := load(t, w.url, q, 20, loadLasts())
	slices.Sort(took)
	t.Logf("slow: %d answers, %d failed, median %v, longest %v", len(took), failed(answers), took[len(took)/2], took[len(took)-1])
	answered := 0
	for _, r := range answers {
		switch {
		case r.status == http.StatusOK && len(r.Errors) == 0 && masked(t, r) == right:
			answered++
		case !r.comeAgain() || strings.Contains(r.text, `"available"`):
			t.Fatalf("a slow store makes it %s", r.text)
		}
	}
	if os.Getenv("SOAK") != "" && answered < len(answers)/4 { // on a machine that does much else all may take longer than they may
		t.Errorf("%d of %d answered", answered, len(answers))
	}
	if longest := took[len(took)-1]; longest > 10*1200*time.Millisecond {
		t.Errorf("an answer took %v", longest)
	}
	w.mongo.slow(0)
	awaitGood(t, w.url, q)
}
