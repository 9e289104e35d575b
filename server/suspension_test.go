package main

import (
	"sync"
	"testing"

	"membergate/internal/authz"
)

// Who is suspended reads everything, changes nothing but what the law gives everybody, and goes on when staff says so.
func TestASuspendedMemberReadsAndDoesNotChange(t *testing.T) {
	const who = "16210"
	rename := func(version any, name string) question {
		return question{who: who, query: `mutation($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { displayName } userErrors { code } } }`,
			variables: input("expectedVersion", version, "displayName", name)}
	}
	onEngines(t, func(t *testing.T, e *engine) {
		g := e.gateway
		look := func() reply {
			return good(t, g.url, question{who: who, query: `{ me { version displayName suspension { reason reasonName since } wallet { balance { available } } } }`})
		}
		before := look()
		if before.at(t, "me", "suspension") != nil {
			t.Fatalf("it begins suspended: %s", before.text)
		}
		first := suspend(t, g, who, "ABUSE")
		if again := suspend(t, g, who, "ABUSE"); again.text != first.text && again.at(t, "memberSuspensionSet", "suspension", "since") != first.at(t, "memberSuspensionSet", "suspension", "since") {
			t.Errorf("said again it says %s, at first %s", again.text, first.text)
		}
		now := look()
		if now.at(t, "me", "suspension", "reason") != "ABUSE" || now.at(t, "me", "suspension", "reasonName") != "It insults or harasses somebody." {
			t.Errorf("the member sees %s", now.text)
		}
		r := ask(t, g.url, rename(now.at(t, "me", "version"), "Somebody Else"))
		r.refusedOnce(t, "FORBIDDEN", "suspended")
		if r.Errors[0].Extensions["reason"] != "SUSPENDED" || look().at(t, "me", "displayName") != before.at(t, "me", "displayName") {
			t.Errorf("a suspended member's change says %s", r.text)
		}
		good(t, g.url, question{who: who, query: `mutation { notificationSettingsSet(input: {timeZone: "Asia/Shanghai"}) { userErrors { code } } }`})
		if ended := suspend(t, g, who, ""); ended.at(t, "memberSuspensionSet", "suspension") != nil {
			t.Errorf("the end of it says %s", ended.text)
		}
		if r := good(t, g.url, rename(look().at(t, "me", "version"), "Free Again")); r.refusal(t, "memberUpdate") != "" {
			t.Errorf("after the end a change says %s", r.text)
		}
		good(t, g.url, rename(look().at(t, "me", "version"), before.at(t, "me", "displayName").(string)))
	})
}

// What cannot be done with suspensions is refused with its reason, and staff never decides about itself.
func TestASuspensionThatCannotBeIsRefusedWithItsReason(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		somebody, own := publicID(t, e.gateway, "16210"), publicID(t, e.gateway, cast[authz.Operations])
		for want, in := range map[string]map[string]any{
			"NOT_FOUND":      input("memberId", globalID("PublicProfile", "none"), "suspended", true, "reason", "ABUSE"),
			"UNKNOWN_REASON": input("memberId", somebody, "suspended", true, "reason", "MOOD"),
			"OWN_ACCOUNT":    input("memberId", own, "suspended", false),
		} {
			r := good(t, e.gateway.url, question{query: suspension, variables: in, header: as(t, authz.Operations)})
			if got := r.refusal(t, "memberSuspensionSet"); got != want {
				t.Errorf("refused with %s, want %s", got, want)
			}
		}
		r := good(t, e.gateway.url, question{query: suspension, variables: input("memberId", somebody, "suspended", true), header: as(t, authz.Operations)})
		if got := r.refusal(t, "memberSuspensionSet"); got != "UNKNOWN_REASON" {
			t.Errorf("without a reason it is refused with %q", got)
		}
	})
}

// Of many who say the same at once one is noted, and the others find it so.
func TestASuspensionSaidByManyAtOnceIsNotedOnce(t *testing.T) {
	const who = "16210"
	onEngines(t, func(t *testing.T, e *engine) {
		g := e.gateway
		q := question{query: suspension, variables: input("memberId", publicID(t, g, who), "suspended", true, "reason", "ABUSE"), header: as(t, authz.Operations)}
		version := func() float64 {
			return good(t, g.url, question{who: who, query: `{ me { version } }`}).at(t, "me", "version").(float64)
		}
		before, replies := version(), make([]reply, 8)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { replies[i] = ask(t, g.url, q) })
		}
		all.Wait()
		for _, r := range replies {
			if r.at(t, "memberSuspensionSet", "suspension", "since") == nil || jsonOf(r.at(t, "memberSuspensionSet")) != jsonOf(replies[0].at(t, "memberSuspensionSet")) {
				t.Errorf("one is told %s, another %s", shortened(replies[0].text), shortened(r.text))
			}
		}
		if after := version(); after != before+1 {
			t.Errorf("the profile was written %v times", after-before)
		}
		suspend(t, g, who, "")
	})
}

// While the store is gone staff is told so and nothing is noted; said again afterwards it is.
func TestASuspensionWithoutTheStoreIsUnavailableAndCanBeSaidAgain(t *testing.T) {
	const who = "16210"
	w := openCabled(t)
	q := question{query: suspension, variables: input("memberId", publicID(t, w.gateway, who), "suspended", true, "reason", "ABUSE"), header: as(t, authz.Operations)}
	look := question{who: who, query: `{ me { suspension { reason } } }`}
	w.mongo.close()
	r := ask(t, w.url, q)
	w.mongo.mend()
	r.unavailable(t, "memberSuspensionSet", "store")
	w.tellsNothing(t, r)
	if r := awaitGood(t, w.url, look); r.at(t, "me", "suspension") != nil {
		t.Errorf("it was noted: %s", r.text)
	}
	suspend(t, w.gateway, who, "ABUSE")
	if r := good(t, w.url, look); r.at(t, "me", "suspension", "reason") != "ABUSE" {
		t.Errorf("said again: %s", r.text)
	}
	suspend(t, w.gateway, who, "")
}
