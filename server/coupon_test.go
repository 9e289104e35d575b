package main

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"membergate/internal/event"
)

// couponApp sends operations of coupons as the apps do.
func couponApp(t testing.TB, e *engine, who string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, who, appDocument(t, "coupon")}
}

// desk sends an operation of coupons as one of the staff.
func (a walletApp) desk(operation string, variables map[string]any, roles ...string) reply {
	a.t.Helper()
	return ask(a.t, a.url, question{query: a.only(operation), variables: variables, header: staff(a.t.(*testing.T), roles...)})
}

func (a walletApp) profileID() any {
	a.t.Helper()
	return good(a.t, a.url, question{query: `{me{publicProfile{id}}}`, who: a.who}).at(a.t, "me", "publicProfile", "id")
}

// given lets staff give a coupon, and gives its id.
func (a walletApp) given(template string) string {
	a.t.Helper()
	r := a.desk("IssueCoupons", input("idempotencyKey", rand.Text(), "memberId", a.profileID(), "templateCode", template, "reason", "The parcel was late.", "ref", "parcel 7"), "service")
	if r.refusal(a.t, "couponIssue") != "" {
		a.t.Fatalf("given: %s", r.text)
	}
	id, _ := r.at(a.t, "couponIssue", "coupons", 0, "id").(string)
	return id
}

// coupon is a member's coupon as the app sees it.
func (a walletApp) coupon(id string) reply {
	a.t.Helper()
	return good(a.t, a.url, question{query: `query($id: ID!) {node(id: $id) {... on Coupon {state orderId savedFen reason version whyNot {code}}}}`, variables: map[string]any{"id": id}, who: a.who})
}

func anOrder(id string, fen int) map[string]any {
	return map[string]any{"orderId": id, "orderAmountFen": fen, "deliveryFen": 800, "channel": "MINI_PROGRAM"}
}

// fiftyTimes does something many times at once and counts the answers.
func fiftyTimes(n int, do func(i int) string) map[string]int {
	counts := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			answer := do(i)
			mu.Lock()
			defer mu.Unlock()
			counts[answer]++
		})
	}
	all.Wait()
	return counts
}

func TestACouponThatFiftyOrdersWantAtOnceGoesToOneAndIsUsedByIt(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := couponApp(t, e, "clipper")
		id, run := app.given("LATE_20"), rand.Text()
		var winner string
		counts := fiftyTimes(50, func(i int) string {
			order := fmt.Sprint(run, "-", i)
			r := app.insist("FreezeCoupons", map[string]any{"couponIds": []string{id}, "order": anOrder(order, 5000)})
			if len(r.Errors) > 0 {
				return r.Errors[0].code()
			}
			code := r.refusal(t, "couponFreeze")
			if code == "" {
				winner = order // one goroutine at most
			}
			return code
		})
		if counts[""] != 1 || counts["COUPON_IN_USE"] != 49 {
			t.Fatalf("the orders are told %v", counts)
		}
		at := time.Now().UTC().Format(time.RFC3339)
		paid := event.Message{ID: "p" + run, Type: "order.paid", Member: app.who, At: at, Data: fmt.Sprintf(`{"orderId":%q,"amountFen":3000,"channel":"MINI_PROGRAM","lines":[]}`, winner)}
		used := event.Message{ID: "u" + run, Type: "coupon.used", Member: app.who, At: at, Data: fmt.Sprintf(`{"couponId":%q,"savedFen":2000}`, id)}
		if p := e.tell(t, used, paid, used, paid); p != nil {
			t.Fatal(p)
		}
		if c := app.coupon(id); c.at(t, "node", "state") != "USED" || c.at(t, "node", "orderId") != winner || c.at(t, "node", "savedFen") != 2000.0 || c.at(t, "node", "whyNot", 0, "code") != "STATE" {
			t.Errorf("after %s was paid: %s", winner, c.text)
		}
		refund := event.Message{ID: "r" + run, Type: "order.refunded", Member: app.who, At: at, Data: fmt.Sprintf(`{"refundId":"r%s","orderId":%q,"amountFen":3000}`, run, winner)}
		if p := e.tell(t, refund, refund); p != nil {
			t.Fatal(p)
		}
		if c := app.coupon(id); c.at(t, "node", "state") != "ISSUED" || c.at(t, "node", "reason") != "The parcel was late." {
			t.Errorf("after the refund: %s", c.text)
		}
		named := event.Message{ID: "n" + run, Type: "order.paid", Member: app.who, At: time.Now().UTC().Add(time.Minute).Format(time.RFC3339), Data: fmt.Sprintf(
			`{"orderId":"n%s","amountFen":3000,"channel":"MINI_PROGRAM","lines":[],"couponIds":[%q]}`, run, id)}
		if p := e.tell(t, named); p != nil {
			t.Fatal(p)
		}
		if c := app.coupon(id); c.at(t, "node", "state") != "USED" {
			t.Errorf("an order that names it: %s", c.text)
		}
	})
}

