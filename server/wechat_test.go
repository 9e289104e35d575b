package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/wechat"
	"membergate/internal/wechattest"
)

const (
	consoleToken = "consoletoken"
	consoleKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	longAway     = "checked-away"   // who was in the mini-program three hours ago
	elsewhere    = "checked-nobody" // who never was
)

// checkedMember is one of ten who have just opened the mini-program.
func checkedMember(n int) string { return fmt.Sprintf("checked-%02d", n) }

func openIDOf(who string) string { return "o-" + who }

func putChecked(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	who := map[string]time.Time{longAway: time.Now().Add(-3 * time.Hour), elsewhere: {}}
	for n := range 10 {
		who[checkedMember(n)] = time.Now()
	}
	desk := &notice.Desk{Store: st.notices, Keys: keys, Book: rules}
	for id, at := range who {
		err := st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: member.ID(id), DisplayName: id, JoinedAt: foundation}))
		if err == nil && !at.IsZero() {
			_, err = desk.Register(ctx, member.ID(id), notice.WeChat, openIDOf(id), "zh-CN", at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// judgedByWeChat serves what an engine has with WeChat's checks: the servers' stores themselves, or a copy of the embedded one.
func judgedByWeChat(t *testing.T, e *engine, more ...string) (*engine, *wechattest.Fake) {
	t.Helper()
	f := wechattest.New()
	t.Cleanup(f.Close)
	f.Now = time.Now()
	for n := range 10 {
		f.Seen[openIDOf(checkedMember(n))] = f.Now
	}
	pairs := e.pairs
	if e.name == "embedded" {
		pairs = []string{"DATA_DIR", filled(t), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret}
	}
	pairs = append(append(pairs[:len(pairs):len(pairs)], "WECHAT_APP_ID", wechattest.AppID, "WECHAT_APP_SECRET", wechattest.Secret, "WECHAT_HOST", f.URL), more...)
	g, err := openGateway(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	return &engine{name: e.name, pairs: pairs, gateway: g}, f
}

// Nothing but a clear pass of WeChat's shows a text to others, whatever else happens.
func TestOnlyWhatWeChatPassesIsSeenByOthers(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		e, f := judgedByWeChat(t, e)
		app := newPen(t, e, checkedMember(0))
		calls := func() (n int) { f.Set(func() { n = len(f.Asked) }); return n }
		for _, c := range []struct {
			name, state, reason string
			make                func()
		}{
			{"pass", "PUBLISHED", "", func() {}},
			{"review", "PENDING", "FRAUD", func() { f.Answer = map[string]string{"lentils": "review 20008"} }},
			{"risky", "REMOVED", "VIOLENCE", func() { f.Answer = map[string]string{"lentils": "risky 20006"} }},
			{"unknown", "PENDING", "PROVIDER", func() { f.Answer = map[string]string{"lentils": "perhaps 1"} }},
			{"busy", "PENDING", "UNAVAILABLE", func() { f.Next = []int{-1} }},
			{"token refused twice", "PENDING", "UNAVAILABLE", func() { f.Next = []int{40001, 40001} }},
			{"garbage", "PENDING", "UNAVAILABLE", func() { f.Garbage = true }},
			{"cut", "PENDING", "UNAVAILABLE", func() { f.Silence = true }},
		} {
			f.Set(func() { f.Answer, f.Next, f.Garbage, f.Silence = map[string]string{}, nil, false, false; c.make() })
			id, r := app.post(draft("body", "I like lentils, says "+c.name))
			state, _ := r.at(t, "postCreate", "post", "moderation").(string)
			ruling, _ := good(t, e.gateway.url, question{query: appQueries(t)["OwnPost"].text, variables: map[string]any{"id": id}, who: app.who}).at(t, "node", "ruling").(map[string]any)
			if reason, _ := ruling["reason"].(string); state != c.state || reason != c.reason {
				t.Errorf("%s: it is %s for %q", c.name, state, reason)
			}
			if c.state != "PUBLISHED" && (finds(t, e, "onlooker", id) || finds(t, e, "", id)) || !finds(t, e, app.who, id) {
				t.Errorf("%s: others find it, or its author does not", c.name)
			}
			newPen(t, e, app.who).send("PostDelete", map[string]any{"postId": id})
		}
		f.Set(func() { f.Answer, f.Garbage, f.Silence = map[string]string{}, false, false })
		namesByWeChat(t, atHomeOf(t, e, app.who), f, calls)
		before := calls()
		var sums strings.Builder
		for n := range 400 {
			fmt.Fprintf(&sums, "%d×%d=%d。", n, n+7, n*(n+7))
		}
		long, _ := app.post(draft("body", sums.String()))
		if n := calls() - before; n < 3 || !finds(t, e, app.who, long) {
			t.Errorf("a long text is asked about in %d pieces", n)
		}
		app.comment(long, "", "It takes an hour.")
		f.Set(func() {
			if last := f.Scenes[len(f.Scenes)-1]; last != 2 || f.Scenes[0] != 3 {
				t.Errorf("a comment is judged as scene %d, a post as %d", last, f.Scenes[0])
			}
		})
		before = calls()
		if _, r := newPen(t, e, longAway).post(draft("body", "Back from the hills.")); r.at(t, "postCreate", "post", "moderation") != "PENDING" {
			t.Errorf("of somebody who was away: %s", r.text)
		}
		if _, r := newPen(t, e, elsewhere).post(draft("body", "Never been there.")); r.at(t, "postCreate", "post", "moderation") != "PUBLISHED" {
			t.Errorf("of somebody without an account: %s", r.text)
		}
		if n := calls() - before; n != 0 {
			t.Errorf("of those %d are asked about", n)
		}
	})
}

// namesByWeChat asks for names that WeChat judges in several ways; the one before stays unless it passes.
func namesByWeChat(t *testing.T, home home, f *wechattest.Fake, calls func() int) {
	t.Helper()
	rename := func(name string) string {
		version := home.look().at(t, "me", "version").(float64)
		return home.send("ProfileUpdate", map[string]any{"expectedVersion": int(version), "displayName": name}).refusal(t, "memberUpdate")
	}
	shown := func() any { return home.look().at(t, "me", "displayName") }
	before := shown()
	for _, c := range []struct {
		code string
		make func()
	}{
		{"NAME_REFUSED", func() { f.Answer = map[string]string{"Lentils": "review 20008"} }},
		{"NAME_REFUSED", func() { f.Answer = map[string]string{"Lentils": "risky 20006"} }},
		{"NAME_UNCHECKED", func() { f.Next = []int{-1} }},
		{"NAME_UNCHECKED", func() { f.Garbage = true }},
	} {
		f.Set(func() { f.Answer, f.Next, f.Garbage = map[string]string{}, nil, false; c.make() })
		if got := rename("Lentils"); got != c.code || shown() != before {
			t.Errorf("a name is refused with %q, want %s; shown is %v", got, c.code, shown())
		}
		f.Set(c.make)
		const open = `mutation($input: FamilyCreateInput!) { familyCreate(input: $input) { userErrors { code } } }`
		if got := good(t, home.url, question{query: open, variables: input("name", "Lentils"), who: home.who}).refusal(t, "familyCreate"); got != c.code {
			t.Errorf("a family of that name is refused with %q, want %s", got, c.code)
		}
	}
	f.Set(func() { f.Answer, f.Garbage = map[string]string{}, false })
	asked := calls()
	if got := rename("Lentils"); got != "" || shown() != "Lentils" {
		t.Errorf("a name that passes is refused with %q", got)
	}
	if got := rename(" Lentils "); got != "" || calls() != asked+1 {
		t.Errorf("the same name again: %q, asked about %d times", got, calls()-asked)
	}
	f.Set(func() {
		if last := f.Scenes[len(f.Scenes)-1]; last != 1 {
			t.Errorf("a name is judged as scene %d", last)
		}
	})
	if got := rename(before.(string)); got != "" {
		t.Errorf("the name of before is refused with %q", got)
	}
}

// While WeChat is away nobody sees what is written, and when it is back all of it is judged without anybody's help.
func TestWhatWeChatCouldNotJudgeIsJudgedWhenItIsBack(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		e, f := judgedByWeChat(t, e)
		f.Set(func() { f.Silence, f.Answer = true, map[string]string{"number 3": "risky 20008"} })
		texts := make([][]string, 5)
		for n := range texts {
			for i := range 8 {
				texts[n] = append(texts[n], fmt.Sprintf("Supper number %d of week %d", i, n))
			}
		}
		all := sends(t, e, func(n int) string { return checkedMember(n + 1) }, texts)
		for _, of := range all {
			for _, s := range of {
				if s.state != "PENDING" || s.reason != "UNAVAILABLE" || finds(t, e, "onlooker", s.id) {
					t.Fatalf("while it is away one is %+v", s)
				}
			}
		}
		f.Set(func() { f.Silence = false })
		seen := func() (n int) {
			for _, of := range all {
				for _, s := range of {
					if finds(t, e, "onlooker", s.id) {
						n++
					}
				}
			}
			return n
		}
		awaiting(t, "the texts are judged", func() bool { return seen() == 35 })
		for n, of := range all {
			r := good(t, e.gateway.url, question{query: appQueries(t)["OwnPost"].text, variables: map[string]any{"id": of[3].id}, who: checkedMember(n + 1)})
			if r.at(t, "node", "moderation") != "REMOVED" || r.at(t, "node", "ruling", "reason") != "FRAUD" {
				t.Errorf("what did not pass is %s", r.text)
			}
			if got := fmt.Sprint(bench{t, e, "mod-1"}.log(of[3].id)); got != "[CHECKED]" {
				t.Errorf("the log of it has %s", got)
			}
		}
	})
}

