package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"membergate/graph"
)

// redemptionApp sends operations of redemptions as the apps and the tills do.
func redemptionApp(t testing.TB, e *engine, who string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, who, appDocument(t, "redemption")}
}

// atTheTill sends an operation as a clerk.
func atTheTill(t *testing.T, e *engine, operation string, variables map[string]any, roles ...string) reply {
	t.Helper()
	app := redemptionApp(t, e, "")
	return ask(t, app.url, question{query: app.only(operation), variables: variables, header: staff(t, roles...)})
}

func use(t *testing.T, e *engine, code string) reply {
	t.Helper()
	return atTheTill(t, e, "UseRedemption", input("code", code), "clerk")
}

func TestACodeIsTakenOnceByFiftyTills(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		member := spender(t, e, "visitor")
		r := member.redeem(rand.Text(), "r-01", 200, nil)
		id, code := r.at(t, "rewardRedeem", "redemption", "id"), r.at(t, "rewardRedeem", "redemption", "code").(string)
		if len(strings.ReplaceAll(code, "-", "")) != 16 {
			t.Errorf("the code is %q; want 16 letters of 32, which is 80 bits", code)
		}
		look := atTheTill(t, e, "CodeAtTill", map[string]any{"code": strings.ToLower(code)}, "clerk")
		if look.at(t, "redemptionByCode", "state") != "RESERVED" || look.at(t, "redemptionByCode", "reward", "title") != "Gift 1" {
			t.Errorf("the till sees %s", look.text)
		}
		var mu sync.Mutex
		counts := map[string]int{}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				r := use(t, e, code)
				answer, _ := r.at(t, "redemptionUse", "userErrors", 0, "code").(string)
				if len(r.Errors) > 0 {
					answer = r.Errors[0].code()
				} else if r.at(t, "redemptionUse", "redemption", "usedAt") == nil {
					answer += " without its time"
				}
				mu.Lock()
				defer mu.Unlock()
				counts[answer]++
			})
		}
		all.Wait()
		if counts[""] != 1 || counts["ALREADY_USED"] != 49 {
			t.Errorf("the tills are told %v", counts)
		}
		if r := member.send("CancelRedemption", map[string]any{"redemptionId": id}); r.refusal(t, "redemptionCancel") != "NOT_CANCELLABLE" {
			t.Errorf("cancelled though it was used: %s", r.text)
		}
		if r := atTheTill(t, e, "CodeAtTill", map[string]any{"code": "AAAA-AAAA-AAAA-AAAA"}, "clerk"); r.at(t, "redemptionByCode") != nil || len(r.Errors) > 0 {
			t.Errorf("a made-up code: %s", r.text)
		}
		for _, roles := range [][]string{nil, {"operations"}} {
			atTheTill(t, e, "UseRedemption", input("code", code), roles...).refusedOnce(t, "FORBIDDEN", "clerk")
			atTheTill(t, e, "CodeAtTill", map[string]any{"code": code}, roles...).refusedOnce(t, "FORBIDDEN", "clerk")
		}
		app := redemptionApp(t, e, "visitor")
		app.send("UseRedemption", map[string]any{"code": code}).refusedOnce(t, "FORBIDDEN", "clerk")
	})
}

func TestAPartnersCodeIsShownOnceAndForGood(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := redemptionApp(t, e, "visitor")
		r := spender(t, e, "visitor").redeem(rand.Text(), cleaning, 1000, nil)
		if r.refusal(t, "rewardRedeem") != "" || r.at(t, "rewardRedeem", "redemption", "code") != nil {
			t.Fatalf("redeemed: %s", r.text)
		}
		id := r.at(t, "rewardRedeem", "redemption", "id")
		var codes []any
		for range 2 {
			shown := app.send("ShowRedemption", map[string]any{"redemptionId": id})
			if shown.refusal(t, "redemptionShow") != "" || shown.at(t, "redemptionShow", "redemption", "state") != "FULFILLED" {
				t.Fatalf("shown: %s", shown.text)
			}
			codes = append(codes, shown.at(t, "redemptionShow", "redemption", "code"))
		}
		if text, _ := codes[0].(string); !strings.HasPrefix(text, "PARTNER-") || codes[0] != codes[1] {
			t.Errorf("the codes are %v", codes)
		}
		if r := spender(t, e, "visitor").send("CancelRedemption", map[string]any{"redemptionId": id}); r.refusal(t, "redemptionCancel") != "NOT_CANCELLABLE" {
			t.Errorf("cancelled after it was shown: %s", r.text)
		}
		if log := e.gateway.log.String(); strings.Contains(log, codes[0].(string)) {
			t.Error("the log has the code")
		}
	})
}

