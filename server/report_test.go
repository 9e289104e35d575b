package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/token"
	"membergate/internal/viewer"
)

// bench is where one of the moderators sits.
type bench struct {
	t   testing.TB
	e   *engine
	who string
}

// send sends an operation of the moderators.
func (b bench) send(operation string, variables map[string]any, roles ...string) reply {
	b.t.Helper()
	if len(roles) == 0 {
		roles = []string{"moderator"}
	}
	signed, err := token.Sign(trust, token.Grant{Member: b.who, Scope: viewer.ScopeStaff, Roles: roles, Lifetime: time.Hour}, time.Now())
	if err != nil {
		b.t.Fatal(err)
	}
	q := question{query: writtenBy(b.t, "moderation", operation), variables: variables, header: map[string]string{"Authorization": "Bearer " + signed}}
	r := ask(b.t, b.e.gateway.url, q)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = ask(b.t, b.e.gateway.url, q)
	}
	return r
}

// waiting is the case of a post or comment out of the queue; nil when it is not there.
func (b bench) waiting(subject string, filter map[string]any) map[string]any {
	b.t.Helper()
	var after any
	for range 50 {
		r := b.send("ModerationQueue", map[string]any{"first": 50, "after": after, "filter": filter})
		for i := range r.at(b.t, "moderationQueue", "edges").([]any) {
			if node := r.at(b.t, "moderationQueue", "edges", i, "node").(map[string]any); node["subjectId"] == subject {
				return node
			}
		}
		if after = r.at(b.t, "moderationQueue", "pageInfo", "endCursor"); r.at(b.t, "moderationQueue", "pageInfo", "hasNextPage") != true {
			return nil
		}
	}
	b.t.Fatal("the queue never ends")
	return nil
}

// decide decides on a case as the moderator sees it, and gives the refusal.
func (b bench) decide(c map[string]any, decision string, more ...any) string {
	b.t.Helper()
	in := given(append([]any{"caseId", c["id"], "edition", c["edition"], "decision", decision}, more...)...)
	return b.send("ModerationDecide", map[string]any{"input": in}).refusal(b.t, "moderationDecide")
}

// log are the kinds of what was done to something, newest first.
func (b bench) log(subject string) (kinds []string) {
	b.t.Helper()
	r := b.send("ModerationLog", map[string]any{"subjectId": subject, "first": 50}, "legal")
	for i := range r.at(b.t, "moderationLog", "edges").([]any) {
		kinds = append(kinds, r.at(b.t, "moderationLog", "edges", i, "node", "kind").(string))
	}
	return kinds
}

// reports sends a report, and gives the answer.
func reports(t testing.TB, e *engine, who, subject string, more ...any) reply {
	t.Helper()
	in := given(append([]any{"subjectId", subject, "reason", "SPAM"}, more...)...)
	q := question{query: writtenBy(t, "community", "Report"), variables: map[string]any{"input": in}, who: who}
	r := ask(t, e.gateway.url, q)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = ask(t, e.gateway.url, q)
	}
	return r
}

// shownIn tells in how many of four places somebody sees a post: three feeds, and the look-up.
func shownIn(t testing.TB, e *engine, who, id string) (n int) {
	t.Helper()
	for _, feed := range []string{"kind: HOT", "kind: NEW", `kind: BOARD, boardCode: "EXCHANGE"`} {
		if strings.Contains(good(t, e.gateway.url, question{query: `{ feed(` + feed + `, first: 50) { nodes { id } } }`, who: who}).text, id) {
			n++
		}
	}
	if finds(t, e, who, id) {
		n++
	}
	return n
}

