package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/recommend"
)

// What apps tell of a member counts once, within bounds, and only while the member agrees.
func TestWhatAppsTellCountsOnceAndWithAYesOnly(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		app := walletApp{t, f.g.url, string(forgetter), appDocument(t, "track")}
		now := time.Now()
		deed := func(id, kind string, more ...any) map[string]any {
			out := map[string]any{"id": id, "kind": kind, "at": now.UTC().Format(time.RFC3339)}
			for n := 0; n+1 < len(more); n += 2 {
				out[more[n].(string)] = more[n+1]
			}
			return out
		}
		send := func(all ...map[string]any) reply { return app.send("TrackEvents", map[string]any{"events": all}) }
		tell := func(what string, accepted int, codes string, all ...map[string]any) reply {
			t.Helper()
			r := send(all...)
			var got []string
			rows, _ := r.at(t, "trackEvents", "userErrors").([]any)
			for n := range rows {
				got = append(got, fmt.Sprint(r.at(t, "trackEvents", "userErrors", n, "code")))
			}
			if r.at(t, "trackEvents", "accepted") != float64(accepted) || strings.Join(got, " ") != codes {
				t.Errorf("%s: %s", what, r.text)
			}
			return r
		}
		product := globalID("Product", "A")
		view := deed("v1", "PRODUCT_VIEWED", "productId", product)
		tell("a view, twice in one request", 1, "", view, view)
		tell("the same again", 0, "", view)
		r := send(deed("c1", "CART_ADDED", "productId", product))
		if cost := r.Extensions.Stores; cost.Mongo != 1 || cost.Redis != 2 {
			t.Errorf("one deed costs %+v", cost)
		}
		many := make([]map[string]any, 50)
		for i := range many {
			many[i] = deed(fmt.Sprintf("p%d", i), "PAGE_OPENED", "code", "home")
		}
		if r := tell("as many as may be", 50, "", many...); r.Extensions.Stores.Mongo != 1 || r.Extensions.Stores.Redis != 2 {
			t.Errorf("fifty cost %+v", r.Extensions.Stores)
		}
		tell("one too many", 0, "TOO_MANY_EVENTS", append(many, view)...)
		tell("an experiment, whatever the id", 1, "", deed("e1", "EXPERIMENT_MET", "code", "COMMUNITY_FIRST"), deed("e2", "EXPERIMENT_MET", "code", "COMMUNITY_FIRST"))
		old, early := deed("o1", "PAGE_OPENED", "code", "home"), deed("o2", "PAGE_OPENED", "code", "home")
		old["at"], early["at"] = now.AddDate(0, 0, -6).UTC().Format(time.RFC3339), now.Add(time.Hour).UTC().Format(time.RFC3339)
		wrong := tell("some are wrong", 1, "NOT_FOUND INVALID_EVENT INVALID_EVENT INVALID_EVENT UNKNOWN_CODE EVENT_TIME EVENT_TIME",
			deed("w1", "PRODUCT_VIEWED", "productId", globalID("Post", "x")), deed("", "PAGE_OPENED", "code", "home"), deed("w2", "PRODUCT_VIEWED"),
			deed("w3", "PAGE_OPENED", "code", "a page"), deed("w4", "EXPERIMENT_MET", "code", "NONE"), old, early, deed("w5", "PAGE_OPENED", "code", "home"))
		if jsonOf(wrong.at(t, "trackEvents", "userErrors", 3, "field")) != `["input","events","3","code"]` {
			t.Errorf("fields: %s", wrong.text)
		}
		if note, looks := f.platform().kept(forgetter); note || looks != 2 {
			t.Errorf("kept are %v, %d", note, looks)
		}
		sent := 54 // so many were counted
		for sent < 600 {
			more := make([]map[string]any, min(50, 600-sent))
			for i := range more {
				more[i] = deed(fmt.Sprintf("m%d", sent+i), "PAGE_OPENED", "code", "home")
			}
			tell("up to the bound", len(more), "", more...)
			sent += len(more)
		}
		if r := tell("beyond it", 0, "RATE_LIMITED", deed("z", "PAGE_OPENED", "code", "home")); r.at(t, "trackEvents", "userErrors", 0, "availableAt") == nil {
			t.Errorf("beyond it: %s", r.text)
		}
		if r := f.app.consent(recommend.Purpose, false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		f.untilDone(time.Now())
		tell("without a yes", 0, "CONSENT_REQUIRED", deed("n1", "PRODUCT_VIEWED", "productId", product), deed("", "PRODUCT_VIEWED", "productId", globalID("Post", "x")))
		if note, looks := f.platform().kept(forgetter); note || looks != 0 {
			t.Errorf("without a yes there are %v, %d", note, looks)
		}
	})
}
