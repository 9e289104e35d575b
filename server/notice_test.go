package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/coupon"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/programme"
)

// noticesOf is how many notices the reader has, besides those of the own state.
const noticesOf = 20

// putInboxes tells the village what has happened to it, as of everybody's newest event; the owner has read the oldest
// notice, has a device and own quiet hours.
func putInboxes(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	s.SandboxClock.Events = true
	out, err := st.noticeService(rules, noticeClock(s, nil)).Look(ctx, authors)
	if err = errors.Join(err, out.Err); err != nil {
		return err
	}
	var more []notice.Notice
	for n := range int64(noticesOf) {
		key := fmt.Sprint("#", n+1)
		more = append(more, notice.Notice{
			ID: notice.NoticeID("reader", programme.CoinsEarned, key), Member: "reader", Kind: programme.CoinsEarned, Key: key, Number: n + 1, Rev: 1, Count: 1,
			At: written(int(n)), Fill: notice.Fill{Coins: n, Day: written(int(n))},
		})
	}
	if err := remind(ctx, st, rules); err != nil {
		return err
	}
	desk := &notice.Desk{Store: st.notices, Keys: keys, Book: rules}
	_, errDevice := desk.Register(ctx, owner, notice.Apple, "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0", "en", written(50))
	_, errQuiet := desk.Set(ctx, owner, notice.Change{Quiet: &notice.Quiet{From: "21:30", Until: "07:00"}}, written(50))
	return errors.Join(st.notices.Put(ctx, more), desk.Read(ctx, owner, 1, nil, written(60)), errDevice, errQuiet)
}

// remind tells a member of coupons on the last day before they are over, and of a benefit that was used up the day before.
func remind(ctx context.Context, st *stores, rules book) error {
	of := func(op string) coupon.Issue {
		return coupon.Issue{Op: op, Template: "COMEBACK_HALF", Member: "reminded", Source: coupon.ByQuota, Ref: "COMEBACK_PACK", At: written(9).AddDate(0, 6, 0)}
	}
	given, err := st.couponService(rules).Issue(ctx, []coupon.Issue{of("one"), of("other")})
	if err != nil {
		return err
	}
	at := given[0].Until.Add(-time.Hour)
	count := benefit.Count{Benefit: "COMEBACK_PACK", Window: at.In(rules.At(at).Zone()).Format("2006"), Used: 1, Last: at.AddDate(0, 0, -1)}
	if err := st.usages.Save(ctx, benefit.Usage{Member: "reminded", Counts: []benefit.Count{count}}); err != nil {
		return err
	}
	out, err := st.noticeService(rules, func(notice.View) time.Time { return at }).Look(ctx, []member.ID{"reminded"})
	return errors.Join(err, out.Err)
}

func inboxApp(e *engine, t testing.TB, who string) walletApp {
	return walletApp{t, e.gateway.url, who, appDocument(t, "notice")}
}

func TestTheInboxTellsInTheReadersLanguageWhatHasHappened(t *testing.T) {
	inbox := appQueries(t)["Inbox"].text
	onEngines(t, func(t *testing.T, e *engine) {
		for locale, want := range map[string][2]string{
			"en":    {"Star Coins earned", "Star Coins came in on "},
			"zh-CN": {"星币到账", "共到账"},
			"zh-TW": {"星幣入帳", "共入帳"},
		} {
			r := good(t, e.gateway.url, question{query: inbox, who: owner, header: map[string]string{"Accept-Language": locale}})
			found := false
			for _, each := range r.at(t, "me", "notifications", "edges").([]any) {
				n := each.(map[string]any)["node"].(map[string]any)
				if n["kind"] != "COINS_EARNED" {
					continue
				}
				found = true
				about, _ := n["subject"].(map[string]any)
				if n["title"] != want[0] || !strings.Contains(n["body"].(string), want[1]) || strings.Contains(n["body"].(string), "{") || about["__typename"] != "LedgerEntry" {
					t.Errorf("in %s: %s", locale, jsonOf(n))
				}
			}
			if !found {
				t.Errorf("no coins were earned: %s", r.text)
			}
		}
	})
}

