package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// pair is two processes of the gateway on the same servers, of which one at a time is killed.
type pair struct {
	t     *testing.T
	pairs []string
	mu    sync.Mutex
	doors [2]*process
}

func openPair(t *testing.T, pairs []string) *pair {
	t.Helper()
	p := &pair{t: t, pairs: pairs}
	for i := range p.doors {
		p.doors[i] = launch(t, pairs...)
		p.doors[i].awaitReady(time.Minute)
	}
	return p
}

// kill ends one and starts another in its place; it gives the time until that is ready.
func (p *pair) kill(i int) time.Duration {
	p.t.Helper()
	old := p.doors[i]
	if err := old.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		p.t.Fatal(err)
	}
	<-old.ended
	next := launch(p.t, p.pairs...)
	took := next.awaitReady(time.Minute)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doors[i] = next
	return took
}

// ask asks one of the two, and the other one where there is no answer, as a balancer does.
func (p *pair) ask(first int, body, token string) (r reply, ok bool) {
	for try := range 4 {
		p.mu.Lock()
		url := p.doors[(first+try)%2].url
		p.mu.Unlock()
		req, err := http.NewRequest(http.MethodPost, url+"/graphql", strings.NewReader(body))
		if err != nil {
			return r, false
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		a, err := oneShot.Do(req)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(a.Body)
		_ = a.Body.Close()
		r = reply{status: a.StatusCode, text: string(text)}
		if err == nil && json.Unmarshal(text, &r) == nil && a.StatusCode == http.StatusOK && len(r.Errors) == 0 {
			return r, true
		}
	}
	return r, false
}

// Of two gateways one is killed again and again while members read and pay: readers find the other one, and no payment is
// lost or made twice, though whoever pays sends again what was not answered.
func TestOfTwoGatewaysOneIsKilledAgainAndAgainAndNobodyLosesAnything(t *testing.T) {
	needServers(t)
	e := ready(t, servers)
	app := spender(t, e, "steadfast")
	kills, before := 4, app.available()
	if os.Getenv("SOAK") != "" {
		kills = 40
	}
	p := openPair(t, e.pairs)
	token := tokenOf(t, app.who)
	stop := make(chan struct{})
	var all sync.WaitGroup
	var reads, lost atomic.Int64
	read := jsonOf(map[string]any{"query": walletOnly})
	all.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond) // 200 a second
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			all.Go(func() {
				reads.Add(1)
				if _, ok := p.ask(i, read, token); !ok {
					lost.Add(1)
				}
			})
		}
	})
	const coins = 100
	hold := app.only("CheckoutHold")
	paid := map[string]any{} // by key, the hold that the member was told of
	bodies := map[string]string{}
	var mu sync.Mutex
	for writer := range 2 {
		all.Go(func() {
			for n := writer; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				key := rand.Text()
				body := jsonOf(map[string]any{"query": hold, "variables": map[string]any{"input": map[string]any{
					"idempotencyKey": key, "orderId": rand.Text(), "orderAmountFen": 1001, "coins": coins, "channel": "MINI_PROGRAM"}}})
				for deadline := time.Now().Add(time.Minute); ; {
					r, ok := p.ask(n, body, token)
					if ok {
						mu.Lock()
						paid[key], bodies[key] = r.at(t, "checkoutHold", "hold", "id"), body
						mu.Unlock()
						break
					}
					if time.Now().After(deadline) {
						t.Errorf("a payment is not taken within a minute: %s", shortened(r.text))
						return
					}
				}
			}
		})
	}
	var slowest time.Duration
	for i := range kills {
		mu.Lock()
		seen := len(paid)
		mu.Unlock()
		awaiting(t, "payments go on", func() bool { mu.Lock(); defer mu.Unlock(); return len(paid) > seen+2 })
		slowest = max(slowest, p.kill(i%2))
	}
	close(stop)
	all.Wait()
	t.Logf("%d kills, ready again within %v; %d reads, %d without an answer; %d payments", kills, slowest, reads.Load(), lost.Load(), len(paid))
	if got, want := app.available(), before-coins*len(paid); got != want {
		t.Errorf("%d payments of %d are told of, %d coins are left of %d; want %d", len(paid), coins, got, before, want)
	}
	if lost.Load() > reads.Load()/100 {
		t.Errorf("%d of %d reads got no answer from either", lost.Load(), reads.Load())
	}
	if slowest > 10*3*time.Second {
		t.Errorf("a gateway was ready after %v", slowest)
	}
	again := 0
	for key, body := range bodies {
		if again++; again > 20 {
			break
		}
		r, ok := p.ask(again, body, token)
		if !ok || r.at(t, "checkoutHold", "replayed") != true || fmt.Sprint(r.at(t, "checkoutHold", "hold", "id")) != fmt.Sprint(paid[key]) {
			t.Errorf("sent again it is another hold than %v: %s", paid[key], shortened(r.text))
		}
	}
}

func TestSoakOfTwoGatewaysOneIsKilledAgainAndAgain(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("it runs with SOAK=1")
	}
	TestOfTwoGatewaysOneIsKilledAgainAndAgainAndNobodyLosesAnything(t)
}
