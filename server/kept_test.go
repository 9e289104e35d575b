package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
)

// The keeper has kept, followed and put away something of each kind, and the gardener writes for followers alone; the
// full one's lists take no more, and the picky one has muted all of the village's authors but two.
const (
	keeper   = "soc-keeper"
	gardener = "soc-gardener"
	full     = "soc-full"
	picky    = "soc-picky"
)

// garden is one of the gardener's posts, from 0 to 5; every other one shows a product and a topic.
func garden(n int) community.PostID { return community.PostID(societyID(20 + n)) }

func putKept(ctx context.Context, _ Settings, st *stores, rules book) error {
	c := st.community
	for _, id := range []string{keeper, gardener, full, picky} {
		if err := st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: foundation})); err != nil {
			return err
		}
	}
	var all []community.Post
	for n := range 6 {
		p := community.Post{ID: garden(n), CreatedAt: societyLives.Add(time.Duration(20+n) * time.Minute), Board: "KNOWLEDGE", Author: gardener,
			Body: fmt.Sprint("Bed ", n), Visibility: community.Followers, State: community.Published}
		if n%2 == 1 {
			p.Topics, p.Products = []community.TopicID{societyTopic}, []string{"85123A"}
		}
		all = append(all, p.Counted(community.Counts{}))
	}
	many := community.Ties{}
	for n := range community.MaxTies {
		id := fmt.Sprint("gone-", n)
		many.Follows, many.Blocks, many.Mutes = append(many.Follows, member.ID(id)), append(many.Blocks, member.ID(id)), append(many.Mutes, member.ID(id))
		many.Topics = append(many.Topics, community.TopicID(id))
	}
	for n := range community.MaxWords {
		many.Words = append(many.Words, fmt.Sprint("word ", n))
	}
	err := errors.Join(c.Put(ctx, all), c.PutTies(ctx, map[member.ID]community.Ties{full: many, picky: {Mutes: authors[2:]}, keeper: {
		Follows: []member.ID{gardener, member.ID(society(15))}, Topics: []community.TopicID{societyTopic}, Blocks: []member.ID{member.ID(society(16))},
		Mutes: []member.ID{member.ID(society(17))}, Words: []string{"slugs"},
	}}))
	service := &community.Service{Store: c}
	for n := range 4 {
		on := community.Subject{Kind: community.OnPost, ID: string(garden(n))}
		for k, at := range map[community.Kind]time.Time{community.Bookmark: written(n), []community.Kind{community.Like, community.Love}[n%2]: written(9 - n)} {
			_, bad := service.SetMark(ctx, keeper, on, k, true, at)
			err = errors.Join(err, bad)
		}
	}
	return err
}

// keptApp sends operations on own lists, and those of the community, as the apps do.
func keptApp(t testing.TB, e *engine, who string) walletApp {
	return walletApp{t, e.gateway.url, who, appDocument(t, "kept") + communityApp(t, e, who).text}
}

// ask sends a query of the app's documents.
func (a walletApp) ask(operation string, variables map[string]any) reply {
	a.t.Helper()
	return good(a.t, a.url, question{query: a.only(operation), variables: variables, who: a.who})
}

// bodies are those of the posts at a path, joined.
func (r reply) bodies(t testing.TB, path ...any) string {
	t.Helper()
	var out []string
	list, _ := r.at(t, path...).([]any)
	for _, each := range list {
		p := each.(map[string]any)
		if node, ok := p["node"].(map[string]any); ok {
			p = node
		}
		out = append(out, strings.TrimPrefix(p["body"].(string), "Bed "))
	}
	return strings.Join(out, " ")
}

