package edge_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"membergate/internal/edge"
	"membergate/internal/viewer"
)

// wire is a WebSocket to a gateway under test.
type wire struct {
	*websocket.Conn
	t *testing.T
}

func (d *door) dial(protocol string, header http.Header) (*wire, *http.Response, error) {
	d.t.Helper()
	options := &websocket.DialOptions{HTTPHeader: header}
	if protocol != "" {
		options.Subprotocols = []string{protocol}
	}
	conn, answer, err := websocket.Dial(d.t.Context(), d.URL, options)
	if err != nil {
		return nil, answer, err
	}
	d.t.Cleanup(func() { _ = conn.CloseNow() })
	return &wire{conn, d.t}, answer, nil
}

func (d *door) wire(protocol string) *wire {
	d.t.Helper()
	w, _, err := d.dial(protocol, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return w
}

func (w *wire) say(text string) {
	w.t.Helper()
	if err := w.Write(w.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		w.t.Fatal(err)
	}
}

// hear gives the next message, or fails after ten seconds.
func (w *wire) hear() string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	_, text, err := w.Read(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// hears fails unless the next messages are these.
func (w *wire) hears(want ...string) {
	w.t.Helper()
	for _, text := range want {
		if got := w.hear(); got != text {
			w.t.Fatalf("heard %s; want %s", got, text)
		}
	}
}

// closed gives the code that the gateway closes the socket with.
func (w *wire) closed() websocket.StatusCode {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	for {
		if _, _, err := w.Read(ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

const (
	hello = `{"type":"connection_init","payload":{"authorization":"Bearer good"}}`
	acked = `{"type":"connection_ack"}`
)

func (d *door) inside() *wire {
	d.t.Helper()
	w := d.wire("graphql-transport-ws")
	w.say(hello)
	w.hears(acked)
	return w
}

func terse(p *edge.Parts) { p.Production = true } // answers without counts of stores

func answered(id, kind string, cost bool) string {
	if !cost {
		return fmt.Sprintf(`{"id":%q,"type":%q}`, id, kind)
	}
	return fmt.Sprintf(`{"id":%q,"type":%q,"payload":{"data":{"hello":"hello"},"extensions":{"cost":{"actual":0,"estimated":0}}}}`, id, kind)
}

func TestASocketAnswersInBothProtocols(t *testing.T) {
	d := open(t, terse)
	w := d.inside()
	w.say(`{"type":"ping"}`)
	w.hears(`{"type":"pong"}`)
	w.say(`{"id":"a","type":"subscribe","payload":{"query":"query Greet { hello }"}}`)
	w.hears(answered("a", "next", true), answered("a", "complete", false))
	w.say(`{"id":"a","type":"subscribe","payload":{"query":"{ nonsense }"}}`)
	if got := w.hear(); !strings.HasPrefix(got, `{"id":"a","type":"error","payload":[{"message":`) || !strings.Contains(got, "BAD_USER_INPUT") {
		t.Errorf("a document that cannot run is answered with %s", got)
	}
	w.say(`{"id":"b","type":"subscribe","payload":{"query":"mutation { pay }"}}`)
	if got := w.hear(); !strings.Contains(got, `"type":"error"`) || !strings.Contains(got, "OPERATION_NOT_ALLOWED") {
		t.Errorf("a mutation is answered with %s", got)
	}
	w.say(`{"type":"ping"}`)
	w.hears(`{"type":"pong"}`) // and nothing after an error

	old := d.wire("graphql-ws")
	old.say(hello)
	old.hears(acked, `{"type":"ka"}`)
	old.say(`{"id":"a","type":"start","payload":{"query":"{ hello }"}}`)
	old.hears(answered("a", "data", true), answered("a", "complete", false))
	old.say(`{"type":"connection_terminate"}`)
	if code := old.closed(); code != websocket.StatusNormalClosure {
		t.Errorf("a terminated connection is closed with %d", code)
	}
}

func TestASocketIsClosedForWhatTheProtocolForbids(t *testing.T) {
	d := open(t, terse)
	on := `{"id":"a","type":"subscribe","payload":{"query":"subscription { paid }"}}`
	for name, c := range map[string]struct {
		protocol string
		says     []string
		code     websocket.StatusCode
	}{
		"no subprotocol":          {"", nil, 4406},
		"nothing said":            {"graphql-transport-ws", nil, 4408},
		"a bad token":             {"graphql-transport-ws", []string{`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`}, 4403},
		"asking before init":      {"graphql-transport-ws", []string{on}, 4401},
		"two inits":               {"graphql-transport-ws", []string{hello, hello}, 4429},
		"one id twice":            {"graphql-transport-ws", []string{hello, on, on}, 4409},
		"no JSON":                 {"graphql-transport-ws", []string{"hello"}, 4400},
		"an unknown type":         {"graphql-transport-ws", []string{hello, `{"type":"start"}`}, 4400},
		"no id":                   {"graphql-transport-ws", []string{hello, `{"type":"subscribe","payload":{"query":"{ hello }"}}`}, 4400},
		"no payload":              {"graphql-transport-ws", []string{hello, `{"id":"a","type":"subscribe"}`}, 4400},
		"a message over 64 KiB":   {"graphql-transport-ws", []string{hello, `{"type":"ping","payload":{"x":"` + strings.Repeat("x", 64<<10) + `"}}`}, 1009},
		"the 101st in one minute": {"graphql-transport-ws", append([]string{hello}, slicesOf(`{"type":"ping"}`, 100)...), 1008},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, err := d.dial(c.protocol, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range c.says {
				_ = w.Write(t.Context(), websocket.MessageText, []byte(text)) // it may be closed already
			}
			if code := w.closed(); code != c.code {
				t.Errorf("closed with %d; want %d", code, c.code)
			}
		})
	}
}

func slicesOf(text string, n int) (all []string) {
	for range n {
		all = append(all, text)
	}
	return all
}

func TestNoStrangersPageOpensASocket(t *testing.T) {
	d := open(t, func(p *edge.Parts) { p.Origins = []string{"https://m.example.com"} })
	for i := range 20 {
		origin := []string{"null", "https://evil.example", "https://m.example.com.evil.example", "http://m.example.com", "https://m.example.com:444", "file://", "https://", " ", "chrome-extension://x"}[i%9]
		if i > 8 {
			origin = fmt.Sprintf("https://evil%d.example", i)
		}
		if _, answer, err := d.dial("graphql-transport-ws", http.Header{"Origin": {origin}, "Cookie": {"token=good"}}); err == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("the origin %q is answered with %v", origin, answer)
		}
	}
	for _, origin := range []string{"https://m.example.com", d.URL} {
		if _, _, err := d.dial("graphql-transport-ws", http.Header{"Origin": {origin}}); err != nil {
			t.Errorf("the origin %q: %v", origin, err)
		}
	}
}

func TestAMemberHasFiveSocketsAndTwentyOperationsOnEach(t *testing.T) {
	d := open(t, terse)
	var all []*wire
	for range 5 {
		all = append(all, d.inside())
	}
	sixth := d.wire("graphql-transport-ws")
	sixth.say(hello)
	if code := sixth.closed(); code != websocket.StatusTryAgainLater {
		t.Errorf("the sixth is closed with %d", code)
	}
	w := all[0]
	for i := range 21 {
		w.say(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"subscription { paid }"}}`, i))
	}
	for got := w.hear(); ; got = w.hear() {
		if strings.Contains(got, `"type":"error"`) {
			if !strings.HasPrefix(got, `{"id":"20","type":"error"`) || !strings.Contains(got, "OPERATION_NOT_ALLOWED") {
				t.Errorf("refused is %s", got)
			}
			break
		}
	}
	w.say(`{"id":"0","type":"complete"}`)
	w.say(`{"id":"next","type":"subscribe","payload":{"query":"{ hello }"}}`)
	w.hears(answered("next", "next", true), answered("next", "complete", false))
}

func TestASocketEndsWithItsTokenItsSessionAndItsProcess(t *testing.T) {
	ended := make(chan struct{})
	for name, c := range map[string]struct {
		change func(*edge.Parts)
		then   func(*edge.Gateway)
		code   websocket.StatusCode
	}{
		"the token is over": {func(p *edge.Parts) {
			p.Authenticate = func(context.Context, string) (viewer.Viewer, error) {
				return viewer.Viewer{Member: "1", Until: time.Now().Add(100 * time.Millisecond)}, nil
			}
		}, func(*edge.Gateway) {}, 4403},
		"signed out": {func(p *edge.Parts) {
			p.Ended = func(context.Context, viewer.Viewer) <-chan struct{} { return ended }
		}, func(*edge.Gateway) { close(ended) }, 4403},
		"the process stops": {terse, func(g *edge.Gateway) { g.Drain() }, 1012},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, c.change)
			w := d.inside()
			c.then(d.gateway)
			if code := w.closed(); code != c.code {
				t.Errorf("closed with %d; want %d", code, c.code)
			}
		})
	}
}

func TestAThousandSocketsLeaveNothingBehind(t *testing.T) {
	d := open(t, terse)
	before := runtime.NumGoroutine()
	for range 200 {
		var all []*wire
		for range 5 {
			w := d.inside()
			w.say(`{"id":"a","type":"subscribe","payload":{"query":"subscription { paid }"}}`)
			all = append(all, w)
		}
		for i, w := range all {
			if i%2 == 0 {
				_ = w.CloseNow() // as a phone in a tunnel
			} else {
				_ = w.Close(websocket.StatusNormalClosure, "")
			}
		}
		d.free()
	}
	d.until("the goroutines are as many as before", func() bool { return runtime.NumGoroutine() <= before+5 })
}

// until waits for something that comes true within twenty seconds.
func (d *door) until(what string, is func() bool) {
	d.t.Helper()
	patience := time.After(20 * time.Second)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-patience:
			d.t.Fatalf("waited in vain until %s; %d goroutines, %d connections held", what, runtime.NumGoroutine(), edge.Held(d.gateway))
		}
	}
}

// free waits until nobody holds a connection.
func (d *door) free() {
	d.t.Helper()
	d.until("nobody holds a connection", func() bool { return edge.Held(d.gateway) == 0 })
}

func TestASocketOfASlowReaderIsDroppedAndOthersAreNot(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	d := open(t, func(p *edge.Parts) {
		terse(p)
		p.Schema.(*shop).events = func(i int) (string, bool, error) { return large, true, nil }
	})
	edge.WaitForReaders(d.gateway, 300*time.Millisecond)
	slow := d.inside()
	slow.say(`{"id":"a","type":"subscribe","payload":{"query":"subscription { paid }"}}`)
	quick := d.inside()
	quick.say(`{"id":"a","type":"subscribe","payload":{"query":"{ hello }"}}`)
	quick.hears(answered("a", "next", true), answered("a", "complete", false))
	d.until("only the quick one is held", func() bool { return edge.Held(d.gateway) == 1 })
}
