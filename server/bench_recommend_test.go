package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// benchRecommendations lets 30 members read recommendations again and again, as the apps' operation Recommend does, from
// lists that were made before, on the real stores.
func benchRecommendations(t *testing.T) {
	needServers(t)
	e := ready(t, servers)
	file := filepath.Join(t.TempDir(), "lists.json")
	if _, log, code := perform(e.pairs, "recommend", "export", "--surface", "home", "--first", "20", file); code != 0 {
		t.Fatal(log)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]string
	if err := json.Unmarshal(raw, &lists); err != nil {
		t.Fatal(err)
	}
	var who, products []string
	for m, list := range lists {
		if who = append(who, m); len(list) > 0 {
			products = append(products, list[0])
		}
	}
	slices.Sort(who)
	slices.Sort(products)
	products = slices.Compact(products)
	long, err := time.ParseDuration(cmp.Or(os.Getenv("BENCH_LONG"), "60s"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pause := range []time.Duration{time.Second, 0} {
		r := &reading{t: t, url: e.gateway.url, pause: pause, feed: appQueries(t)["Recommend"].text, watches: map[string]*stopwatch{},
			client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}}
		for _, s := range surfaces {
			r.watches[s] = &stopwatch{}
		}
		r.printRecommendations(long, 30, who, products)
	}
}

// printRecommendations lets so many read for a while, and prints what they waited.
func (r *reading) printRecommendations(long time.Duration, readers int, who, products []string) {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	whole := &stopwatch{}
	began, used := time.Now(), processorTime()
	var all sync.WaitGroup
	for n := range readers {
		all.Go(func() {
			dice := mathrand.New(mathrand.NewPCG(7, uint64(n)))
			for k := n; ctx.Err() == nil; k++ {
				surface := surfaces[k%len(surfaces)]
				v := map[string]any{"surface": surface, "first": 10}
				if surface == "PRODUCT" {
					v["contextId"] = globalID("Product", products[dice.IntN(len(products))])
				}
				if r.pause > 0 {
					select {
					case <-ctx.Done():
					case <-time.After(time.Duration((0.5 + dice.Float64()) * float64(r.pause))):
					}
				}
				at := time.Now()
				_, err := r.ask(ctx, who[dice.IntN(len(who))], r.feed, v)
				switch {
				case ctx.Err() != nil:
				case err != nil:
					r.fails(err)
				default:
					r.watches[surface].Applied("", time.Since(at))
					whole.Applied("", time.Since(at))
				}
			}
		})
	}
	all.Wait()
	for _, s := range surfaces {
		if w := r.watches[s]; w.count() > 0 {
			row(fmt.Sprintf("a page of 10 of %s%s", s, r.manner()), "p50 %s, p99 %s of %d", w.part(500), w.part(990), w.count())
		}
	}
	if whole.count() == 0 {
		r.t.Fatal("nobody read anything")
	}
	row(fmt.Sprintf("`Recommend` with warm lists, %d readers%s for %s, real stores", readers, r.manner(), long), "p50 %s, p99 %s, %.0f pages a second, %d failed; processor time of gateway and readers %s a page",
		whole.part(500), whole.part(990), float64(whole.count())/time.Since(began).Seconds(), r.failed.Load(), ((processorTime() - used) / time.Duration(whole.count())).Round(10*time.Microsecond))
	if n := r.failed.Load(); n > 0 {
		r.t.Errorf("%d pages failed, the first with %s", n, *r.first.Load())
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