// What enough members report is its author's alone until a moderator has looked; who reported learns what became of it,
// the author learns why, and may ask another moderator.
func TestReportsAreDecidedByModeratorsAndAppealedByAuthors(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		author, ms := newPen(t, e, "accused"), bench{t, e, "mod-1"}
		other := bench{t, e, "mod-2"}
		id, _ := author.post(draft("body", "Have a look."))
		seen := func(what string, others int) {
			t.Helper()
			if a, b, c := shownIn(t, e, "onlooker", id), shownIn(t, e, "", id), shownIn(t, e, "accused", id); a != others || b != others || c != 4 {
				t.Errorf("%s: a member sees it in %d places, nobody in %d, its author in %d", what, a, b, c)
			}
		}
		var report string
		for n, who := range []string{"witness", "witness2", "witness3", "witness4"} {
			r := reports(t, e, who, id, "text", "Call 13800138000, says "+who)
			if report, _ = r.at(t, "contentReport", "report", "id").(string); r.at(t, "contentReport", "report", "state") != "OPEN" {
				t.Fatalf("reported: %s", r.text)
			}
			if again := reports(t, e, who, id); again.at(t, "contentReport", "report", "id") != report {
				t.Errorf("reported again: %s", again.text)
			}
			if n == 2 { // three members without a record are not enough
				seen("reported three times", 4)
			}
		}
		if finds(t, e, "onlooker", report) || finds(t, e, "witness", report) || finds(t, e, "", report) || !finds(t, e, "witness4", report) {
			t.Error("somebody else finds a report, or who made it does not")
		}
		own := func() map[string]any {
			r := good(t, e.gateway.url, question{query: appQueries(t)["OwnPost"].text, variables: map[string]any{"id": id}, who: "accused"})
			out, _ := r.at(t, "node", "ruling").(map[string]any)
			if out == nil {
				out = map[string]any{}
			}
			out["state"] = r.at(t, "node", "moderation")
			return out
		}
		if got := own(); got["state"] != "LIMITED" || got["by"] != "REPORTS" || got["reason"] != "REPORTED" || got["canAppeal"] != true {
			t.Errorf("its author sees %v", got)
		}
		seen("limited", 0)
		c := ms.waiting(id, map[string]any{"cause": "REPORTS", "kind": "POST"})
		if c == nil || c["reportCount"] != 4.0 || !strings.Contains(fmt.Sprint(c["reports"]), "says witness2") {
			t.Fatalf("the moderator sees %v", c)
		}
		if ms.waiting(id, map[string]any{"cause": "PENDING"}) != nil || finds(t, e, "accused", c["id"].(string)) {
			t.Error("it waits for another cause, or its author finds the case")
		}
		if got := ms.decide(c, "PUBLISH", "note", "It is fine."); got != "" {
			t.Fatalf("publishing is told %q", got)
		}
		seen("let stand", 4)
		state := func(who string) any {
			r := good(t, e.gateway.url, question{query: appQueries(t)["Reports"].text, who: who})
			return r.at(t, "me", "reports", "edges", 0, "node", "state")
		}
		if got := state("witness"); got != "DISMISSED" {
			t.Errorf("who reported sees %v", got)
		}
		if got := other.decide(c, "REMOVE", "reason", "ABUSE"); got != "DECIDED_SINCE" {
			t.Errorf("a second moderator is told %q", got)
		}
		for code, in := range map[string][]any{"UNKNOWN_CODE": {"reason", "NONE"}, "NOTE_NEEDED": {"reason", "OTHER"}} {
			if got := ms.decide(c, "REMOVE", in...); got != code {
				t.Errorf("a decision is told %q, want %s", got, code)
			}
		}
		if got := ms.decide(map[string]any{"id": globalID("ModerationCase", "post:none"), "edition": "0-x"}, "PUBLISH"); got != "NOT_FOUND" {
			t.Errorf("a case of nothing is told %q", got)
		}
		now := func() map[string]any {
			q := question{query: `query($id: ID!) { node(id: $id) { ... on ModerationCase { id edition canDecide } } }`, variables: map[string]any{"id": c["id"]}, header: staff(t, "moderator")}
			return good(t, e.gateway.url, q).at(t, "node").(map[string]any)
		}
		if got := (bench{t, e, "accused"}).decide(now(), "PUBLISH"); got != "YOURSELF" {
			t.Errorf("its author, being a moderator, is told %q", got)
		}
		before := now()
		author.send("PostUpdate", given("postId", id, "body", "Have another look."))
		if got := ms.decide(before, "REMOVE", "reason", "ABUSE"); got != "CHANGED" {
			t.Errorf("a decision on another text is told %q", got)
		}
		if got := ms.decide(now(), "REMOVE", "reason", "UNTRUE", "note", "The price is another."); got != "" {
			t.Fatalf("removing is told %q", got)
		}
		seen("taken down", 0)
		if got := own(); got["state"] != "REMOVED" || got["by"] != "STAFF" || got["note"] != "The price is another." || got["text"] == "moderation.UNTRUE" || got["text"] == "" {
			t.Errorf("its author sees %v", got)
		}
		if got := author.send("PostUpdate", given("postId", id, "body", "x")).refusal(t, "postUpdate"); got != "NOT_EDITABLE" {
			t.Errorf("a change of it is told %q", got)
		}
		appeal := func(who, text string) string {
			q := question{query: writtenBy(t, "moderation", "ContentAppeal"), variables: map[string]any{"input": given("subjectId", id, "text", text)}, who: who}
			return ask(t, e.gateway.url, q).refusal(t, "contentAppeal")
		}
		for n, a := range []struct{ who, text, want string }{{"onlooker", "no", "NOT_FOUND"}, {"accused", "It is that.", ""}, {"accused", "It is that.", ""}, {"accused", "Please.", "NOT_APPEALABLE"}} {
			if got := appeal(a.who, a.text); got != a.want {
				t.Errorf("appeal %d is told %q, want %q", n, got, a.want)
			}
		}
		c = other.waiting(id, map[string]any{"cause": "APPEAL"})
		if c == nil || c["canDecide"] != true || ms.waiting(id, nil)["canDecide"] != false {
			t.Fatalf("the moderators see %v", c)
		}
		if got := ms.decide(c, "REMOVE", "reason", "ABUSE"); got != "OWN_RULING" {
			t.Errorf("who ruled is told %q", got)
		}
		if got := other.decide(c, "PUBLISH"); got != "" || ms.waiting(id, nil) != nil {
			t.Errorf("another is told %q", got)
		}
		seen("after the appeal", 4)
		if got := own(); got["state"] != "PUBLISHED" || got["appealDecidedAt"] == nil || got["canAppeal"] != false {
			t.Errorf("its author sees %v", got)
		}
		if got, want := ms.log(id), "[RULED APPEALED RULED RULED LIMITED]"; fmt.Sprint(got) != want {
			t.Errorf("the log has %v, want %s", got, want)
		}
		if log := e.gateway.log.String(); strings.Contains(log, "13800138000") {
			t.Error("the log of the process has what a member wrote")
		}
	})
}

