package main

import (
	"strings"
	"testing"
	"time"
)

// onBoards sends an operation of boards.
func onBoards(t testing.TB, e *engine, who, operation string, variables map[string]any) reply {
	t.Helper()
	q := question{query: writtenBy(t, "leaderboard", operation), variables: variables, who: who}
	r := ask(t, e.gateway.url, q)
	for try := 1; try < 20 && r.comeAgain(); try++ {
		r = ask(t, e.gateway.url, q)
	}
	return r
}

// boardOf is the id of a board of this month.
func boardOf(code string) string {
	zone := time.FixedZone("China", 8*60*60)
	return globalID("Leaderboard", time.Now().In(zone).Format("2006-01")+"/"+code)
}

func TestALeaderboardFollowsWhatMembersDoAndWant(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		first, second := newPen(t, e, guild(4)), newPen(t, e, guild(5))
		post, _ := first.post(draft("body", "How I cook lentils."))
		first.post(draft("body", "How I cook beans and peas."))
		second.post(draft("body", "How I bake bread without yeast."))
		second.comment(post, "", "Mine are better.")
		board := boardOf("@" + guildGroup) // of the guild alone: other tests write, too
		see := func(who string) reply {
			return onBoards(t, e, who, "Leaderboard", map[string]any{"id": board, "first": 50})
		}
		mine := func(who string) (rank, score float64) {
			me, _ := see(who).at(t, "leaderboard", "me").(map[string]any)
			rank, _ = me["rank"].(float64)
			score, _ = me["score"].(float64)
			return rank, score
		}
		check := func(what, who string, rank, score float64) {
			t.Helper()
			if r, s := mine(who); r != rank || s != score {
				t.Errorf("%s: %s has place %v with %v, want %v with %v", what, who, r, s, rank, score)
			}
		}
		check("at first", guild(4), 1, 20)
		check("at first", guild(5), 2, 13)
		app := communityApp(t, e, guild(6))
		app.insist("React", map[string]any{"subjectId": post, "kind": "LOVE", "on": true})
		check("liked", guild(4), 1, 21)
		app.insist("React", map[string]any{"subjectId": post, "kind": "LOVE", "on": false})
		check("liked no more", guild(4), 1, 20)
		whole := see(guild(6))
		if names := whole.at(t, "leaderboard", "entries", "edges").([]any); len(names) != 2 || whole.at(t, "leaderboard", "entries", "edges", 0, "node", "maskedName") != "g**" ||
			strings.Contains(whole.text, guild(4)) || strings.Contains(whole.text, profileOf(t, e, guild(4))) {
			t.Errorf("others see %s", whole.text)
		}
		page := onBoards(t, e, guild(6), "Leaderboard", map[string]any{"id": board, "first": 1})
		rest := onBoards(t, e, guild(6), "Leaderboard", map[string]any{"id": board, "after": page.at(t, "leaderboard", "entries", "pageInfo", "endCursor")})
		if rest.at(t, "leaderboard", "entries", "edges", 0, "node", "rank") != 2.0 || rest.at(t, "leaderboard", "entries", "pageInfo", "hasNextPage") != false {
			t.Errorf("after the first comes %s", rest.text)
		}
		onBoards(t, e, guild(6), "Leaderboard", map[string]any{"id": boardOf("COMMUNITY"), "after": page.at(t, "leaderboard", "entries", "pageInfo", "endCursor")}).refusedOnce(t, "BAD_USER_INPUT", "after is a cursor of another list")

		list := func(who string, on bool) {
			r := onBoards(t, e, who, "LeaderboardListing", input("listed", on))
			if r.at(t, "leaderboardListingSet", "listed") != on {
				t.Errorf("it is told %s", r.text)
			}
		}
		t.Cleanup(func() { list(guild(4), true) })
		list(guild(4), false)
		check("the first wants off", guild(4), 0, 0)
		check("the first wants off", guild(5), 1, 13)
		if r := onBoards(t, e, guild(4), "Leaderboards", nil); r.at(t, "me", "leaderboardListed") != false {
			t.Errorf("who wants off sees %s", r.text)
		}
		list(guild(4), true)
		block := map[string]any{"memberId": profileOf(t, e, guild(4)), "on": true}
		other := communityApp(t, e, guild(5))
		other.insist("Block", block)
		check("a block is between them", guild(5), 1, 13)
		if r := see(guild(4)); len(r.at(t, "leaderboard", "entries", "edges").([]any)) != 1 {
			t.Errorf("who is blocked sees %s", r.text)
		}
		block["on"] = false
		other.insist("Block", block)
		first.send("PostDelete", map[string]any{"postId": post})
		check("a post is deleted", guild(4), 1, 10) // of equals whoever had them first
		check("with the comments on it", guild(5), 2, 10)
	})
}

