package main

import (
	"strings"
	"testing"
	"time"
)

const balanceNow = `{ me { wallet { balance { available lifetimeExpired asOf } } } }`

func TestTheDebugClockMovesAQueryInASandboxOnly(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		then := good(t, e.gateway.url, question{query: balanceNow, who: single, at: sampleEnd})
		if then.at(t, "me", "wallet", "balance", "available") != 4939.0 || then.at(t, "me", "wallet", "balance", "asOf") != "2011-01-17T09:44:00Z" {
			t.Errorf("at the sample's end: %s", then.Data)
		}
		// The last coins were earned in January 2011: they die at the end of January 2012.
		before := good(t, e.gateway.url, question{query: balanceNow, who: single, at: "2012-01-31T23:59:59+08:00"})
		if n, _ := before.at(t, "me", "wallet", "balance", "available").(float64); n <= 0 || n >= 4939 {
			t.Errorf("before the last coins die: %s", before.Data)
		}
		after := good(t, e.gateway.url, question{query: balanceNow, who: single, at: "2012-02-01T00:00:00+08:00"})
		if after.at(t, "me", "wallet", "balance", "available") != 0.0 {
			t.Errorf("when the last coins died: %s", after.Data)
		}
		wrong := ask(t, e.gateway.url, question{query: balanceNow, who: single, at: "tomorrow"})
		wrong.refusedOnce(t, "BAD_USER_INPUT", `X-Debug-Now is "tomorrow"; allowed is an RFC 3339 time`)

		plain := e.gateway.beside(t, func(s *Settings) { s.Sandbox = false })
		for _, at := range []string{sampleEnd, "tomorrow"} {
			r := good(t, plain.url, question{query: balanceNow, who: single, at: at})
			if text, _ := r.at(t, "me", "wallet", "balance", "asOf").(string); !strings.HasPrefix(text, time.Now().UTC().Format("2006-01-02T")) {
				t.Errorf("without a sandbox %s moves the clock: %s", at, r.Data)
			}
		}
	})
}

// A sandbox of events shows every member as of the member's own newest event.
func TestTheClockOfEventsIsEachMembersOwn(t *testing.T) {
	p := launch(t, "DATA_DIR", filled(t), "SANDBOX", "on", "SANDBOX_CLOCK", "events", "JWT_HS256_SECRET", testSecret)
	for who, want := range map[string]float64{single: 4939, owner: 32805} {
		r := good(t, p.url, question{query: balanceNow, who: who})
		if r.at(t, "me", "wallet", "balance", "available") != want {
			t.Errorf("member %s: %s", who, r.Data)
		}
	}
}

func TestASandboxClockTicksFromItsStart(t *testing.T) {
	dir := filled(t)
	p := launch(t, "DATA_DIR", dir, "SANDBOX", "on", "SANDBOX_CLOCK", "2011-01-17T17:44:00+08:00", "JWT_HS256_SECRET", testSecret)
	r := good(t, p.url, question{query: balanceNow, who: single})
	if text, _ := r.at(t, "me", "wallet", "balance", "asOf").(string); !strings.HasPrefix(text, "2011-01-17T09:4") || r.at(t, "me", "wallet", "balance", "available") != 4939.0 {
		t.Errorf("the clock shows %s", r.Data)
	}
}

func TestASandboxClockOlderThanTheLedgerIsRefusedAndNamesTheNewestEntry(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		pairs := append([]string{}, e.pairs...)
		if e.name == "embedded" {
			pairs = append(pairs, "DATA_DIR", filled(t)) // the last one wins
		}
		_, log, code := perform(append(pairs, "SANDBOX_CLOCK", "2011-01-17T17:00:00+08:00"), "serve")
		want := `SANDBOX_CLOCK is "2011-01-17T09:00:00Z"; allowed are times from 20` // which one, other tests of the servers decide
		if e.name == "embedded" {
			want += "11-01-17T09:"
		}
		if said := onlyError(t, log); code == 0 || !strings.HasPrefix(said, want) || !strings.HasSuffix(said, "which is the newest ledger entry's") {
			t.Errorf("code %d, %s", code, said)
		}
	})
}