func TestWhatAMemberKeptIsListedNewestFirstAndForTheMemberAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := keptApp(t, e, keeper)
		var got []string
		variables := map[string]any{"first": 3}
		for range 2 {
			r := app.ask("Bookmarks", variables)
			got = append(got, r.bodies(t, "me", "bookmarks", "edges"))
			variables["after"] = r.at(t, "me", "bookmarks", "pageInfo", "endCursor")
		}
		if want := []string{"3 2 1", "0"}; !slices.Equal(got, want) {
			t.Errorf("the bookmarks are %q, want %q", got, want)
		}
		for kind, want := range map[any]string{nil: "0 1 2 3", "LIKE": "0 2", "LOVE": "1 3", "FUNNY": ""} {
			if got := app.ask("ReactedPosts", map[string]any{"kind": kind}).bodies(t, "me", "reactedPosts", "nodes"); got != want {
				t.Errorf("of %v are listed %q, want %q", kind, got, want)
			}
		}
		r := app.ask("MyTies", nil)
		for path, want := range map[string]string{
			"followedMembers": society(15) + " " + gardener, "blockedMembers": society(16), "mutedMembers": society(17), "followedTopics": "Society",
		} {
			var got []string
			nodes, _ := r.at(t, "me", path, "nodes").([]any)
			edges, _ := r.at(t, "me", path, "edges").([]any)
			for _, each := range append(nodes, edges...) {
				p := each.(map[string]any)
				if node, ok := p["node"].(map[string]any); ok {
					p = node
				}
				if name, ok := p["displayName"]; ok {
					got = append(got, name.(string))
				} else if title, ok := p["title"]; ok {
					got = append(got, title.(string))
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s are %q, want %q", path, got, want)
			}
		}
		if words := jsonOf(r.at(t, "me", "mutedWords")); words != `["slugs"]` {
			t.Errorf("the muted words are %s", words)
		}
		cursor := app.ask("Bookmarks", map[string]any{"first": 1}).at(t, "me", "bookmarks", "pageInfo", "endCursor")
		for name, q := range map[string]question{
			"another's":      {query: app.only("Bookmarks"), variables: map[string]any{"after": cursor}, who: gardener},
			"another list's": {query: app.only("ReactedPosts"), variables: map[string]any{"after": cursor}, who: keeper},
			"too many":       {query: app.only("Bookmarks"), variables: map[string]any{"first": 51}, who: keeper},
			"too few":        {query: app.only("MyTies"), variables: map[string]any{"first": 0}, who: keeper},
		} {
			if r := ask(t, e.gateway.url, q); len(r.Errors) == 0 || r.Errors[0].code() != "BAD_USER_INPUT" {
				t.Errorf("%s: %s", name, shortened(r.text))
			}
		}
	})
}

// Mutes hold in every feed and thread from the next request on, and hide nothing from who follows a link.
func TestAMuteHoldsInEveryFeedAndThreadAndHidesNothing(t *testing.T) {
	const look = `query($topic: ID!, $post: ID!, $comment: ID!) {
		following: feed(kind: FOLLOWING, first: 50) { nodes { body author { isMutedByMe } } }
		topic: feed(kind: TOPIC, topicId: $topic, first: 50) { nodes { body } }
		post: node(id: $post) { ... on Post { body comments(first: 50) { nodes { id body } } } } comment: node(id: $comment) { id } }`
	onEngines(t, func(t *testing.T, e *engine) {
		who := society(18)
		app := keptApp(t, e, who)
		author, writer := societyProfile(t, e, gardener), society(19)
		app.insist("Follow", following(author, true))
		app.insist("Follow", following(societyProfile(t, e, societyAuthor), false)) // whose posts others count
		communityApp(t, e, writer).insist("Follow", following(author, true))
		r := communityApp(t, e, writer).insist("CommentCreate", map[string]any{"idempotencyKey": "muted-1", "postId": globalID("Post", string(garden(5))), "body": "Mind the slugs!"})
		comment, _ := r.at(t, "commentCreate", "comment", "id").(string)
		if comment == "" {
			t.Fatal(r.text)
		}
		sees := func() string {
			r := good(t, e.gateway.url, question{query: look, who: who, variables: map[string]any{
				"topic": globalID("Topic", string(societyTopic)), "post": globalID("Post", string(garden(5))), "comment": comment,
			}})
			said := ""
			for _, c := range r.at(t, "post", "comments", "nodes").([]any) {
				said += "[" + c.(map[string]any)["body"].(string) + "]"
			}
			return fmt.Sprint(r.bodies(t, "following", "nodes"), "|", r.bodies(t, "topic", "nodes"), "|", r.at(t, "post", "body"), "|", said, "|", r.at(t, "comment", "id") == comment)
		}
		const all = "5 4 3 2 1 0|5 3 1|Bed 5|[Mind the slugs!]|true"
		step := func(name string, r reply, field, want string) {
			t.Helper()
			if code := r.refusal(t, field); code != "" {
				t.Errorf("%s: %s", name, r.text)
			}
			if got := sees(); got != want {
				t.Errorf("%s: sees %q, want %q", name, got, want)
			}
		}
		mute := func(id string, on bool) reply {
			return app.insist("MuteMember", map[string]any{"memberId": id, "on": on})
		}
		word := func(text string, on bool) reply {
			return app.insist("MuteWord", map[string]any{"word": text, "on": on})
		}
		for range 2 {
			step("the author is muted", mute(author, true), "memberMuteSet", "||Bed 5|[Mind the slugs!]|true")
		}
		for range 2 {
			step("no more", mute(author, false), "memberMuteSet", all)
		}
		step("the writer is muted", mute(societyProfile(t, e, writer), true), "memberMuteSet", "5 4 3 2 1 0|5 3 1|Bed 5||true")
		step("no more", mute(societyProfile(t, e, writer), false), "memberMuteSet", all)
		step("a word of a post", word("ＢＥＤ  4", true), "mutedWordSet", "5 3 2 1 0|5 3 1|Bed 5|[Mind the slugs!]|true")
		r = word("Slugs", true)
		if words := jsonOf(r.at(t, "mutedWordSet", "mutedWords")); words != `["slugs","bed 4"]` {
			t.Errorf("the muted words are %s", words)
		}
		step("a word of a comment", r, "mutedWordSet", "5 3 2 1 0|5 3 1|Bed 5|[]|true")
		word("slugs", false)
		step("no more", word("bed 4", false), "mutedWordSet", all)
		// Whoever sees the own words is not kept from them.
		theirs := keptApp(t, e, writer)
		theirs.insist("MuteWord", map[string]any{"word": "slugs", "on": true})
		got := good(t, e.gateway.url, question{query: `query($id: ID!) { node(id: $id) { ... on Post { comments { nodes { body } } } } }`, who: writer,
			variables: map[string]any{"id": globalID("Post", string(garden(5)))}})
		if got.at(t, "node", "comments", "nodes", 0, "body") != "Mind the slugs!" {
			t.Errorf("the writer sees %s", got.text)
		}
	})
}

