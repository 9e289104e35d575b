package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/personal"
	"membergate/internal/programme"
	"membergate/internal/recommend"
)

// cut is a context that ends after some calls of a store, as a process does that is killed between two of them. Servers are
// asked in between: theirs ends after as many times 300 µs.
type cut struct {
	context.Context
	left *atomic.Int64
}

func cutAfter(ctx context.Context, calls int64) (cut, context.CancelFunc) {
	within, end := context.WithTimeout(ctx, time.Duration(calls)*300*time.Microsecond+time.Duration(calls/50)*time.Millisecond)
	c := cut{within, &atomic.Int64{}}
	c.left.Store(calls)
	return c, end
}

// Err implements context.Context.
func (c cut) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return c.Context.Err()
}

// forgetful is a shop of a test's own with two members who have left traces, and a gateway.
type forgetful struct {
	t     *testing.T
	st    *stores
	rules book
	set   Settings
	g     *gateway
	app   home
}

const forgetter, rememberer member.ID = "forgetter", "rememberer"

// boughtBy is what each has bought; the name of an order is nobody's.
var boughtBy = map[member.ID]string{forgetter: "o-1", rememberer: "o-2"}

func newForgetful(t *testing.T, s Settings, st *stores) *forgetful {
	t.Helper()
	return newForgetfulOf(t, s, st, "retail-5")
}

// newForgetfulOf is the same with another programme.
func newForgetfulOf(t *testing.T, s Settings, st *stores, code string) *forgetful {
	t.Helper()
	rules, err := programme.Keep(code)
	if err != nil {
		t.Fatal(err)
	}
	f := &forgetful{t: t, st: st, rules: rules}
	for _, id := range []member.ID{forgetter, rememberer} {
		f.leaveTraces(id)
	}
	pairs := []string{"DATA_DIR", t.TempDir(), "JWT_HS256_SECRET", testSecret, "PORT", "0", "ADMIN_ADDR", "127.0.0.1:0"}
	set, err := readSettings(env(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	set.RedisPrefix, set.MongoURI, set.RedisURL, set.MongoDatabase, set.Worker = s.RedisPrefix, s.MongoURI, s.RedisURL, s.MongoDatabase, false
	f.set, f.g = set, &gateway{log: &lockedBuffer{}}
	log := slog.New(slog.NewJSONHandler(f.g.log, nil))
	parts, err := assemble(t.Context(), set, st, rules, log)
	if err != nil {
		t.Fatal(err)
	}
	parts.Close = func() error { return nil } // the test's
	if err := f.g.serve(set, parts, log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.g.close(); err != nil {
			t.Error(err)
		}
	})
	f.app = home{walletApp{t, f.g.url, string(forgetter), appDocument(t, "household") + "\n" + appDocument(t, "closure") + "\n" + privacyApp(t)}, appQueries(t)["ProfilePage"].text}
	return f
}

// leaveTraces lets a member join, agree, buy, get a notice and lists, and like a post.
func (f *forgetful) leaveTraces(id member.ID) {
	f.t.Helper()
	ctx, at := f.t.Context(), time.Now().Add(-48*time.Hour).UTC().Truncate(time.Millisecond)
	p := member.Profile{ID: id, DisplayName: string(id), JoinedAt: at, Consents: map[string]member.Consent{}}
	for _, purpose := range []string{recommend.Purpose, "HOUSEHOLD"} {
		p.Consents[purpose] = member.Consent{Granted: true, At: at, PolicyVersion: "2026-01", Source: "app"}
	}
	p.Household.Size = 3
	if err := f.st.accounts.Create(ctx, account.Open(f.rules, p)); err != nil {
		f.t.Fatal(err)
	}
	bought := order.Event{Kind: order.Paid, ID: boughtBy[id], Member: id, At: at, Fen: 10_000, Channel: "STORE", Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 10_000}}}
	if err := f.st.orderService(f.rules).Apply(ctx, p, []order.Event{bought}, at); err != nil {
		f.t.Fatal(err)
	}
	if err := f.st.notices.Put(ctx, []notice.Notice{{ID: "n-" + string(id), Member: id, Kind: "TIER_CHANGED", Key: "k", Number: 1, Rev: 1, Count: 1, At: at}}); err != nil {
		f.t.Fatal(err)
	}
	lists := map[recommend.Key]recommend.List{}
	for _, s := range recommend.Surfaces {
		lists[recommend.MemberList(id, s)] = recommend.List{Version: "v", Items: []recommend.Item{{Ref: recommend.Ref{Kind: recommend.OfProduct, ID: "A"}, Cause: recommend.BoughtBefore}}}
	}
	if err := f.st.cache.Lists().Put(ctx, lists); err != nil {
		f.t.Fatal(err)
	}
	said := recommend.Taste{Member: id, Sayings: []recommend.Saying{{Action: recommend.NotInterested, Of: recommend.Ref{Kind: recommend.OfProduct, ID: "B"}, At: at}}}
	seen := recommend.Trace{Views: []recommend.View{{Of: recommend.Ref{Kind: recommend.OfProduct, ID: "B"}, Act: recommend.Click, At: at}}}
	_, err := f.st.cache.Lists().Retrace(ctx, id, "", seen, []string{"one"}, at, time.Hour)
	if err := errors.Join(err, f.st.tastes.Save(ctx, said), f.st.cache.Lists().Know(ctx, said)); err != nil {
		f.t.Fatal(err)
	}
	post := community.Post{ID: community.PostID(community.NewID(at)), Author: rememberer, Body: "Hello", State: community.Published, Visibility: community.Public, CreatedAt: at}
	if err := f.st.community.Put(ctx, []community.Post{post}); err != nil {
		f.t.Fatal(err)
	}
	if _, err := (&community.Service{Store: f.st.community}).SetMark(ctx, id, post.Subject(), community.Like, true, at); err != nil {
		f.t.Fatal(err)
	}
}

