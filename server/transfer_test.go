package main

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
)

// profileID is the public id of somebody.
func profileID(t *testing.T, app walletApp) any {
	t.Helper()
	return good(t, app.url, question{query: `{me{publicProfile{id}}}`, who: app.who}).at(t, "me", "publicProfile", "id")
}

const passed = `query {me {wallet {entries(first: 1) {nodes {kind amount title transfer {id message sender {displayName} recipient {displayName}}}}}}}`

func TestCoinsAreSentToAnotherMember(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		giver, taker := spender(t, e, "giver"), spender(t, e, "taker")
		had, got := giver.available(), taker.available()
		in := map[string]any{"idempotencyKey": rand.Text(), "recipientId": profileID(t, taker), "coins": 150, "message": "Enjoy", "expectedName": "taker"}
		first := giver.send("SendCoins", in)
		if first.refusal(t, "coinTransfer") != "" || first.at(t, "coinTransfer", "transfer", "state") != "DONE" || first.at(t, "coinTransfer", "replayed") != false ||
			first.at(t, "coinTransfer", "transfer", "recipient", "displayName") != "taker" || first.at(t, "coinTransfer", "wallet", "balance", "available") != float64(had-150) ||
			taker.available() != got+150 {
			t.Fatalf("sent: %s", first.text)
		}
		id := first.at(t, "coinTransfer", "transfer", "id")
		if again := giver.send("SendCoins", in); again.at(t, "coinTransfer", "replayed") != true || again.at(t, "coinTransfer", "transfer", "id") != id || giver.available() != had-150 {
			t.Errorf("sent again: %s", again.text)
		}
		for _, c := range []struct {
			app    walletApp
			kind   string
			amount float64
		}{{giver, "TRANSFER_OUT", -150}, {taker, "TRANSFER_IN", 150}} {
			r := good(t, c.app.url, question{query: passed, who: c.app.who})
			entry := r.at(t, "me", "wallet", "entries", "nodes", 0).(map[string]any)
			if entry["kind"] != c.kind || entry["amount"] != c.amount || r.at(t, "me", "wallet", "entries", "nodes", 0, "transfer", "message") != "Enjoy" ||
				r.at(t, "me", "wallet", "entries", "nodes", 0, "transfer", "sender", "displayName") != "giver" {
				t.Errorf("%s reads %s", c.app.who, r.text)
			}
		}
		node := question{query: `query($id: ID!) {node(id: $id) {... on CoinTransfer {coins state}}}`, variables: map[string]any{"id": id}}
		for who, want := range map[string]any{giver.who: 150.0, taker.who: 150.0} {
			node.who = who
			if r := good(t, giver.url, node); r.at(t, "node", "coins") != want {
				t.Errorf("%s reads the node as %s", who, r.text)
			}
		}
		for _, who := range []string{"empty", ""} {
			node.who = who
			if r := good(t, giver.url, node); r.at(t, "node") != nil {
				t.Errorf("%q reads the node as %s", who, r.text)
			}
		}
	})
}

func TestEveryReasonNotToSendCoinsIsToldWithItsCode(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		giver, taker := spender(t, e, "giver"), spender(t, e, "taker")
		to := profileID(t, taker)
		send := func(app walletApp, change map[string]any) reply {
			in := map[string]any{"idempotencyKey": rand.Text(), "recipientId": to, "coins": 100}
			for k, v := range change {
				in[k] = v
			}
			return app.send("SendCoins", in)
		}
		for _, c := range []struct {
			want    string
			app     walletApp
			change  map[string]any
			nearest any
		}{
			{"NOT_FOUND", giver, map[string]any{"recipientId": globalID("PublicProfile", "nobody")}, nil},
			{"NOT_FOUND", giver, map[string]any{"recipientId": globalID("Member", "taker")}, nil},
			{"SAME_MEMBER", giver, map[string]any{"recipientId": profileID(t, giver)}, nil},
			{"NAME_CHANGED", giver, map[string]any{"expectedName": "Lan"}, nil},
			{"TIER_TOO_LOW", spender(t, e, "payer"), nil, nil},
			{"BELOW_MINIMUM", giver, map[string]any{"coins": 99}, 100.0},
			{"ABOVE_MAXIMUM", giver, map[string]any{"coins": 20_001}, 20_000.0},
			{"INSUFFICIENT_COINS", giver, map[string]any{"coins": 20_000}, nil},
		} {
			r := send(c.app, c.change)
			if r.refusal(t, "coinTransfer") != c.want || r.at(t, "coinTransfer", "userErrors", 0, "nearest") != c.nearest {
				t.Errorf("want %s near %v: %s", c.want, c.nearest, r.text)
			}
		}
		send(giver, map[string]any{"coins": 0}).refusedOnce(t, "BAD_USER_INPUT", "coins")
		nobody := giver
		nobody.who = ""
		send(nobody, nil).refusedOnce(t, "UNAUTHENTICATED", "")
	})
}

func TestFiftySendingsOfOneTransferMoveItsCoinsOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		giver, taker := spender(t, e, "giver"), spender(t, e, "taker")
		had, got := giver.available(), taker.available()
		in := map[string]any{"idempotencyKey": rand.Text(), "recipientId": profileID(t, taker), "coins": 100}
		var all sync.WaitGroup
		ids := make([]string, 50)
		for i := range ids {
			all.Go(func() {
				for range 50 {
					r := giver.send("SendCoins", in)
					if len(r.Errors) > 0 && r.Errors[0].code() == "UNAVAILABLE" { // a busy machine; an app sends again
						continue
					}
					ids[i] = fmt.Sprint(r.at(t, "coinTransfer", "transfer", "id"))
					return
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("one is told of %s, another of %s", ids[0], id)
			}
		}
		if giver.available() != had-100 || taker.available() != got+100 {
			t.Errorf("the giver had %d and has %d, the taker had %d and has %d", had, giver.available(), got, taker.available())
		}
		in["coins"] = 101
		if r := giver.send("SendCoins", in); r.refusal(t, "coinTransfer") != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the key with another input: %s", r.text)
		}
	})
}
