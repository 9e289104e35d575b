package main

import (
	"fmt"
	"slices"
	"testing"
)

// communityApp sends operations of the community as the apps do.
func communityApp(t testing.TB, e *engine, who string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, who, appDocument(t, "community")}
}

// reactions is how often a post or comment was reacted to in one way, as the answer's summary says.
func (r reply) reactions(t testing.TB, kind string, path ...any) int {
	t.Helper()
	list, _ := r.at(t, append(path, "reactions")...).([]any)
	for _, each := range list {
		if s := each.(map[string]any); s["kind"] == kind {
			return int(s["count"].(float64))
		}
	}
	return 0
}

func reactTo(id, kind string, on bool) map[string]any {
	return map[string]any{"subjectId": id, "kind": kind, "on": on}
}

func TestAReactionIsSaidNotToggledAndShownAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := communityApp(t, e, society(2))
		post, comment := globalID("Post", string(societyOther)), globalID("Comment", string(societyReply))
		for i, c := range []struct {
			kind string
			on   bool
			want string
		}{
			{"LOVE", true, `["LOVE"]`}, {"LOVE", true, `["LOVE"]`}, {"HELPFUL", true, `["LOVE","HELPFUL"]`}, {"LOVE", false, `["HELPFUL"]`},
			{"LOVE", false, `["HELPFUL"]`}, {"HELPFUL", false, `[]`},
		} {
			r := app.insist("React", reactTo(post, c.kind, c.on))
			if r.refusal(t, "reactionSet") != "" || jsonOf(r.at(t, "reactionSet", "post", "myReactions")) != c.want || r.at(t, "reactionSet", "comment") != nil {
				t.Errorf("step %d: %s", i, r.text)
			}
			if n := r.reactions(t, c.kind, "reactionSet", "post"); n != map[bool]int{true: 1}[c.on] {
				t.Errorf("step %d: %d are counted: %s", i, n, r.text)
			}
			r = app.insist("React", reactTo(comment, c.kind, c.on))
			if r.refusal(t, "reactionSet") != "" || jsonOf(r.at(t, "reactionSet", "comment", "myReactions")) != c.want || r.at(t, "reactionSet", "post") != nil {
				t.Errorf("step %d on a comment: %s", i, r.text)
			}
		}
		for i, on := range []bool{true, true, false, false} {
			r := app.insist("Bookmark", map[string]any{"postId": post, "on": on})
			if r.refusal(t, "bookmarkSet") != "" || r.at(t, "bookmarkSet", "post", "bookmarkedByMe") != on || r.at(t, "bookmarkSet", "post", "id") != post {
				t.Errorf("bookmark %d: %s", i, r.text)
			}
		}
	})
}

func TestWhatCannotBeMarkedSaysWhy(t *testing.T) {
	const unknown, not = "NOT_FOUND", "NOT_REACTING"
	onEngines(t, func(t *testing.T, e *engine) {
		for name, c := range map[string]struct{ who, id, reaction, bookmark string }{
			"no id":                 {society(1), "soup", unknown, unknown},
			"an unknown post":       {society(1), globalID("Post", idOf(250)), unknown, unknown},
			"an unknown comment":    {society(1), globalID("Comment", idOf(250)), unknown, unknown},
			"a person":              {society(1), globalID("PublicProfile", "x"), unknown, unknown},
			"another's pending":     {society(3), globalID("Post", string(societyPending)), unknown, unknown},
			"the own pending":       {society(1), globalID("Post", string(societyPending)), not, ""},
			"friends' post":         {single, globalID("Post", string(societyPost)), unknown, unknown},
			"friends' comment":      {single, globalID("Comment", string(societyComment)), unknown, unknown},
			"a family's post":       {society(1), globalID("Post", string(familyPost)), unknown, unknown},
			"of one who is apart":   {owner, globalID("Post", string(blockedPost)), unknown, unknown},
			"a tombstone":           {society(1), globalID("Comment", string(societyGone)), not, unknown},
			"a tier's post":         {society(1), globalID("Post", string(platinumPost)), unknown, unknown},
			"somebody's pending":    {owner, globalID("Comment", string(pendingReply)), unknown, unknown},
			"a comment, to be kept": {society(1), globalID("Comment", string(societyComment)), "", unknown},
		} {
			app := communityApp(t, e, c.who)
			if r := app.insist("React", reactTo(c.id, "WANT", true)); r.refusal(t, "reactionSet") != c.reaction {
				t.Errorf("%s: the reaction is told %s", name, r.text)
			}
			if r := app.insist("Bookmark", map[string]any{"postId": c.id, "on": true}); r.refusal(t, "bookmarkSet") != c.bookmark {
				t.Errorf("%s: the bookmark is told %s", name, r.text)
			}
		}
		nobody := communityApp(t, e, "")
		post := globalID("Post", string(busyPost))
		nobody.send("React", reactTo(post, "LIKE", true)).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		nobody.send("Bookmark", map[string]any{"postId": post, "on": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		wrong := communityApp(t, e, society(1)).send("React", reactTo(post, "CLAP", true))
		wrong.refusedOnce(t, "BAD_USER_INPUT", "CLAP")
	})
}

// A hundred telephones of twenty members like a post and take it back, all at the same time.
func TestAfterAStormTheShownCountIsThatOfTheMembersWhoLikeIt(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		post := globalID("Post", string(societyPost))
		answers := fiftyTimes(100, func(i int) string {
			app := communityApp(t, e, society(20+i%20))
			for n := range 2 {
				r := app.insist("React", reactTo(post, "LIKE", (i/20+n)%2 > 0))
				if len(r.Errors) > 0 {
					return r.Errors[0].code()
				}
				if code := r.refusal(t, "reactionSet"); code != "" {
					return code
				}
			}
			return "done"
		})
		if answers["done"] != 100 {
			t.Fatalf("the telephones are told %v", answers)
		}
		const look = `query($id: ID!) { node(id: $id) { ... on Post { myReactions reactions { kind count } } } }`
		likes, shown := 0, 0
		for i := range 20 {
			r := good(t, e.gateway.url, question{query: look, variables: map[string]any{"id": post}, who: society(20 + i)})
			if slices.Contains(r.at(t, "node", "myReactions").([]any), any("LIKE")) {
				likes++
			}
			shown = r.reactions(t, "LIKE", "node")
		}
		if shown != likes {
			t.Errorf("%d members like it, and %d are shown", likes, shown)
		}
		t.Log(fmt.Sprint(likes, " of 20 like it in the end"))
	})
}
