package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/posting"
)

// tardy is a member of whom a post was taken down long ago, and who has commented today as often as newcomers may.
const tardy = "tardy"

var tardyPost = community.PostID(idOf(104))

func putTardy(ctx context.Context, _ Settings, st *stores, rules book) error {
	p := community.Post{ID: tardyPost, CreatedAt: written(104), Board: "EXCHANGE", Author: tardy, Body: "What was that?", Visibility: community.Followers, State: community.Removed,
		Ruling: community.Ruling{Reason: "ABUSE", By: community.ByStaff, Staff: "mod-1", At: written(105)}}
	for n := range 100 {
		slip := posting.Slip{ID: fmt.Sprint("tardy-", n), Input: "x", Made: idOf(250), At: time.Now().UTC().Truncate(time.Millisecond), Author: tardy, Kind: community.OnComment}
		if _, err := st.posting.PutSlip(ctx, slip); err != nil {
			return err
		}
	}
	return errors.Join(st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: tardy, DisplayName: tardy, JoinedAt: foundation})),
		st.community.Put(ctx, []community.Post{p.Counted(community.Counts{})}))
}

func TestAnAppealThatComesTooLateIsToldSo(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		appeal := func(who string) string {
			q := question{query: writtenBy(t, "moderation", "ContentAppeal"), variables: map[string]any{"input": given("subjectId", globalID("Post", string(tardyPost)), "text", "Now I see it.")}, who: who}
			return asked(t, e, q).refusal(t, "contentAppeal")
		}
		if got := appeal(tardy); got != "APPEAL_LATE" {
			t.Errorf("its author is told %q", got)
		}
		if got := appeal("onlooker"); got != "NOT_FOUND" {
			t.Errorf("somebody else is told %q", got)
		}
		own := good(t, e.gateway.url, question{query: appQueries(t)["OwnPost"].text, variables: map[string]any{"id": globalID("Post", string(tardyPost))}, who: tardy})
		if own.at(t, "node", "ruling", "canAppeal") != false || own.at(t, "node", "ruling", "reason") != "ABUSE" {
			t.Errorf("its author sees %s", own.text)
		}
	})
}

func TestWhoeverCommentsTooOftenWaits(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		id, _ := newPen(t, e, "remarked").post(draft("body", "Who has something to say?"))
		in := given("idempotencyKey", "one-more", "postId", id, "body", "I have.")
		if got := newPen(t, e, tardy).send("CommentCreate", in).refusal(t, "commentCreate"); got != "TOO_OFTEN" {
			t.Errorf("the next is told %q", got)
		}
	})
}

// A list that is full takes no further block, but what is reported is reported.
func TestAReportCountsThoughTheBlockFindsNoRoom(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		id, _ := newPen(t, e, "offensive").post(draft("body", "Not so nice."))
		r := reports(t, e, full, id, "alsoBlock", true)
		if got := r.refusal(t, "contentReport"); got != "LIST_FULL" || r.at(t, "contentReport", "report", "state") != "OPEN" || !finds(t, e, full, id) {
			t.Errorf("it is told %q: %s", got, r.text)
		}
		if again := reports(t, e, full, id); again.refusal(t, "contentReport") != "" || again.at(t, "contentReport", "report", "id") != r.at(t, "contentReport", "report", "id") {
			t.Errorf("reported again: %s", again.text)
		}
	})
}

