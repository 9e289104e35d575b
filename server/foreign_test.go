package main

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// theirs are ids that a viewer must not get anything for, each with one of the same kind that does not exist.
func theirs(t *testing.T, e *engine) map[string]struct{ who, id, unknown string } {
	t.Helper()
	r := good(t, e.gateway.url, question{who: stranger, at: sampleEnd, query: `{ me { id publicProfile { id } tier { id } wallet { id entries(first: 1) { nodes { id } } }
		family { id members { id } } unreadCounts { id } recommendationSettings { id } privacy { id }
		notifications(first: 1) { nodes { id } } notificationSettings { id } } }`})
	get := func(path ...any) string {
		id, _ := r.at(t, append([]any{"me"}, path...)...).(string)
		if id == "" {
			t.Fatalf("the stranger has no id at %v: %s", path, r.text)
		}
		return id
	}
	device, _ := good(t, e.gateway.url, question{who: owner, query: `{ me { notificationSettings { devices { id } } } }`}).at(t, "me", "notificationSettings", "devices", 0, "id").(string)
	hidden := hiddenProfile(t, e)
	wallet := "w_" + strings.Repeat("0", 32)
	return map[string]struct{ who, id, unknown string }{
		"member":                   {owner, get("id"), globalID("Member", "99999")},
		"unread counts":            {owner, get("unreadCounts", "id"), globalID("UnreadCounts", "99999")},
		"after-sales request":      {stranger, globalID("AfterSalesRequest", "0001"), globalID("AfterSalesRequest", "0000")},
		"privacy":                  {owner, get("privacy", "id"), globalID("Privacy", "99999")},
		"settings":                 {owner, get("recommendationSettings", "id"), globalID("RecommendationSettings", "99999")},
		"notification":             {owner, get("notifications", "nodes", 0, "id"), globalID("Notification", strings.Repeat("0", 32))},
		"notification, to nobody":  {"", get("notifications", "nodes", 0, "id"), globalID("Notification", strings.Repeat("0", 32))},
		"notification settings":    {owner, get("notificationSettings", "id"), globalID("NotificationSettings", "99999")},
		"device":                   {stranger, device, globalID("PushDevice", strings.Repeat("A", 26))},
		"tier status":              {owner, get("tier", "id"), globalID("TierStatus", "99999")},
		"wallet":                   {owner, get("wallet", "id"), globalID("Wallet", wallet)},
		"wallet, to nobody":        {"", get("wallet", "id"), globalID("Wallet", wallet)},
		"entry":                    {owner, get("wallet", "entries", "nodes", 0, "id"), globalID("LedgerEntry", wallet+"/1")},
		"entry, to nobody":         {"", get("wallet", "entries", "nodes", 0, "id"), globalID("LedgerEntry", wallet+"/1")},
		"family":                   {owner, get("family", "id"), globalID("Family", "f_none")},
		"family, to somebody else": {single, globalID("Family", string(villageFamily)), globalID("Family", "f_none")},
		"family, to nobody":        {"", get("family", "id"), globalID("Family", "f_none")},
		"family member":            {owner, get("family", "members", 0, "id"), globalID("FamilyMember", "f_none/fm_none")},
		"invitation":               {stranger, globalID("FamilyInvitation", string(villageFamily)+"/fi_village"), globalID("FamilyInvitation", "f_none/fi_none")},
		"invitation, to a child":   {child, globalID("FamilyInvitation", string(villageFamily)+"/fi_village"), globalID("FamilyInvitation", string(villageFamily)+"/fi_none")},
		"request":                  {stranger, globalID("ApprovalRequest", string(villageFamily)+"/fa_village"), globalID("ApprovalRequest", "f_none/fa_none")},
		"request, to an adult":     {adult, globalID("ApprovalRequest", string(villageFamily)+"/fa_village"), globalID("ApprovalRequest", string(villageFamily)+"/fa_none")},
		"wish, to an adult":        {adult, globalID("Redemption", "of-fa_village"), globalID("Redemption", "of-fa_none")},
		"wish, to nobody":          {"", globalID("Redemption", "of-fa_village"), globalID("Redemption", "of-fa_none")},
		"pending post":             {owner, globalID("Post", string(pendingPost)), globalID("Post", idOf(250))},
		"pending post, to nobody":  {"", globalID("Post", string(pendingPost)), globalID("Post", idOf(250))},
		"family's post":            {stranger, globalID("Post", string(familyPost)), globalID("Post", idOf(250))},
		"post for a higher tier":   {teen, globalID("Post", string(platinumPost)), globalID("Post", idOf(250))},
		"post of a blocked one":    {owner, globalID("Post", string(blockedPost)), globalID("Post", idOf(250))},
		"pending comment":          {owner, globalID("Comment", string(pendingReply)), globalID("Comment", idOf(250))},
		"profile of who blocked":   {blocked, hidden, globalID("PublicProfile", strings.Repeat("0", 24))},
	}
}

// hiddenProfile is the public id of the owner, who blocked somebody, as the owner sees it.
func hiddenProfile(t *testing.T, e *engine) string {
	t.Helper()
	id, _ := good(t, e.gateway.url, question{who: owner, query: `{ me { publicProfile { id } } }`}).at(t, "me", "publicProfile", "id").(string)
	return id
}

