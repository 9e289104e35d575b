package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/token"
	"membergate/internal/viewer"
	"membergate/internal/wechattest"
)

// door is a gateway that members sign in to, with WeChat and a service that sends codes.
type door struct {
	*gateway
	pairs []string
	f     *wechattest.Fake
	mu    sync.Mutex
	sent  map[string]string // codes by phone
	texts map[string]string // documents by name
}

// doors runs a test at a door on each engine, whose stores nobody else has.
func doors(t *testing.T, test func(t *testing.T, d *door)) {
	t.Helper()
	for _, engine := range []string{"embedded", "servers"} {
		t.Run(engine, func(t *testing.T) {
			pairs := []string{"SANDBOX", "on", "JWT_HS256_SECRET", testSecret}
			if engine == "embedded" {
				pairs = append(pairs, "DATA_DIR", filled(t))
			} else {
				needServers(t)
				name := "test_" + strings.ToLower(rand.Text()[:10])
				pairs = append(pairs, "DATA_DIR", filepath.Join(t.TempDir(), "data"), "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", name)
				t.Cleanup(func() {
					if err := dropServers(name); err != nil {
						t.Error(err)
					}
				})
			}
			d := &door{f: wechattest.New(), sent: map[string]string{}, texts: map[string]string{}}
			t.Cleanup(d.f.Close)
			phones := httptest.NewServer(http.HandlerFunc(d.takes))
			t.Cleanup(phones.Close)
			d.pairs = append(pairs, "WECHAT_APP_ID", wechattest.AppID, "WECHAT_APP_SECRET", wechattest.Secret, "WECHAT_HOST", d.f.URL,
				"WECHAT_MOBILE_APP_ID", wechattest.MobileAppID, "WECHAT_MOBILE_APP_SECRET", wechattest.Secret, "SMS_URL", phones.URL, "SMS_TOKEN", "sms-secret")
			for _, name := range []string{"SignIn", "Refresh", "SignOut"} {
				d.texts[name] = writtenBy(t, "session", name)
			}
			for _, name := range []string{"Devices", "SessionEnd", "PhoneCodeSend", "SignInMethodAdd", "SignInMethodRemove"} {
				d.texts[name] = writtenBy(t, "device", name)
			}
			d.gateway = d.open(t)
			test(t, d)
		})
	}
}

