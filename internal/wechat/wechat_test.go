package wechat

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"membergate/internal/moderation"
	"membergate/internal/wechattest"
)

func newFake(t *testing.T) *wechattest.Fake {
	f := wechattest.New()
	t.Cleanup(f.Close)
	return f
}

func checksOf(f *wechattest.Fake) *Checks {
	return &Checks{Client: f.Client(), Host: f.URL, AppID: wechattest.AppID, Secret: wechattest.Secret, Now: f.Clock}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var poster = moderation.Asked{Kind: moderation.Post, OpenID: "o-1"}

func TestFindingsBecomeVerdicts(t *testing.T) {
	f := newFake(t)
	f.Answer = map[string]string{"赌": "risky 20006", "骗": "review 20008", "怪": "review 21000", "新": "undecided 100"}
	c := checksOf(f)
	for text, want := range map[string]moderation.Verdict{
		"今天的荔枝 <甜> & 便宜": {},
		"来赌":             {State: moderation.Block, Reason: "VIOLENCE"},
		"骗子":             {State: moderation.Review, Reason: "FRAUD"},
		"怪话":             {State: moderation.Review, Reason: moderation.Provider},
		"新的说法":           {State: moderation.Review, Reason: moderation.Provider}, // only a clear pass is one
	} {
		v, err := c.Text(t.Context(), poster, text)
		if err != nil || v.State != want.State || v.Reason != want.Reason || v.Trace == "" {
			t.Errorf("%q: %+v, %v; want %+v and a trace", text, v, err, want)
		}
	}
	if f.Tokens != 1 {
		t.Errorf("%d tokens for all checks, want 1", f.Tokens)
	}
}

func TestLongTextsAreAskedAboutInPiecesThatOverlap(t *testing.T) {
	f := newFake(t)
	f.Answer = map[string]string{"坏话": "risky 20003"}
	text := strings.Repeat("好", 2499) + "坏话" + strings.Repeat("好", 3000)
	v, err := checksOf(f).Text(t.Context(), poster, text)
	if err != nil || v.State != moderation.Block || v.Reason != "ABUSE" {
		t.Errorf("%+v, %v; a word on the seam must be found", v, err)
	}
	if len(f.Asked) != 2 || utf8.RuneCountInString(f.Asked[0]) != 2500 {
		t.Errorf("%d pieces asked about; after a refusal no more are", len(f.Asked))
	}
}

func TestAnInvalidTokenIsReplacedOnce(t *testing.T) {
	f := newFake(t)
	c := checksOf(f)
	if _, err := c.Text(t.Context(), poster, "一"); err != nil {
		t.Fatal(err)
	}
	f.Set(func() { f.Tokens++ }) // somebody had the token renewed
	if _, err := c.Text(t.Context(), poster, "二"); err != nil {
		t.Error(err)
	}
	f.Set(func() { f.Next = []int{42001, 42001} })
	if _, err := c.Text(t.Context(), poster, "三"); !refusedWith(err, 42001) {
		t.Errorf("%v; want the errcode after the second try", err)
	}
}

func refusedWith(err error, code int) bool {
	u, ok := errors.AsType[*Unanswered](err)
	return ok && u.Code == code
}

func TestWhatCannotBeAskedIsAnErrorWithoutSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		by   moderation.Asked
		make func(*wechattest.Fake, *Checks)
		says string
	}{
		"no account":     {moderation.Asked{Kind: moderation.Post}, nil, "no account"},
		"unknown kind":   {moderation.Asked{Kind: "SONG", OpenID: "o-1"}, nil, "no account"},
		"unknown openid": {moderation.Asked{Kind: moderation.Post, OpenID: "o-2"}, nil, "40003"},
		"long away":      {moderation.Asked{Kind: moderation.Comment, OpenID: "o-old"}, nil, "61010"},
		"busy":           {poster, func(f *wechattest.Fake, _ *Checks) { f.Next = []int{-1} }, "-1"},
		"quota":          {poster, func(f *wechattest.Fake, _ *Checks) { f.Next = []int{45009} }, "45009"},
		"wrong secret":   {poster, func(_ *wechattest.Fake, c *Checks) { c.Secret = "other" }, "40125"},
		"cut":            {poster, func(f *wechattest.Fake, _ *Checks) { f.Silence = true }, "no answer"},
		"no host":        {poster, func(_ *wechattest.Fake, c *Checks) { c.Host = "http://127.0.0.1:1" }, "no answer"},
		"no json":        {poster, func(f *wechattest.Fake, c *Checks) { c.Host = f.URL + "/elsewhere" }, "errcode"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			checks := checksOf(f)
			if c.make != nil {
				c.make(f, checks)
			}
			_, err := checks.Text(t.Context(), c.by, "话")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if strings.Contains(err.Error(), wechattest.Secret) || strings.Contains(err.Error(), "token-") {
				t.Errorf("the error tells a secret: %v", err)
			}
			if _, err := checks.Picture(t.Context(), c.by, "https://m.example/a.jpg"); err == nil && name != "busy" && name != "quota" {
				t.Error("the picture is judged")
			}
		})
	}
}