func TestACouponsCodeIsTakenByOneOfFiftyTills(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := couponApp(t, e, "clipper")
		id := app.given("LATE_20")
		shown := app.send("ShowCoupon", map[string]any{"couponId": id})
		code := shown.at(t, "couponShow", "code")
		if again := app.send("ShowCoupon", map[string]any{"couponId": id}); again.at(t, "couponShow", "code") != code || code == nil {
			t.Fatalf("shown: %s, then %s", shown.text, again.text)
		}
		if r := app.desk("CouponAtTill", map[string]any{"code": code}, "clerk"); r.at(t, "couponByCode", "state") != "ISSUED" {
			t.Errorf("the till sees %s", r.text)
		}
		small := map[string]any{"orderAmountFen": 1999, "channel": "STORE", "storeId": "s1"}
		counts := fiftyTimes(50, func(int) string {
			r := app.desk("UseCouponAtTill", input("code", code, "order", small), "clerk")
			if len(r.Errors) > 0 {
				return r.Errors[0].code()
			}
			if r.at(t, "couponUseByCode", "coupon", "savedFen") != 1999.0 {
				return "savedFen is wrong: " + r.text
			}
			return r.refusal(t, "couponUseByCode")
		})
		if counts[""] != 1 || counts["COUPON_USED"] != 49 {
			t.Errorf("the tills are told %v", counts)
		}
		if r := app.desk("UseCouponAtTill", input("code", "AAAA-AAAA-AAAA-AAAA", "order", small), "clerk"); r.refusal(t, "couponUseByCode") != "NOT_FOUND" {
			t.Errorf("a made-up code: %s", r.text)
		}
		drink := app.given("NEXT_DRINK")
		gift := app.send("ShowCoupon", map[string]any{"couponId": drink}).at(t, "couponShow", "code")
		if r := app.desk("UseCouponAtTill", input("code", gift, "order", anOrder("o", 100)), "clerk"); r.refusal(t, "couponUseByCode") != "NOT_USABLE" {
			t.Errorf("a gift of stores, online: %s", r.text)
		}
		for _, roles := range [][]string{nil, {"service"}} {
			app.desk("UseCouponAtTill", input("code", code, "order", small), roles...).refusedOnce(t, "FORBIDDEN", "clerk")
			app.desk("CouponAtTill", map[string]any{"code": code}, roles...).refusedOnce(t, "FORBIDDEN", "clerk")
		}
	})
}