// keyOf is the key of the console; none where there is none.
func keyOf(t *testing.T, text string) []byte {
	t.Helper()
	if text == "" {
		return nil
	}
	key, err := wechat.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// tell sends an event as WeChat does, and gives the status.
func tell(t *testing.T, e *engine, r *http.Request) int {
	t.Helper()
	out, err := http.NewRequest(http.MethodPost, e.gateway.url+r.URL.RequestURI(), r.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := oneShot.Do(out)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	_, err = io.Copy(io.Discard, got.Body)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	return got.StatusCode
}

// A post is seen when all of its pictures have passed, whatever else is told of them and by whom, in the open and
// encrypted.
func TestAPostIsSeenWhenItsPicturesHavePassed(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for mode, key := range map[string]string{"open": "", "encrypted": consoleKey} {
			t.Run(mode, func(t *testing.T) {
				more := []string{"WECHAT_EVENT_TOKEN", consoleToken, "PUBLIC_URL", "https://shop.example"}
				if key != "" {
					more = append(more, "WECHAT_EVENT_KEY", key)
				}
				e, f := judgedByWeChat(t, e, more...)
				who := checkedMember(map[string]int{"open": 8, "encrypted": 9}[mode])
				app := newPen(t, e, who)
				var ids []any
				for n := range 9 {
					b := drawn(t, 20+n, 10)
					up := uploader(t, e, who)
					created := up.announce("image/png", b)
					if status := up.post(created, b); status != http.StatusNoContent {
						t.Fatalf("status %d", status)
					}
					ids = append(ids, created.at(t, "mediaUploadCreate", "uploadId"))
				}
				id, r := app.post(draft("body", "Nine plates.", "mediaUploadIds", ids))
				if r.at(t, "postCreate", "post", "moderation") != "PENDING" || len(r.at(t, "postCreate", "post", "media").([]any)) != 9 {
					t.Fatalf("it is written as %s", r.text)
				}
				asked := func() (n int) { f.Set(func() { n = len(f.Media) }); return n }
				awaiting(t, "the pictures are asked about", func() bool { return asked() == 9 })
				f.Set(func() {
					for _, address := range f.Media {
						if !strings.HasPrefix(address, "https://shop.example/media/u/") {
							t.Errorf("WeChat is sent to %s", address)
						}
					}
				})
				aes := keyOf(t, key)
				event := func(trace, suggest string) string {
					return fmt.Sprintf(`{"Event":"wxa_media_check","appid":%q,"CreateTime":%d,"trace_id":%q,"errcode":0,"result":{"suggest":%q,"label":100}}`, wechattest.AppID, time.Now().Unix(), trace, suggest)
				}
				says := func(trace, suggest string) *http.Request {
					return wechattest.Tells(event(trace, suggest), consoleToken, aes, wechattest.AppID, time.Now())
				}
				for _, n := range []int{9, 2, 2, 1, 3, 5, 4, 8, 7} {
					// What is told before the question is kept is to be told again, as WeChat does.
					awaiting(t, "a verdict is taken", func() bool { return tell(t, e, says(f.Trace(n), "pass")) == http.StatusOK })
				}
				last := f.Trace(6)
				wrong := map[string]struct {
					r      *http.Request
					status int
				}{
					"a wrong signature":   {wechattest.Tells(event(last, "pass"), "guess", aes, wechattest.AppID, time.Now()), http.StatusForbidden},
					"an old signature":    {wechattest.Tells(event(last, "pass"), consoleToken, aes, wechattest.AppID, time.Now().Add(-time.Hour)), http.StatusForbidden},
					"a foreign trace":     {says("967e945c-999", "pass"), http.StatusServiceUnavailable},
					"another one's trace": {says(f.TextTrace(1), "pass"), http.StatusOK},
					"one told again":      {says(f.Trace(2), "risky"), http.StatusOK},
				}
				if aes != nil {
					wrong["in the open"] = struct {
						r      *http.Request
						status int
					}{wechattest.Tells(event(last, "pass"), consoleToken, nil, "", time.Now()), http.StatusBadRequest}
				}
				for name, c := range wrong {
					if status := tell(t, e, c.r); status != c.status {
						t.Errorf("%s is told %d, want %d", name, status, c.status)
					}
				}
				if finds(t, e, "onlooker", id) || finds(t, e, "", id) || !finds(t, e, who, id) {
					t.Error("before the last picture others find it, or its author does not")
				}
				if status := tell(t, e, says(last, "pass")); status != http.StatusOK || !finds(t, e, "onlooker", id) {
					t.Errorf("the last is told %d, and others do not find it", status)
				}
				if r := app.send("PostUpdate", given("postId", id, "body", "Nine plates and a spoon.")); r.at(t, "postUpdate", "post", "moderation") != "PUBLISHED" || asked() != 9 {
					t.Errorf("changed, with pictures that have passed: %s", r.text)
				}
				if status := tell(t, e, says(last, "risky")); status != http.StatusOK || !finds(t, e, "onlooker", id) {
					t.Errorf("a second verdict is told %d, and others do not find it", status)
				}
			})
		}
	})
}

