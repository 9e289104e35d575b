package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
)

// tell applies events as the worker does, and gives the reasons of those that are poison.
func (e *engine) tell(t *testing.T, messages ...event.Message) []string {
	t.Helper()
	poison, err := e.gateway.parts.Events.(*inbound).service.Apply(t.Context(), messages)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, p := range poison {
		reasons = append(reasons, p.Reason)
	}
	return reasons
}

func TestAnOrderCapturesTheHoldItNamesAndItsRefundBringsTheCoinsBack(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "shopper")
		before := app.available()
		id := rand.Text()
		held := app.send("CheckoutHold", map[string]any{"idempotencyKey": id, "orderId": id, "orderAmountFen": 1000, "coins": 300, "channel": "MINI_PROGRAM"})
		if code := held.refusal(t, "checkoutHold"); code != "" {
			t.Fatalf("the hold: %s", held.text)
		}
		hold, _ := held.at(t, "checkoutHold", "hold", "id").(string)
		at := time.Now().UTC().Format(time.RFC3339)
		paid := event.Message{ID: "p" + id, Type: "order.paid", Member: app.who, At: at, Data: fmt.Sprintf(
			`{"orderId":%q,"amountFen":700,"channel":"MINI_PROGRAM","lines":[],"coinsHoldId":%q}`, id, hold)}
		back := func(n, fen int) event.Message {
			return event.Message{ID: fmt.Sprint("r", n, id), Type: "order.refunded", Member: app.who, At: at, Data: fmt.Sprintf(
				`{"refundId":"r%d%s","orderId":%q,"amountFen":%d}`, n, id, id, fen)}
		}
		foreign := paid
		foreign.ID, foreign.Member = "f"+id, "empty"
		if p := e.tell(t, foreign); len(p) != 1 || p[0] != "member empty: coinsHoldId of order "+id+" names a hold of another member" {
			t.Errorf("another member's order: %q", p)
		}
		for range 2 {
			if p := e.tell(t, paid, paid); p != nil {
				t.Fatal(p)
			}
			if got := app.available(); got != before-300+7 {
				t.Errorf("after the order %d are available, want %d", got, before-300+7)
			}
		}
		settled := app.send("CheckoutSettle", map[string]any{"idempotencyKey": id, "holdId": hold, "action": "CAPTURE"})
		if code := settled.refusal(t, "checkoutSettle"); code != "HOLD_ENDED" {
			t.Errorf("the app settles what the order captured: %s", settled.text)
		}
		for i, want := range []int{before - 200 + 5, before - 150 + 4, before} { // a third, a half, all
			if p := e.tell(t, back(i, []int{234, 116, 350}[i]), back(0, 234)); p != nil {
				t.Fatal(p)
			}
			if got := app.available(); got != want {
				t.Errorf("after refund %d %d are available, want %d", i, got, want)
			}
		}
		page := good(t, app.url, question{query: `{ me { wallet { balance { held owed lifetimeSpent } proof { verified }
			entries(first: 10, filter: {kinds: [SPEND, RETURN, CLAWBACK]}) { nodes { kind amount reverses { kind } } } } } }`, who: app.who})
		if page.at(t, "me", "wallet", "proof", "verified") != true || page.at(t, "me", "wallet", "balance", "lifetimeSpent") != float64(0) ||
			page.at(t, "me", "wallet", "entries", "nodes", 0, "kind") != "RETURN" || page.at(t, "me", "wallet", "entries", "nodes", 0, "reverses", "kind") != "SPEND" {
			t.Errorf("the wallet shows %s", page.text)
		}
	})
}

func TestAnOrderWhoseHoldWasReleasedTakesNoCoinsAndIsCounted(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "shopper")
		before, id := app.available(), rand.Text()
		held := app.send("CheckoutHold", map[string]any{"idempotencyKey": id, "orderId": id, "orderAmountFen": 1000, "coins": 300, "channel": "STORE"})
		if code := held.refusal(t, "checkoutHold"); code != "" {
			t.Fatalf("the hold: %s", held.text)
		}
		hold, _ := held.at(t, "checkoutHold", "hold", "id").(string)
		app.send("CheckoutSettle", map[string]any{"idempotencyKey": id, "holdId": hold, "action": "RELEASE"})
		if p := e.tell(t, event.Message{ID: id, Type: "order.paid", Member: app.who, At: time.Now().UTC().Format(time.RFC3339), Data: fmt.Sprintf(
			`{"orderId":%q,"amountFen":90,"channel":"STORE","lines":[],"coinsHoldId":%q}`, id, hold)}); p != nil {
			t.Fatal(p)
		}
		if got := app.available(); got != before {
			t.Errorf("%d are available, want %d", got, before)
		}
		in := e.gateway.parts.Events.(*inbound)
		w := httptest.NewRecorder()
		adminHandler(newMeters(in.meters()...), in, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if !strings.Contains(w.Body.String(), `membergate_order_holds_missed_total{state="RELEASED"} `) {
			t.Error("the numbers do not tell of the hold")
		}
	})
}