func TestAStalledCheckEndsWithItsRequest(t *testing.T) {
	f := newFake(t)
	f.Stall = make(chan struct{})
	defer close(f.Stall)
	ctx, end := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer end()
	if _, err := checksOf(f).Text(ctx, poster, "话"); err == nil || !strings.Contains(err.Error(), "in time") {
		t.Errorf("%v", err)
	}
}

func TestAuthorsWithoutAnAccountAreSomebodyElsesToJudge(t *testing.T) {
	f := newFake(t)
	by := ByAccount{With: checksOf(f), Without: moderation.LocalOnly{Pictures: moderation.Review}}
	if v, err := by.Text(t.Context(), moderation.Asked{Kind: moderation.Post}, "话"); err != nil || v.Trace != "" {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := by.Picture(t.Context(), moderation.Asked{Kind: moderation.Post}, "x"); err != nil || v.State != moderation.Review || v.Trace != "" {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := by.Text(t.Context(), poster, "话"); err != nil || v.Trace == "" {
		t.Errorf("%+v %v", v, err)
	}
}

const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// A picture is asked about, and its verdict comes later: told in each form that the console may choose.
func TestVerdictsOnPicturesAreHeard(t *testing.T) {
	f := newFake(t)
	asked, err := checksOf(f).Picture(t.Context(), poster, "https://m.example/a.jpg")
	if err != nil || asked.State != moderation.Review || asked.Trace == "" || !slices.Equal(f.Media, []string{"https://m.example/a.jpg"}) {
		t.Fatalf("%+v %v, asked about %v", asked, err, f.Media)
	}
	aes, err := ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	risky := `{"ToUserName":"gh_1","FromUserName":"o-1","CreateTime":1783339200,"MsgType":"event","Event":"wxa_media_check","appid":"` + wechattest.AppID + `","trace_id":"` + asked.Trace + `","version":2,"detail":[],"errcode":0,"errmsg":"ok","result":{"suggest":"risky","label":20002}}`
	markup := `<xml><CreateTime>1783339200</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[wxa_media_check]]></Event><appid><![CDATA[` + wechattest.AppID + `]]></appid><trace_id><![CDATA[` + asked.Trace + `]]></trace_id><version>2</version><errcode>0</errcode><result><suggest><![CDATA[risky]]></suggest><label>20002</label></result></xml>`
	for name, c := range map[string]struct {
		request *http.Request
		key     []byte
		status  int
		want    []moderation.Verdict
	}{
		"json":             {wechattest.Tells(risky, "tok", nil, "", wechattest.Noon), nil, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"xml":              {wechattest.Tells(markup, "tok", nil, "", wechattest.Noon), nil, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"json, safe mode":  {wechattest.Tells(risky, "tok", aes, wechattest.AppID, wechattest.Noon), aes, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"xml, safe mode":   {wechattest.Tells(markup, "tok", aes, wechattest.AppID, wechattest.Noon), aes, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"passed":           {wechattest.Tells(strings.Replace(strings.Replace(risky, "risky", "pass", 1), "20002", "100", 1), "tok", nil, "", wechattest.Noon), nil, 200, []moderation.Verdict{{Trace: asked.Trace}}},
		"not loaded":       {wechattest.Tells(strings.Replace(risky, `"errcode":0`, `"errcode":-1010`, 1), "tok", nil, "", wechattest.Noon), nil, 200, []moderation.Verdict{{State: moderation.Review, Reason: moderation.Unavailable, Trace: asked.Trace}}},
		"other event":      {wechattest.Tells(strings.Replace(risky, "wxa_media_check", "user_enter", 1), "tok", nil, "", wechattest.Noon), nil, 200, nil},
		"other app":        {wechattest.Tells(strings.Replace(risky, wechattest.AppID, "wxother", 1), "tok", nil, "", wechattest.Noon), nil, 200, nil},
		"copied later":     {wechattest.Tells(strings.Replace(risky, "1783339200", "1783330000", 1), "tok", nil, "", wechattest.Noon), nil, 200, nil},
		"wrong token":      {wechattest.Tells(risky, "guess", nil, "", wechattest.Noon), nil, 403, nil},
		"open, though set": {wechattest.Tells(risky, "tok", nil, "", wechattest.Noon), aes, 400, nil},
		"for another app":  {wechattest.Tells(risky, "tok", aes, "wxother", wechattest.Noon), aes, 400, nil},
		"another key":      {wechattest.Tells(risky, "tok", slices.Concat(aes[16:], aes[:16]), wechattest.AppID, wechattest.Noon), aes, 400, nil},
		"too long":         {wechattest.Tells(strings.Repeat(" ", 65<<10)+risky, "tok", nil, "", wechattest.Noon), nil, 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var heard []moderation.Verdict
			e := &Events{AppID: wechattest.AppID, Token: "tok", Key: c.key, Now: func() time.Time { return time.Unix(1783339200, 0) }, Told: func(_ context.Context, trace string, v moderation.Verdict) error {
				if trace != v.Trace {
					t.Errorf("trace %q with a verdict on %q", trace, v.Trace)
				}
				heard = append(heard, v)
				return nil
			}}
			got := httptest.NewRecorder()
			e.ServeHTTP(got, c.request)
			same := slices.EqualFunc(heard, c.want, func(a, b moderation.Verdict) bool {
				return a.State == b.State && a.Reason == b.Reason && a.Trace == b.Trace
			})
			if got.Code != c.status || !same || c.status == 200 && got.Body.String() != "success" {
				t.Errorf("%d %q, heard %+v; want %d and %+v", got.Code, got.Body, heard, c.status, c.want)
			}
		})
	}
}

func TestTheConsolesQuestionIsAnswered(t *testing.T) {
	e := &Events{Token: "tok", Now: func() time.Time { return time.Unix(1, 0) }}
	got := httptest.NewRecorder()
	e.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/wechat/events?timestamp=1&nonce=2&echostr=hello&signature="+wechattest.Sum("tok", "1", "2"), nil))
	if got.Code != 200 || got.Body.String() != "hello" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %q", got.Code, got.Body)
	}
	got = httptest.NewRecorder()
	e.ServeHTTP(got, httptest.NewRequest(http.MethodPut, "/wechat/events?timestamp=1&nonce=2&signature="+wechattest.Sum("tok", "1", "2"), nil))
	if got.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", got.Code)
	}
}

// A signature says when it was made; one that was copied is no use later, nor one of the future.
func TestAnOldSignatureIsRefused(t *testing.T) {
	for _, off := range []time.Duration{-11 * time.Minute, 11 * time.Minute, -time.Hour} {
		e := &Events{AppID: wechattest.AppID, Token: "tok", Now: func() time.Time { return wechattest.Noon }, Told: func(context.Context, string, moderation.Verdict) error {
			t.Error("it is heard")
			return nil
		}}
		got := httptest.NewRecorder()
		e.ServeHTTP(got, wechattest.Tells(`{"Event":"wxa_media_check","appid":"`+wechattest.AppID+`","trace_id":"t","result":{"suggest":"pass"}}`, "tok", nil, "", wechattest.Noon.Add(off)))
		if got.Code != http.StatusForbidden {
			t.Errorf("%v: %d", off, got.Code)
		}
	}
}

// A token that is none any more is asked for again, and forced where WeChat gives the same one; one that is good for a
// little while more is used where WeChat gives none.
func TestATokenIsRenewedOnceAndKeptWhileItIsGood(t *testing.T) {
	f := newFake(t)
	c := checksOf(f)
	ask := func() error { _, err := c.Text(t.Context(), poster, "话"); return err }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	f.Set(func() { f.Stuck = true })
	if err := ask(); err != nil || f.Forced != 1 || f.Tokens != 2 {
		t.Errorf("%v after %d forced tokens of %d", err, f.Forced, f.Tokens)
	}
	f.Set(func() { f.Now = f.Now.Add(2*time.Hour - 30*time.Second); f.Seen["o-1"] = f.Now })
	c.Secret = "wrong" // so that no token is given
	if err := ask(); err != nil {
		t.Errorf("half a minute before its end the old token is not used: %v", err)
	}
	f.Set(func() { f.Now = f.Now.Add(time.Minute) })
	if err := ask(); !refusedWith(err, 40125) {
		t.Errorf("after its end: %v", err)
	}
}

// No more checks are asked for within any minute than are allowed; whoever comes too late is told so without a call.
func TestChecksKeepTheirPace(t *testing.T) {
	f := newFake(t)
	c := checksOf(f)
	c.Most = 10
	asked := 0
	for range 200 { // ten minutes
		if _, err := c.Text(t.Context(), poster, "话"); err == nil {
			asked++
		} else if !strings.Contains(err.Error(), "within a minute") {
			t.Fatal(err)
		}
		f.Set(func() { f.Now = f.Now.Add(3 * time.Second); f.Seen["o-1"] = f.Now })
	}
	if asked != 100 || len(f.Asked) != asked {
		t.Errorf("%d checks in ten minutes, %d calls; allowed are 100", asked, len(f.Asked))
	}
	if _, err := c.Text(t.Context(), moderation.Asked{Kind: moderation.Post, OpenID: "o-1", Away: true}, "话"); err == nil || len(f.Asked) != asked {
		t.Errorf("of somebody who was away: %v after %d calls", err, len(f.Asked))
	}
}

func TestAVerdictThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	e := &Events{AppID: wechattest.AppID, Token: "tok", Now: func() time.Time { return time.Unix(1783339200, 0) }, Told: func(context.Context, string, moderation.Verdict) error { return errors.New("store") }}
	got := httptest.NewRecorder()
	e.ServeHTTP(got, wechattest.Tells(`{"Event":"wxa_media_check","appid":"`+wechattest.AppID+`","trace_id":"t","result":{"suggest":"pass"}}`, "tok", nil, "", wechattest.Noon))
	if got.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", got.Code)
	}
}

func TestKeysOfTheWrongLengthAreRefused(t *testing.T) {
	for _, k := range []string{"", "short", key + "=", strings.Repeat("!", 43)} {
		if _, err := ParseKey(k); err == nil {
			t.Errorf("%q is taken", k)
		}
	}
}