func TestSettingsOfWeChatsChecksAreRefusedInOneLine(t *testing.T) {
	app := []string{"WECHAT_APP_ID", "wx", "WECHAT_APP_SECRET", "s"}
	for want, pairs := range map[string][]string{
		"WECHAT_EVENT_TOKEN is set and WECHAT_APP_ID is not; allowed are both or none, because events are told of one mini-program.":                                          {"WECHAT_EVENT_TOKEN", "tok", "PUBLIC_URL", "https://shop.example"},
		"WECHAT_EVENT_TOKEN has 2 characters (not shown); allowed is the console's Token, 3 to 32 letters and digits.":                                                        append(app, "WECHAT_EVENT_TOKEN", "t!", "PUBLIC_URL", "https://shop.example"),
		"WECHAT_EVENT_KEY is set and WECHAT_EVENT_TOKEN is not; allowed are both, or the token alone.":                                                                        append(app, "WECHAT_EVENT_KEY", consoleKey),
		"WECHAT_EVENT_KEY has 5 characters (not shown); allowed is the console's EncodingAESKey, 43 letters and digits.":                                                      append(app, "WECHAT_EVENT_TOKEN", "tok", "PUBLIC_URL", "https://shop.example", "WECHAT_EVENT_KEY", "short"),
		"PUBLIC_URL is empty and WECHAT_EVENT_TOKEN is set; allowed is where WeChat reaches this gateway, such as https://shop.example, because it loads the pictures there.": append(app, "WECHAT_EVENT_TOKEN", "tok"),
		"WECHAT_CHECKS_A_MINUTE is \"5000\"; allowed are whole numbers from 1 to 4000.":                                                                                       append(app, "WECHAT_CHECKS_A_MINUTE", "5000"),
	} {
		if _, err := readSettings(env(pairs...)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	s, err := readSettings(env(append(app, "WECHAT_EVENT_TOKEN", "tok", "WECHAT_EVENT_KEY", consoleKey, "PUBLIC_URL", "https://shop.example/")...))
	if err != nil || s.WeChat.PublicURL != "https://shop.example" || s.WeChat.Pace != 1000 || strings.Contains(fmt.Sprintf("%+v", s), consoleKey) {
		t.Errorf("%+v %v", s, err)
	}
}
