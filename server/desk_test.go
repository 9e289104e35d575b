package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// deskApp sends operations of other desks as apps and staff do.
func deskApp(t *testing.T, e *engine, who string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, who, appDocument(t, "desk")}
}

// atDesk sends an operation as one of the staff.
func atDesk(t *testing.T, e *engine, who, operation string, variables map[string]any, roles ...string) reply {
	t.Helper()
	signed, err := token.Sign(trust, token.Grant{Member: who, Scope: viewer.ScopeStaff, Roles: roles, Lifetime: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	app := deskApp(t, e, "")
	at := ""
	if operation == "Entitlements" {
		at = sampleEnd // as the village's people stood
	}
	return ask(t, app.url, question{query: app.only(operation), variables: variables, at: at, header: map[string]string{"Authorization": "Bearer " + signed}})
}

func TestOneTapAfterASaleCountsOnceWithItsDeadline(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		orders := map[string]string{"caller": "o-caller", "bronze": "o-bronze"}
		app := deskApp(t, e, "caller")
		in := map[string]any{"idempotencyKey": rand.Text(), "orderId": orders["caller"], "kind": "QUALITY", "text": "The lid is cracked, call 13800138000."}
		var mu sync.Mutex
		ids, fresh := map[any]bool{}, 0
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				r := app.insist("AfterSalesRequest", in)
				if len(r.Errors) > 0 {
					t.Errorf("asked: %s", r.text)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ids[r.at(t, "afterSalesRequest", "request", "id")] = true
				if r.at(t, "afterSalesRequest", "replayed") == false {
					fresh++
				}
			})
		}
		all.Wait()
		if len(ids) != 1 || fresh > 1 {
			t.Fatalf("%d requests, %d times new", len(ids), fresh)
		}
		page := func() reply { return good(t, app.url, question{query: app.only("DeskPage"), who: app.who}) }
		mine := page().at(t, "me", "afterSales", "nodes", 0).(map[string]any)
		asked, _ := time.Parse(time.RFC3339, mine["requestedAt"].(string))
		due, _ := time.Parse(time.RFC3339, mine["respondBy"].(string))
		if due.Sub(asked) != 90*time.Second || mine["state"] != "OPEN" || mine["priority"] != float64(2) || mine["kindName"] != "Quality" || mine["text"] != in["text"] {
			t.Errorf("the member sees %v", mine)
		}
		for want, change := range map[string]func(map[string]any){
			"IDEMPOTENCY_CONFLICT": func(m map[string]any) { m["text"] = "Another." },
			"NOT_FOUND":            func(m map[string]any) { m["idempotencyKey"], m["orderId"] = "k1", "none" },
			"NOT_FOUND theirs":     func(m map[string]any) { m["idempotencyKey"], m["orderId"] = "k2", orders["bronze"] },
			"UNKNOWN_CODE":         func(m map[string]any) { m["idempotencyKey"], m["kind"] = "k3", "MIRACLE" },
		} {
			next := map[string]any{}
			for k, v := range in {
				next[k] = v
			}
			change(next)
			if r := app.send("AfterSalesRequest", next); r.refusal(t, "afterSalesRequest") != strings.Fields(want)[0] {
				t.Errorf("%s: %s", want, r.text)
			}
		}
		low := deskApp(t, e, "bronze").send("AfterSalesRequest", map[string]any{"idempotencyKey": "k", "orderId": orders["bronze"], "kind": "RETURN", "text": "x"})
		if low.refusal(t, "afterSalesRequest") != "NOT_ENTITLED" {
			t.Errorf("below the tier: %s", low.text)
		}
		app.send("AfterSalesRequest", map[string]any{"idempotencyKey": "k4", "orderId": "x", "kind": "RETURN", "text": strings.Repeat("x", 501)}).refusedOnce(t, "BAD_USER_INPUT", "text")

		id := mine["id"]
		queue := atDesk(t, e, "anna", "AfterSalesQueue", map[string]any{"first": 50}, "service")
		if !strings.Contains(queue.text, fmt.Sprint(id)) || !strings.Contains(queue.text, "13800138000") {
			t.Errorf("the desk sees %s", queue.text)
		}
		takers := map[string]int{}
		for n := range 20 {
			all.Go(func() {
				r := atDesk(t, e, fmt.Sprint("desk-", n), "AfterSalesTake", input("requestId", id), "service")
				for try := 0; try < 20 && r.comeAgain(); try++ {
					r = atDesk(t, e, fmt.Sprint("desk-", n), "AfterSalesTake", input("requestId", id), "service")
				}
				code, _ := r.at(t, "afterSalesTake", "userErrors", 0, "code").(string)
				mu.Lock()
				defer mu.Unlock()
				if takers[code]++; code == "" {
					takers[fmt.Sprint("desk-", n)] = 1
				}
			})
		}
		all.Wait()
		if takers[""] != 1 || takers["ALREADY_TAKEN"] != 19 {
			t.Fatalf("twenty who take it are told %v", takers)
		}
		for name := range takers {
			if !strings.HasPrefix(name, "desk-") {
				continue
			}
			end := func(who, outcome string) string {
				in := input("requestId", id, "outcome", outcome, "note", "A new one comes.")
				return atDesk(t, e, who, "AfterSalesClose", in, "operations").refusal(t, "afterSalesClose")
			}
			for n, c := range []struct{ who, outcome, want string }{
				{"somebody", "REPLACED", "ALREADY_TAKEN"}, {name, "MAGIC", "UNKNOWN_CODE"}, {name, "REPLACED", ""}, {name, "REPLACED", ""}, {name, "SOLVED", "REQUEST_CLOSED"},
			} {
				if got := end(c.who, c.outcome); got != c.want {
					t.Errorf("closing %d is told %q, want %q", n, got, c.want)
				}
			}
		}
		if got := page().at(t, "me", "afterSales", "nodes", 0).(map[string]any); got["state"] != "CLOSED" || got["outcomeName"] != "Replaced" || got["note"] != "A new one comes." {
			t.Errorf("the member sees %v", got)
		}
		if r := atDesk(t, e, "anna", "AfterSalesQueue", map[string]any{"first": 50}, "service"); strings.Contains(r.text, fmt.Sprint(id)) {
			t.Error("what is closed is still in the queue")
		}
		for _, operation := range []string{"AfterSalesTake", "AfterSalesClose"} {
			in := input("requestId", globalID("AfterSalesRequest", "none"))
			if operation == "AfterSalesClose" {
				in = input("requestId", "none", "outcome", "SOLVED")
			}
			if r := atDesk(t, e, "anna", operation, in, "service"); !strings.Contains(r.text, "NOT_FOUND") {
				t.Errorf("%s of nothing: %s", operation, r.text)
			}
			atDesk(t, e, "anna", operation, in, "clerk").refusedOnce(t, "FORBIDDEN", "service or operations")
		}
		atDesk(t, e, "anna", "AfterSalesQueue", nil, "moderator").refusedOnce(t, "FORBIDDEN", "service or operations")
		if log := e.gateway.log.String(); strings.Contains(log, "13800138000") {
			t.Error("the log has what the member wrote")
		}
	})
}

