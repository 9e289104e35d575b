package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
)

// Who follows a topic and agreed finds its posts first in FOR_YOU once the lists were made; who did not agree, or follows
// nothing, has what is hot; and what only members see is in nobody's list.
func TestTheCommandMakesWhatTheFeedForYouShows(t *testing.T) {
	for _, kind := range []string{"embedded", "servers"} {
		t.Run(kind, func(t *testing.T) {
			pairs := []string{"DATA_DIR", filepath.Join(t.TempDir(), "data"), "JWT_HS256_SECRET", testSecret, "SANDBOX", "on"}
			if kind == "servers" {
				needServers(t)
				database := "foryou_" + strings.ToLower(rand.Text()[:10])
				pairs = append(pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database, "REDIS_PREFIX", database+":")
				t.Cleanup(func() { mustHome(t, dropServers(database)) })
			}
			now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
			mustHome(t, fill(pairs, func(ctx context.Context, _ Settings, st *stores, rules book) error {
				for _, m := range []member.ID{"agreed", "refused", "idle"} {
					agreed := map[string]member.Consent{"PERSONALISATION": {Granted: m != "refused", At: now, PolicyVersion: "2026-01", Source: "app"}}
					if err := st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: m, DisplayName: string(m), JoinedAt: now, Consents: agreed})); err != nil {
						return err
					}
				}
				var all []community.Post
				for n := range 60 {
					at := now.Add(time.Duration(-n) * time.Hour)
					p := community.Post{ID: community.PostID(community.IDOf(at, [10]byte{1, byte(n)})), CreatedAt: at, Author: "author", Board: "EXCHANGE", State: community.Published,
						Visibility: community.Public, Body: fmt.Sprint("post ", n), Version: 1}
					if n%4 == 3 {
						p.Topics = []community.TopicID{"tea"}
					}
					all = append(all, p.Counted(community.Counts{}))
				}
				err := cmp.Or(st.community.Put(ctx, all), st.community.PutTopics(ctx, []community.Topic{{ID: "tea", Key: "tea"}}))
				for _, m := range []member.ID{"agreed", "refused"} {
					err = cmp.Or(err, st.community.SetTie(ctx, m, community.FollowTopic, "tea", true, 0))
				}
				return err
			}))
			if _, log, code := command(t, "recommend build", pairs...); code != 0 || !strings.Contains(log, "2 lists of posts") {
				t.Fatalf("code %d, log %q", code, log)
			}
			g, err := openGateway(pairs...)
			mustHome(t, err)
			defer func() { mustHome(t, g.close()) }()
			bodies := func(who string) (out []string) {
				a := ask(t, g.url, question{query: `{ feed(kind: FOR_YOU, first: 20) { edges { node { body } } } }`, who: who})
				var d struct {
					Feed struct {
						Edges []struct{ Node struct{ Body string } }
					}
				}
				mustHome(t, json.Unmarshal(a.Data, &d))
				for _, e := range d.Feed.Edges {
					out = append(out, e.Node.Body)
				}
				return out
			}
			hot, own := bodies("refused"), bodies("agreed")
			if len(hot) != 20 || hot[0] != "post 0" || hot[1] != "post 1" || strings.Join(bodies("idle"), ",") != strings.Join(hot, ",") {
				t.Errorf("who did not agree reads %q", hot)
			}
			want := "post 3,post 7,post 11,post 15,post 19"
			if len(own) != 20 || !strings.HasPrefix(strings.Join(own, ","), want) {
				t.Errorf("who follows a topic reads %q, want first %s", own, want)
			}
		})
	}
}
