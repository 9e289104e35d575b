package main

import (
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// walletOnly asks for what needs the document store and not the cache.
const walletOnly = `{ me { id wallet { balance { available } } } }`

// load asks a question at a steady pace until the time is over, waits for every answer and gives them with their times.
func load(t *testing.T, url string, q question, perSecond int, lasts time.Duration) (answers []reply, took []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < lasts; <-tick.C {
		all.Go(func() {
			at := time.Now()
			r := ask(t, url, q)
			mu.Lock()
			defer mu.Unlock()
			answers, took = append(answers, r), append(took, time.Since(at))
		})
	}
	all.Wait()
	return answers, took
}

// failed counts the answers with errors.
func failed(answers []reply) (n int) {
	for _, r := range answers {
		if r.status != http.StatusOK || len(r.Errors) > 0 {
			n++
		}
	}
	return n
}

// loadLasts is how long each fault lasts: a soak takes ten times as long.
func loadLasts() time.Duration {
	if os.Getenv("SOAK") != "" {
		return 20 * time.Second
	}
	return 2 * time.Second
}

func TestWhoComesWhenTooManyRequestsRunIsTurnedAwayAtOnce(t *testing.T) {
	const fit = 5
	let, waiting := make(chan struct{}), make(chan struct{}, 2*fit)
	r := start(t, func(s *Settings, p *Parts) {
		s.AtOnce = fit
		p.Schema = small(let, waiting)
	})
	var all sync.WaitGroup
	var done sync.Once
	release := func() { done.Do(func() { close(let) }) }
	defer release()
	for range fit {
		all.Go(func() {
			if rep := ask(t, r.public, question{query: "{ wait }"}); rep.status != http.StatusOK {
				t.Errorf("one that was let in got %d: %s", rep.status, rep.text)
			}
		})
	}
	for range fit {
		<-waiting
	}
	var slowest time.Duration
	for range 50 {
		began := time.Now()
		rep := ask(t, r.public, question{query: "{ me }"})
		slowest = max(slowest, time.Since(began))
		if rep.status != http.StatusServiceUnavailable || rep.header.Get("Retry-After") != "1" || len(rep.Errors) != 1 || rep.Errors[0].code() != "UNAVAILABLE" ||
			rep.Errors[0].Extensions["part"] != "gateway" || rep.Errors[0].Extensions["retryAfterMs"] != 1000.0 || len(rep.Data) > 0 {
			t.Fatalf("who comes too many gets %d %v: %s", rep.status, rep.header, rep.text)
		}
	}
	t.Logf("the slowest refusal took %v", slowest)
	if slowest > 10*50*time.Millisecond {
		t.Errorf("a refusal took %v", slowest)
	}
	if status, _, body := r.get("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz answers %d: %s", status, body)
	}
	_, _, numbers := r.call(http.MethodGet, r.admin+"/metrics", "", nil)
	for _, line := range []string{"membergate_requests_running 5\n", "membergate_requests_turned_away_total 50\n"} {
		if !strings.Contains(numbers, line) {
			t.Errorf("/metrics does not say %q", line)
		}
	}
	release()
	all.Wait()
	if rep := ask(t, r.public, question{query: "{ me }"}); rep.status != http.StatusOK {
		t.Errorf("when there is room again, the answer is %d: %s", rep.status, rep.text)
	}
}

func TestWithTheStoreFrozenUnderLoadNobodyWaitsLongAndAllIsWellSoonAfter(t *testing.T) {
	w := openCabled(t)
	q := question{query: walletOnly, who: owner, at: sampleEnd}
	right := good(t, w.url, q)
	before := runtime.NumGoroutine()
	w.mongo.freeze()
	answers, took := load(t, w.url, q, 100, loadLasts())
	slices.Sort(took)
	t.Logf("frozen: %d answers, median %v, longest %v, %d refused by the breaker", len(took), took[len(took)/2], took[len(took)-1], w.parts.broken("store"))
	if n := failed(answers); n != len(answers) {
		t.Errorf("%d of %d answered without their store", len(answers)-n, len(answers))
	}
	for _, r := range answers {
		if len(r.Errors) == 0 || r.Errors[0].code() != "UNAVAILABLE" || strings.Contains(r.text, `"available"`) {
			t.Fatalf("without the store the wallet is %s", r.text)
		}
	}
	if longest := took[len(took)-1]; longest > 10*downWithin {
		t.Errorf("an answer took %v", longest)
	}
	w.mongo.thaw()
	awaitGood(t, w.url, q)
	answers, _ = load(t, w.url, q, 50, time.Second)
	if n := failed(answers); n > len(answers)/10 {
		t.Errorf("%d of %d fail when the store is back", n, len(answers))
	}
	for _, r := range answers {
		if len(r.Errors) == 0 && masked(t, r) != masked(t, right) {
			t.Fatalf("the wallet is %s, it was %s", r.text, right.text)
		}
	}
	awaiting(t, "goroutines go back", func() bool { return runtime.NumGoroutine() <= before+before/10+20 })
}

