package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// What an app can get wrong in its arguments, and the one sentence that tells it.
func TestAWrongArgumentGetsOneClearSentence(t *testing.T) {
	const bad, gone, nobody = "BAD_USER_INPUT", "NOT_FOUND", "UNAUTHENTICATED"
	onEngines(t, func(t *testing.T, e *engine) {
		someones := cursorOf(t, e, stranger, `{ me { wallet { entries(first: 1) { pageInfo { endCursor } } } } }`, "me", "wallet", "entries")
		kinds := cursorOf(t, e, owner, `{ me { wallet { entries(first: 1, filter: {kinds: [EARN]}) { pageInfo { endCursor } } } } }`, "me", "wallet", "entries")
		hot := cursorOf(t, e, "", `{ feed(kind: HOT, first: 1) { pageInfo { endCursor } } }`, "feed")
		events := cursorOf(t, e, "", `{ feed(kind: BOARD, boardCode: "EVENTS", first: 1) { pageInfo { endCursor } } }`, "feed")
		friends := cursorOf(t, e, owner, `{ me { invitation { friends(first: 1) { pageInfo { endCursor } } } } }`, "me", "invitation", "friends")
		const entries = `query($c: String) { me { wallet { entries(first: 2, after: $c) { nodes { id } } } } }`
		const newest = `query($c: String) { feed(kind: NEW, first: 2, after: $c) { nodes { id } } }`
		for name, c := range map[string]struct {
			who, query, cursor, code, want string
		}{
			"first is 0":             {owner, `{ me { wallet { entries(first: 0) { nodes { id } } } } }`, "", bad, `first of "entries" is 0; allowed is 1 to 50.`},
			"first is 51":            {"", `{ feed(kind: HOT, first: 51) { nodes { id } } }`, "", bad, `first of "feed" is 51; allowed is 1 to 50.`},
			"first is -1":            {"", `{ rewards(first: -1) { nodes { id } } }`, "", bad, `first of "rewards" is -1; allowed is 1 to 50.`},
			"last is 51":             {"", `{ feed(kind: NEW, last: 51) { nodes { id } } }`, "", bad, `last of "feed" is 51; allowed is 1 to 50.`},
			"last on a one-way list": {"", `{ feed(kind: HOT, last: 5) { nodes { id } } }`, "", bad, "last is not allowed on this list"},
			"before on a one-way list": {"", `query($c: String) { feed(kind: HOT, before: $c) { nodes { id } } }`, hot, bad,
				"before is not allowed on this list"},
			"cursor made up":                 {owner, entries, "made up", bad, "after is not a cursor"},
			"cursor empty":                   {owner, entries, " ", bad, "after is not a cursor"},
			"cursor changed":                 {owner, entries, changed(kinds), bad, "after is"},
			"cursor of somebody":             {owner, entries, someones, bad, "after is not a cursor"},
			"cursor of another's friends":    {stranger, `query($c: String) { me { invitation { friends(first: 2, after: $c) { nodes { state } } } } }`, friends, bad, "after is not a cursor"},
			"51 friends":                     {owner, `{ me { invitation { friends(first: 51) { nodes { state } } } } }`, "", bad, `first of "friends" is 51; allowed is 1 to 50.`},
			"51 uses of data":                {owner, `{ me { privacy { dataUses(first: 51) { nodes { at } } } } }`, "", bad, `is 51; allowed is 1 to 50.`},
			"no incident":                    {owner, `{ me { privacy { incidents(first: 0) { nodes { id } } } } }`, "", bad, `is 0; allowed is 1 to 50.`},
			"cursor of entries, for uses":    {owner, `query($c: String) { me { privacy { dataUses(after: $c) { nodes { at } } } } }`, kinds, bad, "after is a cursor of another list"},
			"cursor of entries, for harm":    {owner, `query($c: String) { me { privacy { incidents(after: $c) { nodes { id } } } } }`, kinds, bad, "after is a cursor of another list"},
			"cursor of other filters":        {owner, entries, kinds, bad, "after is a cursor of another list or of other filters"},
			"cursor of another feed":         {"", newest, hot, bad, "after is a cursor of another list"},
			"cursor of a board":              {"", newest, events, bad, "after is a cursor of another list"},
			"cursor too long":                {"", newest, strings.Repeat("A", 600), bad, "after is not a cursor"},
			"board missing":                  {"", `{ feed(kind: BOARD) { nodes { id } } }`, "", bad, "boardCode is missing"},
			"board unknown":                  {"", `{ feed(kind: BOARD, boardCode: "NONE") { nodes { id } } }`, "", gone, `there is no board "NONE"`},
			"board elsewhere":                {"", `{ feed(kind: NEW, boardCode: "EVENTS") { nodes { id } } }`, "", bad, `boardCode is "EVENTS"`},
			"topic missing":                  {"", `{ feed(kind: TOPIC) { nodes { id } } }`, "", bad, "topicId is missing"},
			"topic that is no id":            {"", `{ feed(kind: TOPIC, topicId: "soup") { nodes { id } } }`, "", gone, "topicId names no Topic that is known"},
			"topic of another kind":          {"", fmt.Sprintf(`{ feed(kind: TOPIC, topicId: %q) { nodes { id } } }`, globalID("Post", string(busyPost))), "", gone, "topicId names no Topic that is known"},
			"topic unknown":                  {"", fmt.Sprintf(`{ feed(kind: TOPIC, topicId: %q) { nodes { id } } }`, globalID("Topic", "none")), "", gone, "there is no such topic"},
			"following of nobody":            {"", `{ feed(kind: FOLLOWING) { nodes { id } } }`, "", nobody, "signed-in members only"},
			"family of nobody":               {"", `{ feed(kind: FAMILY) { nodes { id } } }`, "", nobody, "signed-in members only"},
			"context unknown":                {"", fmt.Sprintf(`{ recommendations(surface: PRODUCT, contextId: %q) { nodes { id } } }`, globalID("Product", "none")), "", gone, "contextId names no product that is known"},
			"51 ids":                         {"", fmt.Sprintf(`{ nodes(ids: [%s]) { id } }`, strings.Repeat(`"x" `, 51)), "", bad, "ids names 51 objects; allowed are at most 50"},
			"a day ahead too far":            {owner, `{ me { wallet { expiring(within: 1001) { coins } } } }`, "", bad, "within is 1001; allowed are 1 to 1000 days"},
			"a purchase below nothing":       {owner, `{ me { tier { simulate(spendFen: -1, channel: STORE) { coinsEarned } } } }`, "", bad, "spendFen is -1; allowed are 0 to 1000000000"},
			"a channel that does not exist":  {owner, `{ me { tier { simulate(spendFen: 1, channel: MOON) { coinsEarned } } } }`, "", bad, `Value "MOON" does not exist in "Channel!" enum.`},
			"a day that is no moment":        {owner, `{ me { wallet { entries(filter: {from: "2011-01-01"}) { nodes { id } } } } }`, "", bad, "2011-01-01 is no DateTime"},
			"a field that does not exist":    {"", `{ wallet { id } }`, "", bad, `Cannot query field "wallet" on type "Query"`},
			"a variable of the wrong kind":   {"", `query($n: Int!) { rewards(first: $n) { nodes { id } } }`, "many", bad, `The variable "n" is not right`},
			"a mutation that does not exist": {owner, `mutation { coinsGive(n: 1) { id } }`, "", bad, `Cannot query field "coinsGive" on type "Mutation"`},
		} {
			t.Run(name, func(t *testing.T) {
				variables := map[string]any{"n": "many"}
				if c.cursor != "" {
					variables["c"] = c.cursor
				}
				r := ask(t, e.gateway.url, question{query: c.query, variables: variables, who: c.who, at: sampleEnd})
				r.refusedOnce(t, c.code, c.want)
			})
		}
	})
}