func TestTheInboxTellsOfCouponsThatEndAndBenefitsThatAreUsedUp(t *testing.T) {
	inbox := appQueries(t)["Inbox"].text
	onEngines(t, func(t *testing.T, e *engine) {
		for locale, want := range map[string]string{
			"en":    `[COUPON_EXPIRING 2 Coupons about to expire Coupon] [QUOTA_USED_UP 1 Used up: Welcome back pack Benefit]`,
			"zh-CN": `[COUPON_EXPIRING 2 优惠券即将到期 Coupon] [QUOTA_USED_UP 1 会员回家礼包已用完 Benefit]`,
			"zh-TW": `[COUPON_EXPIRING 2 優惠券即將到期 Coupon] [QUOTA_USED_UP 1 會員回家禮包已用完 Benefit]`,
		} {
			r := good(t, e.gateway.url, question{query: inbox, who: "reminded", header: map[string]string{"Accept-Language": locale}})
			var got []string
			for _, each := range r.at(t, "me", "notifications", "edges").([]any) {
				n := each.(map[string]any)["node"].(map[string]any)
				about, _ := n["subject"].(map[string]any)
				if strings.ContainsAny(n["title"].(string)+n["body"].(string), "{}") || !strings.Contains(n["body"].(string), "20") {
					t.Errorf("in %s: %s", locale, jsonOf(n))
				}
				got = append(got, fmt.Sprint([]any{n["kind"], n["groupCount"], n["title"], about["__typename"]}))
			}
			if slices.Sort(got); strings.Join(got, " ") != want {
				t.Errorf("in %s: %s\nwant %s", locale, got, want)
			}
		}
	})
}

func TestFiftyReadersAtOnceMarkExactlyWhatTheySaw(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, inbox := inboxApp(e, t, "reader"), appQueries(t)["Inbox"].text
		look := func() reply {
			return good(t, e.gateway.url, question{query: inbox, variables: map[string]any{"first": 50}, who: app.who})
		}
		before := look()
		if before.at(t, "me", "notifications", "unreadCount") != float64(noticesOf) {
			t.Fatalf("before: %s", before.text)
		}
		edges := before.at(t, "me", "notifications", "edges").([]any)
		id := edges[2].(map[string]any)["node"].(map[string]any)["id"]
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				in := map[string]any{"ids": []any{id}}
				if i%2 == 0 { // the 10 oldest, and fewer
					in = map[string]any{"upToCursor": edges[10+i%10].(map[string]any)["cursor"]}
				}
				if r := app.insist("ReadNotifications", in); r.refusal(t, "notificationsRead") != "" {
					t.Errorf("refused: %s", r.text)
				}
			})
		}
		all.Wait()
		after := look()
		if after.at(t, "me", "notifications", "unreadCount") != 9.0 {
			t.Errorf("after: %s", after.text)
		}
		for i, each := range after.at(t, "me", "notifications", "edges").([]any) {
			if read := each.(map[string]any)["node"].(map[string]any)["readAt"] != nil; read != (i == 2 || i >= 10) {
				t.Errorf("the notification at %d is read: %v", i, read)
			}
		}
		badge := good(t, e.gateway.url, question{query: `{me{unreadCounts{notifications}}}`, who: app.who})
		only := good(t, e.gateway.url, question{query: inbox, variables: map[string]any{"unreadOnly": true, "first": 5}, who: app.who})
		if badge.at(t, "me", "unreadCounts", "notifications") != 9.0 || len(only.at(t, "me", "notifications", "edges").([]any)) != 5 ||
			only.at(t, "me", "notifications", "pageInfo", "hasNextPage") != true {
			t.Errorf("the badge is %s, the unread ones %s", badge.text, only.text)
		}
	})
}