func TestTheBestCheckoutTakesTheBestCouponsAndThenTheCoins(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := couponApp(t, e, "thrifty")
		amount, half, fee := app.given("LATE_20"), app.given("COMEBACK_HALF"), app.given("DELIVERY_FREE")
		best := func(fen int) reply {
			return good(t, app.url, question{query: app.only("BestCheckout"), variables: map[string]any{"order": anOrder("o-best", fen)}, who: app.who})
		}
		// Of 50 yuan the half takes 25, more than the 20; coins pay 30 % of the 25 that are left; the fee of 8 yuan is gone.
		r := best(5000)
		b := func(path ...any) any { return r.at(t, append([]any{"me", "bestCheckout"}, path...)...) }
		if b("goodsFen") != 2500.0 || b("deliveryFen") != 0.0 || b("coins", "coins") != 750.0 || b("payFen") != 1750.0 ||
			b("coupons", "goodsSavedFen") != 2500.0 || b("coupons", "deliverySavedFen") != 800.0 {
			t.Errorf("of 50 yuan: %s", r.text)
		}
		if b("coupons", "idle", 0, "coupon", "id") != amount || b("coupons", "idle", 0, "because", 0, "code") != "STACKING" {
			t.Errorf("the other one: %s", r.text)
		}
		if r = best(3000); b("goodsFen") != 1000.0 { // 20 yuan are more than half of 30
			t.Errorf("of 30 yuan: %s", r.text)
		}
		if r = good(t, app.url, question{query: app.only("BestCoupons"), variables: map[string]any{"order": anOrder("o", 5000)}, who: app.who}); r.at(t, "me", "bestCoupons", "use", 0, "coupon", "id") != half &&
			r.at(t, "me", "bestCoupons", "use", 1, "coupon", "id") != half {
			t.Errorf("the best coupons: %s", r.text)
		}
		list := good(t, app.url, question{query: app.only("Coupons"), variables: map[string]any{"first": 2}, who: app.who})
		if list.at(t, "me", "couponCounts", "usable") != 3.0 || list.at(t, "me", "coupons", "pageInfo", "hasNextPage") != true {
			t.Errorf("the list: %s", list.text)
		}
		next := good(t, app.url, question{query: app.only("Coupons"), variables: map[string]any{"after": list.at(t, "me", "coupons", "pageInfo", "endCursor"),
			"filter": map[string]any{}}, who: app.who})
		if nodes := next.at(t, "me", "coupons", "nodes").([]any); len(nodes) != 1 {
			t.Errorf("the last page: %s", next.text)
		}
		usable := good(t, app.url, question{query: app.only("Coupons"), variables: map[string]any{"filter": map[string]any{"usableOn": map[string]any{"orderAmountFen": 10, "channel": "STORE"}}}, who: app.who})
		if nodes := usable.at(t, "me", "coupons", "nodes").([]any); len(nodes) != 2 { // there is no fee
			t.Errorf("usable on an order without a fee: %s", usable.text)
		}
		kept := app.send("FreezeCoupons", map[string]any{"couponIds": []string{half, fee}, "order": anOrder("o-best", 5000)})
		if kept.refusal(t, "couponFreeze") != "" || kept.at(t, "couponFreeze", "goodsSavedFen") != 2500.0 || kept.at(t, "couponFreeze", "deliverySavedFen") != 800.0 {
			t.Errorf("kept: %s", kept.text)
		}
		if free := app.send("ReleaseCoupons", map[string]any{"orderId": "o-best"}); len(free.at(t, "couponRelease", "coupons").([]any)) != 2 {
			t.Errorf("let go: %s", free.text)
		}
		revoked := app.desk("RevokeCoupon", input("couponId", half, "reason", "It was a mistake."), "service")
		if revoked.refusal(t, "couponRevoke") != "" || revoked.at(t, "couponRevoke", "coupon", "state") != "REVOKED" {
			t.Errorf("revoked: %s", revoked.text)
		}
	})
}

