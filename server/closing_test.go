package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/account"
	"membergate/internal/adjustment"
	"membergate/internal/adoption"
	"membergate/internal/backup"
	"membergate/internal/claim"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/desk"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/insight"
	"membergate/internal/inspection"
	invites "membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/internal/moderation"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/personal"
	"membergate/internal/profile"
	"membergate/internal/recommend"
	"membergate/internal/reconcile"
	"membergate/internal/redemption"
	"membergate/internal/report"
	"membergate/internal/star"
	"membergate/internal/transfer"
	"membergate/internal/vault"
)

// canaries are what is planted of a member: none of them may be found after the account is closed. The id is one as well.
var canaries = []string{string(forgetter), "Canary Wang", "1987-06-05", "13800138000", "canary road", "little canary"}

// plant leaves the canaries wherever members and others leave something.
func (f *forgetful) plant(role family.Role) {
	f.t.Helper()
	ctx, at, st := f.t.Context(), time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond), f.st
	must := func(err error) {
		f.t.Helper()
		if err != nil {
			f.t.Fatal(err)
		}
	}
	found, err := st.accounts.ByIDs(ctx, []member.ID{forgetter, rememberer}, account.Whole)
	must(err)
	p := found[forgetter].Profile
	p.DisplayName, p.Birthday = "Canary Wang", "1987-06-05"
	must(st.accounts.SaveProfile(ctx, p))
	other := found[rememberer].Account
	other.Invited = &account.Invited{ID: "i-1", By: forgetter, Code: "ABC", At: at}
	must(st.accounts.Save(ctx, other))
	must(st.invites.Put(ctx, invites.Invitee{Member: rememberer, ID: "i-1", Inviter: forgetter, State: invites.Registered, At: at}))

	home := family.Open("Home", forgetter, at).With(rememberer, family.Guardian, at)
	if role != family.Owner {
		home = family.Open("Home", rememberer, at).With(forgetter, role, at)
	}
	home.Approvals = []family.Approval{{ID: "fa_1", Requester: forgetter, Redemption: "r-1", Coins: 1, State: family.Declined, CreatedAt: at, ExpiresAt: at, DecidedBy: rememberer, DecidedAt: at, Note: "little canary"}}
	for i := range home.People {
		home.People[i].AdultAt = at
	}
	must(st.families.Create(ctx, home))

	post := community.Post{ID: community.PostID(community.NewID(at)), Author: forgetter, Body: "I live in canary road", State: community.Published, Visibility: community.Followers, CreatedAt: at}
	others := community.Post{ID: community.PostID(community.NewID(at)), Author: rememberer, Body: "Hello", State: community.Published, Visibility: community.Public, CreatedAt: at}
	must(st.community.Put(ctx, []community.Post{post, others}))
	must(st.community.PutComments(ctx, []community.Comment{{ID: community.CommentID(community.NewID(at)), Post: others.ID, Author: forgetter, Body: "Call 13800138000", State: community.Published, CreatedAt: at}}))
	must(st.community.SetTie(ctx, rememberer, community.Follow, string(forgetter), true, 0))
	must(st.community.SetTie(ctx, forgetter, community.Block, string(rememberer), true, 0))
	must(st.reports.Add(ctx, report.Report{ID: "rep-1", Reporter: forgetter, On: others.Subject(), Author: rememberer, Reason: "SPAM", Sealed: "k1:xyz", Slot: "slot-1", At: at}))

	must(st.transfers.Create(ctx, transfer.Transfer{ID: "t-1", From: found[forgetter].Account.Wallet, To: other.Wallet, Sender: forgetter, Recipient: rememberer, Coins: 1, Arrives: 1, Message: "for my little canary", At: at, Version: 1}))
	must(st.adjusting.Create(ctx, adjustment.Proposal{ID: "a-1", Member: forgetter, Coins: 1, Category: "GOODWILL", Reason: "called from 13800138000", By: "anna", At: at, DecideBy: at, State: adjustment.Rejected, Version: 1}))
	must(st.claims.Add(ctx, []claim.Claim{{ID: "c-1", Tier: "GOLD", Member: forgetter, ClaimedAt: at, Given: true, IssuedBy: "anna", IssuedAt: at}}))
	must(st.requests.Create(ctx, desk.Request{ID: "q-1", Member: forgetter, Order: "o-1", Kind: "QUALITY", Sealed: "k1:abc", Slot: 1, At: at, RespondBy: at, State: "OPEN", Version: 1}))
	must(st.cards.Create(ctx, desk.Card{Member: forgetter, Short: "CARD0001", Issued: 1, Version: 1}))
	must(st.decisions.Add(ctx, profile.Decision{Member: forgetter, Purpose: "MARKETING", Consent: member.Consent{At: at, PolicyVersion: "1", Source: "app"}}))
	must(st.notices.SaveSettings(ctx, notice.Settings{Member: forgetter, Devices: []notice.Device{{ID: "d-1", Kind: "APNS", Token: "sealed", Hash: "k1:hash", At: at}}}))
	must(st.notices.Save(ctx, notice.Inbox{Member: forgetter, Wallet: found[forgetter].Account.Wallet, Due: at}))
	must(st.redemptions.Create(ctx, redemption.Redemption{ID: "redemption:1", Wallet: found[forgetter].Account.Wallet, Reward: "r-1", Quantity: 1, Cost: 1, State: redemption.Declined, CreatedAt: at,
		Request: redemption.Request{ID: "fa_1", By: forgetter, AnswerBy: at, Family: home.ID}, Version: 1}))

	must(st.findings.AddFinding(ctx, inspection.Finding{Trace: "trace of forgetter", On: post.Subject(), Picture: "canary road.jpg", State: moderation.Pass, Asked: at}))
	must(st.boards.SaveBoard(ctx, contribution.Board{ID: "2026-01/GOOD", At: at, Entries: []contribution.Entry{{Member: forgetter, Points: 3, Reached: at}, {Member: rememberer, Points: 2, Reached: at}}}))
	must(st.boards.SetHidden(ctx, forgetter, true, at))
	must(st.stars.AddStar(ctx, star.Star{Group: "GARDEN", Month: "2026-01", Member: forgetter, Points: 3, Streak: 1, At: at, Open: true}))
	must(st.community.SetCircle(ctx, "GARDEN", forgetter, true, 9))
	must(st.community.SetStaffing(ctx, "GARDEN", community.Staffing{}.With(forgetter, "ASSISTANT", at), community.RoleChange{Member: forgetter, To: "ASSISTANT", At: at, Staff: "anna", Reason: "helps"}))
	must(st.vaultService(f.rules).Confirm(ctx, forgetter, "13800138000", at))
	must(st.vault.Apply(ctx, vault.Application{ID: "reading-1", Input: string(forgetter), Member: forgetter, Fields: []vault.Kind{vault.Phone}, Purpose: "DELIVERY", Reason: "call 13800138000", By: "anna", At: at, DecideBy: at,
		Keep: at.AddDate(7, 0, 0), Deeds: []vault.Deed{{Act: vault.Read, By: "anna", Role: "service", At: at}}}))
	_, _, err = st.cache.Homes().Home(ctx, forgetter, "", 9)
	must(err)
	must(st.cache.Choices().Tell(ctx, recommend.Choice{ID: "use-1", Member: forgetter, At: at}))
	f.lateWrites()
}

