package main

import (
	"fmt"
	"testing"
)

// An app may send several changes in one document. They run one after the other: none waits for those that come later,
// and each sees what those before it have changed.
func TestSeveralChangesInOneDocumentAllAnswer(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		id, _ := newPen(t, e, "answerer").post(draft("body", "One after the other."))
		react := func(alias string, on bool) string {
			return fmt.Sprintf(`%s: reactionSet(input: {subjectId: %q, kind: LIKE, on: %v}) { post { reactions { count } myReactions } userErrors { code } } `, alias, id, on)
		}
		r := good(t, e.gateway.url, question{who: "onlooker", query: `mutation Several { ` + react("a", true) + ` ... on Mutation { ` + react("b", false) + react("c", true) + ` }
			d: bookmarkSet(input: {postId: "` + id + `", on: true}) { post { myReactions bookmarkedByMe } userErrors { code } }
			e: ` + react("bookmarks", false)[len("bookmarks: "):] + ` f: bookmarkSet(input: {postId: "` + id + `", on: false}) { post { myReactions bookmarkedByMe } userErrors { code } } }`})
		for alias, want := range map[string]string{"a": "[LIKE]", "b": "[]", "c": "[LIKE]", "d": "[LIKE]", "e": "[]", "f": "[]"} {
			if got := fmt.Sprint(r.at(t, alias, "post", "myReactions")); got != want {
				t.Errorf("after %s the reader's reactions are %s, want %s", alias, got, want)
			}
		}
		if r.at(t, "d", "post", "bookmarkedByMe") != true || r.at(t, "f", "post", "bookmarkedByMe") != false {
			t.Errorf("the bookmarks are %s", r.text)
		}
	})
}
