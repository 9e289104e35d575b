package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// writtenBy is one mutation of the apps, with the fragments that it uses and no other.
func writtenBy(t testing.TB, file, name string) string {
	t.Helper()
	text, err := os.ReadFile(operationsDir + file + ".graphql")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := parser.ParseQuery(&ast.Source{Name: filepath.Base(file), Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	op := whole.Operations.ForName(name)
	if op == nil {
		t.Fatalf("%s has no operation %s", file, name)
		return ""
	}
	var b strings.Builder
	formatter.NewFormatter(&b).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: used(whole, op.SelectionSet, nil)})
	return b.String()
}

// pen is an app in which somebody writes.
type pen struct {
	t    testing.TB
	e    *engine
	who  string
	send func(operation string, input map[string]any) reply
}

// newPen sends what is in the file of the operation, again where nobody answered, as apps do.
func newPen(t testing.TB, e *engine, who string) pen {
	files := map[string]string{"PostCreate": "community", "PostDelete": "community", "CommentCreate": "community", "React": "community"}
	return pen{t, e, who, func(operation string, input map[string]any) reply {
		file := files[operation]
		if file == "" {
			file = "posting"
		}
		q := question{query: writtenBy(t, file, operation), variables: map[string]any{"input": input}, who: who}
		r := ask(t, e.gateway.url, q)
		for try := 1; try < 20 && r.comeAgain(); try++ {
			r = ask(t, e.gateway.url, q)
		}
		return r
	}}
}

// post writes a post that is gone again when the test ends: other tests compare feeds.
func (p pen) post(input map[string]any) (id string, r reply) {
	p.t.Helper()
	r = p.send("PostCreate", input)
	id, _ = r.at(p.t, "postCreate", "post", "id").(string)
	if id == "" {
		p.t.Fatalf("nothing was posted: %s", r.text)
	}
	p.t.Cleanup(func() { p.send("PostDelete", map[string]any{"postId": id}) })
	return id, r
}

func draft(more ...any) map[string]any {
	in := map[string]any{"idempotencyKey": rand.Text(), "boardCode": "EXCHANGE", "body": "Soup again."}
	for i := 0; i < len(more); i += 2 {
		in[more[i].(string)] = more[i+1]
	}
	return in
}

func (p pen) comment(post, parent, body string) string {
	p.t.Helper()
	in := map[string]any{"idempotencyKey": rand.Text(), "postId": post, "body": body}
	if parent != "" {
		in["parentId"] = parent
	}
	r := p.send("CommentCreate", in)
	id, _ := r.at(p.t, "commentCreate", "comment", "id").(string)
	if id == "" {
		p.t.Fatalf("nothing was answered: %s", r.text)
	}
	return id
}

func given(pairs ...any) map[string]any { return input(pairs...)["input"].(map[string]any) }