// lesser serves a programme without posts, moderators and identities, in whose first group is one seat. There is a post of old.
func lesser(t *testing.T) *engine {
	t.Helper()
	text, err := os.ReadFile("../programmes/retail-5.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	section, seats := "", 0
	for line := range strings.Lines(string(text)) {
		if name, _, found := strings.Cut(line, ":"); found && strings.IndexFunc(line, func(c rune) bool { return c < 'A' || c > 'z' }) > 0 {
			section = name
		}
		if section == "groups" && seats < 2 {
			trimmed := strings.TrimSpace(line)
			if strings.HasPrefix(trimmed, "minTier:") {
				line, seats = "    minTier: REGISTERED\n", seats+1
			}
			if strings.HasPrefix(trimmed, "maxSize:") {
				line, seats = "    maxSize: 1\n", seats+1
			}
		}
		if section != "posts" && section != "moderation" && section != "identity" {
			out.WriteString(line)
		}
	}
	path := filepath.Join(t.TempDir(), "lesser.yaml")
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	old := community.Post{ID: tardyPost, CreatedAt: written(104), Board: "EXCHANGE", Author: "1001", Body: "Of old.", Visibility: community.Public, State: community.Published}
	if err := fill([]string{"DATA_DIR", dir}, func(ctx context.Context, _ Settings, st *stores, _ book) error {
		return st.community.Put(ctx, []community.Post{old.Counted(community.Counts{})})
	}); err != nil {
		t.Fatal(err)
	}
	g, err := openGateway("DATA_DIR", dir, "PROGRAMME", path, "JWT_HS256_SECRET", testSecret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	return &engine{name: "lesser", gateway: g}
}

// What a programme does not offer is refused with a code that says so.
func TestWhatTheProgrammeDoesNotOfferIsToldSo(t *testing.T) {
	e := lesser(t)
	app := newPen(t, e, "1001")
	id := globalID("Post", idOf(250))
	identity := func(name string, in map[string]any, header map[string]string) reply {
		q := question{query: writtenBy(t, "identity", name), variables: map[string]any{"input": in}, header: header}
		if header == nil {
			q.who = "1001"
		}
		return ask(t, e.gateway.url, q)
	}
	for field, c := range map[string]struct{ want, got string }{
		"postCreate":    {"POSTS_OFF", app.send("PostCreate", draft()).refusal(t, "postCreate")},
		"postUpdate":    {"POSTS_OFF", app.send("PostUpdate", given("postId", globalID("Post", string(tardyPost)), "body", "x")).refusal(t, "postUpdate")},
		"commentCreate": {"POSTS_OFF", app.send("CommentCreate", given("idempotencyKey", "k", "postId", id, "body", "x")).refusal(t, "commentCreate")},
		"commentUpdate": {"POSTS_OFF", app.send("CommentUpdate", given("commentId", globalID("Comment", idOf(250)), "body", "x")).refusal(t, "commentUpdate")},
		"contentReport": {"MODERATION_OFF", reports(t, e, "1001", id).refusal(t, "contentReport")},
		"contentAppeal": {"MODERATION_OFF", ask(t, e.gateway.url, question{query: writtenBy(t, "moderation", "ContentAppeal"),
			variables: map[string]any{"input": given("subjectId", id, "text", "x")}, who: "1001"}).refusal(t, "contentAppeal")},
		"identityTokenIssue": {"IDENTITY_OFF", identity("IdentityTokenIssue", given("step", "SET"), nil).refusal(t, "identityTokenIssue")},
		"identityFind":       {"IDENTITY_OFF", identity("IdentityFind", given("phone", "13800138000"), clerk(t, "anna", "service")).refusal(t, "identityFind")},
		"identitySet":        {"IDENTITY_OFF", identity("IdentitySet", given("token", "x", "name", "A"), nil).refusal(t, "identitySet")},
		"identityReadApply": {"IDENTITY_OFF", identity("IdentityReadApply", given("idempotencyKey", "k", "memberId", id, "fields", []string{"NAME"}, "purpose", "FRAUD", "reason", "x"),
			clerk(t, "anna", "service")).refusal(t, "identityReadApply")},
		"moderationDecide": {"MODERATION_OFF", (bench{t, e, "mod-1"}).decide(map[string]any{"id": globalID("ModerationCase", "post:none"), "edition": "0-x"}, "PUBLISH")},
		"postAdopt":        {"ADOPTION_OFF", (bench{t, e, "mod-1"}).send("PostAdopt", input("postId", id), "operations").refusal(t, "postAdopt")},
	} {
		if c.got != c.want {
			t.Errorf("%s is told %q, want %s", field, c.got, c.want)
		}
	}
}

func TestAGroupWithoutASeatIsToldSo(t *testing.T) {
	e := lesser(t)
	id := good(t, e.gateway.url, question{query: `{ groups { id } }`}).at(t, "groups", 0, "id")
	join := func(who string) string {
		return asked(t, e, question{query: writtenBy(t, "community", "JoinGroup"), variables: input("groupId", id, "on", true), who: who}).refusal(t, "groupJoin")
	}
	for n, want := range []string{"", "GROUP_FULL", "GROUP_FULL"} {
		if got := join(fmt.Sprint(1001 + n)); got != want {
			t.Errorf("number %d is told %q, want %q", n+1, got, want)
		}
	}
	if got := join("1001"); got != "" {
		t.Errorf("who is in is told %q", got)
	}
}
