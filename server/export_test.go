package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/export"
	"membergate/internal/family"
	"membergate/internal/member"
)

const exportQuery = `{ me { privacy { export { state requestedAt readyAt fetchedAt expiresAt url } } } }`

// exporting gives the member's export as the app sees it.
func (f *forgetful) exporting(who member.ID) map[string]any {
	f.t.Helper()
	out, _ := good(f.t, f.g.url, question{query: exportQuery, who: string(who)}).at(f.t, "me", "privacy", "export").(map[string]any)
	return out
}

// fetch gets a link with a token, and gives the status and what came.
func (f *forgetful) fetch(link any, authorization string) (int, []byte) {
	f.t.Helper()
	q, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, strings.TrimSuffix(f.g.url, "/graphql")+fmt.Sprint(link), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	if authorization != "" {
		q.Header.Set("Authorization", authorization)
	}
	a, err := oneShot.Do(q)
	if err != nil {
		f.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if a.StatusCode != http.StatusOK && strings.Contains(string(text), "canary") {
		f.t.Errorf("a refusal says %s", text)
	}
	return a.StatusCode, text
}

func (f *forgetful) asks(operation string) reply {
	f.t.Helper()
	app := walletApp{f.t, f.g.url, string(forgetter), appDocument(f.t, "rights")}
	return ask(f.t, f.g.url, question{query: app.only(operation), who: string(forgetter)})
}

// An archive holds what is kept of the member and nothing of others, is made once for many who ask, wherever whoever makes it
// is killed, and is handed out once, to its member alone.
func TestACopyOfEverythingIsMadeOnceAndHandedOutOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		f.plant(family.Owner)
		if err := st.community.SetTie(t.Context(), rememberer, community.MutedWord, "else-word", true, 0); err != nil {
			t.Fatal(err)
		}
		mine, theirs := "Bearer "+tokenOf(t, string(forgetter)), "Bearer "+tokenOf(t, string(rememberer))
		if f.exporting(forgetter) != nil {
			t.Error("nobody asked, and there is a copy")
		}
		var together sync.WaitGroup
		for range 50 {
			together.Go(func() {
				if r := f.asks("DataExport"); r.refusal(t, "dataExport") != "" || r.at(t, "dataExport", "privacy", "export", "state") != "REQUESTED" {
					t.Error(r.text)
				}
			})
		}
		together.Wait()
		service, deaths := st.exportService(f.rules), 0
		for n := int64(1); ; n += 1 + max(0, n-60)/12 {
			ctx, end := cutAfter(t.Context(), n)
			_, _, _, err := service.Sweep(ctx, 9)
			end()
			if f.exporting(forgetter)["state"] == "READY" {
				break
			}
			if deaths++; deaths > 3000 {
				t.Fatalf("it is never made: %v", err)
			}
		}
		if deaths == 0 {
			t.Error("nothing was ever killed")
		}
		app := good(t, f.g.url, question{query: appQueries(t)["DataRights"].text, who: string(forgetter)})
		if app.at(t, "me", "privacy", "export", "url") == nil || len(app.at(t, "me", "privacy", "dataUses", "nodes").([]any)) == 0 {
			t.Errorf("the app sees %s", app.text)
		}
		e := f.exporting(forgetter)
		ready, _ := time.Parse(time.RFC3339, e["readyAt"].(string))
		until, _ := time.Parse(time.RFC3339, e["expiresAt"].(string))
		if until.Sub(ready) != 24*time.Hour || e["fetchedAt"] != nil {
			t.Errorf("the copy is %v", e)
		}
		if r := f.asks("DataExport"); r.at(t, "dataExport", "privacy", "export", "state") != "READY" || r.at(t, "dataExport", "privacy", "export", "url") == nil {
			t.Errorf("asked again: %s", r.text)
		}
		if all, known, err := st.exports.Of(t.Context(), forgetter); err != nil || !known || all.Parts == 0 {
			t.Fatalf("%+v, %v", all, err)
		} else if parts, err := st.exports.Parts(t.Context(), forgetter, all.Build); err != nil || strings.Contains(parts[0].Sealed, "canary") || strings.Contains(parts[0].Sealed, "{") {
			t.Errorf("what is at rest is not sealed: %v", err)
		}
		link := fmt.Sprint(e["url"])
		for name, c := range map[string]struct {
			link, who string
			want      int
		}{
			"nobody": {link, "", 401}, "another scheme": {link, "Basic " + mine, 401}, "a broken token": {link, "Bearer x", 401}, "somebody else": {link, theirs, 404},
			"another link": {"/exports/x.y", mine, 404}, "no link": {"/exports/", mine, 404}, "a wrong tag": {link[:len(link)-3] + "AAA", mine, 404},
			"a tag of nothing": {strings.Split(link, ".")[0], mine, 404}, "staff": {link, staff(t, "dpo")["Authorization"], 401},
		} {
			if status, text := f.fetch(c.link, c.who); status != c.want {
				t.Errorf("%s gets %d %.80s, want %d", name, status, text, c.want)
			}
		}
		var got []byte
		var won atomic.Int64
		for range 50 {
			together.Go(func() {
				if status, text := f.fetch(link, mine); status == http.StatusOK {
					won.Add(1)
					got = text
				} else if status != http.StatusNotFound {
					t.Errorf("%d %s", status, text)
				}
			})
		}
		together.Wait()
		if won.Load() != 1 {
			t.Fatalf("the copy was handed out %d times", won.Load())
		}
		f.isWhole(got)
		if e := f.exporting(forgetter); e["state"] != "FETCHED" || e["url"] != nil || e["fetchedAt"] == nil {
			t.Errorf("afterwards it is %v", e)
		}
		if r := f.asks("DataExport"); r.refusal(t, "dataExport") != "TOO_SOON" || r.at(t, "dataExport", "userErrors", 0, "availableAt") == nil {
			t.Errorf("asked again at once: %s", r.text)
		}
		service.Now = func() time.Time { return time.Now().Add(export.Between + time.Second) }
		if again, err := service.Ask(t.Context(), forgetter); err != nil || again.State != export.Requested {
			t.Errorf("asked again later: %+v, %v", again, err)
		}
		f.listed(forgetter, "ACCESS_REQUEST EVERYTHING EXPORTER")
		if left, err := st.exports.Parts(t.Context(), forgetter, strings.TrimPrefix(strings.Split(link, ".")[0], "/exports/")); err != nil || len(left) > 0 {
			t.Errorf("%d parts are left, %v", len(left), err)
		}
	})
}