// finds tells whether somebody gets something by its id.
func finds(t testing.TB, e *engine, who, id string) bool {
	t.Helper()
	return good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { id } }`, variables: map[string]any{"id": id}, who: who}).at(t, "node", "id") == id
}

func TestAPostIsWrittenOnceChangedAndDeleted(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := newPen(t, e, "writer")
		in := draft("topicIds", []string{globalID("Topic", string(soupTopic))}, "productIds", []string{globalID("Product", "85123A")}, "campaign", "SHOW_YOUR_FINDS")
		id, first := app.post(in)
		post := first.at(t, "postCreate", "post").(map[string]any)
		if post["moderation"] != "PUBLISHED" || post["body"] != "Soup again." || len(post["topics"].([]any)) != 2 || len(post["products"].([]any)) != 1 ||
			first.at(t, "postCreate", "replayed") != false || fmt.Sprint(post["permissions"]) != "[EDIT DELETE COMMENT REACT]" {
			t.Errorf("it is written as %v", post)
		}
		if again := app.send("PostCreate", in); again.at(t, "postCreate", "replayed") != true || again.at(t, "postCreate", "post", "id") != id {
			t.Errorf("sent again: %s", again.text)
		}
		feed := func(kind, topic string) bool {
			r := good(t, e.gateway.url, question{query: `query($k: FeedKind!, $t: ID) { feed(kind: $k, topicId: $t, first: 5) { nodes { id } } }`,
				variables: map[string]any{"k": kind, "t": topic}})
			return strings.Contains(r.text, id)
		}
		campaign := good(t, e.gateway.url, question{query: `{ postCampaigns { code topic { id } } }`})
		topic, _ := campaign.at(t, "postCampaigns", 0, "topic", "id").(string)
		if !feed("TOPIC", topic) || !finds(t, e, "", id) {
			t.Error("nobody finds it where the campaign's posts are")
		}
		change := func(more ...any) reply {
			return app.send("PostUpdate", given(append([]any{"postId", id}, more...)...))
		}
		r := change("body", "Soup, better.", "topicIds", []string{}, "visibility", "FOLLOWERS")
		if r.at(t, "postUpdate", "post", "body") != "Soup, better." || len(r.at(t, "postUpdate", "post", "topics").([]any)) != 1 || r.at(t, "postUpdate", "post", "editedAt") == nil {
			t.Errorf("changed, it is %s", r.text)
		}
		if finds(t, e, "", id) || finds(t, e, "onlooker", id) || feed("TOPIC", topic) {
			t.Error("a post for followers is found by others")
		}
		if r := change("minTier", "SILVER", "visibility", "TIER"); r.at(t, "postUpdate", "post", "visibility") != "TIER" || finds(t, e, "onlooker", id) || !finds(t, e, "caller", id) {
			t.Errorf("for a tier: %s", r.text)
		}
		del := map[string]any{"postId": id}
		if other := newPen(t, e, "onlooker").send("PostDelete", del); other.refusal(t, "postDelete") != "NOT_FOUND" {
			t.Errorf("somebody else deletes it: %s", other.text)
		}
		for range 2 {
			if r := app.send("PostDelete", del); r.at(t, "postDelete", "deletedPostId") != id {
				t.Errorf("deleting: %s", r.text)
			}
		}
		if finds(t, e, "writer", id) || change("body", "x").refusal(t, "postUpdate") != "NOT_FOUND" {
			t.Error("it is still there")
		}
		if again := app.send("PostCreate", in); again.at(t, "postCreate", "post") != nil || again.at(t, "postCreate", "replayed") != true {
			t.Errorf("sent again when it is deleted: %s", again.text)
		}
	})
}

func TestAPostIsRefusedForItsReason(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := newPen(t, e, "writer")
		id, first := app.post(draft())
		long := strings.Repeat("汤", 10001)
		many := make([]string, 10)
		for i := range many {
			many[i] = globalID("Product", fmt.Sprint(i))
		}
		for name, c := range map[string]struct {
			code string
			in   map[string]any
		}{
			"unknown board":      {"NOT_FOUND", draft("boardCode", "NONE")},
			"staff's board":      {"NOT_PERMITTED", draft("boardCode", "KNOWLEDGE")},
			"nothing to read":    {"BLANK", draft("body", " \n")},
			"too long":           {"TOO_LONG", draft("body", long)},
			"too many products":  {"TOO_MANY", draft("productIds", many)},
			"unknown product":    {"NOT_FOUND", draft("productIds", many[:1])},
			"unknown topic":      {"NOT_FOUND", draft("topicIds", []string{globalID("Topic", "none")})},
			"a product as topic": {"NOT_FOUND", draft("topicIds", []string{globalID("Product", "85123A")})},
			"unknown upload":     {"UPLOAD_UNKNOWN", draft("mediaUploadIds", []string{"none"})},
			"no family":          {"NO_FAMILY", draft("visibility", "FAMILY")},
			"too high a tier":    {"TIER_TOO_HIGH", draft("visibility", "TIER", "minTier", "DIAMOND")},
			"unknown tier":       {"NOT_FOUND", draft("visibility", "TIER", "minTier", "WOOD")},
			"unknown campaign":   {"NOT_FOUND", draft("campaign", "NONE")},
			"past campaign":      {"CAMPAIGN_CLOSED", draft("campaign", "NEW_YEAR_2025")},
		} {
			r := app.send("PostCreate", c.in)
			if got := r.refusal(t, "postCreate"); got != c.code {
				t.Errorf("%s is told %q, want %s", name, got, c.code)
			}
			c.in["boardCode"] = "EXCHANGE" // a refusal is not stored
		}
		used := draft("body", "one")
		_, _ = app.post(used)
		used["body"] = "two"
		if got := app.send("PostCreate", used).refusal(t, "postCreate"); got != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("a used key is told %q", got)
		}
		for code, in := range map[string]map[string]any{
			"NOT_FOUND": given("postId", "none", "body", "x"), "BLANK": given("postId", id, "body", ""), "TOO_LONG": given("postId", id, "body", long),
			"TOO_MANY": given("postId", id, "productIds", many), "NO_FAMILY": given("postId", id, "visibility", "FAMILY"),
			"TIER_TOO_HIGH": given("postId", id, "visibility", "TIER", "minTier", "DIAMOND"),
		} {
			if got := app.send("PostUpdate", in).refusal(t, "postUpdate"); got != code {
				t.Errorf("a change is told %q, want %s", got, code)
			}
		}
		app.send("PostUpdate", given("postId", id, "minTier", "SILVER")).refusedOnce(t, "BAD_USER_INPUT", "visibility TIER only")
		app.send("PostCreate", draft("idempotencyKey", "")).refusedOnce(t, "BAD_USER_INPUT", "idempotencyKey")
		newPen(t, e, "").send("PostCreate", draft()).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		if first.at(t, "postCreate", "post", "body") != "Soup again." {
			t.Error(first.text)
		}
	})
}

func TestCommentsAreWrittenOnceChangedAndLeaveTheirPlace(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, other := newPen(t, e, "writer"), newPen(t, e, "answerer")
		id, _ := app.post(draft())
		in := map[string]any{"idempotencyKey": rand.Text(), "postId": id, "body": "Which herbs?"}
		first := other.send("CommentCreate", in)
		top, _ := first.at(t, "commentCreate", "comment", "id").(string)
		if first.at(t, "commentCreate", "post", "commentCount") != 1.0 || first.at(t, "commentCreate", "replayed") != false {
			t.Errorf("written: %s", first.text)
		}
		if r := other.send("CommentCreate", in); r.at(t, "commentCreate", "comment", "id") != top || r.at(t, "commentCreate", "post", "commentCount") != 1.0 {
			t.Errorf("sent again: %s", r.text)
		}
		low := app.comment(id, top, "Thyme.")
		if r := other.send("CommentUpdate", given("commentId", top, "body", "Which herbs, please?")); r.at(t, "commentUpdate", "comment", "body") != "Which herbs, please?" {
			t.Errorf("changed: %s", r.text)
		}
		r := other.send("CommentDelete", given("commentId", top))
		if r.at(t, "commentDelete", "deletedCommentId") != top || r.at(t, "commentDelete", "post", "commentCount") != 1.0 {
			t.Errorf("deleted: %s", r.text)
		}
		page := good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on Post { comments { nodes { tombstone body author { id } replies { nodes { body } } } } } } }`,
			variables: map[string]any{"id": id}})
		if want := `{"node":{"comments":{"nodes":[{"tombstone":true,"body":"","author":null,"replies":{"nodes":[{"body":"Thyme."}]}}]}}}`; string(page.Data) != want {
			t.Errorf("the thread is %s", page.Data)
		}
		for name, c := range map[string]struct {
			operation, code string
			in              map[string]any
		}{
			"on nothing":          {"CommentCreate", "NOT_FOUND", given("postId", globalID("Post", idOf(250)))},
			"to nothing":          {"CommentCreate", "NOT_FOUND", given("postId", id, "parentId", globalID("Comment", idOf(250)))},
			"to a post as parent": {"CommentCreate", "NOT_FOUND", given("postId", id, "parentId", id)},
			"to a tombstone":      {"CommentCreate", "NOT_FOUND", given("postId", id, "parentId", top)},
			"to another post's":   {"CommentCreate", "NOT_FOUND", given("postId", globalID("Post", string(busyPost)), "parentId", low)},
			"of blank":            {"CommentCreate", "BLANK", given("postId", id, "body", " ")},
			"too long":            {"CommentCreate", "TOO_LONG", given("postId", id, "body", strings.Repeat("x", 1001))},
			"change of nothing":   {"CommentUpdate", "NOT_FOUND", given("commentId", "none", "body", "x")},
			"change of another's": {"CommentUpdate", "NOT_FOUND", given("commentId", low, "body", "x")},
			"change of one gone":  {"CommentUpdate", "NOT_FOUND", given("commentId", top, "body", "x")},
			"delete another's":    {"CommentDelete", "NOT_FOUND", given("commentId", low)},
		} {
			field := strings.ToLower(c.operation[:1]) + c.operation[1:]
			if c.operation == "CommentCreate" {
				c.in["idempotencyKey"] = rand.Text()
				if c.in["body"] == nil {
					c.in["body"] = "x"
				}
			}
			if got := other.send(c.operation, c.in).refusal(t, field); got != c.code {
				t.Errorf("%s is told %q, want %s", name, got, c.code)
			}
		}
		for code, text := range map[string]string{"BLANK": "", "TOO_LONG": strings.Repeat("x", 1001)} {
			if got := app.send("CommentUpdate", given("commentId", low, "body", text)).refusal(t, "commentUpdate"); got != code {
				t.Errorf("a change is told %q, want %s", got, code)
			}
		}
		in["body"] = "another"
		if got := other.send("CommentCreate", in).refusal(t, "commentCreate"); got != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("a used key is told %q", got)
		}
	})
}

func TestFiftySendingsAtOnceWriteOneCommentAndCountItOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := newPen(t, e, "scribbler")
		id, _ := app.post(draft())
		in := map[string]any{"idempotencyKey": rand.Text(), "postId": id, "body": "First!"}
		var mu sync.Mutex
		ids, fresh := map[any]bool{}, 0
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				r := app.send("CommentCreate", in)
				mu.Lock()
				defer mu.Unlock()
				if len(r.Errors) > 0 {
					t.Errorf("%s", r.text)
					return
				}
				if ids[r.at(t, "commentCreate", "comment", "id")] = true; r.at(t, "commentCreate", "replayed") == false {
					fresh++
				}
			})
		}
		all.Wait()
		r := good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on Post { commentCount } } }`, variables: map[string]any{"id": id}})
		if len(ids) != 1 || fresh > 1 || r.at(t, "node", "commentCount") != 1.0 {
			t.Errorf("%d comments, %d times new, counted %v", len(ids), fresh, r.at(t, "node", "commentCount"))
		}
	})
}
