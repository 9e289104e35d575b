package main

import (
	"crypto/rand"
	"testing"
	"time"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// clerk is a header of somebody of the staff.
func clerk(t *testing.T, who string, roles ...string) map[string]string {
	t.Helper()
	signed, err := token.Sign(trust, token.Grant{Member: who, Scope: viewer.ScopeStaff, Roles: roles, Lifetime: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"Authorization": "Bearer " + signed}
}

const (
	propose = `mutation($input: CoinAdjustmentProposeInput!) {coinAdjustmentPropose(input: $input) {
		adjustment{id state canDecide coins categoryName proposedBy decideBy profile{displayName}} replayed userErrors{field message code}}}`
	answer = `mutation($input: CoinAdjustmentDecideInput!) {coinAdjustmentDecide(input: $input) {
		adjustment{id state decidedBy decidedAt note} userErrors{field message code}}}`
	proposals = `query($open: Boolean!, $after: String) {coinAdjustments(open: $open, first: 50, after: $after) {nodes{id state canDecide reason} pageInfo{hasNextPage endCursor}}}`
)

// inList tells whether a proposal is in a list, and what canDecide says of it there.
func inList(t *testing.T, url string, header map[string]string, open bool, id any) (found, canDecide bool) {
	t.Helper()
	variables := map[string]any{"open": open, "after": nil}
	for {
		r := good(t, url, question{query: proposals, variables: variables, header: header})
		for _, n := range r.at(t, "coinAdjustments", "nodes").([]any) {
			if node := n.(map[string]any); node["id"] == id {
				return true, node["canDecide"].(bool)
			}
		}
		if r.at(t, "coinAdjustments", "pageInfo", "hasNextPage") != true {
			return false, false
		}
		variables["after"] = r.at(t, "coinAdjustments", "pageInfo", "endCursor")
	}
}

func TestCoinsAreCorrectedByTwoPeople(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, ann, bob := spender(t, e, "adjusted"), clerk(t, "ann", "operations"), clerk(t, "bob", "operations")
		before := app.available()
		me := good(t, app.url, question{query: `{me{id publicProfile{id}}}`, who: app.who}).at(t, "me", "publicProfile", "id")
		in := input("idempotencyKey", rand.Text(), "memberId", me, "coins", 25, "category", "GOODWILL", "reason", "The parcel was wet.")
		send := func(query string, variables map[string]any, header map[string]string) reply {
			return ask(t, app.url, question{query: query, variables: variables, header: header})
		}
		first := send(propose, in, ann)
		id := first.at(t, "coinAdjustmentPropose", "adjustment", "id")
		if first.refusal(t, "coinAdjustmentPropose") != "" || first.at(t, "coinAdjustmentPropose", "adjustment", "canDecide") != false ||
			first.at(t, "coinAdjustmentPropose", "adjustment", "profile", "displayName") != "adjusted" || app.available() != before {
			t.Fatalf("proposed: %s", first.text)
		}
		if again := send(propose, in, ann); again.at(t, "coinAdjustmentPropose", "replayed") != true || again.at(t, "coinAdjustmentPropose", "adjustment", "id") != id {
			t.Errorf("sent again: %s", again.text)
		}
		if found, may := inList(t, app.url, bob, true, id); !found || !may {
			t.Errorf("bob finds it among the open ones: %v, may decide: %v", found, may)
		}
		if found, may := inList(t, app.url, ann, true, id); !found || may {
			t.Errorf("ann finds it among the open ones: %v, may decide: %v", found, may)
		}
		yes := input("adjustmentId", id, "approve", true, "note", "I saw it.")
		if r := send(answer, yes, ann); r.refusal(t, "coinAdjustmentDecide") != "OWN_PROPOSAL" {
			t.Errorf("ann decides: %s", r.text)
		}
		for range 2 {
			r := send(answer, yes, bob)
			if r.refusal(t, "coinAdjustmentDecide") != "" || r.at(t, "coinAdjustmentDecide", "adjustment", "state") != "APPROVED" ||
				r.at(t, "coinAdjustmentDecide", "adjustment", "decidedBy") != "bob" || app.available() != before+25 {
				t.Errorf("bob decides: %s", r.text)
			}
		}
		if r := send(answer, input("adjustmentId", id, "approve", false), bob); r.refusal(t, "coinAdjustmentDecide") != "ALREADY_DECIDED" {
			t.Errorf("bob changes the mind: %s", r.text)
		}
		if found, _ := inList(t, app.url, bob, true, id); found {
			t.Error("it is still among the open ones")
		}
		if found, _ := inList(t, app.url, bob, false, id); !found {
			t.Error("it is not in the audit")
		}
		page := good(t, app.url, question{query: `{me{wallet{entries(first: 1){nodes{kind amount title explanation{lines{label coins}}}}}}}`, who: app.who,
			header: map[string]string{"Accept-Language": "en"}})
		entry := page.at(t, "me", "wallet", "entries", "nodes", 0).(map[string]any)
		if entry["kind"] != "ADJUST" || entry["amount"] != 25.0 || entry["title"] != "Corrected by staff" ||
			page.at(t, "me", "wallet", "entries", "nodes", 0, "explanation", "lines", 0, "label") != "Apology for a fault of ours" {
			t.Errorf("the member reads %s", page.text)
		}
	})
}

