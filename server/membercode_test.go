package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/desk"
)

// phone names one in an input.
func phone(device string) map[string]any { return map[string]any{"deviceId": device} }

// phoneOf asks for a phone's key and gives what makes its codes, so many steps from now.
func phoneOf(t *testing.T, app walletApp, device string) func(steps uint32) string {
	t.Helper()
	r := app.insist("MemberCodeKey", phone(device))
	short, _ := r.at(t, "memberCodeKey", "key", "shortId").(string)
	text, _ := r.at(t, "memberCodeKey", "key", "key").(string)
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(key) != 16 || len(short) != 8 || r.at(t, "memberCodeKey", "key", "stepSeconds") != float64(30) {
		t.Fatalf("the key is %s", r.text)
	}
	return func(steps uint32) string { return desk.Code(key, short, desk.Step(time.Now())+steps) }
}

// shownAt lets staff read a code.
func shownAt(t *testing.T, e *engine, code, purpose string) reply {
	t.Helper()
	return atDesk(t, e, "anna", "MemberCodeRead", input("code", code, "purpose", purpose), "clerk")
}

func TestAMemberCodeCountsOnceOfFiftyReadsAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		r := good(t, e.gateway.url, question{query: deskApp(t, e, "").only("MemberCode"), who: adult})
		code, _ := r.at(t, "me", "memberCode", "code").(string)
		var mu sync.Mutex
		told, unsure := map[string]int{}, 0
		var all sync.WaitGroup
		for n := range 50 {
			all.Go(func() {
				r := shownAt(t, e, code, []string{"GATE", "TILL"}[n%2])
				mu.Lock()
				defer mu.Unlock()
				if r.comeAgain() || r.at(t, "memberCodeRead", "member") != nil && r.at(t, "memberCodeRead", "checkedForReplay") == false {
					unsure++
					return
				}
				answer, _ := r.at(t, "memberCodeRead", "userErrors", 0, "code").(string)
				if told[answer]++; answer == "" && r.at(t, "memberCodeRead", "member", "tier", "code") == nil {
					t.Errorf("nobody is told of: %s", r.text)
				}
			})
		}
		all.Wait()
		if told[""] > 1 || told[""] == 0 && unsure == 0 || told[""]+told["ALREADY_USED"]+unsure != 50 {
			t.Errorf("fifty are told %v, %d were not answered in time", told, unsure)
		}
	})
}

func TestAPhoneMakesMemberCodesAloneUntilItIsRevoked(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := deskApp(t, e, teen)
		made := phoneOf(t, app, "cellar")
		now, next := made(0), made(1)
		if r := shownAt(t, e, strings.ToLower(now), "TILL"); r.at(t, "memberCodeRead", "member", "tier", "code") == nil || r.at(t, "memberCodeRead", "checkedForReplay") != true {
			t.Errorf("a code made without a network: %s", r.text)
		}
		if r := shownAt(t, e, now, "GATE"); r.refusal(t, "memberCodeRead") != "ALREADY_USED" || r.at(t, "memberCodeRead", "member") != nil {
			t.Errorf("again: %s", r.text)
		}
		for name, code := range map[string]string{"old": made(^uint32(3)), "early": made(9), "nothing": "", "wrong": next[:14] + "AAAAAAAAAA", "words": "a code"} {
			if r := shownAt(t, e, code, "GATE"); r.refusal(t, "memberCodeRead") != "NOT_FOUND" || r.at(t, "memberCodeRead", "checkedForReplay") != false {
				t.Errorf("%s: %s", name, r.text)
			}
		}
		if r := app.send("MemberCodeRevoke", phone("cellar")); r.at(t, "memberCodeRevoke", "deviceId") != "cellar" {
			t.Errorf("revoked: %s", r.text)
		}
		if r := shownAt(t, e, next, "TILL"); r.refusal(t, "memberCodeRead") != "NOT_FOUND" {
			t.Errorf("a revoked phone's: %s", r.text)
		}
		if r := app.send("MemberCodeRevoke", phone("cellar")); r.refusal(t, "memberCodeRevoke") != "NOT_FOUND" {
			t.Errorf("revoked again: %s", r.text)
		}
		if again := phoneOf(t, app, "cellar"); again(1) == next {
			t.Error("a phone gets the key again that was taken away")
		}
		for n := range desk.MostPhones - 1 {
			phoneOf(t, app, fmt.Sprint("phone-", n))
		}
		if r := app.send("MemberCodeKey", phone("more")); r.refusal(t, "memberCodeKey") != "TOO_MANY_DEVICES" || !strings.Contains(r.text, "Five phones") {
			t.Errorf("one phone more: %s", r.text)
		}
		for _, operation := range []string{"MemberCodeKey", "MemberCodeRevoke"} {
			app.send(operation, phone("")).refusedOnce(t, "BAD_USER_INPUT", "1 to 64")
			deskApp(t, e, "").send(operation, phone("x")).refusedOnce(t, "UNAUTHENTICATED", "")
		}
		in := input("code", next, "purpose", "GATE")
		atDesk(t, e, "anna", "MemberCodeRead", in, "operations").refusedOnce(t, "FORBIDDEN", "service or clerk")
		ask(t, app.url, question{query: app.only("MemberCodeRead"), variables: in, who: teen}).refusedOnce(t, "FORBIDDEN", "service or clerk")
	})
}

func TestMemberCodesKeepRealTime(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		shown := func(at string) (any, string) {
			r := good(t, e.gateway.url, question{query: deskApp(t, e, "").only("MemberCode"), who: single, at: at})
			until, _ := r.at(t, "me", "memberCode", "validUntil").(string)
			return r.at(t, "me", "memberCode", "code"), until
		}
		for range 10 { // until two are asked in one step
			one, until := shown("")
			if other, ends := shown("2011-01-17T17:44:00+08:00"); ends == until {
				if one != other {
					t.Errorf("another programme time gives another code: %v, %v", one, other)
				}
				end, err := time.Parse(time.RFC3339, until)
				if left := time.Until(end); err != nil || left > 30*time.Second || left < -30*time.Second {
					t.Errorf("it is shown until %s", until)
				}
				return
			}
		}
		t.Error("no two codes were of one step")
	})
}

func TestWithTheCacheDownAGateOpensAndATillDoesNot(t *testing.T) {
	w := openCabled(t)
	e := &engine{gateway: w.gateway}
	made := phoneOf(t, deskApp(t, e, stranger), "cellar")
	w.redis.close()
	defer w.redis.mend()
	if r := shownAt(t, e, made(0), "GATE"); r.status != http.StatusOK || r.at(t, "memberCodeRead", "member") == nil || r.at(t, "memberCodeRead", "checkedForReplay") != false {
		t.Errorf("a gate: %s", r.text)
	}
	r := shownAt(t, e, made(0), "TILL")
	r.unavailable(t, "memberCodeRead", "cache")
	w.tellsNothing(t, r)
}
