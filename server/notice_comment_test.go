package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"membergate/internal/account"
	"membergate/internal/member"
)

// onWorkingGateways runs a test on a gateway for each engine that is its own worker, with some members and what more puts in.
func onWorkingGateways(t *testing.T, people []string, test func(t *testing.T, e *engine), more ...func(context.Context, Settings, *stores, book) error) {
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			e := &engine{name: name, pairs: []string{"DATA_DIR", filepath.Join(t.TempDir(), "data"), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret}}
			if name == "servers" {
				needServers(t)
				database := "test_" + strings.ToLower(rand.Text()[:10])
				e.pairs = append(e.pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database)
				t.Cleanup(func() {
					if err := dropServers(database); err != nil {
						t.Error(err)
					}
				})
			}
			put := func(ctx context.Context, _ Settings, st *stores, rules book) error {
				for _, id := range people {
					h := account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: foundation})
					if err := st.accounts.Create(ctx, h); err != nil {
						return err
					}
				}
				return nil
			}
			if err := fill(e.pairs, append([]func(context.Context, Settings, *stores, book) error{put}, more...)...); err != nil {
				t.Fatal(err)
			}
			s, err := readSettings(env(append([]string{"PORT", "0", "ADMIN_ADDR", "127.0.0.1:0"}, e.pairs...)...))
			if err != nil {
				t.Fatal(err)
			}
			s.Worker = true
			e.gateway = &gateway{log: &lockedBuffer{}}
			log := slog.New(slog.NewJSONHandler(e.gateway.log, nil))
			parts, err := build(t.Context(), s, log)
			if err == nil {
				err = e.gateway.serve(s, parts, log)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := e.gateway.close(); err != nil {
					t.Error(err)
				}
			})
			test(t, e)
		})
	}
}

func TestMembersHearOfCommentsOnWhatTheyWrote(t *testing.T) {
	inbox := appQueries(t)["Inbox"].text
	onWorkingGateways(t, []string{"cook", "guest", "critic"}, func(t *testing.T, e *engine) {
		// heard are the posts of which a member is told, oldest first, each as often as it is told.
		heard := func(who string) (posts []string) {
			r := good(t, e.gateway.url, question{query: inbox, who: who})
			for _, each := range r.at(t, "me", "notifications", "edges").([]any) {
				n := each.(map[string]any)["node"].(map[string]any)
				about, _ := n["subject"].(map[string]any)
				if n["kind"] != "COMMENT" || about["__typename"] != "Post" || n["groupCount"] != 1.0 || strings.ContainsAny(n["body"].(string), "{}") {
					t.Errorf("%s is told %s", who, jsonOf(n))
				}
				posts = append(posts, fmt.Sprint(about["id"]))
			}
			slices.Reverse(posts)
			return posts
		}
		until := func(who string, want ...string) {
			t.Helper()
			awaiting(t, who, func() bool { return len(heard(who)) >= len(want) })
			if got := heard(who); !slices.Equal(got, want) {
				t.Errorf("%s hears of %v, want %v", who, got, want)
			}
		}
		cook, guest, critic := newPen(t, e, "cook"), newPen(t, e, "guest"), newPen(t, e, "critic")
		soup, _ := cook.post(draft())
		bread, _ := cook.post(draft("body", "Bread."))
		said := guest.comment(soup, "", "How long does it cook?")
		until("cook", soup)
		held := critic.comment(bread, "", doubtfulText)
		cook.comment(soup, said, "Two hours.") // the own post is no news
		until("guest", soup)
		critic.comment(soup, said, "One hour is enough.")
		last, _ := cook.post(draft("body", "Tea."))
		guest.comment(last, "", "Green?")
		until("cook", soup, last) // and not of what waits
		if r := critic.send("CommentUpdate", given("commentId", held, "body", "Too salty.")); r.refusal(t, "commentUpdate") != "" {
			t.Fatalf("not changed: %s", r.text)
		}
		until("cook", soup, last, bread)
		until("guest", soup)
		for locale, title := range map[string]string{"en": "Somebody answered you", "zh-CN": "有人回应了您", "zh-TW": "有人回應了您"} {
			r := good(t, e.gateway.url, question{query: inbox, who: "guest", header: map[string]string{"Accept-Language": locale}})
			if got := r.at(t, "me", "notifications", "edges", 0, "node", "title"); got != title {
				t.Errorf("in %s it says %v", locale, got)
			}
		}
	})
}