func TestASeatIsBookedListedAndGivenBack(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		member, app := spender(t, e, "visitor"), redemptionApp(t, e, "visitor")
		slots := func() reply { return good(t, app.url, question{query: app.only("RewardSlots"), who: app.who}) }
		before := slots()
		slot := before.at(t, "rewards", "nodes", 0, "slots", "nodes", 3)
		id, left := slot.(map[string]any)["id"], slot.(map[string]any)["seatsLeft"].(float64)
		r := member.redeem(rand.Text(), hourReward, 500, map[string]any{"slotId": id})
		if r.refusal(t, "rewardRedeem") != "" {
			t.Fatalf("booked: %s", r.text)
		}
		if got := slots().at(t, "rewards", "nodes", 0, "slots", "nodes", 3, "seatsLeft"); got != left-1 {
			t.Errorf("%v seats are left, want %v", got, left-1)
		}
		list := good(t, app.url, question{query: app.only("Redemptions"), variables: map[string]any{"first": 1}, who: app.who})
		if list.at(t, "me", "redemptions", "nodes", 0, "slot", "id") != id || list.at(t, "me", "redemptions", "nodes", 0, "state") != "RESERVED" {
			t.Errorf("the newest is %s", list.text)
		}
		back := member.send("CancelRedemption", map[string]any{"redemptionId": r.at(t, "rewardRedeem", "redemption", "id")})
		if back.refusal(t, "redemptionCancel") != "" {
			t.Errorf("given back: %s", back.text)
		}
		if got := slots().at(t, "rewards", "nodes", 0, "slots", "nodes", 3, "seatsLeft"); got != left {
			t.Errorf("%v seats are left, want %v", got, left)
		}
		member.redeem(rand.Text(), hourReward, 1000, map[string]any{"slotId": id, "quantity": 2}).refusedOnce(t, "BAD_USER_INPUT", "quantity")
		member.redeem(rand.Text(), "r-01", 200, map[string]any{"slotId": id}).refusedOnce(t, "BAD_USER_INPUT", "slotId")
	})
}

func TestRedemptionsAreListedByStateAPageAtATime(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := redemptionApp(t, e, "collector")
		list := func(first int, after any, states ...string) reply {
			return good(t, app.url, question{query: app.only("Redemptions"), who: app.who, at: sampleEnd,
				variables: map[string]any{"first": first, "after": after, "filter": map[string]any{"states": states}}})
		}
		var got []string
		var after any
		for {
			r := list(1, after)
			got = append(got, r.at(t, "me", "redemptions", "nodes", 0, "reward", "kind").(string)+" "+r.at(t, "me", "redemptions", "nodes", 0, "state").(string))
			if after = r.at(t, "me", "redemptions", "pageInfo", "endCursor"); r.at(t, "me", "redemptions", "pageInfo", "hasNextPage") != true {
				break
			}
		}
		if want := "SLOT RESERVED, VOUCHER RESERVED, GIFT RESERVED, GIFT USED"; strings.Join(got, ", ") != want {
			t.Errorf("the list is %v, want %s", got, want)
		}
		if r := list(50, nil, "USED", "CANCELLED"); len(r.at(t, "me", "redemptions", "nodes").([]any)) != 1 {
			t.Errorf("used and cancelled: %s", r.text)
		}
		r := good(t, app.url, question{query: `{me{redemptions(filter: {states: ["EXPIRED"]}) {nodes{state code}}}}`, who: app.who, at: "2099-01-01T00:00:00Z"})
		if nodes := r.at(t, "me", "redemptions", "nodes").([]any); len(nodes) != 1 || r.at(t, "me", "redemptions", "nodes", 0, "code") != nil {
			t.Errorf("long after: %s", r.text)
		}
	})
}

