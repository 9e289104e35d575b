package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// post sends a body to POST /events of an admin listener.
func post(t *testing.T, in *inbound, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	adminHandler(newMeters(in.meters()...), in, nil).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// intake is embedded stores with the events' way into them.
func intake(t *testing.T, dir string) (*inbound, *stores) {
	t.Helper()
	s, err := readSettings(env("DATA_DIR", dir, "SANDBOX", "on", "SANDBOX_CLOCK", "events", "EVENT_PARTITIONS", "4"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := programme.Keep(s.Programme)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, false, discard())
	if err != nil {
		t.Fatal(err)
	}
	return newInbound(s, st, rules, clock.Real(), discard()), st
}

const order1 = `{"id":"e1","type":"order.paid","member":"1","at":"2011-03-01T12:00:00+08:00","data":{"orderId":"o1","amountFen":400000,"channel":"STORE","lines":[{"sku":"A","quantity":1,"amountFen":400000}]}}`

func TestEventsComeInOverHTTPAreAppliedAndTheDeadAreShownAndReplayed(t *testing.T) {
	dir := t.TempDir()
	in, st := intake(t, dir)
	status, answer := post(t, in, strings.Join([]string{
		order1,
		strings.Replace(order1, `"e1"`, `"e2"`, 1), // the same order under another id
		order1,
		`{"id":"e3","type":"order.payed","member":"1","at":"2011-03-01T12:00:00+08:00","data":{}}`,
		"",
		`{"id":"e4","type":"order.paid","member":"1","at":"2011-01-20T12:00:00+08:00","data":{"orderId":"o2","amountFen":100000,"channel":"STORE","lines":[]}}`, // 40 days late
	}, "\n"))
	if status != http.StatusAccepted || !strings.Contains(answer, `{"accepted":5}`) {
		t.Fatalf("%d %s", status, answer)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- in.consume(ctx) }()
	awaiting(t, "all events", func() bool {
		waiting, _, err := in.streams.Lag(t.Context())
		return err == nil && !slices.ContainsFunc(waiting, func(n int64) bool { return n > 0 })
	})
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	found, err := st.accounts.ByIDs(t.Context(), []member.ID{"1"}, account.Whole)
	if err != nil {
		t.Fatal(err)
	}
	w := found["1"].Account.Wallet
	heads, err := st.ledger.Heads(t.Context(), []wallet.ID{w})
	if err != nil || heads[w].State.LifetimeEarned != 4000+1500 { // the late order earns at the tier held when it comes
		t.Errorf("earned %d, %v", heads[w].State.LifetimeEarned, err)
	}
	recorder := httptest.NewRecorder()
	adminHandler(newMeters(in.meters()...), in, nil).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`membergate_events_applied_total{type="order.paid"} 4`, `membergate_events_buried_total{type="other"} 1`,
		`membergate_events_waiting{partition="3"} 0`, `membergate_events_dead 1`, `membergate_event_seconds_count 4`} {
		if !strings.Contains(recorder.Body.String(), want) {
			t.Errorf("the numbers lack %s", want)
		}
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	pairs := []string{"DATA_DIR", dir, "EVENT_PARTITIONS", "4"}
	out, log, code := command(t, "dead list", pairs...)
	if code != 0 || !strings.Contains(out, "e3") || !strings.Contains(out, `type is "order.payed"; allowed are`) || strings.Count(out, "\n") != 2 {
		t.Errorf("dead list: code %d, %s %s", code, out, log)
	}
	if _, log, code := command(t, "dead retry 1-1", pairs...); code != 1 || !strings.Contains(log, "Error: entry 1-1 is not among the dead") {
		t.Errorf("dead retry 1-1: code %d, %s", code, log)
	}
	if out, log, code := command(t, "dead retry", pairs...); code != 0 || out != "1 events are in their streams again.\n" {
		t.Errorf("dead retry: code %d, %s %s", code, out, log)
	}
	if out, _, _ := command(t, "dead list", pairs...); strings.Count(out, "\n") != 1 {
		t.Errorf("after the replay there are still dead: %s", out)
	}
}

func TestLinesThatAreNoEventsAreRefusedAllTogether(t *testing.T) {
	in, st := intake(t, t.TempDir())
	defer st.close()
	for body, want := range map[string]string{
		order1 + "\nhello":                        "line 2 is no event; allowed is one JSON object",
		`{"id":"1","type":"x","at":"","data":{}}`: "line 1 has no id, type or member",
		order1 + order1:                           "line 1 is no event",
		`{"id":"1","kind":"x"}`:                   "line 1 is no event",
		strings.Repeat("x", maxIngestLine+1):      "a line is longer than",
	} {
		if status, answer := post(t, in, body); status != http.StatusBadRequest || !strings.Contains(answer, want) {
			t.Errorf("%.60s: %d %s", body, status, answer)
		}
	}
	if status, _ := post(t, in, strings.Repeat(strings.Repeat(" ", 1000)+"\n", maxIngest/1000)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body that is too long: %d", status)
	}
	waiting, _, err := in.streams.Lag(t.Context())
	if err != nil || slices.ContainsFunc(waiting, func(n int64) bool { return n > 0 }) {
		t.Errorf("something came in: %v, %v", waiting, err)
	}
}

func TestWhileTheStreamsAreAwaySendersAreToldToComeAgain(t *testing.T) {
	in, st := intake(t, t.TempDir())
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	if status, answer := post(t, in, order1); status != http.StatusServiceUnavailable || !strings.Contains(answer, "send all of them again") {
		t.Errorf("%d %s", status, answer)
	}
	w := httptest.NewRecorder()
	adminHandler(newMeters(in.meters()...), in, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if body, _ := io.ReadAll(w.Body); w.Code != http.StatusOK || !strings.Contains(string(body), "membergate_events_retried_total") {
		t.Errorf("without its streams the numbers are %d", w.Code)
	}
}

func TestTheWorkerRunsWithEmbeddedStoresUnlessItIsTurnedOff(t *testing.T) {
	for args, want := range map[string]bool{"serve": true, "": true, "serve --worker=false": false} {
		var got bool
		execute(strings.Fields(args), &program{env: env("DATA_DIR", t.TempDir()), out: io.Discard, log: io.Discard, build: remember(&got)})
		if got != want {
			t.Errorf("%q: worker %v, want %v", args, got, want)
		}
	}
	got := true
	execute([]string{"serve"}, &program{env: env("MONGODB_URI", "mongodb://x/", "REDIS_URL", "redis://x/"), out: io.Discard, log: io.Discard, build: remember(&got)})
	if got {
		t.Error("with servers the gateway consumes events unasked")
	}
}

func remember(worker *bool) func(context.Context, Settings, *slog.Logger) (*Parts, error) {
	return func(_ context.Context, s Settings, _ *slog.Logger) (*Parts, error) {
		*worker = s.Worker
		return nil, errors.New("seen")
	}
}
