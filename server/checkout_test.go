package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"regexp"
	"sync"
	"testing"
)

// appDocument is a file of the apps' operations.
func appDocument(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("../clients/operations/" + name + ".graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// walletApp sends operations of the wallet as the app does.
type walletApp struct {
	t    testing.TB
	url  string
	who  string
	text string
}

func (a walletApp) send(operation string, input map[string]any) reply {
	a.t.Helper()
	return ask(a.t, a.url, question{query: a.only(operation), variables: map[string]any{"input": input}, who: a.who})
}

// insist sends the same until there is an answer: a crowd on a busy machine gets late ones, and whoever gets none sends
// again, as apps do. What the late sending did is not done twice.
func (a walletApp) insist(operation string, input map[string]any) reply {
	a.t.Helper()
	r := a.send(operation, input)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = a.send(operation, input)
	}
	return r
}

// only keeps one operation of the document: the limits count all that are sent.
func (a walletApp) only(operation string) string {
	return regexp.MustCompile(`(?ms)^(query|mutation) ` + operation + `\b.*?^}$`).FindString(a.text)
}

// code is the one reason for which a mutation was refused, empty if it was not.
func (r reply) refusal(t testing.TB, field string) string {
	t.Helper()
	if len(r.Errors) > 0 {
		t.Fatalf("errors: %s", shortened(r.text))
	}
	code, _ := r.at(t, field, "userErrors", 0, "code").(string)
	return code
}

func (a walletApp) available() int {
	a.t.Helper()
	r := good(a.t, a.url, question{query: `{ me { wallet { balance { available } } } }`, who: a.who})
	return int(r.at(a.t, "me", "wallet", "balance", "available").(float64))
}

func TestAnOrderIsPaidPartlyWithCoins(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "payer")
		before := app.available()
		key := rand.Text()
		input := map[string]any{"idempotencyKey": key, "orderId": rand.Text(), "orderAmountFen": 1001, "coins": 300, "channel": "MINI_PROGRAM"}
		first := app.send("CheckoutHold", input)
		if code := first.refusal(t, "checkoutHold"); code != "" || first.at(t, "checkoutHold", "hold", "state") != "HELD" ||
			first.at(t, "checkoutHold", "wallet", "balance", "available") != float64(before-300) || first.at(t, "checkoutHold", "replayed") != false {
			t.Fatalf("the hold: %s", first.text)
		}
		hold := first.at(t, "checkoutHold", "hold", "id")
		again := app.send("CheckoutHold", input)
		if again.at(t, "checkoutHold", "replayed") != true || again.at(t, "checkoutHold", "hold", "id") != hold || app.available() != before-300 {
			t.Errorf("sent again: %s", again.text)
		}
		page := good(t, app.url, question{query: `query($id: ID!) { node(id: $id) { ... on Hold { state amount } }
			me { wallet { holds { nodes { id amount purpose } } entries(first: 3) { nodes { kind } }
			quiet: entries(first: 1, filter: {kinds: [HOLD]}) { nodes { kind amount title } } } } }`, variables: map[string]any{"id": hold}, who: app.who})
		if page.at(t, "me", "wallet", "holds", "nodes", 0, "id") != hold || page.at(t, "me", "wallet", "entries", "nodes", 0, "kind") == "HOLD" ||
			page.at(t, "me", "wallet", "quiet", "nodes", 0, "kind") != "HOLD" || page.at(t, "node", "state") != "HELD" {
			t.Errorf("the wallet shows %s", page.text)
		}
		for _, who := range []string{stranger, ""} {
			if r := good(t, app.url, question{query: `query($id: ID!) { node(id: $id) { id } }`, variables: map[string]any{"id": hold}, who: who}); r.at(t, "node") != nil {
				t.Errorf("to %q the hold is %s", who, r.text)
			}
		}
		settle := map[string]any{"idempotencyKey": key, "holdId": hold, "action": "CAPTURE", "coins": 250}
		paid := app.send("CheckoutSettle", settle)
		if paid.refusal(t, "checkoutSettle") != "" || paid.at(t, "checkoutSettle", "hold", "captured") != float64(250) ||
			paid.at(t, "checkoutSettle", "hold", "state") != "CAPTURED" || paid.at(t, "checkoutSettle", "wallet", "balance", "held") != float64(0) {
			t.Errorf("paid: %s", paid.text)
		}
		if again := app.send("CheckoutSettle", settle); again.at(t, "checkoutSettle", "replayed") != true || app.available() != before-250 {
			t.Errorf("paid again: %s", again.text)
		}
	})
}

