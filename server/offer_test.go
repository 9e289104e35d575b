package main

import (
	"fmt"
	"strings"
	"testing"
)

// A newcomer is offered the week for a yuan, accepts it, and the payment names the promise; it is had once, by whom it was
// made to. In the second month the highly active get gold at a tenth off.
func TestAnOfferKeepsItsPriceAndIsPaidOnce(t *testing.T) {
	offers, accept := appMutation(t, "offer", "Offers"), appMutation(t, "offer", "AcceptOffer")
	const promised = `query($member: String!, $offerId: String!) {membershipOffer(member: $member, offerId: $offerId) {code feeFen validUntil acceptedAt}}`
	years(t, "fresh-3", func(y *year) {
		trial := func(who, at, payment string, offer any) happens {
			h := subscribes(at, payment, "SILVER", at, strings.Replace(at, "-10-1", "-12-1", 1))
			h.data["route"], h.data["offerId"] = "TRIAL", offer
			return h
		}
		y.lives("ann", looks("2026-10-10 12:00"))
		show := func(who string) reply { return good(y.t, y.g.url, question{query: offers, who: who}) }
		r := show("ann")
		y.has(r, `"code":"SILVER_TRIAL_WEEK","title":"A silver week for one yuan"`, `"feeFen":100,"fullFeeFen":100,"months":null,"days":7`, `"validFrom":"2026-10-10T04:00:00Z","validUntil":"2026-10-24T04:00:00Z","acceptedAt":null}]`)
		id := r.at(y.t, "me", "offers", 0, "offerId").(string)
		y.lives("ann", looks("2026-10-11 12:00"))
		y.has(show("ann"), `"offerId":"`+id+`"`, `"validUntil":"2026-10-24T04:00:00Z"`)
		ask := func(role string) reply {
			return askWith(y, promised, map[string]any{"member": "ann", "offerId": id}, role)
		}
		y.has(ask("service"), `"membershipOffer":null`)
		for _, again := range []bool{false, true} {
			y.has(good(y.t, y.g.url, question{query: accept, variables: input("offerId", id), who: "ann"}), fmt.Sprintf(`"replayed":%v`, again), `"acceptedAt":"2026-10-11T04:00:00Z"`)
		}
		y.has(ask("service"), `{"code":"SILVER_TRIAL_WEEK","feeFen":100,"validUntil":"2026-10-24T04:00:00Z","acceptedAt":"2026-10-11T04:00:00Z"}`)
		if r := ask("operations"); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
			y.t.Errorf("another role reads a promise: %s", r.text)
		}
		y.is(y.lives("bob", trial("bob", "2026-10-10 12:00", "B1", id), looks("2026-10-10 13:00")), "FREE", "ACTIVE") // it is ann's
		r = y.lives("ann", trial("ann", "2026-10-11 13:00", "A1", id))
		y.is(r, "SILVER", "ACTIVE")
		y.has(show("ann"), `"offers":[]`)
		if r := good(y.t, y.g.url, question{query: accept, variables: input("offerId", id), who: "ann"}); r.refusal(y.t, "offerAccept") != "ALREADY_PAID" {
			y.t.Errorf("accepted when it was paid: %s", r.text)
		}
		if r := good(y.t, y.g.url, question{query: accept, variables: input("offerId", id), who: "bob"}); r.refusal(y.t, "offerAccept") != "NOT_FOUND" {
			y.t.Errorf("accepted by somebody else: %s", r.text)
		}
		y.is(y.lives("ann", looks("2026-10-18 13:00")), "FREE", "ACTIVE")
		y.lives("ann", acts("2026-10-19 10:00", "HEALTH_QUESTIONNAIRE"), acts("2026-10-20 10:00", "HEALTH_QUESTIONNAIRE"), looks("2026-11-10 11:59"))
		y.has(show("ann"), `"offers":[]`)
		y.lives("ann", looks("2026-11-10 12:00"))
		y.has(show("ann"), `"code":"GOLD_AT_NINETY"`, `"feeFen":26910,"fullFeeFen":29900,"months":12`)
	})
}

func askWith(y *year, query string, variables map[string]any, role string) reply {
	return ask(y.t, y.g.url, question{query: query, variables: variables, header: staff(y.t, role)})
}
