package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"membergate/internal/account"
	"membergate/internal/edge"
	"membergate/internal/live"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/viewer"
)

// ear is somebody who has subscribed.
type ear struct {
	t     testing.TB
	what  string
	heard chan reply // closed when the subscription has ended
	end   context.CancelFunc
	last  string // id of the last event
}

// liveDoor is the executor of a gateway, which every transport uses.
func liveDoor(g *gateway, more ...graphql.HandlerExtension) *edge.Executor {
	return edge.New(edge.Parts{Schema: g.parts.Schema, Extensions: slices.Concat(g.parts.Around, more), Sandbox: true}).Executor()
}

// runs counts operations that run.
type runs struct{ n *atomic.Int64 }

func (runs) ExtensionName() string                   { return "runs" }
func (runs) Validate(graphql.ExecutableSchema) error { return nil }
func (r runs) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	r.n.Add(1)
	return next(ctx)
}

// listens subscribes with one of the apps' documents, after the event with an id if there is one.
func listens(t testing.TB, on *edge.Executor, who, operation string, variables map[string]any, resume string) *ear {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	ctx = live.WithResume(graphql.StartOperationTrace(viewer.With(ctx, viewer.Viewer{Member: who, Scope: viewer.ScopeMember, Locale: "en"})), resume)
	op, errs := on.CreateOperationContext(ctx, &graphql.RawParams{Query: writtenBy(t, "live", operation), Variables: variables})
	if errs != nil {
		t.Fatal(errs)
	}
	answers, ctx := on.DispatchOperation(ctx, op)
	l := &ear{t: t, what: operation + " of " + who, heard: make(chan reply, 1000), end: end}
	go func() {
		defer close(l.heard)
		for answer := answers(ctx); answer != nil; answer = answers(ctx) {
			raw, _ := json.Marshal(answer)
			r := reply{text: string(raw)}
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Error(err)
			}
			l.heard <- r
		}
	}()
	t.Cleanup(func() {
		end()
		for range l.heard {
		}
	})
	return l
}

// next is the next event.
func (l *ear) next() reply {
	l.t.Helper()
	select {
	case r, on := <-l.heard:
		if !on || len(r.Errors) > 0 {
			l.t.Fatalf("%s has ended, or fails: %s", l.what, r.text)
		}
		var more struct{ Extensions struct{ EventID string } }
		if err := json.Unmarshal([]byte(r.text), &more); err != nil || more.Extensions.EventID == "" {
			l.t.Errorf("an event of %s has no id: %s", l.what, r.text)
		}
		l.last = more.Extensions.EventID
		return r
	case <-time.After(20 * time.Second):
		l.t.Fatalf("%s hears nothing", l.what)
		return reply{}
	}
}

// until takes events until one has a text in it.
func (l *ear) until(text string) reply {
	l.t.Helper()
	for {
		if r := l.next(); strings.Contains(r.text, text) {
			return r
		}
	}
}

// ends takes events until there will be none any more.
func (l *ear) ends() {
	l.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case r, on := <-l.heard:
			if !on {
				return
			}
			if len(r.Errors) > 0 {
				l.t.Errorf("%s ends with %s", l.what, r.text)
			}
		case <-late:
			l.t.Fatalf("%s does not end", l.what)
		}
	}
}

// spendsOn tells a gateway of a paid order.
func spendsOn(t testing.TB, g *gateway, who, order string, fen int) {
	t.Helper()
	data := fmt.Sprintf(`{"orderId":%q,"amountFen":%d,"channel":"MINI_PROGRAM","lines":[]}`, order, fen)
	line := jsonOf(map[string]any{"id": "e-" + order, "type": "order.paid", "member": who, "at": time.Now().UTC().Format(time.RFC3339), "data": json.RawMessage(data)})
	answer, err := http.Post(g.admin+"/events", "application/x-ndjson", strings.NewReader(line+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		t.Fatalf("the event is answered with %d", answer.StatusCode)
	}
}

// golden lets a member open a family.
func golden(who string) func(context.Context, Settings, *stores, book) error {
	return func(ctx context.Context, _ Settings, st *stores, rules book) error {
		found, err := st.accounts.ByIDs(ctx, []member.ID{member.ID(who)}, account.Whole)
		if err != nil {
			return err
		}
		h := found[member.ID(who)]
		h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: "INVITED", From: written(2), Until: written(2).AddDate(100, 0, 0)})
		return st.accounts.Save(ctx, h.Account)
	}
}