func TestEveryReasonNotToHoldOrSettleIsToldWithItsCode(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "refused")
		order := rand.Text()
		hold := func(key string, fen, coins int) reply {
			return app.send("CheckoutHold", map[string]any{"idempotencyKey": key, "orderId": order, "orderAmountFen": fen, "coins": coins, "channel": "STORE"})
		}
		key := rand.Text()
		r := hold(key, 1_000_000_000, 299_999_999)
		if r.refusal(t, "checkoutHold") != "INSUFFICIENT_COINS" || r.at(t, "checkoutHold", "userErrors", 0, "shortBy") != float64(299_999_999-app.available()) {
			t.Errorf("too many: %s", r.text)
		}
		if r := hold(key, 100, 99); r.refusal(t, "checkoutHold") != "ORDER_SHARE_EXCEEDED" {
			t.Errorf("beyond the share: %s", r.text)
		}
		made := hold(key, 100, 10)
		if made.refusal(t, "checkoutHold") != "" {
			t.Fatalf("after two refusals: %s", made.text)
		}
		if r := hold(key, 100, 11); r.refusal(t, "checkoutHold") != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the key again: %s", r.text)
		}
		id, _ := made.at(t, "checkoutHold", "hold", "id").(string)
		settle := func(key, id, action string, coins any) reply {
			return app.send("CheckoutSettle", map[string]any{"idempotencyKey": key, "holdId": id, "action": action, "coins": coins})
		}
		foreign := spender(t, e, "empty")
		for _, c := range []struct {
			r    reply
			want string
		}{
			{settle("1"+key, "bm9uc2Vuc2U", "CAPTURE", nil), "NOT_FOUND"},
			{foreign.send("CheckoutSettle", map[string]any{"idempotencyKey": key, "holdId": id, "action": "RELEASE"}), "NOT_FOUND"},
			{settle("2"+key, id, "CAPTURE", 11), "HOLD_EXCEEDED"},
			{settle("3"+key, id, "RELEASE", nil), ""},
			{settle("3"+key, id, "CAPTURE", nil), "IDEMPOTENCY_CONFLICT"},
			{settle("4"+key, id, "CAPTURE", nil), "HOLD_ENDED"},
		} {
			if got := c.r.refusal(t, "checkoutSettle"); got != c.want {
				t.Errorf("%q instead of %q: %s", got, c.want, c.r.text)
			}
		}
		settle("5"+key, id, "RELEASE", 5).refusedOnce(t, "BAD_USER_INPUT", "RELEASE")
		settle("", id, "CAPTURE", nil).refusedOnce(t, "BAD_USER_INPUT", "idempotencyKey")
		nobody := app
		nobody.who = ""
		nobody.send("CheckoutSettle", map[string]any{"idempotencyKey": key, "holdId": id, "action": "RELEASE"}).refusedOnce(t, "UNAUTHENTICATED", "")
	})
}

func TestTwoHundredHoldsOfATenthOfTheBalanceWinTenTimes(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "hurried")
		part := app.available() / 10
		var mu sync.Mutex
		counts := map[string]int{}
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				r := app.insist("CheckoutHold", map[string]any{"idempotencyKey": fmt.Sprint(i), "orderId": fmt.Sprint("o", i), "orderAmountFen": 10 * part, "coins": part, "channel": "PARTNER"})
				mu.Lock()
				defer mu.Unlock()
				code, _ := r.at(t, "checkoutHold", "userErrors", 0, "code").(string)
				if len(r.Errors) > 0 {
					code = r.Errors[0].code()
				}
				counts[code]++
			})
		}
		all.Wait()
		if counts[""] != 10 || counts["INSUFFICIENT_COINS"] != 190 {
			t.Errorf("answers: %v", counts)
		}
	})
}