func (d *door) open(t *testing.T) *gateway {
	t.Helper()
	g, err := openGateway(d.pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// deadPhone is one that no message reaches.
const deadPhone = "+8613800138999"

// takes takes messages to phones.
func (d *door) takes(w http.ResponseWriter, r *http.Request) {
	var in struct{ To, Code string }
	if json.NewDecoder(r.Body).Decode(&in) != nil || r.Header.Get("Authorization") != "Bearer sms-secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if in.To == deadPhone {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent[in.To] = in.Code
}

func (d *door) codeOf(phone string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sent[phone]
}

// code makes WeChat give a code to somebody.
func (d *door) code(who wechattest.Login) string {
	code := rand.Text()
	d.f.Set(func() { d.f.Logins[code] = who })
	return code
}

func (d *door) send(t *testing.T, at, name, access string, pairs ...any) reply {
	t.Helper()
	q := question{query: d.texts[name], header: map[string]string{}}
	if len(pairs) > 0 {
		q.variables = input(pairs...)
	}
	if access != "" {
		q.header["Authorization"] = "Bearer " + access
	}
	return ask(t, at, q)
}

// tokens are what a sign-in or a refresh gave.
func tokensOf(t *testing.T, r reply, field string) (access, refresh string) {
	t.Helper()
	access, _ = r.at(t, field, "accessToken").(string)
	refresh, _ = r.at(t, field, "refreshToken").(string)
	if access == "" || refresh == "" {
		t.Fatalf("no tokens: %s", shortened(r.text))
	}
	return access, refresh
}

// in signs somebody in by the mini-program.
func (d *door) in(t *testing.T, who wechattest.Login) (access, refresh string) {
	t.Helper()
	return tokensOf(t, d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", d.code(who)), "signIn")
}

func (d *door) me(t *testing.T, at, access string) reply {
	return d.send(t, at, "Devices", access)
}

func verified(t *testing.T, g *gateway, access string) viewer.Viewer {
	t.Helper()
	who, err := g.parts.Tokens.Verify(t.Context(), access)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

func someLogin() wechattest.Login { return wechattest.Login{OpenID: "o-" + rand.Text()} }

func TestAMemberSignsInStaysSignedInAndSignsOutEverywhere(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		code := d.code(someLogin())
		first := d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", code, "deviceName", "My phone")
		access, refresh := tokensOf(t, first, "signIn")
		if first.at(t, "signIn", "isNewMember") != true || first.at(t, "signIn", "member", "displayName") == nil {
			t.Errorf("somebody new is told %s", first.text)
		}
		me := d.me(t, d.url, access)
		if me.at(t, "me", "id") != first.at(t, "signIn", "member", "id") || me.at(t, "me", "sessions", 0, "current") != true || me.at(t, "me", "sessions", 0, "deviceName") != "My phone" || me.at(t, "me", "signInMethods", 0, "provider") != "WECHAT_MINI_PROGRAM" {
			t.Errorf("they see %s", me.text)
		}
		keysOf := func() string {
			a, err := http.Get(d.url + "/.well-known/jwks.json")
			if err != nil {
				t.Fatal(err)
			}
			defer a.Body.Close()
			var set struct{ Keys []map[string]any }
			if err := json.NewDecoder(a.Body).Decode(&set); err != nil || len(set.Keys) != 1 || set.Keys[0]["d"] != nil {
				t.Fatalf("%v, %v", set, err)
			}
			return fmt.Sprint(set.Keys[0]["kid"])
		}
		others, err := token.NewVerifier(t.Context(), token.Trust{Issuer: "members", Audience: "member-apps", JWKS: d.url + "/.well-known/jwks.json"})
		if err != nil {
			t.Fatal(err)
		}
		if who, err := others.Verify(t.Context(), access); err != nil || who.Member == "" {
			t.Errorf("others cannot check the token with the key %s: %v", keysOf(), err)
		}

		again := d.send(t, d.url, "Refresh", "", "refreshToken", refresh)
		_, second := tokensOf(t, again, "sessionRefresh")
		if _, same := tokensOf(t, d.send(t, d.url, "Refresh", "", "refreshToken", refresh), "sessionRefresh"); same != second || same == refresh {
			t.Error("the same token again does not have the same successor")
		}
		other := d.gateway
		if d.settings.MongoURI != "" {
			other = d.open(t)
		}
		if r := d.me(t, other.url, access); r.at(t, "me", "id") == nil {
			t.Fatalf("another process says %s", r.text)
		}
		heard := d.parts.Sessions.Ended(t.Context(), verified(t, other, access))
		if r := d.send(t, d.url, "SignOut", access, "everywhere", false); r.at(t, "signOut", "signedOut") != true {
			t.Fatalf("signed out: %s", r.text)
		}
		began := time.Now()
		awaiting(t, "the other process to refuse", func() bool { return d.me(t, other.url, access).status == http.StatusUnauthorized })
		if spent := time.Since(began); spent > 20*time.Second {
			t.Errorf("it took %s", spent)
		}
		d.me(t, d.url, access).refusedOnce(t, "UNAUTHENTICATED", "session was ended")
		select {
		case <-heard:
		case <-time.After(20 * time.Second):
			t.Error("a connection that is open does not hear of it")
		}
		if got := d.send(t, d.url, "Refresh", "", "refreshToken", second).refusal(t, "sessionRefresh"); got != "SESSION_ENDED" {
			t.Errorf("then a refresh is told %q", got)
		}
		text := d.log.String()
		for _, secret := range []string{access, refresh, second, wechattest.SessionKey, wechattest.Secret, code} {
			if strings.Contains(text, secret) {
				t.Error("a secret stands in the log")
			}
		}
		if strings.Contains(first.text+me.text, wechattest.SessionKey) {
			t.Error("the session key leaves")
		}
	})
}

func TestAReusedRefreshTokenEndsItsSession(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		for n := range 20 {
			who := someLogin()
			access, first := d.in(t, who)
			stays, _ := d.in(t, who)
			_, second := tokensOf(t, d.send(t, d.url, "Refresh", "", "refreshToken", first), "sessionRefresh")
			_, third := tokensOf(t, d.send(t, d.url, "Refresh", "", "refreshToken", second), "sessionRefresh")
			if got := d.send(t, d.url, "Refresh", "", "refreshToken", first).refusal(t, "sessionRefresh"); got != "TOKEN_REUSED" {
				t.Errorf("%d: it is told %q", n, got)
			}
			if got := d.send(t, d.url, "Refresh", "", "refreshToken", third).refusal(t, "sessionRefresh"); got != "SESSION_ENDED" {
				t.Errorf("%d: the newest is told %q", n, got)
			}
			d.me(t, d.url, access).refusedOnce(t, "UNAUTHENTICATED", "session was ended")
			if d.me(t, d.url, stays).at(t, "me", "id") == nil {
				t.Errorf("%d: another session of the member ended too", n)
			}
		}
		for _, bad := range []string{"", "x", "a.0.b", "a.b.c.d", strings.Repeat("x", 5000), "{\"$gt\":\"\"}"} {
			if got := d.send(t, d.url, "Refresh", "", "refreshToken", bad).refusal(t, "sessionRefresh"); got != "SESSION_UNKNOWN" {
				t.Errorf("%.20q is told %q", bad, got)
			}
		}
	})
}