// poll asks sync, and gives its answer and the types of what has changed.
func poll(t testing.TB, e *engine, who string, token any, watch ...string) (reply, []string) {
	t.Helper()
	r := good(t, e.gateway.url, question{query: appQueries(t)["Sync"].text, variables: map[string]any{"token": token, "watch": watch}, who: who})
	types := []string{}
	for _, each := range r.at(t, "sync", "changed").([]any) {
		types = append(types, each.(map[string]any)["__typename"].(string))
	}
	slices.Sort(types)
	return r, slices.Compact(types)
}

func TestSubscriptionsTellWhatHappensAndSyncSaysTheSame(t *testing.T) {
	onWorkingGateways(t, []string{"mum", "dad", "cook", "guest", "critic"}, func(t *testing.T, e *engine) {
		on := liveDoor(e.gateway)
		cook, guest, critic := newPen(t, e, "cook"), newPen(t, e, "guest"), newPen(t, e, "critic")
		soup, _ := cook.post(draft())
		feed := listens(t, on, "guest", "FeedUpdated", map[string]any{"kind": "NEW"}, "")
		post := listens(t, on, "", "PostUpdated", map[string]any{"postId": soup}, "")
		thread := listens(t, on, "guest", "CommentAdded", map[string]any{"postId": soup}, "")
		purse, standing := listens(t, on, "mum", "WalletUpdated", nil, ""), listens(t, on, "mum", "TierUpdated", nil, "")
		home, inbox := listens(t, on, "mum", "FamilyUpdated", nil, ""), listens(t, on, "mum", "NotificationAdded", nil, "")
		dads := listens(t, on, "dad", "FamilyUpdated", nil, "")
		begun := func(who string, watch ...string) any {
			r, types := poll(t, e, who, nil, watch...)
			if len(types) > 0 || r.at(t, "sync", "resetRequired") != false {
				t.Errorf("who begins is told of changes: %s", r.text)
			}
			return r.at(t, "sync", "token")
		}
		ofMum, ofDad, ofGuest := begun("mum"), begun("dad"), begun("guest", soup)
		for what, v := range map[string]map[string]any{
			"token is none of the viewer's; allowed are tokens that sync gave to this member": {"token": ofDad},
			"token is none of the viewer's; allowed are tokens that sync gave":                {"token": "x"},
			"watch names 51 posts; allowed are at most 50":                                    {"watch": slices.Repeat([]string{soup}, 51)},
		} {
			r := ask(t, e.gateway.url, question{query: appQueries(t)["Sync"].text, variables: v, who: "mum"})
			if len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" || !strings.Contains(r.text, what) {
				t.Errorf("sync with %v answers %s", v, r.text)
			}
		}
		if l := listens(t, on, "guest", "CommentAdded", map[string]any{"postId": soup}, "made up"); !strings.Contains((<-l.heard).text, "BAD_USER_INPUT") {
			t.Error("an event that never was is gone on from")
		}

		bread, _ := cook.post(draft("body", "Bread."))
		if r := feed.next(); r.at(t, "feedUpdated", "newCount") != 1.0 || jsonOf(r.at(t, "feedUpdated", "removedIds")) != "[]" {
			t.Errorf("a new post is told as %s", r.text)
		}
		first := guest.comment(soup, "", "How long?")
		if r := thread.next(); r.at(t, "commentAdded", "node", "id") != first || r.at(t, "commentAdded", "node", "author", "displayName") != "guest" {
			t.Errorf("the first comment is told as %s", r.text)
		}
		mark := thread.last
		held := critic.comment(soup, "", doubtfulText) // waits for a moderator
		second := cook.comment(soup, first, "Two hours.")
		if r := thread.next(); r.at(t, "commentAdded", "node", "id") != second {
			t.Errorf("after one that waits is told %s", r.text)
		}
		critic.send("CommentUpdate", given("commentId", held, "body", "Salt!"))
		if r := thread.next(); r.at(t, "commentAdded", "node", "id") != held || r.at(t, "commentAdded", "node", "body") != "Salt!" {
			t.Errorf("one that waited is told as %s", r.text)
		}
		missed := listens(t, on, "guest", "CommentAdded", map[string]any{"postId": soup}, mark)
		for _, want := range []string{second, held} {
			if r := missed.next(); r.at(t, "commentAdded", "node", "id") != want {
				t.Errorf("who comes back is told %s, want %s", r.text, want)
			}
		}
		post.until(`"commentCount":3`)
		r, types := poll(t, e, "guest", ofGuest, soup)
		if !slices.Equal(types, []string{"Post"}) || r.at(t, "sync", "changed", 0, "id") != soup {
			t.Errorf("sync says of the post %s", r.text)
		}
		ofGuest = r.at(t, "sync", "token")
		if r, types := poll(t, e, "guest", ofGuest, soup); len(types) > 0 || r.at(t, "sync", "deletedIds", 0) != nil {
			t.Errorf("sync says again %s", r.text)
		}

		spendsOn(t, e.gateway, "mum", "o-1", 10_000)
		if r := purse.next(); r.at(t, "walletUpdated", "balance", "version") == 0.0 {
			t.Errorf("the wallet is told as %s", r.text)
		}
		standing.next()
		inbox.until(`"COINS_EARNED"`)

		relatives := appDocument(t, "family") + "\n" + appDocument(t, "relatives") + "\n" + appDocument(t, "child")
		mum, dad := relative{walletApp{t, e.gateway.url, "mum", relatives}}, relative{walletApp{t, e.gateway.url, "dad", relatives}}
		mum.opens("Home")
		home.next()
		dad.joins(mum.invites("ADULT"))
		if r := dads.next(); len(r.at(t, "familyUpdated", "members").([]any)) != 2 {
			t.Errorf("who joins is told %s", r.text)
		}
		home.until(`"ADULT"`)
		r, types = poll(t, e, "mum", ofMum)
		if want := []string{"Family", "Notification", "TierStatus", "Wallet"}; !slices.Equal(types, want) || r.at(t, "sync", "unreadCounts", "notifications") == 0.0 {
			t.Errorf("sync says of %v, want %v: %s", types, want, r.text)
		}
		r, _ = poll(t, e, "dad", ofDad)
		ofDad = r.at(t, "sync", "token")
		family := mum.page().at(t, "me", "family", "id")
		dad.done("FamilyLeave", "familyLeave", "confirm", true)
		dads.ends()
		awaiting(t, "sync of who left", func() bool {
			r, _ = poll(t, e, "dad", ofDad)
			return slices.Contains(r.at(t, "sync", "deletedIds").([]any), family)
		})

		cook.send("PostDelete", map[string]any{"postId": soup})
		post.ends()
		thread.ends()
		if r := feed.until(soup); r.at(t, "feedUpdated", "removedIds", 0) != soup {
			t.Errorf("a post that is gone is told as %s", r.text)
		}
		if r, _ := poll(t, e, "guest", ofGuest, soup, bread); r.at(t, "sync", "deletedIds", 0) != soup {
			t.Errorf("sync says of a post that is gone %s", r.text)
		}
	}, golden("mum"))
}