func TestRewardsAreFilteredByKindNameAndCost(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		count := func(who, filter string) int {
			r := good(t, e.gateway.url, question{query: `{rewards(filter: ` + filter + `, first: 50) {nodes{id kind title cost memberCost}}}`, who: who, at: sampleEnd})
			return len(r.at(t, "rewards", "nodes").([]any))
		}
		for filter, want := range map[string]int{
			`{kinds: ["VOUCHER", "SLOT"]}`: 2, `{kinds: ["NOTHING"]}`: 0, `{query: " gift 5"}`: 11, `{query: "礼品 59"}`: 1, `{maxCost: 500}`: 6, `{maxCost: 499}`: 4,
			`{maxCost: 500, kinds: ["SLOT"]}`: 1, `{}`: 50,
		} {
			if got := count("", filter); got != want {
				t.Errorf("%s keeps %d, want %d", filter, got, want)
			}
		}
		if got := count(owner, `{maxCost: 90, query: "gift"}`); got != 1 { // a holder of the tier pays less for one of them
			t.Errorf("the owner finds %d rewards for 90 coins, want 1", got)
		}
		for _, filter := range []string{`{maxCost: 0}`, `{maxCost: -5}`} {
			ask(t, e.gateway.url, question{query: `{rewards(filter: ` + filter + `) {nodes{id}}}`}).refusedOnce(t, "BAD_USER_INPUT", "maxCost")
		}
		long := strings.Repeat("x", 101)
		ask(t, e.gateway.url, question{query: `{rewards(filter: {query: "` + long + `"}) {nodes{id}}}`}).refusedOnce(t, "BAD_USER_INPUT", "query")
	})
}

