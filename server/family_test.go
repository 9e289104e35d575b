package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAFamilyLivesFromItsOpeningToItsEnd(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "life")
		mum, dad, gran, kid, teen := all[0], all[1], all[3], all[5], all[6]
		first := mum.done("FamilyCreate", "familyCreate", "name", "  Home　Sweet ")
		if first.at(t, "familyCreate", "family", "name") != "Home Sweet" || first.at(t, "familyCreate", "family", "myRole") != "OWNER" {
			t.Fatalf("opened: %s", first.text)
		}
		if again := mum.done("FamilyCreate", "familyCreate", "name", "Home Sweet"); again.at(t, "familyCreate", "family", "id") != first.at(t, "familyCreate", "family", "id") {
			t.Errorf("opened again: %s", again.text)
		}
		in := input("idempotencyKey", "dad", "role", "GUARDIAN")["input"].(map[string]any)
		asked, lost := mum.send("FamilyInvite", in), mum.send("FamilyInvite", in)
		token, _ := asked.at(t, "familyInvite", "invitation", "token").(string)
		if asked.refusal(t, "familyInvite") != "" || asked.at(t, "familyInvite", "replayed") != false || lost.at(t, "familyInvite", "replayed") != true ||
			lost.at(t, "familyInvite", "invitation", "token") != token || lost.at(t, "familyInvite", "family", "version") != asked.at(t, "familyInvite", "family", "version") {
			t.Fatalf("a lost answer asked again: %s, then %s", asked.text, lost.text)
		}
		preview := good(t, dad.url, question{query: appQueries(t)["FamilyInvitation"].text, variables: map[string]any{"token": token}, who: dad.who})
		if preview.at(t, "familyInvitation", "acceptable") != true || preview.at(t, "familyInvitation", "role") != "GUARDIAN" {
			t.Errorf("before the answer: %s", preview.text)
		}
		dad.joins(token)
		dad.joins(token) // the same answer again
		if p := mum.page(); strings.Contains(p.text, token) || p.at(t, "me", "family", "invitations", 0) != nil {
			t.Errorf("the page of the owner: %s", p.text)
		}
		kid.joins(dad.invites("CHILD"), "guardianConsent", true)
		teen.joins(dad.invites("TEEN"))
		if roles := dad.roles(); roles != "OWNER GUARDIAN CHILD TEEN" {
			t.Fatalf("in the family are %s", roles)
		}
		if pool := mum.page().at(t, "me", "family", "pool", "available"); pool != 4.0*kinCoins {
			t.Errorf("the pool is %v", pool)
		}
		share := teen.done("FamilyShare", "familySharingSet", "mode", "PERCENT", "percent", 25)
		if jsonOf(share.at(t, "familySharingSet", "family", "members", 3, "sharing")) != `{"keepFloor":null,"mode":"PERCENT","percent":25}` ||
			share.at(t, "familySharingSet", "family", "members", 0, "sharing") != nil || mum.page().at(t, "me", "family", "pool", "available") != 3.25*kinCoins {
			t.Errorf("shared: %s", share.text)
		}
		kid.done("FamilyShare", "familySharingSet", "mode", "ABOVE_FLOOR", "keepFloor", 900)
		if pool := mum.page().at(t, "me", "family", "pool", "available"); pool != 2.35*kinCoins {
			t.Errorf("the pool is %v", pool)
		}
		kidID := kid.profileID()
		limit := map[string]any{"perPeriod": 200, "period": "WEEK", "approvalAbove": 50}
		set := dad.done("FamilyLimit", "familyLimitSet", "memberId", kidID, "limit", limit)
		if jsonOf(set.at(t, "familyLimitSet", "family", "members", 2, "limit")) != `{"approvalAbove":50,"perPeriod":200,"period":"WEEK","used":0}` {
			t.Errorf("limited: %s", set.text)
		}
		version := set.at(t, "familyLimitSet", "family", "version")
		if same := dad.done("FamilyLimit", "familyLimitSet", "memberId", kidID, "limit", limit); same.at(t, "familyLimitSet", "family", "version") != version {
			t.Errorf("the same limit again: %s", same.text)
		}
		if lifted := mum.done("FamilyLimit", "familyLimitSet", "memberId", set.at(t, "familyLimitSet", "family", "members", 2, "id")); lifted.at(t, "familyLimitSet", "family", "members", 2, "limit") != nil {
			t.Errorf("lifted: %s", lifted.text)
		}
		had := teen.available()
		left := teen.done("FamilyLeave", "familyLeave", "confirm", true)
		if left.at(t, "familyLeave", "member", "family") != nil || teen.available() != had {
			t.Errorf("left: %s, with %d coins", left.text, teen.available())
		}
		teen.done("FamilyLeave", "familyLeave", "confirm", true) // the same again
		back := mum.invites("TEEN")
		r := teen.send("FamilyRespond", map[string]any{"token": back, "accept": true})
		if r.refusal(t, "familyInvitationRespond") != "COOLDOWN" {
			t.Errorf("back at once: %s", r.text)
		}
		mum.done("FamilyRemove", "familyMemberRemove", "memberId", kidID)
		mum.done("FamilyRemove", "familyMemberRemove", "memberId", kidID) // the same again
		if kid.page().at(t, "me", "family") != nil || kid.available() != kinCoins {
			t.Error("who was taken out is still in, or has lost coins")
		}
		gran.joins(mum.invites("ADULT"))
		if up := mum.done("FamilyGiveRole", "familyRoleSet", "memberId", gran.profileID(), "role", "GUARDIAN"); up.at(t, "familyRoleSet", "family", "members", 2, "role") != "GUARDIAN" {
			t.Errorf("another role: %s", up.text)
		}
		over := mum.done("FamilyHandOver", "familyOwnershipTransfer", "memberId", dad.profileID())
		if over.at(t, "familyOwnershipTransfer", "family", "myRole") != "GUARDIAN" || dad.roles() != "OWNER GUARDIAN GUARDIAN" {
			t.Errorf("handed over: %s", over.text)
		}
		mum.done("FamilyHandOver", "familyOwnershipTransfer", "memberId", dad.profileID()) // the same again
		history := good(t, dad.url, question{query: appQueries(t)["FamilyHistory"].text, who: dad.who, variables: map[string]any{"first": 3}})
		if history.at(t, "me", "family", "history", "nodes", 0, "what") != "OWNERSHIP_TRANSFERRED" || history.at(t, "me", "family", "history", "nodes", 0, "by", "displayName") != "Kin L0" ||
			history.at(t, "me", "family", "history", "nodes", 1, "role") != "GUARDIAN" || history.at(t, "me", "family", "history", "pageInfo", "hasNextPage") != true {
			t.Errorf("the history: %s", history.text)
		}
		next := good(t, dad.url, question{query: appQueries(t)["FamilyHistory"].text, who: dad.who, variables: map[string]any{"first": 50, "after": history.at(t, "me", "family", "history", "pageInfo", "endCursor")}})
		if deeds := next.at(t, "me", "family", "history", "nodes").([]any); deeds[len(deeds)-1].(map[string]any)["what"] != "CREATED" || len(deeds) != 15 {
			t.Errorf("%d more deeds: %s", len(deeds), next.text)
		}
		dad.done("FamilyDissolve", "familyDissolve", "confirm", true)
		dad.done("FamilyDissolve", "familyDissolve", "confirm", true) // the same again
		for _, who := range []relative{mum, dad, gran} {
			if who.page().at(t, "me", "family") != nil {
				t.Errorf("%s is in a family that has ended", who.who)
			}
		}
		if log := e.gateway.log.String(); strings.Contains(log, token) || strings.Contains(log, back) {
			t.Error("the log has a token")
		}
	})
}