// traces says what is left of a member, by category.
func (f *forgetful) traces(id member.ID) (out []string) {
	f.t.Helper()
	ctx := f.t.Context()
	must := func(err error) {
		f.t.Helper()
		if err != nil {
			f.t.Fatal(err)
		}
	}
	found, err := f.st.orders.ByIDs(ctx, []string{"order:" + boughtBy[id]})
	must(err)
	for _, r := range found {
		if len(r.Event.Lines) > 0 {
			out = append(out, "PURCHASES")
		}
	}
	listed, err := f.st.notices.Page(ctx, id, notice.Query{Limit: 9})
	must(err)
	if len(listed) > 0 {
		out = append(out, "NOTICES")
	}
	var keys []recommend.Key
	for _, s := range recommend.Surfaces {
		keys = append(keys, recommend.MemberList(id, s))
	}
	lists, known, err := f.st.cache.Lists().Get(ctx, keys, id)
	must(err)
	said, err := f.st.tastes.Of(ctx, id)
	must(err)
	_, told, _, err := f.st.cache.Lists().Trace(ctx, id, []string{"one"})
	must(err)
	if len(lists)+len(known.Trace.Views)+len(said.Sayings)+len(told) > 0 || known.Tasted {
		out = append(out, "RECOMMENDATIONS")
	}
	holders, err := f.st.accounts.ByIDs(ctx, []member.ID{id}, account.Whole)
	must(err)
	if holders[id].Profile.Household.Size > 0 {
		out = append(out, "HOUSEHOLD")
	}
	marked, err := f.st.personal.Marked(ctx, id)
	must(err)
	for _, subject := range marked {
		_, post, _ := strings.Cut(subject, ":")
		on := community.Subject{Kind: community.OnPost, ID: post}
		marks, err := f.st.community.Marks(ctx, id, []community.Subject{on})
		must(err)
		if len(marks[on].On) > 0 {
			out = append(out, "REACTIONS")
		}
	}
	slices.Sort(out)
	return out
}

// untilDone lets sweeps die after one call of the stores, then after two, and so on, until one of them gets through. Behind
// the first dozens of calls, which are of a kind each, it goes on in steps that grow.
func (f *forgetful) untilDone(at time.Time) (deaths int) {
	f.t.Helper()
	service := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return at })
	for n := int64(1); n < 5_000; n += 1 + max(0, n-60)/12 {
		ctx, end := cutAfter(f.t.Context(), n)
		_, err := service.Sweep(ctx, at, 9)
		end()
		due, dueErr := f.st.personal.Due(f.t.Context(), at, 1)
		if dueErr != nil {
			f.t.Fatal(dueErr)
		}
		if err == nil && len(due) == 0 {
			return deaths
		}
		deaths++
	}
	f.t.Fatal("it never ends")
	return deaths
}

const deletionQuery = `{ me { privacy { deletion { state kind categories requestedAt dueAt doneAt } } } }`

// After a no the next request reads no list of the member's; what was kept is due for deletion within 7 days, and deleted
// long before, wherever the process that does it is killed.
func TestANoEndsTheUseAtOnceAndDeletesWithinSevenDays(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		all := []string{"HOUSEHOLD", "NOTICES", "PURCHASES", "REACTIONS", "RECOMMENDATIONS"}
		if got := f.traces(forgetter); !slices.Equal(got, all) {
			t.Fatalf("before, there are %v", got)
		}
		if r := good(t, f.g.url, question{query: deletionQuery, who: string(forgetter)}); r.at(t, "me", "privacy", "deletion") != nil {
			t.Errorf("nothing was asked, and %s", r.text)
		}
		if r := f.app.consent(recommend.Purpose, false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		r := good(t, f.g.url, question{query: `{ recommendations(surface: HOME) { personalised nodes { id } } }`, who: string(forgetter)})
		if r.at(t, "recommendations", "personalised") != false {
			t.Errorf("after the no: %s", r.text)
		}
		r = good(t, f.g.url, question{query: deletionQuery, who: string(forgetter)})
		asked, due := f.moment(r, "requestedAt"), f.moment(r, "dueAt")
		if r.at(t, "me", "privacy", "deletion", "state") != "REQUESTED" || due.Sub(asked) != 7*24*time.Hour || jsonOf(r.at(t, "me", "privacy", "deletion", "categories")) != `["RECOMMENDATIONS","PORTRAIT","TAGS"]` {
			t.Errorf("asked for: %s", r.text)
		}
		if deaths := f.untilDone(time.Now()); deaths == 0 {
			t.Error("nothing was ever killed")
		}
		r = good(t, f.g.url, question{query: deletionQuery, who: string(forgetter)})
		if r.at(t, "me", "privacy", "deletion", "state") != "DONE" || r.at(t, "me", "privacy", "deletion", "kind") != "CONSENT" {
			t.Errorf("done: %s", r.text)
		}
		if got := f.traces(forgetter); !slices.Equal(got, all[:4]) {
			t.Errorf("afterwards, there are %v", got)
		}
		if got := f.traces(rememberer); !slices.Equal(got, all) {
			t.Errorf("of somebody else, there are %v", got)
		}
	})
}