func TestACodeThatIsSentAgainBeginsOneSession(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		code := d.code(someLogin())
		replies := make([]reply, 10)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() {
				replies[i] = d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", code)
			})
		}
		all.Wait()
		access, refresh := tokensOf(t, replies[0], "signIn")
		for _, r := range replies {
			if _, same := tokensOf(t, r, "signIn"); same != refresh {
				t.Error("it began another session")
			}
		}
		var asked int
		if d.f.Set(func() { asked = len(d.f.LoggedIn) }); asked != 1 {
			t.Errorf("WeChat was asked %d times", asked)
		}
		if r := d.me(t, d.url, access); r.at(t, "me", "sessions", 1) != nil {
			t.Errorf("the member has %s", r.text)
		}
		tokensOf(t, d.send(t, d.url, "Refresh", "", "refreshToken", refresh), "sessionRefresh")
		if got := d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", code).refusal(t, "signIn"); got != "CODE_USED" {
			t.Errorf("once the session was used, the code is told %q", got)
		}
	})
}

func TestWhatWeChatSaysIsToldApartAndNothingOfItLeaks(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		in := func(code string) reply {
			return d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", code)
		}
		for _, bad := range []string{"x&appid=evil", strings.Repeat("x", 1024), "abc\r\nHost: evil", "", "short", "{\"$gt\":\"\"}"} {
			if got := in(bad).refusal(t, "signIn"); got != "CODE_INVALID" {
				t.Errorf("%.20q is told %q", bad, got)
			}
		}
		var asked int
		if d.f.Set(func() { asked = len(d.f.LoggedIn) }); asked != 0 {
			t.Errorf("WeChat was asked %d times about what can be no code", asked)
		}
		for told, want := range map[int]string{-1: "PROVIDER_DOWN", 40029: "CODE_USED", 40163: "CODE_USED", 45011: "TRIED_TOO_OFTEN", 40226: "BLOCKED", 500: "PROVIDER_DOWN", 40125: "PROVIDER_DOWN"} {
			d.f.Set(func() { d.f.LoginNext = []int{told} })
			r := in(d.code(someLogin()))
			if got := r.refusal(t, "signIn"); got != want || strings.Contains(r.text, wechattest.Secret) {
				t.Errorf("%d is told as %s", told, r.text)
			}
		}
		stall := make(chan struct{})
		d.f.Set(func() { d.f.Stall = stall })
		code, began := rand.Text(), time.Now()
		if got := in(code).refusal(t, "signIn"); got != "PROVIDER_DOWN" {
			t.Errorf("a provider that hangs is told as %q", got)
		}
		if spent := time.Since(began); spent > 20*time.Second {
			t.Errorf("it took %s", spent)
		}
		close(stall)
		d.f.Set(func() { d.f.Stall = nil })
		for _, off := range []string{"APPLE"} {
			if got := d.send(t, d.url, "SignIn", "", "provider", off, "code", rand.Text()).refusal(t, "signIn"); got != "PROVIDER_OFF" {
				t.Errorf("%s is told %q", off, got)
			}
		}
		if strings.Contains(d.log.String(), wechattest.Secret) {
			t.Error("the secret stands in the log")
		}
	})
}