func TestOnlyStaffCorrectsCoins(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := spender(t, e, "adjusted")
		bob := clerk(t, "bob", "operations")
		member := map[string]string{"Authorization": "Bearer " + tokenOf(t, app.who)}
		me := good(t, app.url, question{query: `{me{publicProfile{id}}}`, who: app.who}).at(t, "me", "publicProfile", "id")
		in := input("idempotencyKey", rand.Text(), "memberId", me, "coins", 5, "category", "MISSING", "reason", "It was not there.")
		id := good(t, app.url, question{query: propose, variables: in, header: bob}).at(t, "coinAdjustmentPropose", "adjustment", "id")
		for name, c := range map[string]struct {
			header map[string]string
			code   string
		}{"a member": {member, "FORBIDDEN"}, "another role": {clerk(t, "cat", "moderator"), "FORBIDDEN"}, "nobody": {nil, "UNAUTHENTICATED"}} {
			for _, q := range []question{
				{query: propose, variables: in}, {query: answer, variables: input("adjustmentId", id, "approve", true)},
				{query: proposals, variables: map[string]any{"open": true}},
			} {
				q.header = c.header
				if r := ask(t, app.url, q); len(r.Errors) != 1 || r.Errors[0].code() != c.code {
					t.Errorf("%s: %s", name, r.text)
				}
			}
			q := question{query: `query($id: ID!) {node(id: $id) {id}}`, variables: map[string]any{"id": id}, header: c.header}
			if r := good(t, app.url, q); r.at(t, "node") != nil {
				t.Errorf("%s reads the node: %s", name, r.text)
			}
		}
		for want, change := range map[string]map[string]any{
			"NOT_FOUND": {"memberId": globalID("PublicProfile", "nobody")}, "UNKNOWN_CATEGORY": {"category": "WHIM"}, "LIMIT_EXCEEDED": {"coins": 100_001},
			"IDEMPOTENCY_CONFLICT": {"coins": 6},
		} {
			bad := input("idempotencyKey", rand.Text(), "memberId", me, "coins", 5, "category", "MISSING", "reason", "It was not there.")
			if want == "IDEMPOTENCY_CONFLICT" {
				bad["input"].(map[string]any)["idempotencyKey"] = in["input"].(map[string]any)["idempotencyKey"]
			}
			for k, v := range change {
				bad["input"].(map[string]any)[k] = v
			}
			if r := ask(t, app.url, question{query: propose, variables: bad, header: bob}); r.refusal(t, "coinAdjustmentPropose") != want {
				t.Errorf("want %s: %s", want, r.text)
			}
		}
	})
}
