package main

import (
	"crypto/rand"
	"testing"
)

func TestCoinsAreConvertedIntoTheOnesOfAnotherRegion(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "traveller")
		wallets := func() (home, far float64, farID any) {
			r := good(t, app.url, question{query: app.only("Wallets"), who: app.who})
			if r.at(t, "me", "wallets", 0, "currency", "code") != "COIN" || r.at(t, "me", "wallets", 1, "currency", "code") != "GLOBAL_COIN" ||
				r.at(t, "me", "wallets", 1, "currency", "region") != "GLOBAL" || r.at(t, "me", "wallets", 1, "currency", "rate", "here") != 1.0 {
				t.Fatalf("the wallets are %s", r.text)
			}
			return r.at(t, "me", "wallets", 0, "balance", "available").(float64), r.at(t, "me", "wallets", 1, "balance", "available").(float64), r.at(t, "me", "wallets", 1, "id")
		}
		home, far, id := wallets()
		in := map[string]any{"idempotencyKey": rand.Text(), "from": "COIN", "to": "GLOBAL_COIN", "coins": 120, "expectedCoins": 120}
		for _, replayed := range []bool{false, true} {
			r := app.send("ConvertCoins", in)
			if r.refusal(t, "coinConvert") != "" || r.at(t, "coinConvert", "arrived") != 120.0 || r.at(t, "coinConvert", "replayed") != replayed ||
				r.at(t, "coinConvert", "from", "balance", "available") != home-120 || r.at(t, "coinConvert", "to", "balance", "available") != far+120 {
				t.Fatalf("converted: %s", r.text)
			}
		}
		if h, f, _ := wallets(); h != home-120 || f != far+120 {
			t.Errorf("then there are %v and %v", h, f)
		}
		page := question{query: `query($id: ID!) {node(id: $id) {... on Wallet {lots{available expiresAt} bestRedemption(orderAmountFen: 10000, channel: STORE){coins} proof{verified headSeq}
			entries(first: 1){nodes{id kind amount title}}}}}`, variables: map[string]any{"id": id}, who: app.who, header: map[string]string{"Accept-Language": "en"}}
		r := good(t, app.url, page)
		if r.at(t, "node", "proof", "verified") != true || r.at(t, "node", "entries", "nodes", 0, "kind") != "CONVERT_IN" ||
			r.at(t, "node", "entries", "nodes", 0, "title") != "Converted" || len(r.at(t, "node", "bestRedemption").([]any)) != 0 {
			t.Errorf("the wallet abroad reads %s", r.text)
		}
		entry := question{query: `query($id: ID!) {node(id: $id) {... on LedgerEntry {amount}}}`, variables: map[string]any{"id": r.at(t, "node", "entries", "nodes", 0, "id")}, who: app.who}
		if r := good(t, app.url, entry); r.at(t, "node", "amount") != 120.0 {
			t.Errorf("its entry reads %s", r.text)
		}
		page.who, entry.who = "empty", "empty"
		for _, q := range []question{page, entry} {
			if r := good(t, app.url, q); r.at(t, "node") != nil {
				t.Errorf("somebody else reads %s", r.text)
			}
		}
		for want, change := range map[string]map[string]any{
			"UNKNOWN_CURRENCY": {"to": "GOLD"}, "RATE_CHANGED": {"expectedCoins": 119}, "INSUFFICIENT_COINS": {"coins": 1_000_000, "expectedCoins": 1_000_000},
			"IDEMPOTENCY_CONFLICT": {"from": "GLOBAL_COIN", "to": "COIN", "idempotencyKey": in["idempotencyKey"]},
		} {
			bad := map[string]any{"idempotencyKey": rand.Text(), "from": "COIN", "to": "GLOBAL_COIN", "coins": 120, "expectedCoins": 120}
			for k, v := range change {
				bad[k] = v
			}
			if r := app.send("ConvertCoins", bad); r.refusal(t, "coinConvert") != want {
				t.Errorf("want %s: %s", want, r.text)
			}
		}
	})
}

func TestEachCurrencyIsCountedAlone(t *testing.T) {
	supply := `query($c: String) {coinSupply(currency: $c) {issued burned outstanding clawedBack expired owed}}`
	onEngines(t, func(t *testing.T, e *engine) {
		home := good(t, e.gateway.url, question{query: supply, variables: map[string]any{"c": "COIN"}})
		far := good(t, e.gateway.url, question{query: supply, variables: map[string]any{"c": "GLOBAL_COIN"}})
		if home.at(t, "coinSupply", "issued").(float64) < 1000 || far.at(t, "coinSupply", "issued").(float64) > 1000 {
			t.Errorf("at home %s, abroad %s", home.text, far.text)
		}
		if r := ask(t, e.gateway.url, question{query: supply, variables: map[string]any{"c": "GOLD"}}); len(r.Errors) != 1 || r.Errors[0].code() != "NOT_FOUND" {
			t.Errorf("a currency that there is not: %s", r.text)
		}
	})
}
