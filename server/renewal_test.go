package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	renewalPage = `{me{tier{current{code} grants{tier{code} route until autoRenew remindAt renewal{on feeFen months days chargeFrom endsAt termsVersion terms decidedAt}}
		renewalChoices{tier{code} on at source termsVersion feeFen} plans{tier{code} route feeFen months days state renewalTerms}}}}`
	renewalsDue = `{membershipRenewals(first: 1){nodes{member tier feeFen from until agreedAt termsVersion} pageInfo{hasNextPage endCursor}}}`
	trialStart  = `mutation($input: MembershipTrialStartInput!) {membershipTrialStart(input: $input) {replayed grant{route until autoRenew renewal{on}} tier{id} userErrors{field code message}}}`
)

// renews sends a member's decision on the renewal of a tier.
func (y *year) renews(who, code string, on bool, terms any) reply {
	y.t.Helper()
	in := input("tierId", globalID("Tier", "fresh-3/"+code), "on", on, "termsVersion", terms)
	return good(y.t, y.g.url, question{query: appMutation(y.t, "offer", "SetRenewal"), variables: in, who: who})
}

func appMutation(t *testing.T, file, name string) string {
	return walletApp{text: appDocument(t, file)}.only(name)
}

// due asks what may be charged, as a payment service does, at the moment of its own newest event.
func (y *year) due(at string) reply {
	y.t.Helper()
	y.lives("clerk", looks(at))
	for role, want := range map[string]string{"operations": "FORBIDDEN", "": "UNAUTHENTICATED"} {
		q := question{query: renewalsDue}
		if role != "" {
			q.header = staff(y.t, role)
		}
		if r := ask(y.t, y.g.url, q); len(r.Errors) != 1 || r.Errors[0].code() != want {
			y.t.Errorf("the role %q asks what is due: %s", role, r.text)
		}
	}
	return good(y.t, y.g.url, question{query: renewalsDue, header: staff(y.t, "service")})
}

// Renewal is off until the member turns it on, with the price and the terms in sight; the payment service reads what is
// due, and pays by an event; turned off, or not paid, the membership ends.
func TestRenewalIsTheMembersOwnDecision(t *testing.T) {
	years(t, "fresh-3", func(y *year) {
		bought := subscribes("2026-02-01 12:00", "P1", "SILVER", "2026-02-01", "2027-02-01")
		bought.data["autoRenew"] = true // what the shop told turns nothing on
		r := y.lives("ann", bought)
		y.has(r, `"route":"PAID"`, `"autoRenew":false`)
		show := func() reply { return good(y.t, y.g.url, question{query: renewalPage, who: "ann"}) }
		y.has(show(), `"autoRenew":false,"remindAt":["2027-01-01T16:00:00Z","2027-01-24T16:00:00Z","2027-01-30T16:00:00Z"],"renewal":{"on":false,"feeFen":9900,"months":12,"days":null,"chargeFrom":"2027-01-28T16:00:00Z","endsAt":"2027-01-31T16:00:00Z","termsVersion":"2026-1"`,
			`"decidedAt":null`, `"renewalChoices":[]`, `{"tier":{"code":"SILVER"},"route":"PAID","feeFen":9900,"months":12,"days":null,"state":"OPEN","renewalTerms":`,
			`{"tier":{"code":"SILVER"},"route":"TRIAL","feeFen":100,"months":null,"days":7,"state":"HELD","renewalTerms":null}`)
		for want, in := range map[string][]any{"TERMS_CHANGED": {"SILVER", "2025-1"}, "NOT_RENEWABLE": {"GOLD", "2026-1"}, "NOT_FOUND": {"BRONZE", "2026-1"}} {
			if r := y.renews("ann", in[0].(string), true, in[1]); r.refusal(y.t, "membershipRenewalSet") != want {
				y.t.Errorf("want %s: %s", want, r.text)
			}
		}
		for _, again := range []bool{false, true} {
			y.has(y.renews("ann", "SILVER", true, "2026-1"), fmt.Sprintf(`"replayed":%v`, again), `"autoRenew":true`, `"on":true`)
		}
		y.has(show(), `"renewalChoices":[{"tier":{"code":"SILVER"},"on":true,"at":"2026-02-01T04:00:00Z","source":"APP","termsVersion":"2026-1","feeFen":9900}]`)
		y.lives("bob", subscribes("2026-02-01 12:00", "P2", "SILVER", "2026-02-01", "2027-02-01"))
		y.has(y.due("2027-01-28 23:59"), `"nodes":[]`)
		y.has(y.due("2027-01-29 00:00"), `"nodes":[{"member":"ann","tier":"SILVER","feeFen":9900,"from":"2027-01-31T16:00:00Z","until":"2028-01-31T16:00:00Z","agreedAt":"2026-02-01T04:00:00Z","termsVersion":"2026-1"}]`, `"hasNextPage":false`)
		r = y.lives("ann", subscribes("2027-01-30 12:00", "P3", "SILVER", "2027-02-01", "2028-02-01"))
		y.has(y.due("2027-01-30 12:00"), `"nodes":[]`)
		y.has(r, `"until":"2028-01-31T16:00:00Z","reason":"It was paid for.","state":"WAITING","autoRenew":true`)
		y.has(y.renews("ann", "SILVER", false, nil), `"replayed":false`, `"autoRenew":false`, `"on":false`)
		y.has(y.due("2028-01-30 12:00"), `"nodes":[]`)
		y.is(y.lives("ann", looks("2028-01-31 23:59")), "SILVER", "ACTIVE")
		y.is(y.lives("ann", looks("2028-02-01 00:00")), "FREE", "ACTIVE")
		y.is(y.lives("bob", looks("2027-02-01 00:00")), "FREE", "ACTIVE")
		if r := good(y.t, y.g.url, question{query: trialStart, variables: input("tierId", globalID("Tier", "fresh-3/SILVER")), who: "bob"}); r.refusal(y.t, "membershipTrialStart") != "PAYMENT_NEEDED" {
			y.t.Errorf("a trial that costs a yuan is begun by asking: %s", r.text)
		}
		if r := good(y.t, y.g.url, question{query: trialStart, variables: input("tierId", globalID("Tier", "fresh-3/GOLD")), who: "bob"}); r.refusal(y.t, "membershipTrialStart") != "NOT_FOUND" {
			y.t.Errorf("gold has no trial: %s", r.text)
		}
	})
}

