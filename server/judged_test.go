package main

import (
	"crypto/rand"
	"strings"
	"testing"
)

const (
	forbiddenText = "今天出售枪支" // holds an entry of the list that is refused
	doubtfulText  = "今晚一起网赌" // and of one that waits for a look
)

// What rules hold back is its author's alone, in every feed, count and look-up, and says why.
func TestWhatIsNotPublishedIsItsAuthorsAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, other := newPen(t, e, "scribbler"), newPen(t, e, "onlooker")
		feeds := func(who, id string) bool {
			found := 0
			for _, kind := range []string{"HOT", "NEW", "BOARD"} {
				q := question{query: `query($k: FeedKind!, $b: String) { feed(kind: $k, boardCode: $b, first: 50) { nodes { id } } }`, variables: map[string]any{"k": kind}, who: who}
				if kind == "BOARD" {
					q.variables["b"] = "EXCHANGE"
				}
				if strings.Contains(good(t, e.gateway.url, q).text, id) {
					found++
				}
			}
			if found != 0 && found != 3 {
				t.Errorf("%q has it in %d of 3 feeds", who, found)
			}
			return found > 0
		}
		for _, c := range []struct{ body, state, reason string }{{forbiddenText, "REMOVED", "FORBIDDEN"}, {doubtfulText, "PENDING", "GAMBLING"}} {
			id, _ := app.post(draft("body", c.body))
			own := good(t, e.gateway.url, question{query: appQueries(t)["OwnPost"].text, variables: map[string]any{"id": id}, who: "scribbler"})
			ruling, _ := own.at(t, "node", "ruling").(map[string]any)
			if own.at(t, "node", "moderation") != c.state || ruling["reason"] != c.reason || ruling["by"] != "RULES" || ruling["text"] == "moderation."+c.reason {
				t.Errorf("%s: its author sees %s", c.state, own.text)
			}
			if finds(t, e, "onlooker", id) || finds(t, e, "", id) || feeds("onlooker", id) || feeds("", id) || !finds(t, e, "scribbler", id) || !feeds("scribbler", id) {
				t.Errorf("%s: others find it, or its author does not", c.state)
			}
			if got := app.send("CommentCreate", given("idempotencyKey", rand.Text(), "postId", id, "body", "x")).refusal(t, "commentCreate"); got != "COMMENTS_CLOSED" {
				t.Errorf("%s: a comment is told %q", c.state, got)
			}
			if got := other.send("CommentCreate", given("idempotencyKey", rand.Text(), "postId", id, "body", "x")).refusal(t, "commentCreate"); got != "NOT_FOUND" {
				t.Errorf("%s: another's comment is told %q", c.state, got)
			}
			r := app.send("PostUpdate", given("postId", id, "body", "Harmless."))
			if got := r.refusal(t, "postUpdate"); c.state == "REMOVED" && got != "NOT_EDITABLE" || c.state == "PENDING" && (got != "" || !feeds("onlooker", id) || r.at(t, "postUpdate", "post", "ruling") != nil) {
				t.Errorf("%s, made harmless: %s", c.state, r.text)
			}
		}
		id, _ := app.post(draft())
		comment := other.comment(id, "", doubtfulText)
		page := func(who string) reply {
			return good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on Post { commentCount comments { nodes { id moderation ruling { reason } } } } } }`,
				variables: map[string]any{"id": id}, who: who})
		}
		if r := page("onlooker"); r.at(t, "node", "comments", "nodes", 0, "ruling", "reason") != "GAMBLING" || r.at(t, "node", "commentCount") != 0.0 {
			t.Errorf("its author sees %s", r.text)
		}
		if r := page("scribbler"); len(r.at(t, "node", "comments", "nodes").([]any)) != 0 || finds(t, e, "scribbler", comment) {
			t.Errorf("the post's author sees %s", r.text)
		}
		other.send("CommentUpdate", given("commentId", comment, "body", "Harmless."))
		if r := page(""); r.at(t, "node", "commentCount") != 1.0 || len(r.at(t, "node", "comments", "nodes").([]any)) != 1 {
			t.Errorf("made harmless, nobody sees %s", r.text)
		}
		evil := other.comment(id, "", forbiddenText)
		if got := other.send("CommentUpdate", given("commentId", evil, "body", "Harmless.")).refusal(t, "commentUpdate"); got != "NOT_EDITABLE" {
			t.Errorf("a comment that was taken down is told %q", got)
		}
	})
}

func TestWhoeverWritesTooOftenWaits(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := newPen(t, e, "prolific")
		for range 20 { // as many as the rules allow somebody of whom a few have been read
			app.post(draft("body", "Bread."))
		}
		if got := app.send("PostCreate", draft("body", "Bread.")).refusal(t, "postCreate"); got != "TOO_OFTEN" {
			t.Errorf("the next is told %q", got)
		}
	})
}