// cursorOf is the end of a page at a path.
func cursorOf(t *testing.T, e *engine, who, query string, path ...any) string {
	t.Helper()
	r := good(t, e.gateway.url, question{query: query, who: who, at: sampleEnd})
	cursor, _ := r.at(t, append(path, "pageInfo", "endCursor")...).(string)
	if cursor == "" {
		t.Fatalf("there is no cursor in %s", r.text)
	}
	return cursor
}

// changed is a text with one character in its middle changed.
func changed(s string) string {
	b := []byte(s)
	if b[len(b)/2]++; b[len(b)/2] > 'y' {
		b[len(b)/2] = 'b'
	}
	return string(b)
}

// "first" has a default, so an app that pages backwards cannot leave it out: last decides.
func TestLastDecidesBesideFirst(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		both := good(t, e.gateway.url, question{query: `{ feed(kind: NEW, first: 5, last: 3) { nodes { id } } }`})
		last := good(t, e.gateway.url, question{query: `{ feed(kind: NEW, last: 3) { nodes { id } } }`})
		if nodes, _ := both.at(t, "feed", "nodes").([]any); string(both.Data) != string(last.Data) || len(nodes) != 3 {
			t.Errorf("first and last give %s, last alone gives %s", both.Data, last.Data)
		}
	})
}

