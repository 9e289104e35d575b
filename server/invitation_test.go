package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	invites "membergate/internal/invitation"
)

// putFriends lets two have come by the owner's code.
func putFriends(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	if _, err := (&invites.Service{Store: st.invites, Book: rules, Keys: keys}).Inviter(ctx, owner); err != nil {
		return err
	}
	for _, i := range []invites.Invitee{
		{Member: "corrected", ID: "i1", Inviter: owner, State: invites.Registered, At: written(4)},
		{Member: "quiet", ID: "i2", Inviter: owner, State: invites.Rewarded, At: written(5), EndedAt: written(6).Add(time.Minute)},
	} {
		if err := st.invites.Put(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func registers(at, code string) happens {
	return happens{at, "member.joined", map[string]any{"invitationCode": code}}
}

// A friend registers with a member's code, in whatever letters it is typed: a coupon at once, and 30 days for both after
// the first order. The one who invited sees a masked name and how far it has come, and nothing else.
func TestBothAreRewardedForAFirstOrderByInvitation(t *testing.T) {
	page := appQueries(t)["Invitation"].text
	coupons := appQueries(t)["Coupons"].text
	years(t, "fresh-3", func(y *year) {
		show := func(who string) reply { return good(y.t, y.g.url, question{query: page, who: who}) }
		y.lives("ann", looks("2026-10-10 12:00"))
		r := show("ann")
		code := r.at(y.t, "me", "invitation", "code").(string)
		if len(code) != 11 || show("ann").at(y.t, "me", "invitation", "code") != code {
			y.t.Errorf("the code is %q, and then %s", code, show("ann").text)
		}
		y.has(r, `"shareText":"Join Fresh Home with the code `+code+`: 20 yuan off`, `"condition":"FIRST_ORDER","mostRewards":10,"rewardsPer":"MONTH","rewardsLeft":10,"invitedCount":0,"rewardedCount":0`,
			`{"to":"WELCOME","kind":"COUPON","coins":null,"days":null,"tier":null,"coupon":"20 off your first order"}`,
			`"to":"INVITEE","kind":"MEMBERSHIP_DAYS","coins":null,"days":30`, `"to":"INVITER","kind":"MEMBERSHIP_DAYS"`, `"friends":{"nodes":[]`)

		y.is(y.lives("bob", registers("2026-10-11 09:00", " "+strings.ToLower(code))), "FREE", "ACTIVE")
		y.shows("the friend who registered", func() reply { return show("ann") }, `"rewardsLeft":10,"invitedCount":1,"rewardedCount":0`,
			`"nodes":[{"maskedName":"M**","state":"REGISTERED","registeredAt":"2026-10-11T01:00:00Z","completedAt":null}]`)
		y.has(good(y.t, y.g.url, question{query: coupons, who: "bob"}), `"source":"INVITATION"`, "20 off your first order")

		r = y.lives("bob", buys("2026-10-12 10:00", 50))
		y.is(r, "SILVER", "ACTIVE")
		y.has(r, `"route":"DAYS","from":"2026-10-12T02:00:00Z","until":"2026-11-11T02:00:00Z"`)
		r = y.shows("the reward", func() reply { return show("ann") }, `"rewardsLeft":9,"invitedCount":1,"rewardedCount":1`, `"state":"REWARDED","registeredAt":"2026-10-11T01:00:00Z","completedAt":"2026-10-12T02:00:00Z"`)
		if strings.Contains(r.text, "bob") {
			y.t.Errorf("who invited sees more than a masked name: %s", r.text)
		}
		y.is(y.lives("ann", looks("2026-10-12 10:01")), "SILVER", "ACTIVE")
		y.is(y.lives("ann", looks("2026-11-11 10:00")), "FREE", "ACTIVE")
		y.is(y.lives("bob", buys("2026-10-13 10:00", 50), looks("2026-11-11 10:00")), "FREE", "ACTIVE")

		y.is(y.lives("cem", registers("2026-10-11 09:00", "ZZZZZ-ZZZZZ"), buys("2026-10-12 10:00", 50)), "FREE", "ACTIVE")
		y.lives("ann", registers("2026-11-11 10:01", code))
		y.counts(`membergate_invitations_refused_total{reason="UNKNOWN_CODE"} 1`, `membergate_invitations_refused_total{reason="OWN_CODE"} 1`)
		y.has(show("ann"), `"invitedCount":1,"rewardedCount":1`)
	})
}

// What brings others counts for the tier where the programme says so, and is paid in its coins.
func TestBringingAFriendIsPaidInCoinsAndCounts(t *testing.T) {
	page := appQueries(t)["Invitation"].text
	years(t, "retail-3", func(y *year) {
		y.lives("ann", looks("2026-10-10 12:00"))
		code := good(y.t, y.g.url, question{query: page, who: "ann"}).at(y.t, "me", "invitation", "code").(string)
		y.lives("bob", buys("2026-10-11 09:30", 100), registers("2026-10-11 09:00", code), looks("2026-10-11 09:40")) // told the wrong way round
		r := y.shows("the reward", func() reply { return good(y.t, y.g.url, question{query: page, who: "ann"}) }, `"rewardedCount":1`)
		y.has(r, `"to":"INVITER","kind":"COINS","coins":500`)
		y.lives("ann", looks("2026-10-11 10:00"))
		y.has(good(y.t, y.g.url, question{query: `{me{wallet{balance{available} entries(first: 1){nodes{title}}}}}`, who: "ann"}), `"available":500`, `"title":"For bringing a friend"`)
		y.has(good(y.t, y.g.url, question{query: `{me{wallet{balance{available}}}}`, who: "bob"}), `"available":300`)
		y.has(good(y.t, y.g.url, question{query: `{me{tier{growth{total}}}}`, who: "ann"}), `"total":75`) // 50 of what brings others, by 1.5
	})
}

// shows waits until an answer holds some texts.
func (y *year) shows(what string, ask func() reply, parts ...string) (r reply) {
	y.t.Helper()
	awaiting(y.t, what, func() bool {
		r = ask()
		for _, part := range parts {
			if !strings.Contains(r.text, part) {
				return false
			}
		}
		return true
	})
	return r
}

// counts waits until the numbers of the admin listener hold some lines: what an event came to is counted behind it.
func (y *year) counts(lines ...string) {
	y.t.Helper()
	for _, line := range lines {
		awaiting(y.t, line, func() bool {
			answer, err := http.Get(y.g.admin + "/metrics")
			if err != nil {
				y.t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			return err == nil && strings.Contains(string(text), line+"\n")
		})
	}
}
