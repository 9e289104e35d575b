package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/vault"
)

// counter is where a test's member and staff ask about identities.
type counter struct {
	*forgetful
	walletApp
}

func newCounter(t *testing.T, s Settings, st *stores) *counter {
	t.Helper()
	f := newForgetful(t, s, st)
	return &counter{f, walletApp{t, f.g.url, string(forgetter), appDocument(t, "identity")}}
}

// as sends something as staff.
func (c *counter) as(who, operation string, in map[string]any, roles ...string) reply {
	c.forgetful.t.Helper()
	return ask(c.forgetful.t, c.url, question{query: c.only(operation), variables: map[string]any{"input": in}, header: clerk(c.forgetful.t, who, roles...)})
}

// token issues one to the member or, if roles are given, to staff.
func (c *counter) token(who, step string, roles ...string) string {
	t := c.forgetful.t
	t.Helper()
	r := c.send("IdentityTokenIssue", given("step", step))
	if len(roles) > 0 {
		r = c.as(who, "IdentityTokenIssue", given("step", step), roles...)
	}
	out, _ := r.at(t, "identityTokenIssue", "token").(string)
	if r.refusal(t, "identityTokenIssue") != "" || out == "" {
		t.Fatalf("no token: %s", r.text)
	}
	return out
}

func (c *counter) tell(pairs ...any) reply {
	c.forgetful.t.Helper()
	in := given(pairs...)
	if in["token"] == nil {
		in["token"] = c.token("", "SET")
	}
	return c.send("IdentitySet", in)
}

// apply applies as anna, and gives the application's id.
func (c *counter) apply(fields ...string) string {
	t := c.forgetful.t
	t.Helper()
	r := c.as("anna", "IdentityReadApply", c.wish(fields...), "service")
	if r.refusal(t, "identityReadApply") != "" {
		t.Fatal(r.text)
	}
	return r.at(t, "identityReadApply", "application", "id").(string)
}

func (c *counter) wish(fields ...string) map[string]any {
	me := good(c.forgetful.t, c.url, question{query: `{me{publicProfile{id}}}`, who: c.who}).at(c.forgetful.t, "me", "publicProfile", "id")
	return given("idempotencyKey", rand.Text(), "memberId", me, "fields", fields, "purpose", "DELIVERY", "reason", "The parcel came back.")
}

func (c *counter) decide(who, id string, yes bool, roles ...string) reply {
	c.forgetful.t.Helper()
	return c.as(who, "IdentityReadDecide", given("applicationId", id, "approve", yes), roles...)
}

func (c *counter) read(id string) reply {
	c.forgetful.t.Helper()
	return c.as("anna", "IdentityRead", given("applicationId", id, "token", c.token("anna", "READ", "service")), "service")
}

func (c *counter) page() reply {
	c.forgetful.t.Helper()
	return good(c.forgetful.t, c.url, question{query: c.only("IdentityPage"), who: c.who, header: map[string]string{"Accept-Language": "en"}})
}

var whoIAm = []any{"name", "王小明", "phone", "138 0013-8000", "address", "上海市静安区南京西路1号", "idNumber", "11010519491231002x"}

// plainly are what the member told, as it is.
var plainly = []string{"王小明", "13800138000", "南京西路1号", "11010519491231002"}