func TestADocumentThatAsksForTooMuchIsRefusedBeforeAnythingRuns(t *testing.T) {
	g := ready(t, embedded).gateway
	nested := func(n int) string {
		return "{ node(id: \"x\") { ... on Comment { " + strings.Repeat("replies { nodes { ", n) + "id" + strings.Repeat(" } }", n) + " } } }"
	}
	bomb := strings.Builder{}
	bomb.WriteString("{ ...f0 }")
	for i := range 30 {
		fmt.Fprintf(&bomb, " fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	bomb.WriteString(" fragment f30 on Query { boards { id } }")
	aliases := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "a%d:boards{id} ", i)
		}
		return "{ " + b.String() + "}"
	}
	for name, c := range map[string]struct {
		query  string
		status int
		want   string
	}{
		"a body of a megabyte": {"{ boards { id } } #" + strings.Repeat("x", 1<<20), http.StatusRequestEntityTooLarge, "The body is longer than 65536 bytes"},
		"10,000 aliases":       {aliases(10_000), http.StatusRequestEntityTooLarge, "The body is longer than"},
		"1,000 aliases":        {aliases(1_000), http.StatusOK, "The document has more than 1000 tokens"},
		"16 aliases":           {aliases(16), http.StatusOK, "more than 15 aliases"},
		"11 levels":            {nested(5), http.StatusOK, "more than 10 levels deep"},
		"a fragment bomb":      {bomb.String(), http.StatusOK, "at most"},
		"21 operations":        {strings.Repeat("query A { boards { id } } ", 21), http.StatusOK, "The document has 21 operations; at most 20 are allowed."},
		"pages of pages":       {`{ feed(kind: NEW, first: 50) { nodes { comments(first: 50) { nodes { replies(first: 50) { nodes { id } } } } } } }`, http.StatusOK, "at most 5000 is allowed"},
		"20,000 braces":        {strings.Repeat("{a", 20_000), http.StatusOK, "1000 tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			request := strings.NewReplacer(" ", "-", ",", "").Replace(name)
			began := time.Now()
			r := ask(t, g.url, question{query: c.query, who: owner, header: map[string]string{"X-Request-Id": request}})
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("refusing took %v", took)
			}
			if r.status != c.status || strings.Contains(r.text, `"data"`) {
				t.Errorf("status %d, %s", r.status, r.text)
			}
			r.refusedOnce(t, "QUERY_TOO_COMPLEX", c.want)
			if l := g.lineOf(t, request); l.Mongo+l.Redis != 0 {
				t.Errorf("something ran: %+v", l)
			}
		})
	}
}

func TestAMutationOverGetIsNotAllowed(t *testing.T) {
	g := ready(t, embedded).gateway
	for query, status := range map[string]int{
		"{ boards { code } }":                             http.StatusOK,
		"mutation { postCreate(input: {}) { replayed } }": http.StatusMethodNotAllowed,
	} {
		req, err := http.NewRequest(http.MethodGet, g.url+"/graphql?query="+url.QueryEscape(query), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r := send(t, req); r.status != status || (status == http.StatusMethodNotAllowed) != (r.header.Get("Allow") == "POST") {
			t.Errorf("%s: status %d, Allow %q, %s", query, r.status, r.header.Get("Allow"), r.text)
		}
	}
}

func TestTheSchemaTellsOfItselfToDevelopersOnly(t *testing.T) {
	g := ready(t, embedded).gateway
	text, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	r := good(t, g.url, question{query: string(text)})
	for _, part := range []string{`"Wallet"`, `"entries"`, `"The ledger, newest first. Null only together with an error."`, `"LedgerFilter"`} {
		if !strings.Contains(string(r.Data), part) {
			t.Errorf("the schema does not tell of %s", part)
		}
	}
	hidden := g.beside(t, func(s *Settings) { s.Production = true })
	for _, query := range []string{string(text), `{ __type(name: "Wallet") { name } }`} {
		ask(t, hidden.url, question{query: query}).refusedOnce(t, "OPERATION_NOT_ALLOWED", "No app was released with this document; nothing else runs here.")
	}
	if r := ask(t, hidden.url, question{query: `{ walet { id } }`}); strings.Contains(r.text, "wallet") || strings.Contains(r.text, "stores") {
		t.Errorf("in production an answer tells %s", r.text)
	}
}