func TestNotificationsThatAreNotTheMembersAreReadByNobody(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, inbox := inboxApp(e, t, "chooser"), appQueries(t)["Inbox"].text
		theirs := good(t, e.gateway.url, question{query: inbox, who: owner})
		id, place := theirs.at(t, "me", "notifications", "edges", 0, "node", "id"), theirs.at(t, "me", "notifications", "edges", 0, "cursor")
		for _, wrong := range []any{id, globalID("Notification", "nothing"), globalID("Member", owner), "?"} {
			if r := app.send("ReadNotifications", map[string]any{"ids": []any{wrong}}); r.refusal(t, "notificationsRead") != "NOT_FOUND" || r.at(t, "notificationsRead", "unreadCounts") != nil {
				t.Errorf("%v: %s", wrong, r.text)
			}
		}
		many := make([]any, 51)
		for i := range many {
			many[i] = id
		}
		for field, in := range map[string]map[string]any{"input.upToCursor": {"upToCursor": place}, "input.ids": {"ids": many}, "input": {"ids": []any{}}} {
			app.send("ReadNotifications", in).refusedOnce(t, "BAD_USER_INPUT", field)
		}
		if again := good(t, e.gateway.url, question{query: inbox, who: owner}); masked(t, again) != masked(t, theirs) {
			t.Errorf("the owner's inbox has changed: %s", again.text)
		}
	})
}

func TestMembersChooseWhatTheyAreToldAndWhenNot(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		app, settings := inboxApp(e, t, "chooser"), appQueries(t)["NoticeSettings"].text
		look := func() map[string]any {
			return good(t, e.gateway.url, question{query: settings, who: app.who}).at(t, "me", "notificationSettings").(map[string]any)
		}
		first := look()
		if jsonOf(first["quietHours"]) != `{"from":"22:00","until":"08:00"}` || first["timeZone"] != "Asia/Shanghai" {
			t.Errorf("at first: %s", jsonOf(first))
		}
		kinds := first["kinds"].([]any)
		var all sync.WaitGroup
		for i, k := range kinds { // each switched by somebody else at once
			all.Go(func() {
				in := map[string]any{"kinds": []any{map[string]any{"kind": k.(map[string]any)["kind"], "inbox": i%2 == 0, "push": i%3 == 0}}}
				if r := app.insist("SetNotifications", in); r.refusal(t, "notificationSettingsSet") != "" {
					t.Errorf("refused: %s", r.text)
				}
			})
		}
		all.Wait()
		for i, k := range look()["kinds"].([]any) {
			k := k.(map[string]any)
			always := k["kind"] == "DATA_INCIDENT"
			if always && (k["inbox"] != true || k["push"] != true) {
				t.Errorf("what members must be told is switched off: %s", jsonOf(k))
			}
			if !always && (k["inbox"] != (i%2 == 0) || k["push"] != (i%3 == 0)) {
				t.Errorf("the switch of %v is lost: %s", k["kind"], jsonOf(k))
			}
		}
		set := app.send("SetNotifications", map[string]any{"quietHours": map[string]any{"from": "23:15", "until": "06:00"}, "timeZone": "Europe/London"})
		if got := set.at(t, "notificationSettingsSet", "settings").(map[string]any); jsonOf(got["quietHours"]) != `{"from":"23:15","until":"06:00"}` || got["timeZone"] != "Europe/London" ||
			jsonOf(got) != jsonOf(look()) {
			t.Errorf("set: %s", set.text)
		}
		if none := app.send("SetNotifications", map[string]any{"quietHours": map[string]any{"from": "00:00", "until": "00:00"}, "timeZone": ""}); none.at(t, "notificationSettingsSet", "settings", "quietHours") != nil ||
			none.at(t, "notificationSettingsSet", "settings", "timeZone") != "Asia/Shanghai" {
			t.Errorf("no quiet hours: %s", none.text)
		}
		before := jsonOf(look())
		if r := app.send("SetNotifications", map[string]any{"kinds": []any{map[string]any{"kind": "LOTTERY", "inbox": true, "push": true}}}); r.refusal(t, "notificationSettingsSet") != "UNKNOWN_KIND" {
			t.Errorf("an unknown kind: %s", r.text)
		}
		for field, in := range map[string]map[string]any{
			"input.quietHours.from": {"quietHours": map[string]any{"from": "24:00", "until": "08:00"}}, "input.timeZone": {"timeZone": "Mars/Olympus"},
		} {
			app.send("SetNotifications", in).refusedOnce(t, "BAD_USER_INPUT", field)
		}
		if after := jsonOf(look()); after != before {
			t.Errorf("something refused has changed %s to %s", before, after)
		}
	})
}

