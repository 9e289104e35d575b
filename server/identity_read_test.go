package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/vault"
)

func TestStaffReadsWhoAMemberIsOnceAfterTwoYesesAndTheMemberSeesIt(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		if r := c.tell(whoIAm...); r.refusal(t, "identitySet") != "" {
			t.Fatal(r.text)
		}
		wish := c.wish("ADDRESS", "NAME")
		first := c.as("anna", "IdentityReadApply", wish, "service")
		id, _ := first.at(t, "identityReadApply", "application", "id").(string)
		if again := c.as("anna", "IdentityReadApply", wish, "service"); again.at(t, "identityReadApply", "replayed") != true || again.at(t, "identityReadApply", "application", "id") != id {
			t.Errorf("sent again: %s", again.text)
		}
		if first.at(t, "identityReadApply", "application", "state") != "PENDING" || first.at(t, "identityReadApply", "application", "canDecide") != false ||
			first.at(t, "identityReadApply", "application", "reason") != "The parcel came back." || first.at(t, "identityReadApply", "application", "profile", "displayName") == nil {
			t.Errorf("applied: %s", first.text)
		}
		if r := c.read(id); r.refusal(t, "identityRead") != "NOT_APPROVED" {
			t.Errorf("read without a yes: %s", r.text)
		}
		if found, may := c.listed(t, id, true); !found || !may {
			t.Errorf("a dpo finds it among what waits: %v, may answer: %v", found, may)
		}
		for who, role := range map[string]string{"dora": "dpo", "lars": "legal"} {
			for range 2 {
				if r := c.decide(who, id, true, role); r.refusal(t, "identityReadDecide") != "" {
					t.Fatal(r.text)
				}
			}
		}
		if found, _ := c.listed(t, id, true); found {
			t.Error("it is still among what waits")
		}
		if found, may := c.listed(t, id, false); !found || may {
			t.Errorf("a dpo finds it in the audit: %v, may answer: %v", found, may)
		}
		if r := c.page(); len(r.at(t, "me", "privacy", "staffReads", "nodes").([]any)) != 0 {
			t.Errorf("before anybody read: %s", r.text)
		}
		var read, refused atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				switch r := c.read(id); {
				case r.comeAgain():
				case r.refusal(t, "identityRead") == "ALREADY_READ":
					refused.Add(1)
				case strings.Contains(r.text, "上海市静安区南京西路1号") && strings.Contains(r.text, "王小明") && !strings.Contains(r.text, "138"):
					read.Add(1)
				default:
					t.Error(r.text)
				}
			})
		}
		all.Wait()
		if read.Load() > 1 || read.Load()+refused.Load() == 0 {
			t.Errorf("%d have read it, %d were refused", read.Load(), refused.Load())
		}
		r := c.page()
		line, _ := r.at(t, "me", "privacy", "staffReads", "nodes", 0).(map[string]any)
		if len(r.at(t, "me", "privacy", "staffReads", "nodes").([]any)) != 1 || fmt.Sprint(line["fields"], line["purpose"], line["purposeName"], line["role"]) != "[NAME ADDRESS]DELIVERYA delivery that went wrongservice" {
			t.Errorf("the member sees %s", r.text)
		}
		if strings.Contains(r.text, "anna") || strings.Contains(r.text, "parcel") {
			t.Errorf("the member is told who read it: %s", r.text)
		}
		screen := good(t, c.url, question{query: appQueries(t)["PrivacyPage"].text, who: c.who})
		used, _ := screen.at(t, "me", "privacy", "dataUses", "nodes").([]any)
		n := 0
		for _, each := range used {
			if use, _ := each.(map[string]any); fmt.Sprint(use["purpose"], use["dataCategory"], use["actor"]) == "STAFF_READIDENTITYSTAFF" {
				n++
			}
		}
		if n != 1 || screen.at(t, "me", "phone", "masked") == nil || strings.Contains(screen.text, "13800138000") || len(screen.at(t, "me", "privacy", "purposes").([]any)) < 5 {
			t.Errorf("the screen of the member's privacy shows %d readings among %v: %s", n, used, shortened(screen.text))
		}
		if strings.Contains(c.g.log.String(), "南京西路") {
			t.Error("the log holds what was read")
		}
	})
}