func TestEveryReasonNotToChangeAFamilyIsToldWithItsCode(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		all := relatives(t, e, "codes")
		owner, second, third, guard, adult, guest := all[0], all[1], all[2], all[3], all[4], all[5]
		kid, teen := all[10], all[11]
		seen := map[string]bool{}
		want := func(code, got string) {
			t.Helper()
			seen[code] = true
			if got != code {
				t.Errorf("got %q, want %s", got, code)
			}
		}
		const create, invite, answer, leave, remove = "familyCreate", "familyInvite", "familyInvitationRespond", "familyLeave", "familyMemberRemove"
		want("NAME_LENGTH", owner.no("FamilyCreate", create, "name", " "))
		want("NAME_CHARACTERS", owner.no("FamilyCreate", create, "name", "a\u202eb"))
		want("NAME_REFUSED", owner.no("FamilyCreate", create, "name", "see www.cheap.vip"))
		seen["NAME_UNCHECKED"] = true // wechat_test.go: it takes a service that is away
		want("OWNER_TIER_TOO_LOW", guard.no("FamilyCreate", create, "name", "Home"))
		want("NOT_IN_FAMILY", owner.no("FamilyInvite", invite, "idempotencyKey", "k", "role", "ADULT"))
		want("NOT_IN_FAMILY", owner.no("FamilyLeave", leave, "confirm", true))
		want("NOT_IN_FAMILY", owner.no("FamilyDissolve", "familyDissolve", "confirm", true))
		want("NOT_IN_FAMILY", owner.no("FamilyShare", "familySharingSet", "mode", "NONE"))
		want("NOT_IN_FAMILY", owner.no("FamilyRemove", remove, "memberId", guest.profileID()))
		want("NOT_FOUND", owner.no("FamilyRevoke", "familyInvitationRevoke", "invitationId", globalID("FamilyInvitation", "f_none/fi_none")))
		owner.opens("Home")
		second.opens("Elsewhere")
		want("ALREADY_IN_FAMILY", owner.no("FamilyCreate", create, "name", "Other"))
		guard.joins(owner.invites("GUARDIAN"))
		want("ALREADY_IN_FAMILY", guard.no("FamilyRespond", answer, "token", second.invites("ADULT"), "accept", true))
		want("ROLE_UNSUITABLE", kid.no("FamilyRespond", answer, "token", guard.invites("TEEN"), "accept", true, "guardianConsent", true))
		forKid := guard.invites("CHILD")
		want("GUARDIAN_CONSENT_REQUIRED", kid.no("FamilyRespond", answer, "token", forKid, "accept", true))
		kid.joins(forKid, "guardianConsent", true)
		want("INVITE_USED", guest.no("FamilyRespond", answer, "token", forKid, "accept", true))
		want("GUARDIAN_DECIDES", kid.no("FamilyLeave", leave, "confirm", true))
		want("CONFIRMATION_REQUIRED", guard.no("FamilyLeave", leave, "confirm", false))
		want("OWNER_MUST_TRANSFER", owner.no("FamilyLeave", leave, "confirm", true))
		want("NOT_PERMITTED", kid.no("FamilyInvite", invite, "idempotencyKey", "k", "role", "ADULT"))
		want("NOT_PERMITTED", guard.no("FamilyInvite", invite, "idempotencyKey", "k", "role", "GUARDIAN"))
		want("NOT_PERMITTED", guard.no("FamilyRemove", remove, "memberId", owner.profileID()))
		want("NOT_PERMITTED", kid.no("FamilyRemove", remove, "memberId", guard.profileID()))
		want("NOT_PERMITTED", guard.no("FamilyDissolve", "familyDissolve", "confirm", true))
		want("NOT_PERMITTED", guard.no("FamilyGiveRole", "familyRoleSet", "memberId", kid.profileID(), "role", "ADULT"))
		want("ROLE_UNSUITABLE", guard.no("FamilyGiveRole", "familyRoleSet", "memberId", kid.profileID(), "role", "TEEN"))
		want("BIRTHDAY_WRONG", guard.no("FamilyChild", "familyChildSet", "memberId", kid.profileID(), "birthday", "2999-01-01"))
		want("NOT_PERMITTED", guard.no("FamilyChild", "familyChildSet", "memberId", owner.profileID(), "guardianConsent", true))
		want("NOT_PERMITTED", guard.no("FamilyHandOver", "familyOwnershipTransfer", "memberId", owner.profileID()))
		want("NOT_PERMITTED", guard.no("FamilyLimit", "familyLimitSet", "memberId", owner.profileID()))
		want("OWNER_TIER_TOO_LOW", owner.no("FamilyHandOver", "familyOwnershipTransfer", "memberId", guard.profileID()))
		want("ROLE_UNSUITABLE", owner.no("FamilyHandOver", "familyOwnershipTransfer", "memberId", kid.profileID()))
		for _, who := range []any{guest.profileID(), globalID("PublicProfile", strings.Repeat("0", 24)), "what", globalID("FamilyMember", "f_none/fm_none"), globalID("Member", guard.who)} {
			want("NOT_FOUND", owner.no("FamilyRemove", remove, "memberId", who))
			want("NOT_FOUND", owner.no("FamilyLimit", "familyLimitSet", "memberId", who))
			want("NOT_FOUND", owner.no("FamilyHandOver", "familyOwnershipTransfer", "memberId", who))
			want("NOT_FOUND", owner.no("FamilyGiveRole", "familyRoleSet", "memberId", who, "role", "ADULT"))
		}
		gone := owner.done("FamilyInvite", invite, "idempotencyKey", "gone", "role", "ADULT")
		token, id := gone.at(t, invite, "invitation", "token"), gone.at(t, invite, "invitation", "id")
		want("NOT_PERMITTED", guard.no("FamilyRevoke", "familyInvitationRevoke", "invitationId", id))
		want("NOT_FOUND", kid.no("FamilyRevoke", "familyInvitationRevoke", "invitationId", id))
		want("NOT_FOUND", second.no("FamilyRevoke", "familyInvitationRevoke", "invitationId", id))
		for range 2 {
			if r := owner.done("FamilyRevoke", "familyInvitationRevoke", "invitationId", id); r.at(t, "familyInvitationRevoke", "invitation", "state") != "REVOKED" {
				t.Errorf("taken back: %s", r.text)
			}
		}
		want("NOT_FOUND", guest.no("FamilyRespond", answer, "token", token, "accept", true))
		want("NOT_FOUND", guest.no("FamilyRespond", answer, "token", "made up", "accept", true))
		want("IDEMPOTENCY_CONFLICT", owner.no("FamilyInvite", invite, "idempotencyKey", "gone", "role", "TEEN"))
		if r := guest.done("FamilyRespond", answer, "token", owner.invites("ADULT"), "accept", false); r.at(t, answer, "family") != nil {
			t.Errorf("who turns it down sees %s", r.text)
		}
		used := owner.done("FamilyInvite", invite, "idempotencyKey", "used", "role", "ADULT")
		waiting := owner.invites("TEEN")
		adult.joins(used.at(t, invite, "invitation", "token").(string))
		want("INVITE_USED", owner.no("FamilyRevoke", "familyInvitationRevoke", "invitationId", used.at(t, invite, "invitation", "id")))
		want("FAMILY_FULL", teen.no("FamilyRespond", answer, "token", waiting, "accept", true))
		want("FAMILY_FULL", owner.no("FamilyInvite", invite, "idempotencyKey", "full", "role", "ADULT"))
		adult.done("FamilyLeave", leave, "confirm", true)
		again := ask(t, adult.url, question{who: adult.who, variables: input("token", second.invites("ADULT"), "accept", true),
			query: `mutation($input: FamilyInvitationRespondInput!) {familyInvitationRespond(input: $input) {userErrors{code availableAt}}}`})
		want("COOLDOWN", again.refusal(t, answer))
		if at, err := time.Parse(time.RFC3339, fmt.Sprint(again.at(t, answer, "userErrors", 0, "availableAt"))); err != nil || at.Before(time.Now().AddDate(0, 0, 29)) {
			t.Errorf("the wait is over at %s", again.text)
		}
		third.opens("Third")
		for n := range 10 {
			third.done("FamilyInvite", invite, "idempotencyKey", fmt.Sprint("many", n), "role", "ADULT")
		}
		want("INVITE_LIMIT", third.no("FamilyInvite", invite, "idempotencyKey", "many10", "role", "ADULT"))
		nobody := owner
		nobody.who = ""
		for operation, in := range map[string]map[string]any{
			"FamilyCreate": {"name": "Home"}, "FamilyInvite": {"idempotencyKey": "k", "role": "ADULT"}, "FamilyRespond": {"token": waiting, "accept": true},
			"FamilyLeave": {"confirm": true}, "FamilyRemove": {"memberId": "x"}, "FamilyRevoke": {"invitationId": id}, "FamilyHandOver": {"memberId": "x"},
			"FamilyDissolve": {"confirm": true}, "FamilyGiveRole": {"memberId": "x", "role": "TEEN"}, "FamilyLimit": {"memberId": "x"}, "FamilyChild": {"memberId": "x"}, "FamilyShare": {"mode": "ALL"},
		} {
			nobody.send(operation, in).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		}
		owner.send("FamilyInvite", map[string]any{"idempotencyKey": "a b", "role": "ADULT"}).refusedOnce(t, "BAD_USER_INPUT", "idempotencyKey")
		owner.send("FamilyShare", map[string]any{"mode": "PERCENT"}).refusedOnce(t, "BAD_USER_INPUT", "percent is missing")
		owner.send("FamilyShare", map[string]any{"mode": "PERCENT", "percent": 101}).refusedOnce(t, "BAD_USER_INPUT", "percent is 101; allowed are 0 to 100")
		owner.send("FamilyShare", map[string]any{"mode": "ABOVE_FLOOR"}).refusedOnce(t, "BAD_USER_INPUT", "keepFloor is missing")
		owner.send("FamilyLimit", map[string]any{"memberId": kid.profileID(), "limit": map[string]any{"perPeriod": -1, "period": "DAY"}}).refusedOnce(t, "BAD_USER_INPUT", "limit.perPeriod is -1")
		want("INVITE_EXPIRED", guest.no("FamilyRespond", answer, "token", "the late token", "accept", true))
		want("INVITE_EXPIRED", relatives(t, e, "late")[0].no("FamilyRevoke", "familyInvitationRevoke", "invitationId", lateInvitation(t, e)))
		want("FAMILIES_OFF", noFamilies(t, create, "FamilyCreate", "name", "Home"))
		for _, v := range e.gateway.parts.Schema.Schema().Types["FamilyErrorCode"].EnumValues {
			if !seen[v.Name] {
				t.Errorf("nothing here is refused with %s", v.Name)
			}
		}
	})
}