func TestWithTheCacheFrozenUnderLoadWalletsAnswerAndFewWait(t *testing.T) {
	w := openCabled(t)
	home := question{query: appQueries(t)["Home"].text, who: owner, at: sampleEnd}
	good(t, w.url, home)
	w.redis.freeze()
	answers, took := load(t, w.url, home, 20, loadLasts())
	slices.Sort(took)
	t.Logf("frozen: %d answers, median %v, longest %v, %d refused by the breaker", len(took), took[len(took)/2], took[len(took)-1], w.parts.broken("cache"))
	for _, r := range answers {
		if r.status != http.StatusOK || r.at(t, "me", "wallet", "balance", "available") == nil {
			t.Fatalf("without the cache the wallet is %s", shortened(r.text))
		}
	}
	if w.parts.broken("cache") == 0 {
		t.Error("the breaker has refused nothing")
	}
	w.redis.thaw()
	awaitGood(t, w.url, home)
}

// A cluster of three masters loses one after the other: what members own never needs it.
func TestAClusterThatLosesItsMastersOneByOneCostsNobodyAWallet(t *testing.T) {
	needServers(t)
	e := ready(t, servers)
	if _, err := exec.LookPath("redis-cli"); err != nil {
		t.Skip("redis-cli is not installed")
	}
	var masters []*ownRedis
	var addresses []string
	for range 3 {
		r := startRedis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--cluster-require-full-coverage", "no")
		masters, addresses = append(masters, r), append(addresses, "127.0.0.1:"+r.port)
	}
	if out, err := exec.Command("redis-cli", append(append([]string{"--cluster", "create"}, addresses...), "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pairs := append(append([]string{}, e.pairs...), "REDIS_URL", "redis://"+strings.Join(addresses, ","))
	var doors []*gateway
	for range 2 {
		g, err := openGateway(pairs...)
		if err != nil {
			t.Fatal(err)
		}
		doors = append(doors, g)
		t.Cleanup(func() {
			if err := g.close(); err != nil {
				t.Error(err)
			}
		})
	}
	q := question{query: walletOnly, who: owner, at: sampleEnd}
	want := masked(t, good(t, doors[0].url, q))
	for i, m := range masters {
		m.kill()
		answers, took := load(t, doors[i%2].url, q, 200, loadLasts())
		m.start()
		slices.Sort(took)
		t.Logf("without master %d: %d answers, %d failed, median %v, 99 %% within %v", i+1, len(answers), failed(answers), took[len(took)/2], took[len(took)*99/100])
		for _, r := range answers {
			if len(r.Errors) == 0 && masked(t, r) != want {
				t.Fatalf("the wallet is %s", r.text)
			}
		}
		if n := failed(answers); n > len(answers)/20 {
			t.Errorf("%d of %d failed without master %d", n, len(answers), i+1)
		}
		for _, g := range doors {
			awaitGood(t, g.url, q)
		}
	}
}

// broken is how many calls to a part its breakers have refused.
func (p *Parts) broken(part string) (n int64) {
	for _, g := range p.Breakers {
		if g.Part() == part {
			n += g.Refused()
		}
	}
	return n
}

// Before the door is shut, balancers hear that the process is not ready any more, while requests still answer.
func TestAProcessThatIsToldToStopStillAnswersWhileBalancersHearOfIt(t *testing.T) {
	r := start(t, func(s *Settings, _ *Parts) { s.Drain = 2 * time.Second })
	if status, _, _ := r.get("/readyz"); status != http.StatusOK {
		t.Fatalf("/readyz answers %d", status)
	}
	began := time.Now()
	r.end()
	awaiting(t, "the end is known", r.ready.stopping.Load)
	asked := 0
	for time.Since(began) < time.Second {
		status, _, body := r.get("/readyz")
		if status != http.StatusServiceUnavailable || !strings.Contains(body, `"stopping":true`) {
			t.Fatalf("/readyz answers %d: %s", status, body)
		}
		if rep := ask(t, r.public, question{query: "{ me }"}); rep.status != http.StatusOK || len(rep.Errors) > 0 {
			t.Fatalf("a request that comes meanwhile gets %d: %s", rep.status, rep.text)
		}
		asked++
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
	select {
	case err := <-r.ended:
		r.ended <- err
		if took := time.Since(began); err != nil || took < 2*time.Second || took > 10*time.Second {
			t.Errorf("it ended after %v: %v", took, err)
		}
	case <-time.After(15 * time.Second):
		t.Error("it does not end")
	}
}

func TestSoakTheFaultsUnderLoad(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("it runs with SOAK=1")
	}
	t.Run("store frozen", TestWithTheStoreFrozenUnderLoadNobodyWaitsLongAndAllIsWellSoonAfter)
	t.Run("cache frozen", TestWithTheCacheFrozenUnderLoadWalletsAnswerAndFewWait)
	t.Run("connections that break", TestWithConnectionsThatBreakNobodyGetsAnothersAnswer)
	t.Run("store slow", TestASlowStoreIsNotTakenToBeAway)
	t.Run("cluster", TestAClusterThatLosesItsMastersOneByOneCostsNobodyAWallet)
}