// A group's board is for who is in it; what is unknown looks the same.
func TestALeaderboardIsForThoseItIsOf(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		const node = `query($id: ID!) { node(id: $id) { id } }`
		for id, sees := range map[string]map[string]bool{
			boardOf("@" + guildGroup): {guild(2): true, guild(9): false, "": false}, boardOf("COMMUNITY"): {guild(9): true, "": false},
			boardOf("@NONE"): {guild(2): false}, boardOf("NONE"): {guild(2): false}, globalID("Leaderboard", "2999-01/COMMUNITY"): {guild(2): false},
			globalID("Leaderboard", "2001-01/COMMUNITY"): {guild(2): false}, globalID("Leaderboard", "2026-1/COMMUNITY"): {guild(2): false}, globalID("Group", guildGroup+"x"): {guild(2): false},
		} {
			for who, may := range sees {
				r := good(t, e.gateway.url, question{query: node, variables: map[string]any{"id": id}, who: who})
				if got := r.at(t, "node") != nil; got != may {
					t.Errorf("%s gets %s", who, r.text)
				}
				if who == "" {
					continue
				}
				if r := onBoards(t, e, who, "Leaderboard", map[string]any{"id": id}); (r.at(t, "leaderboard") != nil) != may || len(r.Errors) > 0 {
					t.Errorf("%s asks for %s", who, r.text)
				}
			}
		}
		outside := onBoards(t, e, guild(9), "Leaderboards", nil)
		inside := onBoards(t, e, guild(2), "Leaderboards", nil)
		if n, m := len(outside.at(t, "leaderboards").([]any)), len(inside.at(t, "leaderboards").([]any)); n != 2 || m != 3 {
			t.Errorf("outside there are %d boards, inside %d", n, m)
		}
		if r := onBoards(t, e, guild(9), "Leaderboards", map[string]any{"month": "2001-01"}); len(r.at(t, "leaderboards").([]any)) != 0 {
			t.Errorf("of long ago there is %s", r.text)
		}
		onBoards(t, e, guild(9), "Leaderboards", map[string]any{"month": "november"}).refusedOnce(t, "BAD_USER_INPUT", `month is "november"; allowed is one such as 2026-11`)
		bad := question{query: `query($id: ID!) { leaderboard(id: $id) { aroundMe(radius: 11) { rank } } }`, variables: map[string]any{"id": boardOf("COMMUNITY")}, who: guild(9)}
		ask(t, e.gateway.url, bad).refusedOnce(t, "BAD_USER_INPUT", "radius is 11; allowed are 0 to 10")
	})
}

func TestAProgrammeWithoutBoardsSaysSo(t *testing.T) {
	g, err := openGateway("DATA_DIR", t.TempDir(), "PROGRAMME", "fresh-3", "SANDBOX", "on", "JWT_HS256_SECRET", testSecret)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	}()
	const who = "1001"
	r := ask(t, g.url, question{query: writtenBy(t, "leaderboard", "LeaderboardListing"), variables: input("listed", false), who: who})
	if r.refusal(t, "leaderboardListingSet") != "LEADERBOARDS_OFF" {
		t.Errorf("it is told %s", r.text)
	}
	if r := ask(t, g.url, question{query: writtenBy(t, "leaderboard", "Leaderboards"), who: who}); len(r.at(t, "leaderboards").([]any)) != 0 {
		t.Errorf("there is %s", r.text)
	}
}
