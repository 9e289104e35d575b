package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestOfTenWhoAcceptTheLastSeatOneJoins(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "seat")
		owner, guard := all[0], all[1]
		owner.opens("Home")
		guard.joins(owner.invites("GUARDIAN"))
		all[2].joins(owner.invites("ADULT"))
		var tokens []string
		for n := range 10 {
			by := owner
			if n%2 == 1 {
				by = guard
			}
			tokens = append(tokens, by.invites("ADULT"))
		}
		counts := fiftyTimes(10, func(i int) string {
			return all[3+i].no("FamilyRespond", "familyInvitationRespond", "token", tokens[i], "accept", true)
		})
		if counts[""] != 1 || counts["FAMILY_FULL"] != 9 {
			t.Errorf("they are told %v", counts)
		}
		if roles := owner.roles(); roles != "OWNER GUARDIAN ADULT ADULT" {
			t.Errorf("in the family are %s", roles)
		}
	})
}

func TestFiftyInvitationsOfOneKeyAreOneAndOfFiftyKeysAsManyAsADayAllows(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		owner := relatives(t, e, "keys")[0]
		fiftyTimes(20, func(int) string { // of those that come together one opens it, and the others have
			return owner.no("FamilyCreate", "familyCreate", "name", "Home")
		})
		tokens := fiftyTimes(50, func(int) string {
			r := owner.insist("FamilyInvite", map[string]any{"idempotencyKey": "one", "role": "ADULT"})
			return fmt.Sprint(r.refusal(t, "familyInvite"), r.at(t, "familyInvite", "invitation", "token"))
		})
		if len(tokens) != 1 || len(owner.page().at(t, "me", "family", "invitations").([]any)) != 1 {
			t.Errorf("fifty sendings give %v", tokens)
		}
		counts := fiftyTimes(50, func(i int) string {
			return owner.no("FamilyInvite", "familyInvite", "idempotencyKey", fmt.Sprint("key-", i), "role", "ADULT")
		})
		if counts[""] != 9 || counts["INVITE_LIMIT"] != 41 {
			t.Errorf("fifty keys are told %v", counts)
		}
	})
}

func TestNobodyJoinsTwoFamiliesAtTheSameMoment(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "pair")
		wanted := all[3]
		for _, owner := range all[:3] {
			owner.opens("Home")
		}
		tokens := []string{all[0].invites("ADULT"), all[1].invites("ADULT"), all[2].invites("ADULT")}
		counts := fiftyTimes(12, func(i int) string { // each of them several times, as apps do that get no answer
			return fmt.Sprint(i%3, wanted.no("FamilyRespond", "familyInvitationRespond", "token", tokens[i%3], "accept", true))
		})
		joined := 0
		for n := range tokens {
			if counts[fmt.Sprint(n)] == 4 {
				joined++
			} else if counts[fmt.Sprint(n, "ALREADY_IN_FAMILY")] != 4 {
				t.Errorf("the answers to family %d are %v", n, counts)
			}
		}
		if joined != 1 {
			t.Errorf("the member joined %d families: %v", joined, counts)
		}
		people := 0
		for _, owner := range all[:3] {
			people += len(strings.Fields(owner.roles()))
		}
		if people != 4 {
			t.Errorf("%d people are in the families", people)
		}
	})
}

// Who is not in a family, was in it, keeps apart from somebody in it or is not signed in, learns nothing of it: every
// operation and every node answers as for what does not exist.
func TestWhoIsNotInAFamilyLearnsNothingOfIt(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "apart")
		owner, guard, ex, blocker, outsider := all[0], all[1], all[2], all[3], all[4]
		owner.opens("Home")
		guard.joins(owner.invites("GUARDIAN"))
		ex.joins(owner.invites("ADULT"))
		page := owner.page()
		place := func(n int) string { return page.at(t, "me", "family", "members", n, "id").(string) }
		home, exPlace := page.at(t, "me", "family", "id").(string), place(2)
		ex.done("FamilyLeave", "familyLeave", "confirm", true)
		asked := owner.done("FamilyInvite", "familyInvite", "idempotencyKey", "apart", "role", "ADULT")
		token, invitation := asked.at(t, "familyInvite", "invitation", "token").(string), asked.at(t, "familyInvite", "invitation", "id").(string)
		const unknownPlace = "f_00000000000000000000000000000000/fm_00000000000000000000000000000000"
		type pair struct {
			operation  string
			real, fake map[string]any
		}
		upon := func(operation string, more ...any) (out []pair) {
			for _, id := range []any{guard.profileID(), place(1), exPlace} {
				in := input(append([]any{"memberId", id}, more...)...)["input"].(map[string]any)
				fake := input(append([]any{"memberId", globalID("FamilyMember", unknownPlace)}, more...)...)["input"].(map[string]any)
				out = append(out, pair{operation, in, fake})
			}
			return out
		}
		pairs := []pair{{"FamilyRevoke", map[string]any{"invitationId": invitation}, map[string]any{"invitationId": globalID("FamilyInvitation", "f_none/fi_none")}}}
		pairs = append(pairs, upon("FamilyRemove")...)
		pairs = append(pairs, upon("FamilyHandOver")...)
		pairs = append(pairs, upon("FamilyGiveRole", "role", "TEEN")...)
		pairs = append(pairs, upon("FamilyLimit")...)
		answers := []pair{
			{"FamilyRespond", map[string]any{"token": token, "accept": true}, map[string]any{"token": "unknown", "accept": true}},
			{"FamilyRespond", map[string]any{"token": token, "accept": false}, map[string]any{"token": "unknown", "accept": false}},
		}
		nobody := outsider
		nobody.who = ""
		before := owner.page().at(t, "me", "family", "version")
		for name, who := range map[string]relative{"a stranger": outsider, "who has left": ex, "who keeps apart": blocker, "nobody": nobody} {
			for _, p := range append(map[bool][]pair{true: answers}[who == blocker || who == nobody], pairs...) {
				real, fake := who.send(p.operation, p.real), who.send(p.operation, p.fake)
				if real.text != fake.text || real.status != fake.status {
					t.Errorf("%s, %s of %v:\n%s\nof nothing:\n%s", name, p.operation, p.real, real.text, fake.text)
				}
			}
			for _, id := range []string{home, place(0), place(1), exPlace, invitation} {
				r := ask(t, who.url, question{query: `query($id: ID!) { node(id: $id) { __typename id } }`, variables: map[string]any{"id": id}, who: who.who})
				if string(r.Data) != `{"node":null}` || len(r.Errors) > 0 {
					t.Errorf("%s gets %s", name, r.text)
				}
			}
		}
		preview := func(who relative, token string) string {
			return ask(t, who.url, question{query: appQueries(t)["FamilyInvitation"].text, variables: map[string]any{"token": token}, who: who.who}).text
		}
		if got := preview(blocker, token); got != preview(blocker, "unknown") {
			t.Errorf("who keeps apart from a guardian is shown %s", got)
		}
		if got := preview(outsider, token); !strings.Contains(got, "Home") {
			t.Errorf("who was invited is shown %s", got)
		}
		if after := owner.page().at(t, "me", "family", "version"); after != before {
			t.Errorf("the family has changed from version %v to %v", before, after)
		}
	})
}