func TestOneMemberWhicheverAppAndHoweverManyAtOnce(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		union := "u-" + rand.Text()
		who := make([]any, 8)
		var all sync.WaitGroup
		for i := range who {
			provider := []string{"WECHAT_MINI_PROGRAM", "WECHAT_APP"}[i%2]
			code := d.code(wechattest.Login{OpenID: "o-" + provider + union, UnionID: union})
			all.Go(func() {
				r := d.send(t, d.url, "SignIn", "", "provider", provider, "code", code)
				who[i] = r.at(t, "signIn", "member", "id")
			})
		}
		all.Wait()
		for _, id := range who {
			if id == nil || id != who[0] {
				t.Errorf("one is %v, another %v", who[0], id)
			}
		}
		access, _ := d.in(t, wechattest.Login{OpenID: "o-WECHAT_MINI_PROGRAM" + union})
		r := d.me(t, d.url, access)
		if r.at(t, "me", "id") != who[0] || r.at(t, "me", "signInMethods", 1) == nil || r.at(t, "me", "signInMethods", 2) != nil {
			t.Errorf("without the union's name it is %s", r.text)
		}
	})
}

func TestAPhoneIsOneMembersAndItsCodeIsNotGuessed(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		const phone = "+8613800138000"
		if got := d.send(t, d.url, "PhoneCodeSend", "", "phone", "12").refusal(t, "phoneCodeSend"); got != "PHONE_NEEDED" {
			t.Errorf("no phone is told %q", got)
		}
		if r := d.send(t, d.url, "PhoneCodeSend", "", "phone", "138 0013 8000"); r.at(t, "phoneCodeSend", "sent") != true || len(d.codeOf(phone)) != 6 {
			t.Fatalf("sent: %s", r.text)
		}
		r := d.send(t, d.url, "PhoneCodeSend", "", "phone", phone)
		if r.refusal(t, "phoneCodeSend") != "TRIED_TOO_OFTEN" || r.at(t, "phoneCodeSend", "userErrors", 0, "retryAfterSeconds") != 60.0 {
			t.Errorf("sent again: %s", r.text)
		}
		// Two members want the phone at once; each proves it with the code that was sent, and one gets it.
		one, _ := d.in(t, someLogin())
		two, _ := d.in(t, someLogin())
		add := func(access string) string {
			return d.send(t, d.url, "SignInMethodAdd", access, "provider", "PHONE", "phone", phone, "code", d.codeOf(phone)).refusal(t, "signInMethodAdd")
		}
		got := make([]string, 2)
		var all sync.WaitGroup
		for i, access := range []string{one, two} {
			all.Go(func() { got[i] = add(access) })
		}
		all.Wait()
		if !(got[0] == "" && got[1] == "ALREADY_LINKED" || got[1] == "" && got[0] == "ALREADY_LINKED") {
			t.Fatalf("they are told %q", got)
		}
		winner, loser := one, two
		if got[0] != "" {
			winner, loser = two, one
		}
		if d.me(t, d.url, loser).at(t, "me", "signInMethods", 1) != nil || d.me(t, d.url, winner).at(t, "me", "signInMethods", 1) == nil {
			t.Error("it is not the winner's")
		}
		// Aliases in one document count one by one.
		var fields strings.Builder
		for n := range 8 {
			fmt.Fprintf(&fields, `a%d: signIn(input: {provider: PHONE, phone: "+8613800138001", code: "%06d"}) { userErrors { code } }`, n, n)
		}
		r = ask(t, d.url, question{query: "mutation {" + fields.String() + "}"})
		if strings.Count(r.text, "CODE_USED") != 5 || strings.Count(r.text, "TRIED_TOO_OFTEN") != 3 {
			t.Errorf("eight guesses: %s", r.text)
		}
		if got := d.send(t, d.url, "SignIn", "", "provider", "PHONE", "code", "123456").refusal(t, "signIn"); got != "PHONE_NEEDED" {
			t.Errorf("without a phone it is told %q", got)
		}
	})
}