func TestWhatCannotBeDoneWithCouponsIsRefusedWithItsReason(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, other := couponApp(t, e, "saver"), couponApp(t, e, "clipper")
		mine, drink, foreign := app.given("LATE_20"), app.given("NEXT_DRINK"), other.given("LATE_20")
		freeze := func(order map[string]any, ids ...string) string {
			return app.send("FreezeCoupons", map[string]any{"couponIds": ids, "order": order}).refusal(t, "couponFreeze")
		}
		for name, c := range map[string]struct{ got, want string }{
			"somebody else's":         {freeze(anOrder("x1", 5000), foreign), "NOT_FOUND"},
			"what is no coupon":       {freeze(anOrder("x1", 5000), "what"), "NOT_FOUND"},
			"a gift of stores online": {freeze(anOrder("x1", 5000), drink), "NOT_USABLE"},
			"two that do not meet":    {freeze(anOrder("x1", 5000), mine, app.given("LATE_20")), "NOT_TOGETHER"},
			"shown by a stranger":     {app.send("ShowCoupon", map[string]any{"couponId": foreign}).refusal(t, "couponShow"), "NOT_FOUND"},
			"an unknown campaign":     {app.send("TakeCoupon", map[string]any{"campaignCode": "NONE"}).refusal(t, "couponTake"), "NOT_FOUND"},
			"a benefit of nobody":     {app.send("ClaimCoupons", map[string]any{"idempotencyKey": "k", "benefitId": globalID("Benefit", "NONE")}).refusal(t, "couponClaim"), "NOT_FOUND"},
		} {
			if c.got != c.want {
				t.Errorf("%s: %q, want %s", name, c.got, c.want)
			}
		}
		issue := func(change ...any) reply {
			in := input("idempotencyKey", rand.Text(), "memberId", app.profileID(), "templateCode", "LATE_20", "reason", "It was wet.")
			for i := 0; i < len(change); i += 2 {
				in["input"].(map[string]any)[change[i].(string)] = change[i+1]
			}
			return app.desk("IssueCoupons", in, "service")
		}
		for want, r := range map[string]reply{
			"NOT_FOUND": issue("templateCode", "NONE"), "TOO_MANY": issue("count", 4), "NOT_ISSUED_BY_STAFF": issue("templateCode", "MEMBER_DAY_10"),
		} {
			if r.refusal(t, "couponIssue") != want {
				t.Errorf("want %s: %s", want, r.text)
			}
		}
		first, again := issue("idempotencyKey", "same", "count", 2), issue("idempotencyKey", "same", "count", 2)
		if first.refusal(t, "couponIssue") != "" || first.at(t, "couponIssue", "coupons", 1, "id") != again.at(t, "couponIssue", "coupons", 1, "id") {
			t.Errorf("given twice under one key: %s, %s", first.text, again.text)
		}
		if r := issue("idempotencyKey", "same", "reason", "Another one."); r.refusal(t, "couponIssue") != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the key with another reason: %s", r.text)
		}
		issue("source", "THEFT").refusedOnce(t, "BAD_USER_INPUT", "source")
		app.desk("IssueCoupons", input("idempotencyKey", "k", "memberId", app.profileID(), "templateCode", "LATE_20", "reason", "r"), "clerk").refusedOnce(t, "FORBIDDEN", "service")
		if c := other.coupon(mine); c.at(t, "node") != nil {
			t.Errorf("a stranger sees %s", c.text)
		}
	})
}

func TestAQuotasCouponsAreGivenAsOftenAsItSays(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := couponApp(t, e, "clipper")
		claim := func(key string) reply {
			return app.insist("ClaimCoupons", map[string]any{"idempotencyKey": key, "benefitId": globalID("Benefit", "COMEBACK_PACK"), "count": 1})
		}
		run := rand.Text()
		counts := fiftyTimes(50, func(i int) string {
			r := claim(fmt.Sprint(run, i))
			if len(r.Errors) > 0 {
				return r.Errors[0].code()
			}
			return r.refusal(t, "couponClaim")
		})
		if counts[""] != 1 || counts["USED_UP"] != 49 {
			t.Errorf("fifty claims of one a year: %v", counts)
		}
	})
}