func (f *forgetful) moment(r reply, field string) time.Time {
	f.t.Helper()
	at, err := time.Parse(time.RFC3339, fmt.Sprint(r.at(f.t, "me", "privacy", "deletion", field)))
	if err != nil {
		f.t.Fatal(err)
	}
	return at
}

// A no that was noted and never saved, because the process was killed between, deletes nothing.
func TestANoThatWasNeverSavedDeletesNothing(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		service := f.st.personalService(f.rules)
		purpose := f.rules.At(time.Now()).Privacy.Purposes[0]
		for range 2 {
			if err := service.Withdrawn(t.Context(), forgetter, purpose, 1); err != nil {
				t.Fatal(err)
			}
		}
		before := f.traces(forgetter)
		for _, later := range []time.Duration{0, 2 * time.Minute} {
			if _, err := service.Sweep(t.Context(), time.Now().Add(later), 9); err != nil {
				t.Fatal(err)
			}
			if got := f.traces(forgetter); !slices.Equal(got, before) {
				t.Errorf("%v later there are %v", later, got)
			}
		}
		all, err := service.Of(t.Context(), forgetter)
		if err != nil || len(all) != 1 || all[0].State != personal.Cancelled {
			t.Errorf("%v, %v", all, err)
		}
	})
}

// What a member asks to be deleted is, wherever the process that does it is killed; sums, and others' things, stay.
func TestHistoryIsDeletedByCategory(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		for want, categories := range map[string][]string{"UNKNOWN_CODE": {"RECOMMENDATIONS", "SECRETS"}, "OUT_OF_RANGE": {}} {
			if r := f.app.send("HistoryDelete", map[string]any{"categories": categories}); r.refusal(t, "historyDelete") != want {
				t.Errorf("%v: %s", categories, r.text)
			}
		}
		var due []any
		for range 2 { // asked again it is the same
			r := f.app.send("HistoryDelete", map[string]any{"categories": []string{"PURCHASES", "NOTICES", "REACTIONS", "PURCHASES"}})
			if r.refusal(t, "historyDelete") != "" || r.at(t, "historyDelete", "privacy", "deletion", "state") != "REQUESTED" {
				t.Fatal(r.text)
			}
			due = append(due, r.at(t, "historyDelete", "privacy", "deletion", "dueAt"))
		}
		if due[0] != due[1] {
			t.Errorf("asked twice, it is due at %v", due)
		}
		coins := `{ me { wallet { balance { available } } } }`
		before := good(t, f.g.url, question{query: coins, who: string(forgetter)}).text
		f.untilDone(time.Now())
		if got := f.traces(forgetter); !slices.Equal(got, []string{"HOUSEHOLD", "RECOMMENDATIONS"}) {
			t.Errorf("afterwards, there are %v", got)
		}
		if got := f.traces(rememberer); len(got) != 5 {
			t.Errorf("of somebody else, there are %v", got)
		}
		if after := good(t, f.g.url, question{query: coins, who: string(forgetter)}).text; after != before {
			t.Errorf("coins were %s and are %s", before, after)
		}
		if r := f.app.send("HistoryDelete", map[string]any{"categories": []string{"HOUSEHOLD", "RECOMMENDATIONS"}}); r.refusal(t, "historyDelete") != "" {
			t.Fatal(r.text)
		}
		f.untilDone(time.Now())
		if got := f.traces(forgetter); len(got) != 0 {
			t.Errorf("at last, there are %v", got)
		}
	})
}

// A deletion whose time is over shows in the metrics, for whoever is on call.
func TestDeletionsThatAreLateAreSeen(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		d := personal.Deletion{ID: "late", Member: forgetter, Kind: personal.OfHistory, State: personal.Requested, Categories: []personal.Category{personal.Notices},
			RequestedAt: time.Now().AddDate(0, 0, -8), From: time.Now().AddDate(0, 0, 1), DueAt: time.Now().AddDate(0, 0, -1)}
		if err := f.st.personal.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		meter := newDeletionMeter()
		if _, err := deleting(f.st, f.st.personalService(f.rules), meter)()(t.Context()); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		adminHandler(newMeters(meter.open, meter.late), nil, nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, want := range []string{"membergate_deletions_open 1\n", "membergate_deletions_overdue 1\n"} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("the metrics do not say %s", want)
			}
		}
	})
}