// lateWrites is what requests, sagas and builds may write of a member that was under way when the account was closed.
func (f *forgetful) lateWrites() {
	f.t.Helper()
	ctx, at, st := f.t.Context(), time.Now().UTC().Truncate(time.Millisecond), f.st
	err := errors.Join(
		st.notices.Mark(ctx, []notice.Touched{{Member: forgetter}}),
		st.notices.Put(ctx, []notice.Notice{{ID: "late-" + string(forgetter), Member: forgetter, Kind: "TIER_CHANGED", Key: "late", Number: 7, Rev: 1, Count: 1, At: at, Push: notice.Push{Due: at}}}),
		st.cache.Lists().Put(ctx, map[recommend.Key]recommend.List{recommend.MemberList(forgetter, recommend.Home): {Version: "late"}}),
		st.cache.Looks().See(ctx, forgetter, []insight.Look{{View: insight.View{SKU: "A", At: at}, ID: "look-1"}}),
		st.boards.SaveBoard(ctx, contribution.Board{ID: "2026-02/GOOD", At: at, Entries: []contribution.Entry{{Member: forgetter, Points: 1, Reached: at}}}),
		st.decisions.Add(ctx, profile.Decision{Member: forgetter, Purpose: "MARKETING", Consent: member.Consent{At: at, PolicyVersion: "late", Source: "app"}}),
		st.adoptions.Award(ctx, forgetter, adoption.Badge{Code: "LATE", At: at}),
	)
	if _, err := (&community.Service{Store: st.community}).SetMark(ctx, forgetter, community.Subject{Kind: community.OnPost, ID: "late"}, community.Like, true, at); err != nil && !fault.Is(err, fault.NotFound) {
		f.t.Fatal(err)
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// told lets workers look at whoever was marked.
func (f *forgetful) told() {
	f.t.Helper()
	if f.st.marks != nil {
		if err := f.st.marks.Carry(f.t.Context()); err != nil {
			f.t.Fatal(err)
		}
	}
	round := &notice.Round{Service: f.st.noticeService(f.rules, func(notice.View) time.Time { return time.Now() })}
	if _, out, err := round.Batch(f.t.Context(), time.Now(), 99); err != nil || out.Err != nil {
		f.t.Fatal(err, out.Err)
	}
}

// found tells where the stores, and what the program said, hold one of the canaries.
func (f *forgetful) found(s Settings) (out []string) {
	f.t.Helper()
	var all []thing
	if s.EmbeddedMongo() {
		copied := f.t.TempDir() // the file is open, and at rest
		raw, err := os.ReadFile(filepath.Join(s.DataDir, "members.bolt"))
		if err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, "members.bolt"), raw, 0o600); err != nil {
			f.t.Fatal(err)
		}
		all = append(inBolt(f.t, copied), inSnapshot(f.t, f.st, s.DataDir)...)
	} else {
		all = append(inMongo(f.t, s.MongoURI.Reveal(), s.MongoDatabase), inRedis(f.t, s.RedisURL.Reveal(), s.RedisPrefix)...)
	}
	for _, one := range all {
		for _, canary := range canaries {
			if strings.Contains(one.key+" "+one.text, canary) {
				out = append(out, fmt.Sprintf("%s: %.60q %.300s", one.place, one.key, one.text))
				break
			}
		}
	}
	export := filepath.Join(f.t.TempDir(), "backup")
	if _, err := backup.Write(f.t.Context(), export, f.st.source, s.pictures(), time.Now(), func(int) {}); err != nil {
		f.t.Fatal(err)
	}
	err := filepath.WalkDir(export, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, canary := range canaries {
			if strings.Contains(string(text), canary) {
				out = append(out, fmt.Sprintf("backup: %s holds %q", entry.Name(), canary))
			}
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	a, err := oneShot.Get(f.g.admin + "/metrics")
	if err != nil {
		f.t.Fatal(err)
	}
	defer a.Body.Close()
	metrics, err := io.ReadAll(a.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	for name, text := range map[string]string{"log": f.g.log.String(), "metrics": string(metrics)} {
		for _, canary := range canaries {
			for line := range strings.Lines(text) {
				if strings.Contains(line, canary) {
					out = append(out, name+": "+line)
				}
			}
		}
	}
	return out
}

// inSnapshot gives the words of what the embedded cache has written down.
func inSnapshot(t *testing.T, st *stores, dir string) (out []thing) {
	t.Helper()
	if err := st.cache.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(file string, v any)
	walk = func(file string, v any) {
		switch v := v.(type) {
		case string:
			plain, _ := base64.StdEncoding.DecodeString(v)
			out = append(out, thing{place: file, text: v + " " + string(plain)})
		case []any:
			for _, each := range v {
				walk(file, each)
			}
		case map[string]any:
			for name, each := range v {
				walk(file, name)
				walk(file, each)
			}
		}
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		var all any
		if err == nil {
			err = json.Unmarshal(raw, &all)
		}
		if err != nil {
			t.Fatal(err)
		}
		walk(filepath.Base(file), all)
	}
	return out
}

const closureQuery = `{ me { privacy { closure { state requestedAt effectiveAt dueAt cancellable forfeitedCoins } } wallet { balance { available } } } }`

// An account is closed at the end of its undo window: nothing is left of the member in any store, log or metric, wherever
// the process that does it is killed; the ledger and others' things stay, and nobody comes back.
func TestAClosedAccountLeavesNoTrace(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		f.plant(family.Owner)
		if len(f.found(s)) < 20 {
			t.Fatalf("only %d traces were planted", len(f.found(s)))
		}
		r := good(t, f.g.url, question{query: closureQuery, who: string(forgetter)})
		coins := int(r.at(t, "me", "wallet", "balance", "available").(float64))
		if r.at(t, "me", "privacy", "closure") != nil || coins == 0 {
			t.Fatal(r.text)
		}
		for want, in := range map[string]map[string]any{
			"FORFEIT_CHANGED": {"confirmForfeitCoins": coins + 1}, "REASON_LENGTH": {"confirmForfeitCoins": coins, "reason": strings.Repeat("a", 501)},
		} {
			if r := f.app.send("AccountClose", in); r.refusal(t, "accountClose") != want {
				t.Errorf("%v: %s", in, r.text)
			}
		}
		if r := f.app.send("AccountCloseCancel", nil); r.refusal(t, "accountCloseCancel") != "NOT_FOUND" {
			t.Errorf("nothing was closed: %s", r.text)
		}
		f.app.send("AccountClose", map[string]any{"confirmForfeitCoins": coins})
		if r := f.app.send("AccountCloseCancel", nil); r.refusal(t, "accountCloseCancel") != "" || r.at(t, "accountCloseCancel", "privacy", "closure") != nil {
			t.Errorf("taken back: %s", r.text)
		}
		var together sync.WaitGroup
		for range 4 {
			together.Go(func() {
				f.app.send("AccountClose", map[string]any{"confirmForfeitCoins": coins, "reason": "I move to canary road"})
			})
		}
		together.Wait()
		r = f.app.send("AccountClose", map[string]any{"confirmForfeitCoins": coins})
		if r.refusal(t, "accountClose") != "" || r.at(t, "accountClose", "privacy", "closure", "state") != "REQUESTED" {
			t.Fatal(r.text)
		}
		service := f.st.personalService(f.rules)
		all, err := service.Of(t.Context(), forgetter)
		if err != nil || len(all) != 1 || all[0].From.Sub(all[0].RequestedAt) != 7*24*time.Hour {
			t.Fatalf("%+v, %v", all, err)
		}
		held, err := st.accounts.ByIDs(t.Context(), []member.ID{forgetter}, account.Whole)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.wallets(f.rules).Head(t.Context(), held[forgetter].Account.Wallet); err != nil {
			t.Fatal(err)
		}
		begun := all[0].From.Add(time.Second)
		if deaths := f.untilDone(begun); deaths < 5 {
			t.Errorf("it was killed %d times only", deaths)
		}
		if r := ask(t, f.g.url, question{query: closureQuery, who: string(forgetter)}); !strings.Contains(r.text, "UNAUTHENTICATED") {
			t.Errorf("the token still opens %s", r.text)
		}
		awaiting(t, "the gateway to hear that all sessions are over", func() bool {
			return ask(t, f.g.url, question{query: closureQuery, who: string(forgetter)}).status == http.StatusUnauthorized
		})
		f.changesNothing()
		f.lateWrites()
		if len(f.found(s)) < 5 {
			t.Errorf("what came late left %v only", f.found(s))
		}
		f.carried(begun.Add(personal.Settling + time.Second))
		f.told()
		for _, where := range f.found(s) {
			t.Errorf("left is %s", where)
		}
		if a, known, err := st.vault.ByID(t.Context(), "reading-1"); err != nil || !known || !strings.HasPrefix(string(a.Member), "gone-") || a.Reason != "" || len(a.Deeds) != 1 {
			t.Errorf("what staff read is %+v, %v", a, err)
		}
		if left := f.traces(rememberer); len(left) != 5 {
			t.Errorf("of somebody else there are %v", left)
		}
		if in, known, err := st.families.ByMember(t.Context(), rememberer); err != nil || known {
			t.Errorf("the family is there: %v, %v", in.ID, err)
		}
		head, err := st.wallets(f.rules).Head(t.Context(), held[forgetter].Account.Wallet)
		if err != nil || head.State.Available() != 0 || head.Title != "coins.forfeited" {
			t.Errorf("the wallet ends with %s, %d coins, %v", head.Title, head.State.Available(), err)
		}
		chain, err := st.ledger.Chain(t.Context(), head.Wallet, 0, 100)
		if err != nil || len(chain) != int(head.Seq) {
			t.Errorf("%d entries of %d, %v", len(chain), head.Seq, err)
		}
		if _, err := st.counter(f.rules).Sweep(t.Context(), time.Now(), func(int) {}); err != nil {
			t.Fatal(err)
		}
		checked, err := reconcile.Check(t.Context(), reconcile.Stores{Accounts: st.accounts, Ledger: st.ledger, Orders: st.orders, Supply: st.supply, Transfers: st.transfers,
			Abroad: abroad(f.rules), Orphans: st.personal.Orphans}, f.rules, func(string, int) {})
		if err != nil || checked.Broken() > 0 {
			t.Errorf("the ledgers do not add up: %+v, %v", checked, err)
		}
		f.changesNothing()
		late := order.Event{Kind: order.Paid, ID: "o-3", Member: forgetter, At: time.Now(), Fen: 100, Channel: "STORE", Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 100}}}
		if err := st.orderService(f.rules).Apply(t.Context(), member.Profile{ID: forgetter}, []order.Event{late}, time.Now()); err != nil {
			t.Error(err)
		}
		f.told()
		if back := f.found(s); len(back) > 0 {
			t.Errorf("an order that came late brought back %v", back)
		}
	})
}