func TestWhatIsNotTheViewersLooksLikeNothing(t *testing.T) {
	const query = `query($id: ID!) { node(id: $id) { __typename id ... on Wallet { balance { available } } ... on Post { body } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		for name, c := range theirs(t, e) {
			t.Run(name, func(t *testing.T) {
				get := func(who, id string) reply {
					return ask(t, e.gateway.url, question{query: query, variables: map[string]any{"id": id}, who: who, at: sampleEnd})
				}
				foreign, unknown := get(c.who, c.id), get(c.who, c.unknown)
				if foreign.text != unknown.text || foreign.status != unknown.status || len(foreign.header) != len(unknown.header) {
					t.Errorf("another's answers %s\nunknown   answers %s", foreign.text, unknown.text)
				}
				if string(foreign.Data) != `{"node":null}` || len(foreign.Errors) > 0 {
					t.Errorf("another's answers %s", foreign.text)
				}
				both := ask(t, e.gateway.url, question{query: fmt.Sprintf(`{ nodes(ids: [%q, %q]) { id } }`, c.id, c.unknown), who: c.who, at: sampleEnd})
				if string(both.Data) != `{"nodes":[null,null]}` || len(both.Errors) > 0 {
					t.Errorf("together: %s", both.text)
				}
			})
		}
	})
}

// The same ids give those whom they belong to what they name: the test above would pass if node answered nothing ever.
func TestWhatIsTheViewersIsThereByItsID(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		viewers := map[string]string{"after-sales request": owner, "device": owner, "invitation": owner, "invitation, to a child": owner, "family, to somebody else": owner,
			"family's post": child, "post for a higher tier": owner, "post of a blocked one": blocked, "profile of who blocked": stranger,
			"request": owner, "request, to an adult": owner, "wish, to an adult": owner, "wish, to nobody": owner}
		for name, c := range theirs(t, e) {
			who := viewers[name]
			if who == "" {
				who = stranger
			}
			r := good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { id } }`, variables: map[string]any{"id": c.id}, who: who, at: sampleEnd})
			if r.at(t, "node", "id") != c.id {
				t.Errorf("%s: %s gets %s", name, who, r.text)
			}
		}
	})
}

func TestIDsThatAreNoneAreUnknown(t *testing.T) {
	g := ready(t, embedded).gateway
	for name, id := range map[string]string{
		"empty": "", "a word": "wallet", "no kind": base64.RawURLEncoding.EncodeToString([]byte("15061")), "a kind alone": globalID("Wallet", ""),
		"an unknown kind": globalID("Secret", "1"), "padded": base64.URLEncoding.EncodeToString([]byte("Post:1")), "long": globalID("Post", strings.Repeat("1", 500)),
		"a quote": `"`, "a zero byte": "\x00", "an operator": `{"$gt":""}`, "a path": globalID("LedgerEntry", "../../1"), "an entry below 1": globalID("LedgerEntry", "w/-1"),
		"another language": "会员", "a tier of another programme": globalID("Tier", "fresh-3/GOLD"), "a board in small letters": globalID("Board", "events"),
	} {
		for _, who := range []string{"", owner} {
			r := ask(t, g.url, question{query: `query($id: ID!) { node(id: $id) { id } }`, variables: map[string]any{"id": id}, who: who})
			if string(r.Data) != `{"node":null}` || len(r.Errors) > 0 {
				t.Errorf("%s: %s", name, r.text)
			}
		}
	}
}

// Everything that answers name can be fetched again by its id, as the same object.
func TestEveryIDThatIsServedFindsItsObjectAgain(t *testing.T) {
	queries := appQueries(t)
	onEngines(t, func(t *testing.T, e *engine) {
		kinds := map[string]bool{}
		found := map[string]string{} // the moment at which it was served
		for _, a := range askings() {
			if a.who != owner {
				continue
			}
			r := good(t, e.gateway.url, question{query: queries[a.operation].text, variables: a.variables, who: a.who, at: a.at})
			served(r.value(t), func(id, kind string) {
				found[id], kinds[kind] = a.at, true
			})
		}
		at := map[string][]string{}
		for id, when := range found {
			at[when] = append(at[when], id)
		}
		for when, ids := range at {
			for part := range slices.Chunk(ids, 50) {
				r := good(t, e.gateway.url, question{query: `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, variables: map[string]any{"ids": part}, who: owner, at: when})
				for i, id := range part {
					plain, _ := base64.RawURLEncoding.DecodeString(id)
					kind, _, _ := strings.Cut(string(plain), ":")
					if r.at(t, "nodes", i, "id") != id || r.at(t, "nodes", i, "__typename") != kind {
						t.Errorf("%s is found as %v at %q", plain, r.at(t, "nodes", i), when)
					}
				}
			}
		}
		for _, kind := range []string{"Member", "PublicProfile", "UnreadCounts", "Tier", "TierStatus", "Wallet", "LedgerEntry", "Family", "FamilyMember",
			"FamilyInvitation", "Notification", "NotificationSettings", "PushDevice", "Post", "Comment", "Topic", "Group", "Product", "Reward", "Programme"} {
			if !kinds[kind] {
				t.Errorf("no answer names a %s", kind)
			}
		}
	})
}

// served calls f with every global id below a value, and with the kind that it names.
func served(v any, f func(id, kind string)) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			served(each, f)
		}
	case map[string]any:
		_, recommended := v["reasons"] // a recommendation's own id is no object's
		for name, each := range v {
			if text, ok := each.(string); ok && name == "id" && !recommended {
				plain, err := base64.RawURLEncoding.DecodeString(text)
				if kind, _, is := strings.Cut(string(plain), ":"); err == nil && is {
					f(text, kind)
				}
			}
			served(each, f)
		}
	}
}