// isWhole looks for what was planted of the member, and of others.
func (f *forgetful) isWhole(raw []byte) {
	f.t.Helper()
	var archive export.Archive
	if err := json.Unmarshal(raw, &archive); err != nil {
		f.t.Fatal(err)
	}
	if archive.Format != export.Format || archive.Member != forgetter || len(archive.About) != len(archive.Data) {
		f.t.Errorf("the archive is %s of %s, %d of %d kinds are explained", archive.Format, archive.Member, len(archive.About), len(archive.Data))
	}
	for _, what := range []string{"profile", "birthday", "household", "consents", "standing", "ledger", "redemptions", "orders", "purchases", "transfers", "transfer messages",
		"posts", "reactions", "notices", "requests", "family", "tastes", "data uses", "looks", "lists"} {
		if len(archive.Data[what]) == 0 {
			f.t.Errorf("there is nothing of %s in the archive", what)
		}
	}
	for _, what := range []string{"cards", "devices", "redeemed codes", "claimed codes", "archives", "adjusters"} {
		if len(archive.Data[what]) > 0 {
			f.t.Errorf("%s are in the archive", what)
		}
	}
	text := string(raw)
	for _, want := range []string{"Canary Wang", "1987-06-05", "I live in canary road", "Call 13800138000", "for my little canary", `"o-1"`} {
		if !strings.Contains(text, want) {
			f.t.Errorf("the archive lacks %q", want)
		}
	}
	if own := fmt.Sprint(archive.Data["ties"]); !strings.Contains(own, string(rememberer)) { // whom the member blocked is the member's choice
		f.t.Errorf("whom the member follows and blocks is %s", own)
	}
	delete(archive.Data, "ties")
	text = jsonOf(archive.Data)
	for _, other := range []string{string(rememberer), `"o-2"`, "anna", "Hello", `:"sealed"`, "k1:hash", "else-word"} {
		if strings.Contains(text, other) {
			at := strings.Index(text, other)
			f.t.Errorf("the archive holds %q: %s", other, text[max(0, at-120):min(len(text), at+60)])
		}
	}
	home := fmt.Sprint(archive.Data["household"])
	if !strings.Contains(home, "3") || strings.Contains(home, "k1:") {
		f.t.Errorf("the household is %s", home)
	}
	found, err := f.st.accounts.ByIDs(f.t.Context(), []member.ID{forgetter}, account.Whole)
	if err != nil {
		f.t.Fatal(err)
	}
	chain, err := f.st.ledger.Chain(f.t.Context(), found[forgetter].Account.Wallet, 0, 100)
	if err != nil || len(chain) == 0 || len(archive.Data["ledger"]) != len(chain) {
		f.t.Errorf("%d of %d entries of the ledger are in the archive, %v", len(archive.Data["ledger"]), len(chain), err)
	}
}