// A partner's code brings a tier and coins, fifty times at once, exactly once; staff take back codes that nobody used.
func TestAPartnersCodeBringsItsCoinsOnce(t *testing.T) {
	claim := appMutation(t, "membership", "ClaimMembership")
	const withdraw = `mutation($input: MembershipCodesWithdrawInput!) {membershipCodesWithdraw(input: $input) {withdrawn taken unknown userErrors{code}}}`
	onClubs(t, func(t *testing.T, url string) {
		in := input("tierId", globalID("Tier", "retail-5/SILVER"), "count", 2, "partner", "Didi", "expiresAt", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		codes := good(t, url, question{query: issueCodes, variables: in, header: staff(t, "operations")})
		first, second := codes.at(t, "membershipCodesIssue", "codes", 0), codes.at(t, "membershipCodesIssue", "codes", 1)
		const who = "guest-300"
		replies := make(chan reply, 50)
		for range 50 {
			go func() { replies <- ask(t, url, question{query: claim, variables: input("code", first), who: who}) }()
		}
		done := 0
		for range 50 {
			if r := <-replies; len(r.Errors) == 0 && r.refusal(t, "membershipClaim") == "" {
				done++
			}
		}
		r := good(t, url, question{query: `{me{tier{current{code}} wallet{balance{available} entries(first: 5){nodes{title amount explanation{lines{label coins}}}}}}}`, who: who})
		if done == 0 || !strings.Contains(r.text, `"current":{"code":"SILVER"}},"wallet":{"balance":{"available":100},"entries":{"nodes":[{"title":"A partner's gift","amount":100,"explanation":{"lines":[{"label":"A gift of Didi","coins":100}]}}]}}`) {
			t.Errorf("%d were told yes, and the member has %s", done, r.text)
		}
		take := input("codes", []any{first, second, "made up"})
		if r := ask(t, url, question{query: withdraw, variables: take, who: who}); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("a member withdraws codes: %s", r.text)
		}
		for range 2 {
			r = good(t, url, question{query: withdraw, variables: take, header: staff(t, "operations")})
			if !strings.Contains(r.text, `{"withdrawn":1,"taken":1,"unknown":1,"userErrors":[]}`) {
				t.Errorf("two codes and one that is none are withdrawn: %s", r.text)
			}
		}
		if r := good(t, url, question{query: claim, variables: input("code", second), who: "guest-301"}); r.refusal(t, "membershipClaim") != "WITHDRAWN" {
			t.Errorf("a code that was withdrawn: %s", r.text)
		}
	})
}
