package main

import (
	"fmt"
	"testing"
)

// societyProfile is the id of a member's public profile.
func societyProfile(t *testing.T, e *engine, who string) string {
	t.Helper()
	id, _ := good(t, e.gateway.url, question{query: `{me{publicProfile{id}}}`, who: who}).at(t, "me", "publicProfile", "id").(string)
	return id
}

func following(id string, on bool) map[string]any { return map[string]any{"subjectId": id, "on": on} }

func TestPeopleAndTopicsAreFollowedOnceOrNot(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := communityApp(t, e, society(4))
		person, topic := societyProfile(t, e, society(5)), globalID("Topic", string(societyTopic))
		for i, on := range []bool{true, true, false, false, true} {
			r := app.insist("Follow", following(person, on))
			if r.refusal(t, "followSet") != "" || r.at(t, "followSet", "profile", "isFollowedByMe") != on || r.at(t, "followSet", "topic") != nil {
				t.Errorf("person %d: %s", i, r.text)
			}
			r = app.insist("Follow", following(topic, on))
			if r.refusal(t, "followSet") != "" || r.at(t, "followSet", "topic", "isFollowedByMe") != on || r.at(t, "followSet", "profile") != nil {
				t.Errorf("topic %d: %s", i, r.text)
			}
		}
		for name, c := range map[string]struct{ who, id, follow, block string }{
			"no id":              {society(4), "soup", "NOT_FOUND", "NOT_FOUND"},
			"an unknown person":  {society(4), globalID("PublicProfile", "nobody"), "NOT_FOUND", "NOT_FOUND"},
			"an unknown topic":   {society(4), globalID("Topic", "none"), "NOT_FOUND", "NOT_FOUND"},
			"a post":             {society(4), globalID("Post", string(societyPost)), "NOT_FOUND", "NOT_FOUND"},
			"oneself":            {society(4), societyProfile(t, e, society(4)), "YOURSELF", "YOURSELF"},
			"one who blocked":    {society(0), societyProfile(t, e, societyRival), "NOT_FOUND", "NOT_FOUND"},
			"one who is blocked": {societyRival, societyProfile(t, e, society(0)), "NOT_FOUND", ""},
		} {
			app := communityApp(t, e, c.who)
			if r := app.insist("Follow", following(c.id, true)); r.refusal(t, "followSet") != c.follow {
				t.Errorf("%s is followed: %s", name, r.text)
			}
			if r := app.insist("Block", map[string]any{"memberId": c.id, "on": true}); r.refusal(t, "memberBlockSet") != c.block {
				t.Errorf("%s is blocked: %s", name, r.text)
			}
		}
		nobody := communityApp(t, e, "")
		nobody.send("Follow", following(person, true)).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		nobody.send("Block", map[string]any{"memberId": person, "on": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		nobody.send("JoinGroup", map[string]any{"groupId": globalID("Group", "BRAND_DEPTH"), "on": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
	})
}

// From the very next request on, neither of two sees anything of the other.
func TestABlockHoldsForTheNextRequestAndIsLiftedWhole(t *testing.T) {
	const look = `query($profile: ID!, $post: ID!, $comment: ID!) { profile: node(id: $profile) { id } post: node(id: $post) { id } comment: node(id: $comment) { id }
		feed(kind: FOLLOWING, first: 50) { nodes { id } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		fan, author := society(6), societyProfile(t, e, societyAuthor)
		sees := func() string {
			r := good(t, e.gateway.url, question{query: look, who: fan, variables: map[string]any{
				"profile": author, "post": globalID("Post", string(societyOther)), "comment": globalID("Comment", string(societyReply)),
			}})
			posts, _ := r.at(t, "feed", "nodes").([]any)
			return fmt.Sprint(r.at(t, "profile") != nil, r.at(t, "post") != nil, r.at(t, "comment") != nil, len(posts))
		}
		if got := sees(); got != "true true true 2" {
			t.Fatalf("before it the fan sees %s", got)
		}
		app := communityApp(t, e, fan)
		for i, on := range []bool{true, true, false, false} {
			r := app.insist("Block", map[string]any{"memberId": author, "on": on})
			if r.refusal(t, "memberBlockSet") != "" || r.at(t, "memberBlockSet", "profile", "isBlockedByMe") != on || r.at(t, "memberBlockSet", "profile", "id") != author {
				t.Errorf("block %d: %s", i, r.text)
			}
			// Whoever blocked finds the profile, to lift the block; friends' posts stay gone, because the follow does.
			want := "true false false 0"
			if got := sees(); got != want {
				t.Errorf("after block %d (%v) the fan sees %s, want %s", i, on, got, want)
			}
		}
		app.insist("Follow", following(author, true))
		if got := sees(); got != "true true true 2" {
			t.Errorf("following again, the fan sees %s", got)
		}
		theirs := communityApp(t, e, societyAuthor)
		mine := societyProfile(t, e, fan)
		theirs.insist("Block", map[string]any{"memberId": mine, "on": true})
		if got := sees(); got != "false false false 0" {
			t.Errorf("blocked by the author, the fan sees %s", got)
		}
		theirs.insist("Block", map[string]any{"memberId": mine, "on": false})
		app.insist("Follow", following(author, true))
	})
}

func TestAGroupIsJoinedOnceHoweverOftenItIsSaid(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := communityApp(t, e, societyElder)
		group := globalID("Group", "BRAND_DEPTH")
		join := func(on bool) map[string]any { return map[string]any{"groupId": group, "on": on} }
		counts := fiftyTimes(50, func(int) string {
			r := app.insist("JoinGroup", join(true))
			if len(r.Errors) > 0 {
				return r.Errors[0].code()
			}
			return fmt.Sprint(r.refusal(t, "groupJoin"), r.at(t, "groupJoin", "group", "joined"), r.at(t, "groupJoin", "group", "memberCount"))
		})
		if counts["true 1"] != 50 {
			t.Errorf("fifty at once are told %v", counts)
		}
		for name, c := range map[string]struct{ who, id, want string }{
			"of a lower tier":  {society(7), group, "GROUP_CLOSED"},
			"an unknown group": {societyElder, globalID("Group", "NONE"), "NOT_FOUND"},
			"no group":         {societyElder, globalID("Board", "EVENTS"), "NOT_FOUND"},
		} {
			in := join(true)
			in["groupId"] = c.id
			if r := communityApp(t, e, c.who).insist("JoinGroup", in); r.refusal(t, "groupJoin") != c.want {
				t.Errorf("%s: %s", name, r.text)
			}
		}
		for range 2 {
			r := app.insist("JoinGroup", join(false))
			if r.refusal(t, "groupJoin") != "" || r.at(t, "groupJoin", "group", "joined") != false || r.at(t, "groupJoin", "group", "memberCount") != 0.0 {
				t.Errorf("left: %s", r.text)
			}
		}
	})
}