func TestStaffFindsWhoHasAPhoneAndCannotTryMany(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		c.tell(whoIAm...)
		find := func(phone string) reply { return c.as("anna", "IdentityFind", given("phone", phone), "service") }
		if r := find("138-0013-8000"); len(r.at(t, "identityFind", "profiles").([]any)) != 1 || r.at(t, "identityFind", "profiles", 0, "id") != c.wish()["memberId"] {
			t.Errorf("found is %s", r.text)
		}
		if r := find("soon"); r.refusal(t, "identityFind") != "WRONG_FORM" {
			t.Errorf("what is no phone: %s", r.text)
		}
		for range 50 {
			if r := find("13900139000"); len(r.at(t, "identityFind", "profiles").([]any)) != 0 {
				t.Fatal(r.text)
			}
		}
		find("13800138000").refusedOnce(t, "RATE_LIMITED", "50 phones were nobody's today")
	})
}

// The member sees what was read page by page, and nobody else's cursor opens it.
func TestReadingsAreShownPageByPage(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		for range 3 {
			id := c.apply("NAME")
			c.decide("dora", id, true, "dpo")
			c.decide("lars", id, true, "legal")
			c.read(id)
		}
		const pages = `query($n: Int, $c: String) {me{privacy{staffReads(first: $n, after: $c){nodes{at} pageInfo{hasNextPage endCursor}}}}}`
		page := func(n int, after any) reply {
			return ask(t, c.url, question{query: pages, variables: map[string]any{"n": n, "c": after}, who: c.who})
		}
		first := page(2, nil)
		end := first.at(t, "me", "privacy", "staffReads", "pageInfo", "endCursor")
		rest := page(2, end)
		if len(first.at(t, "me", "privacy", "staffReads", "nodes").([]any)) != 2 || first.at(t, "me", "privacy", "staffReads", "pageInfo", "hasNextPage") != true ||
			len(rest.at(t, "me", "privacy", "staffReads", "nodes").([]any)) != 1 || rest.at(t, "me", "privacy", "staffReads", "pageInfo", "hasNextPage") != false {
			t.Errorf("the pages are %s and %s", first.text, rest.text)
		}
		page(51, nil).refusedOnce(t, "BAD_USER_INPUT", `first of "staffReads" is 51; allowed is 1 to 50.`)
		page(2, "made up").refusedOnce(t, "BAD_USER_INPUT", "after is not a cursor")
		ask(t, c.url, question{query: pages, variables: map[string]any{"n": 2, "c": end}, who: string(rememberer)}).refusedOnce(t, "BAD_USER_INPUT", "after is")
		list := func(n int, after any) reply {
			return ask(t, c.url, question{query: c.only("IdentityReadApplications"), variables: map[string]any{"open": false, "first": n, "after": after}, header: clerk(t, "dora", "dpo")})
		}
		one := list(2, nil)
		if two := list(2, one.at(t, "identityReadApplications", "pageInfo", "endCursor")); len(one.at(t, "identityReadApplications", "nodes").([]any)) != 2 ||
			len(two.at(t, "identityReadApplications", "nodes").([]any)) != 1 || two.at(t, "identityReadApplications", "pageInfo", "hasNextPage") != false {
			t.Errorf("the audit's pages are %s and %s", one.text, two.text)
		}
		list(0, nil).refusedOnce(t, "BAD_USER_INPUT", `first of "identityReadApplications" is 0; allowed is 1 to 50.`)
		list(2, end).refusedOnce(t, "BAD_USER_INPUT", "after is")
	})
}

// What was read is kept for the programme's years, and no longer.
func TestReadingsGoWhenTheirYearsAreOver(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		for n, ago := range []time.Duration{7*365*24*time.Hour - time.Hour, (7*365 + 2) * 24 * time.Hour} {
			c.atThePast(t, ago+time.Duration(n))
		}
		batch := expiringReadings(st)()
		for _, want := range []int{1, 0} {
			if b, err := batch(t.Context()); err != nil || b.Done != want {
				t.Errorf("%d go, want %d, %v", b.Done, want, err)
			}
		}
		if list, err := st.vault.List(t.Context(), vault.Query{Now: time.Now(), Limit: 9}); err != nil || len(list) != 1 {
			t.Errorf("left is %v, %v", list, err)
		}
	})
}

// listed tells whether a dpo finds an application in a list, and may answer it.
func (c *counter) listed(t *testing.T, id string, open bool) (found, may bool) {
	t.Helper()
	r := good(t, c.url, question{query: c.only("IdentityReadApplications"), variables: map[string]any{"open": open, "first": 50}, header: clerk(t, "dick", "dpo")})
	for _, n := range r.at(t, "identityReadApplications", "nodes").([]any) {
		if node := n.(map[string]any); node["id"] == id {
			return true, node["canDecide"].(bool)
		}
	}
	return false, false
}