func TestWhatCannotBeMutedSaysWhyAndFullListsTakeNoMore(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app := keptApp(t, e, society(14))
		for name, c := range map[string]struct{ who, id, want string }{
			"no id":           {society(14), "soup", "NOT_FOUND"},
			"an unknown one":  {society(14), globalID("PublicProfile", "nobody"), "NOT_FOUND"},
			"a post":          {society(14), globalID("Post", string(societyPost)), "NOT_FOUND"},
			"oneself":         {society(14), societyProfile(t, e, society(14)), "YOURSELF"},
			"one who blocked": {society(0), societyProfile(t, e, societyRival), "NOT_FOUND"},
		} {
			if r := keptApp(t, e, c.who).insist("MuteMember", map[string]any{"memberId": c.id, "on": true}); r.refusal(t, "memberMuteSet") != c.want {
				t.Errorf("%s: %s", name, r.text)
			}
		}
		for _, text := range []string{"", "a", " ａ ", "a\u0007b", strings.Repeat("x", 31)} {
			if r := app.insist("MuteWord", map[string]any{"word": text, "on": true}); r.refusal(t, "mutedWordSet") != "WORD_LENGTH" {
				t.Errorf("the word %q: %s", text, r.text)
			}
		}
		someone := societyProfile(t, e, society(13))
		for _, c := range []struct {
			operation, field string
			input            map[string]any
		}{
			{"MuteMember", "memberMuteSet", map[string]any{"memberId": someone, "on": true}},
			{"Block", "memberBlockSet", map[string]any{"memberId": someone, "on": true}},
			{"Follow", "followSet", following(someone, true)},
			{"Follow", "followSet", following(globalID("Topic", string(societyTopic)), true)},
			{"MuteWord", "mutedWordSet", map[string]any{"word": "one more", "on": true}},
		} {
			if r := keptApp(t, e, full).insist(c.operation, c.input); r.refusal(t, c.field) != "LIST_FULL" {
				t.Errorf("%s %v: %s", c.operation, c.input, r.text)
			}
		}
		if r := keptApp(t, e, full).insist("MuteWord", map[string]any{"word": "WORD 7", "on": true}); r.refusal(t, "mutedWordSet") != "" {
			t.Errorf("a word that is there already: %s", r.text)
		}
		nobody := keptApp(t, e, "")
		nobody.send("MuteMember", map[string]any{"memberId": someone, "on": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
		nobody.send("MuteWord", map[string]any{"word": "soup", "on": true}).refusedOnce(t, "UNAUTHENTICATED", "sign in")
	})
}