func TestWhoAMemberIsIsShownMaskedAndKeptSealed(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		if r := c.page(); r.at(t, "me", "phone") != nil || len(r.at(t, "me", "identity").([]any)) != 0 {
			t.Errorf("before anything is told: %s", r.text)
		}
		token := c.token("", "SET")
		for range 2 { // the same sending again is answered
			r := c.tell(append([]any{"token", token}, whoIAm...)...)
			if r.refusal(t, "identitySet") != "" {
				t.Fatal(r.text)
			}
			var shown []string
			for _, f := range r.at(t, "identitySet", "identity").([]any) {
				shown = append(shown, fmt.Sprint(f.(map[string]any)["masked"], f.(map[string]any)["verified"]))
			}
			if want := []string{"王**false", "1380013****false", "上海市静安区******false", "1****************Xfalse"}; !slices.Equal(shown, want) {
				t.Errorf("shown is %q, want %q", shown, want)
			}
		}
		page := c.page()
		if page.at(t, "me", "phone", "masked") != "1380013****" || page.at(t, "me", "phone", "verified") != false {
			t.Errorf("the page shows %s", page.text)
		}
		whole := appQueries(t)["IdentityPage"].text
		mine := good(t, c.url, question{query: whole, who: c.who})
		for _, plain := range plainly {
			if strings.Contains(mine.text+c.g.log.String(), plain) {
				t.Errorf("the member, or the log, is told %q", plain)
			}
		}
		for _, one := range c.everything(s) {
			for _, plain := range plainly {
				if strings.Contains(one.key+one.text, plain) {
					t.Errorf("%s holds %q", one.place, plain)
				}
			}
		}
		service := &event.Service{Orders: st.orderService(c.rules), Knows: st.vaultService(c.rules), Now: time.Now}
		m := event.Message{ID: "phone-1", Type: "member.identified", Member: string(forgetter), At: time.Now().UTC().Format(time.RFC3339), Data: `{"phone":"13800138000"}`}
		for range 2 {
			if poison, err := service.Apply(t.Context(), []event.Message{m}); err != nil || len(poison) > 0 {
				t.Fatal(poison, err)
			}
		}
		if page = c.page(); page.at(t, "me", "phone", "verified") != true || len(page.at(t, "me", "identity").([]any)) != 4 {
			t.Errorf("after the phone is confirmed: %s", page.text)
		}
		if r := c.tell("phone", "", "address", ""); len(r.at(t, "identitySet", "identity").([]any)) != 2 || c.page().at(t, "me", "phone") != nil {
			t.Errorf("taken back: %s", r.text)
		}
	})
}

// everything is all that the stores hold, as whoever steals them reads it.
func (f *forgetful) everything(s Settings) []thing {
	f.t.Helper()
	if s.EmbeddedMongo() {
		copied := f.t.TempDir() // the file is open, and at rest
		raw, err := os.ReadFile(filepath.Join(s.DataDir, "members.bolt"))
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, "members.bolt"), raw, 0o600)
		}
		if err != nil {
			f.t.Fatal(err)
		}
		return append(inBolt(f.t, copied), inSnapshot(f.t, f.st, s.DataDir)...)
	}
	return append(inMongo(f.t, s.MongoURI.Reveal(), s.MongoDatabase), inRedis(f.t, s.RedisURL.Reveal(), s.RedisPrefix)...)
}

func TestWhoAMemberIsIsToldForATokenThatIsGoodOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		c := newCounter(t, s, st)
		keys, err := c.forgetful.set.Keys()
		if err != nil {
			t.Fatal(err)
		}
		early := vault.Tokens{Keys: keys, Now: func() time.Time { return time.Now().Add(-31 * time.Minute) }}
		late, _ := early.Issue(string(forgetter), vault.Set, 30*time.Minute)
		used := c.token("", "SET")
		if r := c.tell("token", used, "name", "A"); r.refusal(t, "identitySet") != "" {
			t.Fatal(r.text)
		}
		for want, in := range map[string]map[string]any{
			"TOKEN_EXPIRED": given("token", late, "name", "B"),
			"TOKEN_USED":    given("token", used, "name", "B"),
			"TOKEN_UNKNOWN": given("token", c.token("anna", "SET", "service"), "name", "B"),
			"NOTHING_TOLD":  given("token", c.token("", "SET")),
			"WRONG_FORM":    given("token", c.token("", "SET"), "phone", "soon"),
		} {
			if r := c.send("IdentitySet", in); r.refusal(t, "identitySet") != want || r.at(t, "identitySet", "identity") != nil {
				t.Errorf("want %s: %s", want, r.text)
			}
		}
		if r := c.send("IdentitySet", given("token", c.token("", "READ"), "name", "B")); r.refusal(t, "identitySet") != "TOKEN_UNKNOWN" {
			t.Errorf("with a token of another step: %s", r.text)
		}
		token := c.token("", "SET")
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				switch r := c.insist("IdentitySet", given("token", token, "name", fmt.Sprint("Name ", i))); r.refusal(t, "identitySet") {
				case "":
					won.Add(1)
				case "TOKEN_USED":
					lost.Add(1)
				default:
					t.Error(r.text)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 49 {
			t.Errorf("of fifty with one token %d were heard and %d refused", won.Load(), lost.Load())
		}
	})
}
