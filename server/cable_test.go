package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"
)

// cable lies between the gateway and a server, and can be cut.
type cable struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	cut      bool // new connections are ended at once
	frozen   chan struct{}
	delay    time.Duration // before each piece is passed on
	open     map[net.Conn]bool
}

// newCable passes connections on to an address until the test ends.
func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &cable{listener: l, to: to, open: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { w.carry(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		w.thaw()
		w.close()
		all.Wait()
	})
	return w
}

func (w *cable) address() string { return w.listener.Addr().String() }

func (w *cable) carry(c net.Conn) {
	defer c.Close()
	server, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer server.Close()
	w.mu.Lock()
	if w.cut {
		w.mu.Unlock()
		return
	}
	w.open[c], w.open[server] = true, true
	w.mu.Unlock()
	var both sync.WaitGroup
	pass := func(from, to net.Conn) {
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			w.mu.Lock()
			frozen, delay := w.frozen, w.delay
			w.mu.Unlock()
			if frozen != nil {
				<-frozen
			}
			time.Sleep(delay)
			if n > 0 {
				if _, err := to.Write(buffer[:n]); err != nil {
					break
				}
			}
			if err != nil {
				break
			}
		}
		from.Close()
		to.Close()
	}
	both.Go(func() { pass(c, server) })
	both.Go(func() { pass(server, c) })
	both.Wait()
	w.mu.Lock()
	delete(w.open, c)
	delete(w.open, server)
	w.mu.Unlock()
}

// close ends every connection and takes no more: the server is gone.
func (w *cable) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for c := range w.open {
		c.Close()
	}
}

// freeze keeps the connections and passes nothing on: the server hangs.
func (w *cable) freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = make(chan struct{})
}

// thaw undoes freeze.
func (w *cable) thaw() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.frozen != nil {
		close(w.frozen)
		w.frozen = nil
	}
}

// slow lets each piece take that long in each direction.
func (w *cable) slow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delay = d
}

// mend undoes close.
func (w *cable) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
}

// cabled is a gateway on the filled servers, with a cable to each that can be cut.
type cabled struct {
	*gateway
	mongo, redis *cable
}

func openCabled(t *testing.T) *cabled {
	t.Helper()
	needServers(t)
	e := ready(t, servers)
	through := func(setting string) (*cable, string) {
		u, err := url.Parse(os.Getenv(setting))
		if err != nil {
			t.Fatal(err)
		}
		w := newCable(t, u.Host)
		u.Host = w.address()
		return w, u.String()
	}
	out := &cabled{}
	var mongo, redis string
	out.mongo, mongo = through("MONGODB_URI")
	out.redis, redis = through("REDIS_URL")
	var err error
	if out.gateway, err = openGateway(append(append([]string{}, e.pairs...), "MONGODB_URI", mongo, "REDIS_URL", redis)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		out.redis.mend()
		out.mongo.mend()
		if err := out.gateway.close(); err != nil {
			t.Error(err)
		}
	})
	return out
}

// awaitGood asks again until there is no error any more, for as long as a part may take to come back.
func awaitGood(t *testing.T, url string, q question) reply {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < 15*time.Second; <-tick.C {
		if r := ask(t, url, q); r.status == http.StatusOK && len(r.Errors) == 0 {
			return r
		}
	}
	t.Fatal("the part is back, but the answer is not")
	return reply{}
}

// readiness is what /readyz says of the parts.
func (g *gateway) readiness(t *testing.T) (status int, parts map[string]bool, text string) {
	t.Helper()
	a, err := oneShot.Get(g.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	var s state
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	parts = map[string]bool{}
	for name, part := range s.Parts {
		parts[name] = part.Ready
	}
	return a.StatusCode, parts, string(body)
}

// awaitPart asks until /readyz says of a part that it is there, or that it is not, and gives the status and all parts;
// what it knows it keeps for a second.
func (g *gateway) awaitPart(t *testing.T, part string, there bool) (status int, parts map[string]bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < 15*time.Second; <-tick.C {
		if status, parts, _ = g.readiness(t); parts[part] == there {
			return status, parts
		}
	}
	t.Fatalf("/readyz does not say of the %s that it is %t", part, there)
	return 0, nil
}
