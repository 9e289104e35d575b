package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/recommend"
)

const wardQuery = `{ me { birthday displayName privacy { purposes { purpose state } } } recommendations(surface: HOME, first: 5) { personalised } }`

// keeps says what is kept of somebody: the purposes agreed to, and whether recommendations are personal.
func (r relative) keeps() (agreed string, personal bool) {
	r.t.Helper()
	a := good(r.t, r.url, question{query: wardQuery, who: r.who})
	all, _ := a.at(r.t, "me", "privacy", "purposes").([]any)
	for n := range all {
		if a.at(r.t, "me", "privacy", "purposes", n, "state") == "GRANTED" {
			agreed += " " + a.at(r.t, "me", "privacy", "purposes", n, "purpose").(string)
		}
	}
	return agreed, a.at(r.t, "recommendations", "personalised") == true
}

// Nothing is kept of a child without a guardian's yes, which guardians give, see, correct and take back.
func TestNothingIsKeptOfAChildWithoutAGuardiansYes(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		text := appDocument(t, "family") + "\n" + appDocument(t, "relatives") + "\n" + appDocument(t, "child") + "\n" + privacyApp(t) + "\n" + appDocument(t, "household")
		all := relatives(t, e, "ward")
		for n := range all {
			all[n].text = text
		}
		mum, dad, gran, kid := all[0], all[1], all[3], all[5]
		const refused = "GUARDIAN_CONSENT_REQUIRED"
		consent := func(r relative, purpose string, yes bool) string {
			t.Helper()
			return r.send("ConsentSet", map[string]any{"purpose": purpose, "granted": yes, "policyVersion": "2026-01"}).refusal(t, "consentSet")
		}
		renamed := func(fields map[string]any, r relative) string {
			t.Helper()
			version := good(t, r.url, question{query: `{ me { version } }`, who: r.who}).at(t, "me", "version")
			in := map[string]any{"expectedVersion": version}
			for k, v := range fields {
				in[k] = v
			}
			return r.send("ProfileUpdate", in).refusal(t, "memberUpdate")
		}
		writtenIn := func(file, operation string, in map[string]any) reply {
			t.Helper()
			return ask(t, kid.url, question{query: writtenBy(t, file, operation), variables: map[string]any{"input": in}, who: kid.who})
		}
		writes := func(operation string, in map[string]any) reply { return writtenIn("community", operation, in) }
		draft := map[string]any{"idempotencyKey": "ward-post", "boardCode": "NOWHERE", "body": "I like soup."} // refused of everybody, but for another reason: feeds of other tests stay as they are
		says := func(what, want string, personal bool) {
			t.Helper()
			if got, is := kid.keeps(); got != want || is != personal {
				t.Errorf("%s: agreed to%s, personal %v; want%s, %v", what, got, is, want, personal)
			}
		}
		alone := func(what string) {
			t.Helper()
			for name, got := range map[string]string{
				"a purpose": consent(kid, recommend.Purpose, true), "a guardian's purpose": consent(kid, "MINOR_DATA", true), "a name": renamed(map[string]any{"displayName": "Kid"}, kid),
				"a home": kid.send("HouseholdSet", map[string]any{"size": 3}).refusal(t, "householdSet"), "a taste": kid.send("PreferencesSet", map[string]any{"preferences": []any{"SEAFOOD"}}).refusal(t, "preferencesSet"),
				"a post": writes("PostCreate", draft).refusal(t, "postCreate"), "a comment": writes("CommentCreate", map[string]any{"idempotencyKey": "ward-c", "postId": globalID("Post", "none"), "body": "Mm."}).refusal(t, "commentCreate"),
				"another text":    writtenIn("posting", "PostUpdate", map[string]any{"postId": globalID("Post", "none"), "body": "Mm."}).refusal(t, "postUpdate"),
				"another comment": writtenIn("posting", "CommentUpdate", map[string]any{"commentId": globalID("Comment", "none"), "body": "Mm."}).refusal(t, "commentUpdate"),
				"a picture":       writtenIn("upload", "MediaUploadCreate", map[string]any{"contentType": "image/png", "byteSize": 10, "sha256": strings.Repeat("0", 64)}).refusal(t, "mediaUploadCreate"),
				"a phone":         writtenIn("identity", "IdentitySet", map[string]any{"token": "none", "phone": "13800138000"}).refusal(t, "identitySet"),
			} {
				if got != refused {
					t.Errorf("%s, %s: %q", what, name, got)
				}
			}
			says(what, "", false)
		}
		alone("in no family")
		young := time.Now().AddDate(-9, 0, 0).Format(time.DateOnly)
		if got := renamed(map[string]any{"birthday": young}, gran); got != refused {
			t.Errorf("a birthday of a child: %q", got)
		}

		mum.opens("Wards")
		dad.joins(mum.invites("GUARDIAN"))
		gran.joins(mum.invites("ADULT"))
		kid.joins(dad.invites("CHILD"), "guardianConsent", true)
		says("joined with a yes", " MINOR_DATA", false)
		if got := consent(kid, recommend.Purpose, true) + renamed(map[string]any{"displayName": "Kiddo"}, kid); got != "" {
			t.Errorf("with a yes it is refused: %s", got)
		}
		if got := consent(kid, "MINOR_DATA", false); got != refused {
			t.Errorf("the child decides on what is the guardian's: %q", got)
		}
		says("agreed itself", " PERSONALISATION MINOR_DATA", true)
		if got := writes("PostCreate", draft).refusal(t, "postCreate"); got == refused {
			t.Error("a child writes nothing though a guardian agreed")
		}
		seen := func(r relative) any {
			t.Helper()
			return good(t, r.url, question{query: appQueries(t)["FamilyChildren"].text, who: r.who}).at(t, "me", "family", "members", 3, "child")
		}
		for _, r := range []relative{mum, dad} {
			c, _ := seen(r).(map[string]any)
			if c["guardianConsent"] != true || c["agreedAt"] == nil || c["birthday"] == nil || jsonOf(c["purposes"]) != `["PERSONALISATION","MINOR_DATA"]` {
				t.Errorf("%s sees %v", r.who, c)
			}
		}
		for _, r := range []relative{gran, kid} {
			if c := seen(r); c != nil {
				t.Errorf("%s sees %v", r.who, c)
			}
		}
		kidID, _ := kid.profileID().(string)
		eleven := time.Now().AddDate(-11, 0, -3).Format(time.DateOnly)
		set := dad.done("FamilyChild", "familyChildSet", "memberId", kidID, "birthday", eleven)
		if set.at(t, "familyChildSet", "family", "members", 3, "child", "birthday") != eleven {
			t.Errorf("corrected: %s", set.text)
		}
		for want, bad := range map[string][]any{
			"BIRTHDAY_WRONG": {"birthday", time.Now().AddDate(1, 0, 0).Format(time.DateOnly)}, "ROLE_UNSUITABLE": {"birthday", "1990-01-01"},
		} {
			if got := dad.no("FamilyChild", "familyChildSet", append([]any{"memberId", kidID}, bad...)...); got != want {
				t.Errorf("%v: %q, want %s", bad, got, want)
			}
		}
		for want, c := range map[string]struct {
			by relative
			of string
		}{"NOT_PERMITTED": {gran, kidID}, "NOT_FOUND": {dad, globalID("PublicProfile", "none")}, "NOT_IN_FAMILY": {all[4], kidID}} {
			if got := c.by.no("FamilyChild", "familyChildSet", "memberId", c.of, "guardianConsent", false); got != want {
				t.Errorf("%s of %s: %q, want %s", c.by.who, c.of, got, want)
			}
		}

		dad.done("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", false)
		dad.done("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", false) // the same again
		alone("the guardian took it back")

		// what a child agrees to while a guardian takes the yes back does not stand
		for range 3 {
			mum.done("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", true)
			var both sync.WaitGroup
			for n := range 6 {
				both.Go(func() {
					if n == 3 {
						mum.insist("FamilyChild", map[string]any{"memberId": kidID, "guardianConsent": false})
						return
					}
					kid.insist("ConsentSet", map[string]any{"purpose": []string{"MARKETING", recommend.Purpose}[n%2], "granted": true, "policyVersion": "2026-01"})
				})
			}
			both.Wait()
			says("at once", "", false)
		}

		// it ends with the guardian who gave it, and with the child's being there
		dad.done("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", true)
		if got := consent(kid, recommend.Purpose, true); got != "" {
			t.Fatal(got)
		}
		dad.done("FamilyLeave", "familyLeave", "confirm", true)
		alone("the guardian left")
		mum.done("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", true)
		if got := consent(kid, recommend.Purpose, true); got != "" {
			t.Fatal(got)
		}
		says("another guardian agreed", " PERSONALISATION MINOR_DATA", true)
		mum.done("FamilyRemove", "familyMemberRemove", "memberId", kidID)
		alone("taken out")
		if got := mum.no("FamilyChild", "familyChildSet", "memberId", kidID, "guardianConsent", true); got != "NOT_FOUND" {
			t.Errorf("of a child that is gone: %q", got)
		}
	})
}