// lateInvitation is the id of the invitation that nobody answered in time.
func lateInvitation(t *testing.T, e *engine) string {
	t.Helper()
	r := good(t, e.gateway.url, question{query: `{ me { family { invitations { id state } } } }`, who: kinName("late", 0)})
	if r.at(t, "me", "family", "invitations", 0, "state") != "EXPIRED" {
		t.Errorf("the late invitation: %s", r.text)
	}
	id, _ := r.at(t, "me", "family", "invitations", 0, "id").(string)
	return id
}

// noFamilies sends a mutation to a gateway whose programme has no families, and gives the code of the refusal.
func noFamilies(t *testing.T, field, operation string, pairs ...any) string {
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
	who := relative{walletApp{t, g.url, "1001", appDocument(t, "family")}}
	for operation, in := range map[string][]any{"FamilyInvite familyInvite": {"idempotencyKey", "k", "role", "ADULT"}, "FamilyRespond familyInvitationRespond": {"token", "t", "accept", true}} {
		name, field, _ := strings.Cut(operation, " ")
		if code := who.no(name, field, in...); code != "FAMILIES_OFF" {
			t.Errorf("%s is refused with %q", name, code)
		}
	}
	if r := who.page(); r.at(t, "me", "family") != nil {
		t.Errorf("the page without families: %s", r.text)
	}
	return who.no(operation, field, pairs...)
}