// Every code that the schema promises for these mutations is produced through the door, and no other.
func TestEveryReasonOfRedemptionsAndCheckoutsIsProduced(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		produced := map[string]map[string]bool{}
		note := func(field string, r reply) {
			code := r.refusal(t, field)
			if produced[field] == nil {
				produced[field] = map[string]bool{}
			}
			if code != "" {
				produced[field][code] = true
				if text, _ := r.at(t, field, "userErrors", 0, "message").(string); text == "" || strings.Contains(text, code) {
					t.Errorf("%s %s says %q", field, code, text)
				}
			}
		}
		rich, low, app := spender(t, e, "various"), spender(t, e, "lapsed"), redemptionApp(t, e, "various")
		slot := func(n int) any {
			r := good(t, e.gateway.url, question{query: app.only("RewardSlots"), who: app.who})
			return r.at(t, "rewards", "nodes", 0, "slots", "nodes", n, "id")
		}
		key := rand.Text()
		redeemed := rich.redeem(key, "r-01", 200, nil)
		for _, r := range []reply{
			redeemed,
			rich.redeem(key, "r-01", 400, map[string]any{"quantity": 2}),
			rich.redeem(rand.Text(), "nothing", 100, nil), low.redeem(rand.Text(), "r-03", 400, nil), rich.redeem(rand.Text(), "r-01", 1, nil),
			rich.redeem(rand.Text(), "r-00", 100, nil), low.redeem(rand.Text(), "r-01", 20_000, map[string]any{"quantity": 100}),
			rich.redeem(rand.Text(), "r-01", 200, map[string]any{"fundFrom": "FAMILY"}),
			rich.redeem(rand.Text(), hourReward, 500, nil), rich.redeem(rand.Text(), hourReward, 500, map[string]any{"slotId": "bm8"}),
			rich.redeem(rand.Text(), hourReward, 500, map[string]any{"slotId": globalID("RewardSlot", oldHour)}),
		} {
			note("rewardRedeem", r)
		}
		for n := range 10 { // nine are allowed
			note("rewardRedeem", rich.redeem(rand.Text(), hourReward, 500, map[string]any{"slotId": slot(10 + n)}))
		}
		id := redeemed.at(t, "rewardRedeem", "redemption", "id")
		code, _ := redeemed.at(t, "rewardRedeem", "redemption", "code").(string)
		cancel := func(id any) reply { return rich.send("CancelRedemption", map[string]any{"redemptionId": id}) }
		show := func(a walletApp, id any) reply { return a.send("ShowRedemption", map[string]any{"redemptionId": id}) }
		note("redemptionCancel", cancel("bm8"))
		note("redemptionCancel", cancel(id))
		note("redemptionShow", show(app, id))
		note("redemptionShow", show(app, "bm8"))
		note("redemptionUse", use(t, e, code))
		note("redemptionUse", use(t, e, "nothing"))
		again := rich.redeem(rand.Text(), "r-01", 200, nil)
		note("redemptionShow", show(app, again.at(t, "rewardRedeem", "redemption", "id")))
		note("redemptionCancel", cancel(again.at(t, "rewardRedeem", "redemption", "id")))
		for range 2 {
			note("redemptionUse", use(t, e, again.at(t, "rewardRedeem", "redemption", "code").(string)))
		}
		old := redemptionApp(t, e, "collector") // whose second one, of 2011, is over
		list := good(t, old.url, question{query: old.only("Redemptions"), who: old.who, at: sampleEnd})
		note("redemptionShow", show(old, list.at(t, "me", "redemptions", "nodes", 2, "id")))
		note("redemptionUse", use(t, e, list.at(t, "me", "redemptions", "nodes", 2, "code").(string)))

		order := rand.Text()
		hold := func(key string, fen, coins int) reply {
			return rich.send("CheckoutHold", map[string]any{"idempotencyKey": key, "orderId": order, "orderAmountFen": fen, "coins": coins, "channel": "PARTNER"})
		}
		made := hold(key, 100, 10)
		for _, r := range []reply{made, hold(key, 100, 11), hold(rand.Text(), 1_000_000_000, 299_999_000), hold(rand.Text(), 100, 99), noCheckout(t)} {
			note("checkoutHold", r)
		}
		settle := func(a walletApp, key string, id any, coins any) reply {
			return a.send("CheckoutSettle", map[string]any{"idempotencyKey": key, "holdId": id, "action": "CAPTURE", "coins": coins})
		}
		held := made.at(t, "checkoutHold", "hold", "id")
		wallet := good(t, low.url, question{query: `{me{wallet{id}}}`, who: low.who}).at(t, "me", "wallet", "id").(string)
		_, ledger, _ := strings.Cut(plainID(t, wallet), ":")
		for _, r := range []reply{
			settle(rich, rand.Text(), "bm8", nil), settle(rich, rand.Text(), held, 11), settle(rich, key, held, 5), settle(rich, key, held, 6),
			settle(rich, rand.Text(), held, nil), settle(low, rand.Text(), globalID("Hold", ledger+"/2"), nil),
		} {
			note("checkoutSettle", r)
		}
		promised := map[string][]string{}
		for field, codes := range map[string]any{
			"rewardRedeem": graph.AllRewardRedeemErrorCode, "redemptionCancel": graph.AllRedemptionCancelErrorCode, "redemptionShow": graph.AllRedemptionShowErrorCode,
			"redemptionUse": graph.AllRedemptionUseErrorCode, "checkoutHold": graph.AllCheckoutHoldErrorCode, "checkoutSettle": graph.AllCheckoutSettleErrorCode,
		} {
			promised[field] = slices.DeleteFunc(strings.Fields(strings.Trim(fmt.Sprint(codes), "[]")), func(code string) bool {
				tested := []string{"APPROVAL_REQUIRED", "SPEND_LIMIT", "TOO_MANY_WAITING", "OWNER_TIER_TOO_LOW", "DRAW_TOO_LARGE"} // by the tests of families' limits, wishes and draws
				return slices.Contains(tested, code) || field == "rewardRedeem" && code == "NOT_OFFERED"
			})
			slices.Sort(promised[field])
			if got := slices.Sorted(maps.Keys(produced[field])); !slices.Equal(got, promised[field]) {
				t.Errorf("%s produces %v; the schema promises %v", field, got, promised[field])
			}
		}
	})
}

// noCheckout asks a gateway for a hold whose programme takes no coins at a checkout.
func noCheckout(t *testing.T) reply {
	t.Helper()
	g, err := openGateway("DATA_DIR", t.TempDir(), "PROGRAMME", "fresh-3", "JWT_HS256_SECRET", testSecret)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}()
	app := walletApp{t, g.url, "1001", appDocument(t, "wallet")}
	return app.send("CheckoutHold", map[string]any{"idempotencyKey": "1", "orderId": "o", "orderAmountFen": 1000, "coins": 10, "channel": "STORE"})
}

func plainID(t *testing.T, id string) string {
	t.Helper()
	plain, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
