package edge_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"membergate/internal/edge"
)

// streamed opens a shop that speaks in event streams only.
func streamed(t *testing.T, change func(*edge.Parts)) *door {
	d := open(t, change)
	d.Close()
	d.Server = httptest.NewServer(http.HandlerFunc(d.gateway.Stream))
	t.Cleanup(d.Server.Close)
	return d
}

// told asks for a stream.
func (d *door) told(method, target, body string, header ...string) *http.Response {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+target, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer good")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = a.Body.Close() })
	return a
}

func text(t *testing.T, a *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const paid = `{"query":"subscription { paid }"}`

func TestAnEventStreamTellsEveryEventAndGoesOnWhereItEnded(t *testing.T) {
	d := streamed(t, func(p *edge.Parts) { terse(p); p.Schema.(*shop).events = three })
	first := text(t, d.told(http.MethodPost, "/", paid))
	for i, want := range []string{
		"event: next\nid: 1\ndata: {\"data\":{\"paid\":\"事件 0\"}", "event: next\nid: 2\ndata: {\"data\":{\"paid\":\"事件 1\"}",
		"event: next\nid: 3\ndata: {\"data\":{\"paid\":\"事件 2\"}", "\n\nevent: complete\ndata: \n\n",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("piece %d is not in %q", i, first)
		}
	}
	get := d.told(http.MethodGet, "/?query=subscription%7Bpaid%7D", "", "Last-Event-ID", "2", "Accept", "text/event-stream; charset=us-ascii")
	if kind := get.Header.Get("Content-Type"); kind != "text/event-stream; charset=us-ascii" {
		t.Errorf("the type is %q", kind)
	}
	again := text(t, get)
	if strings.Count(again, "event: next") != 1 || !strings.Contains(again, `{"paid":"\u4e8b\u4ef6 2"}`) {
		t.Errorf("behind the second event stands %q", again)
	}
}

func TestAnEventStreamSaysWhyAnOperationDoesNotRun(t *testing.T) {
	d := streamed(t, terse)
	if got := text(t, d.told(http.MethodGet, "/?query=mutation%7Bpay%7D", "")); !strings.Contains(got, "OPERATION_NOT_ALLOWED") || !strings.Contains(got, "event: complete") {
		t.Errorf("a mutation over GET is answered with %q", got)
	}
	if got := text(t, d.told(http.MethodPost, "/", `{"query":"{ nonsense }"}`)); !strings.Contains(got, "BAD_USER_INPUT") || !strings.Contains(got, "event: complete") {
		t.Errorf("a document that cannot run is answered with %q", got)
	}
	if got := text(t, d.told(http.MethodPost, "/", `{"query":"{ hello }"}`)); strings.Count(got, "event: next") != 1 || !strings.Contains(got, `"hello":"hello"`) {
		t.Errorf("a query is answered with %q", got)
	}
	for status, a := range map[int]*http.Response{
		http.StatusUnauthorized:         d.told(http.MethodPost, "/", paid, "Authorization", "Bearer bad"),
		http.StatusBadRequest:           d.told(http.MethodPost, "/", "{"),
		http.StatusNotAcceptable:        d.told(http.MethodPost, "/", paid, "Accept", "application/json"),
		http.StatusUnsupportedMediaType: d.told(http.MethodPost, "/", paid, "Content-Type", "text/plain"),
		http.StatusMethodNotAllowed:     d.told(http.MethodDelete, "/", ""),
		http.StatusNotFound:             d.told(http.MethodGet, "/?token=made-up", ""),
	} {
		if a.StatusCode != status {
			t.Errorf("answered with %d; want %d", a.StatusCode, status)
		}
	}
}

func TestOneReservedStreamCarriesManyOperations(t *testing.T) {
	d := streamed(t, func(p *edge.Parts) { terse(p); p.Schema.(*shop).events = three })
	put := d.told(http.MethodPut, "/", "")
	token := text(t, put)
	if put.StatusCode != http.StatusCreated || token == "" {
		t.Fatalf("reserving is answered with %d %q", put.StatusCode, token)
	}
	if a := d.told(http.MethodPost, "/", `{"query":"{ hello }","extensions":{"operationId":"a"}}`, "X-GraphQL-Event-Stream-Token", token); a.StatusCode != http.StatusConflict {
		t.Errorf("asking before listening is answered with %d", a.StatusCode)
	}
	lines := bufio.NewScanner(d.told(http.MethodGet, "/?token="+token, "").Body)
	for _, id := range []string{"a", "b"} {
		a := d.told(http.MethodPost, "/", `{"query":"subscription { paid }","extensions":{"operationId":"`+id+`"}}`, "X-GraphQL-Event-Stream-Token", token)
		if a.StatusCode != http.StatusAccepted {
			t.Fatalf("asking is answered with %d %s", a.StatusCode, text(t, a))
		}
	}
	if a := d.told(http.MethodPost, "/", `{"query":"{ nonsense }","extensions":{"operationId":"c"}}`, "X-GraphQL-Event-Stream-Token", token); a.StatusCode != http.StatusAccepted {
		t.Errorf("a document that cannot run is answered with %d", a.StatusCode)
	}
	if a := d.told(http.MethodDelete, "/?operationId=c", "", "X-GraphQL-Event-Stream-Token", token); a.StatusCode != http.StatusOK {
		t.Errorf("ending is answered with %d", a.StatusCode)
	}
	told, over := map[string]int{}, 0
	for over < 2 && lines.Scan() {
		for _, id := range []string{"a", "b"} {
			if strings.Contains(lines.Text(), `"id":"`+id+`","payload":`) {
				told[id]++
			} else if lines.Text() == `data: {"id":"`+id+`"}` {
				over++
			}
		}
	}
	if told["a"] != 3 || told["b"] != 3 || over != 2 {
		t.Errorf("told %v, and %d are over", told, over)
	}
}

func TestEventStreamsLeaveNothingBehind(t *testing.T) {
	d := streamed(t, terse)
	for range 50 {
		for range 20 {
			d.told(http.MethodPost, "/", paid).Body.Close()
		}
		d.free()
	}
}

func TestAnEventStreamEndsWhenTheProcessStops(t *testing.T) {
	d := streamed(t, terse)
	a := d.told(http.MethodPost, "/", paid)
	d.gateway.Drain()
	if got := text(t, a); strings.Contains(got, "complete") {
		t.Errorf("a client that should come back is told %q", got)
	}
	d.free()
}
