package main

import (
	"crypto/rand"
	"testing"
)

func (a walletApp) redeem(key, reward string, cost int, more map[string]any) reply {
	a.t.Helper()
	input := map[string]any{"idempotencyKey": key, "rewardId": globalID("Reward", reward), "expectedCost": cost}
	for name, v := range more {
		input[name] = v
	}
	return a.send("Redeem", input)
}

func TestARewardIsRedeemedAndTakenBack(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "buyer")
		before, key := app.available(), rand.Text()
		first := app.redeem(key, "r-01", 200, nil)
		if first.refusal(t, "rewardRedeem") != "" || first.at(t, "rewardRedeem", "redemption", "state") != "RESERVED" ||
			first.at(t, "rewardRedeem", "redemption", "code") == nil || first.at(t, "rewardRedeem", "redemption", "cancellableUntil") == nil ||
			first.at(t, "rewardRedeem", "redemption", "reward", "title") != "Gift 1" ||
			first.at(t, "rewardRedeem", "wallet", "balance", "available") != float64(before-200) {
			t.Fatalf("redeemed: %s", first.text)
		}
		id := first.at(t, "rewardRedeem", "redemption", "id")
		again := app.redeem(key, "r-01", 200, nil)
		if again.at(t, "rewardRedeem", "replayed") != true || again.at(t, "rewardRedeem", "redemption", "id") != id || app.available() != before-200 {
			t.Errorf("sent again: %s", again.text)
		}
		page := good(t, app.url, question{query: `{ me { wallet { entries(first: 2) { nodes { kind amount } } } } }`, who: app.who})
		if page.at(t, "me", "wallet", "entries", "nodes", 0, "kind") != "SPEND" || page.at(t, "me", "wallet", "entries", "nodes", 1, "kind") == "HOLD" {
			t.Errorf("the ledger shows %s", page.text)
		}
		foreign := spender(t, e, "empty")
		if r := foreign.send("CancelRedemption", map[string]any{"redemptionId": id}); r.refusal(t, "redemptionCancel") != "NOT_FOUND" {
			t.Errorf("taken back by another member: %s", r.text)
		}
		for range 2 {
			r := app.send("CancelRedemption", map[string]any{"redemptionId": id})
			if r.refusal(t, "redemptionCancel") != "" || r.at(t, "redemptionCancel", "redemption", "state") != "CANCELLED" ||
				r.at(t, "redemptionCancel", "wallet", "balance", "available") != float64(before) {
				t.Errorf("taken back: %s", r.text)
			}
		}
		seen := question{query: `query($id: ID!) { node(id: $id) { ... on Redemption { state code } } }`, variables: map[string]any{"id": id}, who: app.who}
		if r := good(t, app.url, seen); r.at(t, "node", "state") != "CANCELLED" || r.at(t, "node", "code") != nil {
			t.Errorf("its node: %s", r.text)
		}
		seen.who = foreign.who
		if r := good(t, app.url, seen); r.at(t, "node") != nil {
			t.Errorf("its node for another member: %s", r.text)
		}
	})
}

func TestEveryReasonNotToRedeemIsToldWithItsCode(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		low, gold, key := spender(t, e, "payer"), spender(t, e, "turned"), rand.Text()
		for _, c := range []struct {
			r    reply
			want string
		}{
			{low.redeem(key, "nothing", 100, nil), "NOT_FOUND"},
			{low.redeem(key, "r-03", 400, nil), "TIER_REQUIRED"},
			{low.redeem(key, "r-01", 199, nil), "PRICE_CHANGED"},
			{low.redeem(key, "r-01", 20_000, map[string]any{"quantity": 100}), "INSUFFICIENT_COINS"},
			{low.redeem(key, "r-01", 200, map[string]any{"fundFrom": "FAMILY"}), "NOT_IN_FAMILY"},
			{low.redeem(key, "r-01", 200, nil), ""},
			{low.redeem(key, "r-01", 400, map[string]any{"quantity": 2}), "IDEMPOTENCY_CONFLICT"},
			{gold.redeem(key, "r-00", 100, nil), "OUT_OF_STOCK"},
			{gold.redeem(key, "r-03", 1600, map[string]any{"quantity": 4}), "OUT_OF_STOCK"},
			{gold.redeem(key, "r-03", 1200, map[string]any{"quantity": 3}), ""},
			{gold.redeem("2"+key, "r-03", 400, nil), "OUT_OF_STOCK"},
		} {
			if got := c.r.refusal(t, "rewardRedeem"); got != c.want {
				t.Errorf("%q instead of %q: %s", got, c.want, c.r.text)
			}
		}
		low.redeem(key, "r-01", 200, map[string]any{"quantity": 0}).refusedOnce(t, "BAD_USER_INPUT", "quantity")
		low.redeem(key, "r-01", 200, map[string]any{"draws": []any{}}).refusedOnce(t, "BAD_USER_INPUT", "draws")
		low.redeem("", "r-01", 200, nil).refusedOnce(t, "BAD_USER_INPUT", "idempotencyKey")
		nobody := low
		nobody.who = ""
		nobody.redeem(key, "r-01", 200, nil).refusedOnce(t, "UNAUTHENTICATED", "")
	})
}