// However many a member asks at once, as many requests as the programme allows are open; one that is closed makes room.
func TestAMembersOpenRequestsAreBounded(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := deskApp(t, e, "hasty")
		in := func(key string) map[string]any {
			return map[string]any{"idempotencyKey": key, "orderId": "o-hasty", "kind": "OTHER", "text": "Where is it?"}
		}
		if most := good(t, app.url, question{query: `{ programme { afterSales { mostOpen } } }`, who: "hasty"}).at(t, "programme", "afterSales", "mostOpen"); most != float64(5) {
			t.Fatalf("the programme says %v", most)
		}
		var mu sync.Mutex
		ids, told := map[string]string{}, map[string]int{}
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				key := fmt.Sprint("hasty-", n/2) // each is sent twice
				r := app.insist("AfterSalesRequest", in(key))
				code := r.refusal(t, "afterSalesRequest")
				mu.Lock()
				defer mu.Unlock()
				if told[code]++; code == "" {
					ids[key] = fmt.Sprint(r.at(t, "afterSalesRequest", "request", "id"))
				}
			})
		}
		all.Wait()
		if len(ids) != 5 || told[""] != 10 || told["TOO_MANY_OPEN"] != 10 {
			t.Fatalf("%d requests are open, twenty sendings are told %v", len(ids), told)
		}
		if r := app.send("AfterSalesRequest", in("hasty-more")); r.refusal(t, "afterSalesRequest") != "TOO_MANY_OPEN" || !strings.Contains(r.text, "5 of your requests") {
			t.Errorf("one more: %s", r.text)
		}
		for key, id := range ids {
			if r := app.send("AfterSalesRequest", in(key)); r.at(t, "afterSalesRequest", "replayed") != true {
				t.Errorf("one of them again: %s", r.text)
			}
			atDesk(t, e, "anna", "AfterSalesClose", input("requestId", id, "outcome", "SOLVED"), "service")
			break
		}
		if r := app.send("AfterSalesRequest", in("hasty-more")); r.refusal(t, "afterSalesRequest") != "" {
			t.Errorf("after one was closed: %s", r.text)
		}
	})
}

