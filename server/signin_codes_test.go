package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/personal"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/wechattest"
)

// Who adds a way to sign in is told as much by the provider as who signs in, and stays with the ways that there were.
func TestAWayThatIsNotProvenIsNotAdded(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		access, _ := d.in(t, someLogin())
		add := func(provider, code string) string {
			return d.send(t, d.url, "SignInMethodAdd", access, "provider", provider, "code", code).refusal(t, "signInMethodAdd")
		}
		for told, want := range map[int]string{-1: "PROVIDER_DOWN", 40029: "CODE_USED", 45011: "TRIED_TOO_OFTEN", 40226: "BLOCKED"} {
			d.f.Set(func() { d.f.LoginNext = []int{told} })
			if got := add("WECHAT_APP", d.code(someLogin())); got != want {
				t.Errorf("%d is told as %q", told, got)
			}
		}
		for _, c := range []struct{ provider, code, want string }{
			{"WECHAT_APP", "short", "CODE_INVALID"}, {"APPLE", rand.Text(), "PROVIDER_OFF"}, {"PHONE", "123456", "PHONE_NEEDED"},
		} {
			if got := add(c.provider, c.code); got != c.want {
				t.Errorf("%s with %q is told %q", c.provider, c.code, got)
			}
		}
		if r := d.me(t, d.url, access); r.at(t, "me", "signInMethods", 0) == nil || r.at(t, "me", "signInMethods", 1) != nil {
			t.Errorf("the ways are %s", r.text)
		}
		if got := d.send(t, d.url, "PhoneCodeSend", "", "phone", deadPhone).refusal(t, "phoneCodeSend"); got != "PROVIDER_DOWN" {
			t.Errorf("a phone that no message reaches is told %q", got)
		}
	})
}

// Where nothing is set for a way, it is refused by name.
func TestWaysThatAreNotOfferedAreRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for field, document := range map[string]string{
			"signIn":        `mutation { signIn(input: {provider: WECHAT_MINI_PROGRAM, code: "abcdefghijklmnop"}) { userErrors { code } } }`,
			"phoneCodeSend": `mutation { phoneCodeSend(input: {phone: "13800138000"}) { userErrors { code } } }`,
		} {
			if got := ask(t, e.gateway.url, question{query: document}).refusal(t, field); got != "PROVIDER_OFF" {
				t.Errorf("%s is told %q", field, got)
			}
		}
	})
}

// A refresh token that nobody used for too long, and who closed the account, are refused.
func TestWhoCameTooLateOrHasLeftIsNotLetIn(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		login := someLogin()
		access, refresh := d.in(t, login)
		who := member.ID(verified(t, d.gateway, access).Member)
		now := d.parts.Sessions
		then := &session.Service{Store: now.Store, Accounts: now.Accounts, Tags: now.Tags, Issue: now.Issue, Now: func() time.Time { return time.Now().Add(-session.Idle - time.Minute) }}
		old, ok, err := then.Begin(t.Context(), session.NewID(), who, signin.MiniProgram, "")
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		// The sweep may have removed it already: then it is no longer known whether it was there.
		if got := d.send(t, d.url, "Refresh", "", "refreshToken", old.Refresh).refusal(t, "sessionRefresh"); got != "SESSION_EXPIRED" && got != "SESSION_ENDED" {
			t.Errorf("too late it is told %q", got)
		}
		found, err := now.Accounts.ByIDs(t.Context(), []member.ID{who}, account.Whole)
		if err != nil {
			t.Fatal(err)
		}
		p := found[who].Profile
		p.ClosedAt = time.Now().UTC().Truncate(time.Millisecond)
		if err := now.Accounts.SaveProfile(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if got := d.send(t, d.url, "SignIn", "", "provider", "WECHAT_MINI_PROGRAM", "code", d.code(wechattest.Login{OpenID: login.OpenID})).refusal(t, "signIn"); got != "ACCOUNT_CLOSED" {
			t.Errorf("who has left is told %q", got)
		}
		if got := d.send(t, d.url, "Refresh", "", "refreshToken", refresh).refusal(t, "sessionRefresh"); got != "SESSION_ENDED" {
			t.Errorf("and a refresh %q", got)
		}
	})
}

// When an account is closed, by whatever process, all its sessions end: connections that are open hear of it although the
// sessions are erased at once, tokens open nothing, and no new ones are given.
func TestClosingAnAccountEndsItsSessions(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		sessions := f.g.parts.Sessions
		begin := func(who member.ID) session.Pair {
			p, ok, err := sessions.Begin(t.Context(), session.NewID(), who, signin.MiniProgram, "")
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			return p
		}
		first, second, others := begin(forgetter), begin(forgetter), begin(rememberer)
		heard := sessions.Ended(t.Context(), verified(t, f.g, first.Access))
		unheard := sessions.Ended(t.Context(), verified(t, f.g, others.Access))
		me := func(access string) reply {
			return ask(t, f.g.url, question{query: "{me{id}}", header: map[string]string{"Authorization": "Bearer " + access}})
		}
		if me(first.Access).at(t, "me", "id") == nil {
			t.Fatal("the token opens nothing while the account is there")
		}
		// Another process carries it out: the gateway hears of it by the store alone.
		service := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return time.Now() })
		if err := service.CloseAgain(t.Context(), forgetter); err != nil {
			t.Fatal(err)
		}
		end := time.Now().Add(time.Second)
		f.carried(end)
		select {
		case <-heard:
		case <-time.After(20 * time.Second):
			t.Fatal("a connection that is open does not hear of it")
		}
		for _, one := range []session.Pair{first, second} {
			if r := me(one.Access); r.status != http.StatusUnauthorized {
				t.Errorf("a token opens %s", r.text)
			}
			r := ask(t, f.g.url, question{query: `mutation($token: String!) { sessionRefresh(input: {refreshToken: $token}) { accessToken userErrors { code } } }`, variables: map[string]any{"token": one.Refresh}})
			if got := r.refusal(t, "sessionRefresh"); got != "SESSION_ENDED" {
				t.Errorf("a refresh is told %q", got)
			}
		}
		select {
		case <-unheard:
			t.Error("somebody else's session ended too")
		default:
		}
		if me(others.Access).at(t, "me", "id") == nil {
			t.Error("somebody else's token opens nothing")
		}
		f.carried(end.Add(personal.Settling + time.Second))
		if left, err := st.sessions.Of(t.Context(), forgetter); err != nil || len(left) > 0 {
			t.Errorf("of the sessions there are left %v, %v", left, err)
		}
	})
}