// A copy that nobody fetches is deleted when its time is over, and so is one whose member closes the account.
func TestACopyThatNobodyFetchesIsDeleted(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		service := st.exportService(f.rules)
		for _, who := range []member.ID{forgetter, rememberer} {
			if _, err := service.Ask(t.Context(), who); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := archiving(service)()(t.Context()); err != nil || b.Done != 2 || b.Err != nil {
			t.Fatalf("%+v, %v", b, err)
		}
		link := f.exporting(forgetter)["url"]
		e, _, err := st.exports.Of(t.Context(), forgetter)
		if err != nil {
			t.Fatal(err)
		}
		service.Now = func() time.Time { return e.ExpiresAt }
		if _, ok, err := service.Fetch(t.Context(), forgetter, strings.TrimPrefix(fmt.Sprint(link), "/exports/")); ok || err != nil {
			t.Errorf("it is handed out when its time is over: %v", err)
		}
		service.Now = func() time.Time { return e.ExpiresAt.Add(time.Minute) }
		if found, done, failed, err := service.Sweep(t.Context(), 9); found != 2 || done != 2 || failed != nil || err != nil {
			t.Errorf("%d of %d are done, %v, %v", done, found, failed, err)
		}
		if parts, err := st.exports.Parts(t.Context(), forgetter, e.Build); err != nil || len(parts) > 0 {
			t.Errorf("%d parts are left, %v", len(parts), err)
		}
		if seen := f.exporting(forgetter); seen["state"] != "EXPIRED" || seen["url"] != nil {
			t.Errorf("it is %v", seen)
		}
		if _, err := service.Ask(t.Context(), forgetter); err != nil {
			t.Fatal(err)
		}
		held, err := st.accounts.ByIDs(t.Context(), []member.ID{forgetter}, account.Whole)
		if err != nil {
			t.Fatal(err)
		}
		gone := held[forgetter].Profile
		gone.ClosedAt = time.Now()
		if err := st.accounts.SaveProfile(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		if _, done, failed, err := service.Sweep(context.WithoutCancel(t.Context()), 9); done != 1 || failed != nil || err != nil {
			t.Errorf("%d are done, %v, %v", done, failed, err)
		}
		if e, _, err := st.exports.Of(t.Context(), forgetter); err != nil || e.State != export.Expired || e.Parts != 0 {
			t.Errorf("of who has gone there is %+v, %v", e, err)
		}
	})
}