// changesNothing sends every change, and every question that is a member's own, with the token of who has gone: all are
// refused, and none leaves anything.
func (f *forgetful) changesNothing() {
	f.t.Helper()
	schema := f.g.parts.Schema.Schema()
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, field := range root.Fields {
			if guards[field.Name] != "member" && field.Name != "me" || kind == "query" && strings.HasPrefix(field.Name, "leaderboard") {
				continue // boards hold nothing of who asks
			}
			document := kind + "{" + field.Name + someArguments(schema, field) + someSelection(schema, field.Type) + "}"
			r := ask(f.t, f.g.url, question{query: document, who: string(forgetter)})
			if len(r.Errors) != 1 || r.Errors[0].code() != "UNAUTHENTICATED" {
				f.t.Errorf("%s, to who has gone, answers %s", field.Name, shortened(r.text))
			}
		}
	}
}

// carried carries out what is due, and fails if something is left.
func (f *forgetful) carried(at time.Time) {
	f.t.Helper()
	b, err := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return at }).Sweep(f.t.Context(), at, 9)
	if err != nil || b.Err != nil || b.Done != b.Found || b.Found == 0 {
		f.t.Fatalf("%+v, %v", b, err)
	}
}

// A member whom a backup brings back is closed again, whichever of the two stores is the older one.
func TestWhoHasGoneDoesNotComeBackFromABackup(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		f.plant(family.Owner)
		service := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return time.Now() })
		if n, err := st.returned(t.Context(), service, time.Now()); n != 0 || err != nil {
			t.Fatalf("%d have returned, %v", n, err)
		}
		if err := service.CloseAgain(t.Context(), forgetter); err != nil {
			t.Fatal(err)
		}
		end := time.Now().Add(time.Second)
		f.carried(end)
		f.carried(end.Add(personal.Settling + time.Second))
		keys, err := st.ring()
		if err != nil {
			t.Fatal(err)
		}
		for _, bars := range []func([]string) error{
			func(h []string) error { return st.cache.Bar(t.Context(), h) },
			func(h []string) error { return st.personal.Bar(t.Context(), h, end) },
		} {
			const back member.ID = "canary-back"
			if err := st.accounts.Create(t.Context(), account.Open(f.rules, member.Profile{ID: back, DisplayName: "Canary Wang", JoinedAt: end})); err != nil {
				t.Fatal(err)
			}
			if err := bars(keys.Hashes(barred, string(back))); err != nil {
				t.Fatal(err)
			}
			for _, want := range []int{1, 1} { // until it is done, it is asked for once
				if n, err := st.returned(t.Context(), service, end); n != want || err != nil {
					t.Fatalf("%d have returned, %v", n, err)
				}
			}
			for range 2 {
				end = end.Add(24 * time.Hour)
				f.carried(end)
			}
			f.told()
			for _, where := range f.found(s) {
				t.Errorf("left is %s", where)
			}
		}
		if n, err := st.returned(t.Context(), service, end); n != 0 || err != nil {
			t.Errorf("%d have returned at last, %v", n, err)
		}
		if left := f.traces(rememberer); len(left) != 5 {
			t.Errorf("of somebody else there are %v", left)
		}
	})
}

// Whoever does not own the family leaves it and no other; a child is taken out by closing the account, too.
func TestTheFamilyOfOthersOutlivesAClosedAccount(t *testing.T) {
	for _, role := range []family.Role{family.Adult, family.Child} {
		onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
			f := newForgetful(t, s, st)
			f.plant(role)
			service := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return time.Now() })
			if _, err := service.CloseAccount(t.Context(), forgetter, personal.Leaving{}); err != nil {
				t.Fatal(err)
			}
			f.carried(time.Now().AddDate(0, 0, 8))
			f.carried(time.Now().AddDate(0, 0, 9))
			f.told()
			home, known, err := st.families.ByMember(t.Context(), rememberer)
			if err != nil || !known || len(home.People) != 2 || len(home.Active()) != 1 {
				t.Fatalf("%+v, %v, %v", home, known, err)
			}
			for _, p := range home.People {
				if p.Member != rememberer && (p.State == family.Active || !p.AdultAt.IsZero() || !strings.HasPrefix(string(p.Member), "gone-")) {
					t.Errorf("who has gone is %+v", p)
				}
			}
			for _, where := range f.found(s) {
				t.Errorf("left is %s", where)
			}
		})
	}
}