func TestOnlyStaffThatMayReadsWhoAMemberIs(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		id := c.apply("NAME")
		see := func(header map[string]string) any {
			return good(t, c.url, question{query: `query($id: ID!) {node(id: $id) {... on IdentityReadApplication {id state}}}`, variables: map[string]any{"id": id}, header: header}).at(t, "node")
		}
		for who, c := range map[string]struct {
			header map[string]string
			sees   bool
		}{
			"nobody": {nil, false}, "the member": {map[string]string{"Authorization": "Bearer " + tokenOf(t, string(forgetter))}, false},
			"somebody of the name of who applied": {map[string]string{"Authorization": "Bearer " + tokenOf(t, "anna")}, false},
			"another applicant":                   {clerk(t, "otto", "service"), false}, "who applied": {clerk(t, "anna", "service"), true}, "a dpo": {clerk(t, "dora", "dpo"), true},
		} {
			if got := see(c.header); (got != nil) != c.sees {
				t.Errorf("%s sees %v", who, got)
			}
		}
		for want, change := range map[string]map[string]any{
			"NOT_FOUND": {"memberId": globalID("PublicProfile", "nobody")}, "UNKNOWN_FIELD": {"fields": []string{"SHOE_SIZE"}}, "UNKNOWN_PURPOSE": {"purpose": "CURIOSITY"},
		} {
			in := c.wish("NAME")
			for name, v := range change {
				in[name] = v
			}
			if r := c.as("anna", "IdentityReadApply", in, "service"); r.refusal(t, "identityReadApply") != want {
				t.Errorf("want %s: %s", want, r.text)
			}
		}
		if r := c.as(string(forgetter), "IdentityReadApply", c.wish("NAME"), "service"); r.refusal(t, "identityReadApply") != "OWN_IDENTITY" {
			t.Errorf("for the own identity: %s", r.text)
		}
		same := c.wish("NAME")
		c.as("anna", "IdentityReadApply", same, "service")
		same["fields"] = []string{"PHONE"}
		if r := c.as("anna", "IdentityReadApply", same, "service"); r.refusal(t, "identityReadApply") != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("one key for two things: %s", r.text)
		}
		same["reason"] = ""
		same["idempotencyKey"] = "new"
		c.as("anna", "IdentityReadApply", same, "service").refusedOnce(t, "BAD_USER_INPUT", "reason has 0 characters; allowed are 1 to 500")
		c.refusesAnswers(t, id)
		c.refusesReadings(t, id)
	})
}

// refusesAnswers says what cannot be said to an application that waits; it ends with a no.
func (c *counter) refusesAnswers(t *testing.T, id string) {
	t.Helper()
	answer := func(want, who, of string, yes bool, roles ...string) {
		t.Helper()
		if r := c.decide(who, of, yes, roles...); r.refusal(t, "identityReadDecide") != want {
			t.Errorf("want %q: %s", want, r.text)
		}
	}
	answer("NOT_FOUND", "dora", globalID("IdentityReadApplication", "none"), true, "dpo")
	answer("NOT_FOUND", "dora", globalID("Post", "none"), true, "dpo")
	answer("OWN_APPLICATION", "anna", id, true, "service", "dpo")
	answer("OWN_IDENTITY", string(forgetter), id, true, "dpo")
	answer("", "dora", id, true, "dpo")
	answer("ROLE_ANSWERED", "dick", id, true, "dpo")
	answer("ALREADY_DECIDED", "dora", id, false, "dpo")
	answer("", "lars", id, false, "legal")
	answer("ALREADY_DECIDED", "lena", id, true, "legal")
	late := c.atThePast(t, 80*time.Hour)
	answer("DECISION_LATE", "dora", late, true, "dpo")
}

