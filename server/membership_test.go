package main

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

const (
	issueCodes = `mutation($input: MembershipCodesIssueInput!) {membershipCodesIssue(input: $input) {codes userErrors{field code}}}`
)

// Fifty members send one code at the same moment; one of them has it.
func TestACodeOfAPartnerIsOneMembers(t *testing.T) {
	claim := walletApp{text: appDocument(t, "membership")}.only("ClaimMembership")
	onClubs(t, func(t *testing.T, url string) {
		in := input("tierId", globalID("Tier", "retail-5/SILVER"), "count", 2, "partner", "Didi", "expiresAt", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		for name, header := range map[string]map[string]string{"a member": {"Authorization": "Bearer " + tokenOf(t, "guest-100")}, "another role": staff(t, "moderator")} {
			if r := ask(t, url, question{query: issueCodes, variables: in, header: header}); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
				t.Errorf("%s makes codes: %s", name, r.text)
			}
		}
		made := good(t, url, question{query: issueCodes, variables: in, header: staff(t, "operations")})
		code := made.at(t, "membershipCodesIssue", "codes", 0)
		take := func(who string) question {
			return question{query: claim, variables: input("code", code), who: who}
		}
		told := make([]string, 50)
		var all sync.WaitGroup
		for n := range told {
			who := fmt.Sprintf("guest-%03d", 200+n)
			tokenOf(t, who)
			all.Go(func() {
				r := ask(t, url, take(who))
				for try := 0; try < 50 && len(r.Errors) > 0 && r.Errors[0].code() == "UNAVAILABLE"; try++ { // a busy server; an app tries again
					r = ask(t, url, take(who))
				}
				if told[n] = r.text; len(r.Errors) == 0 {
					told[n] = r.refusal(t, "membershipClaim")
				}
			})
		}
		all.Wait()
		taken := 0
		for n, refused := range told {
			r := good(t, url, take(fmt.Sprintf("guest-%03d", 200+n)))
			current := r.at(t, "membershipClaim", "tier", "current", "code")
			switch {
			case refused == "" && current == "SILVER" && r.at(t, "membershipClaim", "replayed") == true && r.at(t, "membershipClaim", "grant", "reason") == "A gift of Didi.":
				taken++
			case refused != "ALREADY_CLAIMED" || current != "REGISTERED":
				t.Errorf("member %d was told %q, and then %s", n, refused, r.text)
			}
		}
		if taken != 1 {
			t.Errorf("%d have it, want 1", taken)
		}
		if r := good(t, url, question{query: claim, variables: input("code", "made up"), who: "guest-100"}); r.refusal(t, "membershipClaim") != "NOT_FOUND" {
			t.Errorf("a code that was made up: %s", r.text)
		}
		gold := input("tierId", globalID("Tier", "retail-5/GOLD"), "count", 1, "partner", "Didi", "expiresAt", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		if r := good(t, url, question{query: issueCodes, variables: gold, header: staff(t, "operations")}); r.refusal(t, "membershipCodesIssue") != "NOT_FOUND" {
			t.Errorf("a tier that partners do not give: %s", r.text)
		}
	})
}