func TestTheLastWayToSignInStaysHoweverManyAreRemovedAtOnce(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		union := "u-" + rand.Text()
		d.in(t, wechattest.Login{OpenID: "o-1" + union, UnionID: union})
		r := d.send(t, d.url, "SignIn", "", "provider", "WECHAT_APP", "code", d.code(wechattest.Login{OpenID: "o-2" + union, UnionID: union}))
		access, _ := tokensOf(t, r, "signIn")
		me := d.me(t, d.url, access)
		got := make([]string, 2)
		var all sync.WaitGroup
		for i := range got {
			key := me.at(t, "me", "signInMethods", i, "key")
			all.Go(func() {
				got[i] = d.send(t, d.url, "SignInMethodRemove", access, "key", key).refusal(t, "signInMethodRemove")
			})
		}
		all.Wait()
		if !(got[0] == "" && got[1] == "LAST_WAY" || got[1] == "" && got[0] == "LAST_WAY") {
			t.Errorf("they are told %q", got)
		}
		if me = d.me(t, d.url, access); me.at(t, "me", "signInMethods", 0) == nil || me.at(t, "me", "signInMethods", 1) != nil {
			t.Errorf("left are %s", me.text)
		}
		if got := d.send(t, d.url, "SignInMethodRemove", access, "key", "nothing").refusal(t, "signInMethodRemove"); got != "NOT_FOUND" {
			t.Errorf("one that is not there is told %q", got)
		}
	})
}

func TestWhatCannotBeUndoneNeedsASignInOfJustNow(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		access, _ := d.in(t, someLogin())
		who := verified(t, d.gateway, access)
		sessions := d.parts.Sessions
		old := session.Start(session.NewID(), member.ID(who.Member), signin.MiniProgram, "", time.Now().UTC().Truncate(time.Millisecond).Add(-time.Hour))
		if err := sessions.Store.Create(context.Background(), old); err != nil {
			t.Fatal(err)
		}
		stale, err := sessions.Issue(old, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for field, r := range map[string]reply{
			"accountClose":       ask(t, d.url, question{query: `mutation{accountClose(input:{confirmForfeitCoins:0}){userErrors{code}}}`, header: map[string]string{"Authorization": "Bearer " + stale}}),
			"dataExport":         ask(t, d.url, question{query: `mutation{dataExport{userErrors{code}}}`, header: map[string]string{"Authorization": "Bearer " + stale}}),
			"signInMethodAdd":    d.send(t, d.url, "SignInMethodAdd", stale, "provider", "PHONE", "phone", "+8613800138000", "code", "123456"),
			"signInMethodRemove": d.send(t, d.url, "SignInMethodRemove", stale, "key", "x"),
		} {
			if got := r.refusal(t, field); got != "SIGN_IN_TOO_OLD" {
				t.Errorf("%s an hour later is told %q", field, got)
			}
		}
		if r := ask(t, d.url, question{query: `mutation{dataExport{userErrors{code}}}`, header: map[string]string{"Authorization": "Bearer " + access}}); r.refusal(t, "dataExport") != "" {
			t.Errorf("just now: %s", r.text)
		}
		list := d.me(t, d.url, access)
		key := list.at(t, "me", "sessions", 1, "key")
		if r := d.send(t, d.url, "SessionEnd", access, "key", key); r.refusal(t, "sessionEnd") != "" || r.at(t, "sessionEnd", "sessions", 1) != nil {
			t.Errorf("the other session: %s", r.text)
		}
		if r := d.send(t, d.url, "SessionEnd", access, "key", "nothing"); r.refusal(t, "sessionEnd") != "NOT_FOUND" {
			t.Errorf("one that is not there: %s", r.text)
		}
		d.me(t, d.url, stale).refusedOnce(t, "UNAUTHENTICATED", "session was ended")
	})
}