func TestADeviceIsToldOfOneMemberAndItsTokenIsShownToNobody(t *testing.T) {
	const token = "dGhlIHRva2Vu:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx"
	onEngines(t, func(t *testing.T, e *engine) {
		one, other := inboxApp(e, t, "phoned"), inboxApp(e, t, "rephoned")
		devices := func(app walletApp) string {
			r := good(t, app.url, question{query: `{me{notificationSettings{devices{id kind locale}}}}`, who: app.who})
			return jsonOf(r.at(t, "me", "notificationSettings", "devices"))
		}
		in := map[string]any{"kind": "FCM", "token": token, "locale": "zh-TW"}
		first := one.send("RegisterDevice", in)
		id := first.at(t, "deviceRegister", "device", "id")
		want := fmt.Sprintf(`[{"id":%q,"kind":"FCM","locale":"zh-TW"}]`, id)
		if got := devices(one); got != want || strings.Contains(first.text, token) {
			t.Fatalf("registered: %s, %s", got, first.text)
		}
		if again := one.send("RegisterDevice", in); again.at(t, "deviceRegister", "device", "id") != id || devices(one) != want {
			t.Errorf("registered again: %s", again.text)
		}
		for _, wrong := range []any{id, globalID("PushDevice", "nothing"), globalID("Member", "phoned")} {
			if r := other.send("RemoveDevice", map[string]any{"deviceId": wrong}); r.refusal(t, "deviceRemove") != "NOT_FOUND" {
				t.Errorf("removing %v: %s", wrong, r.text)
			}
		}
		theirs := other.send("RegisterDevice", in).at(t, "deviceRegister", "device", "id")
		if devices(one) != "[]" || !strings.Contains(devices(other), fmt.Sprint(theirs)) {
			t.Errorf("handed over: %s and %s", devices(one), devices(other))
		}
		if r := other.send("RemoveDevice", map[string]any{"deviceId": theirs}); r.at(t, "deviceRemove", "deviceId") != theirs || devices(other) != "[]" {
			t.Errorf("removed: %s", r.text)
		}
		for field, in := range map[string]map[string]any{"input.token": {"kind": "APNS", "token": "a b"}, "input.locale": {"kind": "APNS", "token": "ab", "locale": "fr"}} {
			one.send("RegisterDevice", in).refusedOnce(t, "BAD_USER_INPUT", field)
		}
		if strings.Contains(e.gateway.log.String(), token) {
			t.Error("the token is in the log")
		}
	})
}

// What the worker's jobs do, they do by themselves: an order is told, and so is one whose mark was lost with its process.
func TestTheWorkerTellsMembersByItself(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		rules, err := programme.Keep("retail-5")
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().UTC().Add(-time.Hour)
		pay(t, st, rules, "lost", at)
		told := st.noticeService(rules, noticeClock(s, clock.At(at.Add(time.Hour))))
		walk := walking(told)()
		for range 4 {
			if b, err := walk(t.Context()); errors.Join(err, b.Err) != nil {
				t.Fatal(err, b.Err)
			}
		}
		page, err := st.notices.Page(t.Context(), "lost", notice.Query{Limit: 9})
		if err != nil || len(page) != 1 || page[0].Fill.Coins != 100 {
			t.Errorf("the walk has told %+v, %v", page, err)
		}
	})
}

func pay(t *testing.T, st *stores, rules book, who member.ID, at time.Time) {
	t.Helper()
	e := order.Event{Kind: order.Paid, ID: string(who) + at.String(), Member: who, At: at, Fen: 10_000, Channel: "STORE",
		Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 10_000}}}
	if err := st.orderService(rules).Apply(t.Context(), member.Profile{ID: who, JoinedAt: at}, []order.Event{e}, at); err != nil {
		t.Fatal(err)
	}
}