// atThePast is an application of anna's that was made some time ago and, if roles are given, approved then.
func (c *counter) atThePast(t *testing.T, ago time.Duration, roles ...string) string {
	t.Helper()
	service := c.st.vaultService(c.rules)
	service.Now = func() time.Time { return time.Now().Add(-ago) }
	a, _, err := service.Apply(t.Context(), vault.Ask{Key: fmt.Sprint("past-", ago, "-", len(roles)), Member: forgetter, Fields: []string{"NAME"}, Purpose: "DELIVERY", Reason: "Long ago."}, vault.Staff{ID: "anna", Roles: []string{"service"}})
	for _, role := range roles {
		if err == nil {
			_, err = service.Decide(t.Context(), a.ID, true, vault.Staff{ID: role, Roles: []string{role}})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return globalID("IdentityReadApplication", a.ID)
}

// refusesReadings says what cannot be read, of what was refused and else.
func (c *counter) refusesReadings(t *testing.T, rejected string) {
	t.Helper()
	keys, err := c.forgetful.set.Keys()
	if err != nil {
		t.Fatal(err)
	}
	early := vault.Tokens{Keys: keys, Now: func() time.Time { return time.Now().Add(-31 * time.Minute) }}
	late, _ := early.Issue("anna", vault.Reading, 30*time.Minute)
	approved := func() string {
		t.Helper()
		id := c.apply("NAME", "PHONE")
		c.decide("dora", id, true, "dpo")
		c.decide("lars", id, true, "legal")
		return id
	}
	used := c.token("anna", "READ", "service")
	first := approved()
	if r := c.as("anna", "IdentityRead", given("applicationId", first, "token", used), "service"); r.refusal(t, "identityRead") != "" || len(r.at(t, "identityRead", "facts").([]any)) != 0 {
		t.Errorf("of a member who has told nothing: %s", r.text)
	}
	open := approved()
	for _, each := range []struct{ want, who, id, token string }{
		{"NOT_FOUND", "anna", globalID("IdentityReadApplication", "none"), ""}, {"NOT_FOUND", "otto", open, ""}, {"NOT_APPROVED", "anna", rejected, ""},
		{"ALREADY_READ", "anna", first, ""}, {"READ_LATE", "anna", c.atThePast(t, 40*time.Minute, "dpo", "legal"), ""},
		{"TOKEN_EXPIRED", "anna", open, late}, {"TOKEN_USED", "anna", open, used}, {"TOKEN_UNKNOWN", "anna", open, c.token("anna", "SET", "service")},
	} {
		if each.token == "" {
			each.token = c.token(each.who, "READ", "service")
		}
		r := c.as(each.who, "IdentityRead", given("applicationId", each.id, "token", each.token), "service")
		if r.refusal(t, "identityRead") != each.want || r.at(t, "identityRead", "facts") != nil {
			t.Errorf("want %s: %s", each.want, r.text)
		}
	}
}

// putIdentities lets the owner tell who they are, and staff read it.
func putIdentities(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	service := st.vaultService(rules)
	service.Now = func() time.Time { return time.Date(2026, 1, 5, 4, 0, 0, 0, time.UTC) }
	service.Tokens = &vault.Tokens{Seen: st.cache.Seen(), Keys: keys, Now: service.Now}
	token := func(who string, step vault.Step) string {
		out, _ := service.Tokens.Issue(who, step, time.Minute)
		return out
	}
	telling := vault.Telling{}
	for kind, text := range map[vault.Kind]string{vault.Name: "Olive Owner", vault.Phone: "13900139000", vault.Address: "1 Village Green"} {
		telling[kind] = &text
	}
	if _, err := service.Tell(ctx, owner, telling, token(owner, vault.Set)); err != nil {
		return err
	}
	anna := vault.Staff{ID: "anna", Roles: []string{"service"}}
	a, _, err := service.Apply(ctx, vault.Ask{Key: "seed", Member: owner, Fields: []string{"PHONE"}, Purpose: "COMPLAINT", Reason: "To call back."}, anna)
	for _, role := range []string{"dpo", "legal"} {
		if err == nil {
			_, err = service.Decide(ctx, a.ID, true, vault.Staff{ID: role, Roles: []string{role}})
		}
	}
	if err == nil {
		_, _, err = service.Read(ctx, a.ID, token("anna", vault.Reading), anna)
	}
	return err
}

// An identity goes with the account, and what staff read of it stays under another name.
func TestWhatStaffReadOutlivesTheAccountUnderAnotherName(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		c.tell(whoIAm...)
		id := c.apply("NAME")
		c.decide("dora", id, true, "dpo")
		c.decide("lars", id, true, "legal")
		c.read(id)
		if err := st.personal.Erase(t.Context(), forgetter, "gone-ghost"); err != nil {
			t.Fatal(err)
		}
		if i, err := st.vault.Of(t.Context(), forgetter); err != nil || i.Version != 0 || len(i.Facts) != 0 {
			t.Errorf("left is %+v, %v", i, err)
		}
		list, err := st.vault.List(t.Context(), vault.Query{Now: time.Now(), Limit: 9})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		a := list[0]
		if a.Member != "gone-ghost" || a.Reason != "" || a.Input != "" || len(a.Deeds) != 3 || a.By != "anna" || a.Purpose != "DELIVERY" {
			t.Errorf("the audit says %+v", a)
		}
		for _, one := range c.everything(s) {
			if strings.HasPrefix(one.place, "identit") || strings.HasPrefix(one.place, "reading") && strings.Contains(one.key+one.text, string(forgetter)) {
				t.Errorf("%s holds %q %s", one.place, one.key, one.text)
			}
		}
		found, err := st.accounts.ByIDs(t.Context(), []member.ID{forgetter}, account.Public)
		if err != nil || len(found) != 0 {
			t.Errorf("the account is there: %v", err)
		}
	})
}