// A comment that waits is decided on, and counts follow; of two moderators at once one decides.
func TestADecisionOnACommentMovesItsCounts(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		author, ms := newPen(t, e, "discussed"), bench{t, e, "mod-1"}
		id, _ := author.post(draft("body", "Talk."))
		comment := author.comment(id, "", doubtfulText)
		count := func() any {
			return good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on Post { commentCount } } }`, variables: map[string]any{"id": id}}).at(t, "node", "commentCount")
		}
		c := ms.waiting(comment, map[string]any{"kind": "COMMENT"})
		if c == nil || c["cause"] != "PENDING" || c["body"] != doubtfulText || count() != 0.0 {
			t.Fatalf("it waits as %v", c)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		told := map[string]int{}
		for n := range 6 {
			all.Go(func() {
				got := (bench{t, e, fmt.Sprint("mod-", n)}).decide(c, "PUBLISH", "note", fmt.Sprint(n))
				mu.Lock()
				defer mu.Unlock()
				told[got]++
			})
		}
		all.Wait()
		if told[""] != 1 || told["DECIDED_SINCE"] != 5 || count() != 1.0 || !finds(t, e, "onlooker", comment) {
			t.Errorf("six moderators are told %v, and the post counts %v", told, count())
		}
		c["edition"] = good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on ModerationCase { edition } } }`,
			variables: map[string]any{"id": c["id"]}, header: staff(t, "moderator")}).at(t, "node", "edition")
		if got := ms.decide(c, "LIMIT", "reason", "ADULT"); got != "" || count() != 0.0 || finds(t, e, "onlooker", comment) || !finds(t, e, "discussed", comment) {
			t.Errorf("limited: %q, the post counts %v", got, count())
		}
	})
}

func TestAReportIsRefusedForItsReason(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		author := newPen(t, e, "charged")
		var ids []string
		for n := range 21 {
			if n < 11 {
				id, _ := author.post(draft("body", fmt.Sprint("Number ", n)))
				ids = append(ids, id)
				continue
			}
			ids = append(ids, author.comment(ids[0], "", fmt.Sprint("Answer ", n)))
		}
		pending := author.comment(ids[0], "", doubtfulText)
		for name, c := range map[string]struct {
			code, who, id string
			more          []any
		}{
			"of nothing":        {"NOT_FOUND", "nagger", globalID("Post", idOf(250)), nil},
			"of a topic":        {"NOT_FOUND", "nagger", globalID("Topic", string(soupTopic)), nil},
			"of what waits":     {"NOT_FOUND", "nagger", pending, nil},
			"of one's own":      {"YOURSELF", "charged", ids[0], nil},
			"for no reason":     {"UNKNOWN_CODE", "nagger", ids[0], []any{"reason", "NONE"}},
			"with another word": {"UNKNOWN_CODE", "nagger", ids[0], []any{"reason", "spam"}},
		} {
			if got := reports(t, e, c.who, c.id, c.more...).refusal(t, "contentReport"); got != c.code {
				t.Errorf("a report %s is told %q, want %s", name, got, c.code)
			}
		}
		reports(t, e, "nagger", ids[0], "text", strings.Repeat("x", 501)).refusedOnce(t, "BAD_USER_INPUT", "text has 501 characters")
		told := map[string]int{}
		for _, id := range ids {
			told[reports(t, e, "nagger", id).refusal(t, "contentReport")]++
		}
		if told[""] != 20 || told["TOO_MANY_REPORTS"] != 1 {
			t.Errorf("in a day a member is told %v", told)
		}
		r := reports(t, e, "witness", ids[1], "alsoBlock", true)
		if r.refusal(t, "contentReport") != "" || finds(t, e, "witness", ids[1]) {
			t.Errorf("with a block: %s", r.text)
		}
		off := input("memberId", good(t, e.gateway.url, question{who: "charged", query: `{ me { publicProfile { id } } }`}).at(t, "me", "publicProfile", "id"), "on", false)
		good(t, e.gateway.url, question{who: "witness", query: writtenBy(t, "community", "Block"), variables: off})
	})
}