// Rights come with the tier, as the papers give them, and show nothing of a member but the public profile.
func TestOtherDesksSeeRightsAndNothingElse(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		rights := map[string][]string{
			owner: {"NEXT_DAY_COURIER no", "PRIORITY_PURCHASE", "ONE_TAP_AFTER_SALES", "FREE_RETURNS", "REPLACE_NOT_REPAIR"}, // PLATINUM
			adult: {"PRIORITY_PURCHASE", "ONE_TAP_AFTER_SALES", "FREE_RETURNS", "REPLACE_NOT_REPAIR no"},                     // GOLD
			child: {"ONE_TAP_AFTER_SALES no", "FREE_RETURNS no", "PRIORITY_PURCHASE no"},
		}
		for who, want := range rights {
			id := good(t, e.gateway.url, question{query: `{ me { publicProfile { id } } }`, who: who}).at(t, "me", "publicProfile", "id")
			r := atDesk(t, e, "anna", "Entitlements", map[string]any{"memberId": id}, "clerk")
			for _, code := range want {
				code, no := strings.CutSuffix(code, " no")
				if strings.Contains(r.text, `"`+code+`"`) == no {
					t.Errorf("%s, %s: %s", who, code, shortened(r.text))
				}
			}
			for _, secret := range []string{"1985", "COFFEE_TEA", "LOW_SUGAR", "2009-12"} {
				if strings.Contains(r.text, secret) {
					t.Errorf("the desk sees %q: %s", secret, r.text)
				}
			}
		}
		if r := atDesk(t, e, "anna", "Entitlements", map[string]any{"memberId": globalID("PublicProfile", "none")}, "service"); string(r.Data) != `{"entitlements":null}` {
			t.Errorf("somebody unknown: %s", r.text)
		}
		atDesk(t, e, "anna", "Entitlements", map[string]any{"memberId": "x"}, "operations").refusedOnce(t, "FORBIDDEN", "service or clerk")
		app := deskApp(t, e, owner)
		ask(t, app.url, question{query: app.only("Entitlements"), variables: map[string]any{"memberId": "x"}, who: owner}).refusedOnce(t, "FORBIDDEN", "service or clerk")
	})
}