func TestTokensOfOtherIssuersEndToo(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		access, refresh := d.in(t, someLogin())
		who := verified(t, d.gateway, access).Member
		now := time.Now()
		foreign := func(id string, at time.Time) string {
			return claimed(t, testSecret, func(c jwt.MapClaims) { c["sub"], c["jti"], c["iat"] = who, id, at.Unix() })
		}
		raw := foreign(rand.Text(), now)
		if r := d.send(t, d.url, "SignOut", raw, "everywhere", false); r.at(t, "signOut", "signedOut") != true {
			t.Errorf("signed out: %s", r.text)
		}
		d.me(t, d.url, raw).refusedOnce(t, "UNAUTHENTICATED", "session was ended")
		without := claimed(t, testSecret, func(c jwt.MapClaims) { c["sub"] = who; delete(c, "jti"); c["iat"] = now.Add(-time.Minute).Unix() })
		if got := d.send(t, d.url, "SignOut", without, "everywhere", false).refusal(t, "signOut"); got != "NOTHING_TO_END" {
			t.Errorf("a token without an id is told %q", got)
		}
		other := foreign(rand.Text(), now.Add(-time.Minute))
		if d.me(t, d.url, other).at(t, "me", "id") == nil {
			t.Error("another token ended too")
		}
		if r := d.send(t, d.url, "SignOut", access, "everywhere", true); r.at(t, "signOut", "signedOut") != true {
			t.Errorf("everywhere: %s", r.text)
		}
		for _, raw := range []string{access, other, without} {
			d.me(t, d.url, raw).refusedOnce(t, "UNAUTHENTICATED", "session was ended")
		}
		if got := d.send(t, d.url, "Refresh", "", "refreshToken", refresh).refusal(t, "sessionRefresh"); got != "SESSION_ENDED" {
			t.Errorf("a refresh is told %q", got)
		}
		if fresh := foreign(rand.Text(), now.Add(2*time.Second)); d.me(t, d.url, fresh).at(t, "me", "id") == nil {
			t.Error("a token that was made later is refused")
		}
	})
}

func TestSomebodyNewComesByAChannelAndAFriend(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		friend, _ := d.in(t, someLogin())
		asks := func() reply {
			return ask(t, d.url, question{query: `{ me { invitation { code invitedCount } } }`, header: map[string]string{"Authorization": "Bearer " + friend}})
		}
		code, _ := asks().at(t, "me", "invitation", "code").(string)
		if code == "" {
			t.Fatal("the friend has no code to give")
		}
		first := d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", d.code(someLogin()), "referralCode", code, "channel", "STORE")
		access, _ := tokensOf(t, first, "signIn")
		if n := asks().at(t, "me", "invitation", "invitedCount"); n != 1.0 {
			t.Errorf("the friend has invited %v", n)
		}
		if d.settings.MongoURI == "" {
			return // the file is the gateway's alone while it runs
		}
		newcomer := member.ID(verified(t, d.gateway, access).Member)
		st, err := openStores(t.Context(), d.settings, true, discard())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.close() }()
		found, err := st.accounts.ByIDs(t.Context(), []member.ID{newcomer}, account.Whole)
		if h := found[newcomer]; err != nil || h.Profile.Channel != "STORE" {
			t.Errorf("the newcomer is kept as %+v, %v", h.Profile, err)
		}
	})
}