// The word of the month is the same in every process, changes with the month in the programme's zone, and differs by level.
func TestTheWordOfTheMonthIsTheMembersAndTheClerkKnowsIt(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		word := func(who, at, language string) any {
			return good(t, e.gateway.url, question{query: `{ me { storeWord { text until } } }`, who: who, at: at, header: map[string]string{"Accept-Language": language}}).at(t, "me", "storeWord")
		}
		first, last, next := "2011-01-17T17:44:00+08:00", "2011-01-31T23:59:59+08:00", "2011-02-01T00:00:00+08:00"
		high, low := word(owner, first, "en").(map[string]any)["text"], word(adult, first, "en").(map[string]any)["text"]
		if high == low || word(owner, last, "en").(map[string]any)["text"] != high || word(owner, next, "en").(map[string]any)["text"] == high {
			t.Errorf("words are %v and %v", high, low)
		}
		if got := word(child, first, "en"); got != nil {
			t.Errorf("somebody below the tier has %v", got)
		}
		check := func(said any, at string, header map[string]string) reply {
			app := deskApp(t, e, "")
			return ask(t, app.url, question{query: app.only("StoreWordCheck"), variables: map[string]any{"word": said}, at: at, header: header})
		}
		clerk := staff(t, "clerk")
		chinese := word(owner, first, "zh-CN").(map[string]any)["text"]
		for said, want := range map[any]any{high: "A special drink", strings.ToUpper(fmt.Sprint(high)) + " !": "A special drink", chinese: "A special drink", low: "A limited badge", "": nil, "moonlit": nil} {
			if r := check(said, first, clerk); r.at(t, "storeWordCheck", "hidden") != want || r.at(t, "storeWordCheck", "right") != (want != nil) {
				t.Errorf("%v gives %s", said, r.text)
			}
		}
		if r := check(high, next, clerk); r.at(t, "storeWordCheck", "right") != false {
			t.Errorf("last month's word: %s", r.text)
		}
		check(high, first, staff(t, "service")).refusedOnce(t, "FORBIDDEN", "clerk")
	})
}

// However many a clerk tries at once, the day's wrong words end it, for right ones too, and nobody else's.
func TestAClerkCannotTryWordsUntilOneIsRight(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		first, next := "2011-01-17T17:44:00+08:00", "2011-01-18T00:00:00+08:00"
		right := good(t, e.gateway.url, question{query: `{ me { storeWord { text } } }`, who: owner, at: first}).at(t, "me", "storeWord", "text")
		check := func(who string, said any, at string) reply {
			signed, err := token.Sign(trust, token.Grant{Member: who, Scope: viewer.ScopeStaff, Roles: []string{"clerk"}, Lifetime: time.Hour}, time.Now())
			if err != nil {
				t.Error(err)
			}
			app := deskApp(t, e, "")
			return ask(t, app.url, question{query: app.only("StoreWordCheck"), variables: map[string]any{"word": said}, at: at, header: map[string]string{"Authorization": "Bearer " + signed}})
		}
		if r := check("guesser", right, first); r.at(t, "storeWordCheck", "right") != true {
			t.Errorf("before any wrong word: %s", r.text)
		}
		var mu sync.Mutex
		told, unsure := map[string]int{}, 0
		var all sync.WaitGroup
		for n := range 40 {
			all.Go(func() {
				r := check("guesser", fmt.Sprint("moonlit ", n), first)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case r.comeAgain():
					unsure++
				case len(r.Errors) > 0:
					told[fmt.Sprint(r.Errors[0].Extensions["code"])]++
				default:
					told[fmt.Sprint(r.at(t, "storeWordCheck", "right"))]++
				}
			})
		}
		all.Wait()
		if told["false"] > 10 || told["false"]+unsure < 10 || told["false"]+told["RATE_LIMITED"]+unsure != 40 {
			t.Errorf("forty wrong words are told %v, %d were not answered in time", told, unsure)
		}
		r := check("guesser", right, first)
		r.refusedOnce(t, "RATE_LIMITED", "10 words")
		if wait, _ := r.Errors[0].Extensions["retryAfterMs"].(float64); time.Duration(wait)*time.Millisecond != 6*time.Hour+16*time.Minute {
			t.Errorf("they are told to wait %v ms", wait)
		}
		for who, at := range map[string]string{"guesser": next, "another": first} {
			if r := check(who, right, at); r.at(t, "storeWordCheck", "right") != true {
				t.Errorf("%s at %s: %s", who, at, r.text)
			}
		}
	})
}
