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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var poster = moderation.Asked{Kind: moderation.Post, OpenID: "o-1"}

func TestFindingsBecomeVerdicts(t *testing.T) {
	f := newFake(t)
	f.answer = map[string]string{"赌": "risky 20006", "骗": "review 20008", "怪": "review 21000", "新": "undecided 100"}
	c := f.checks()
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
	if f.tokens != 1 {
		t.Errorf("%d tokens for all checks, want 1", f.tokens)
	}
}

func TestLongTextsAreAskedAboutInPiecesThatOverlap(t *testing.T) {
	f := newFake(t)
	f.answer = map[string]string{"坏话": "risky 20003"}
	text := strings.Repeat("好", 2499) + "坏话" + strings.Repeat("好", 3000)
	v, err := f.checks().Text(t.Context(), poster, text)
	if err != nil || v.State != moderation.Block || v.Reason != "ABUSE" {
		t.Errorf("%+v, %v; a word on the seam must be found", v, err)
	}
	if len(f.asked) != 2 || utf8.RuneCountInString(f.asked[0]) != 2500 {
		t.Errorf("%d pieces asked about; after a refusal no more are", len(f.asked))
	}
}

func TestAnInvalidTokenIsReplacedOnce(t *testing.T) {
	f := newFake(t)
	c := f.checks()
	if _, err := c.Text(t.Context(), poster, "一"); err != nil {
		t.Fatal(err)
	}
	f.set(func() { f.tokens++ }) // somebody had the token renewed
	if _, err := c.Text(t.Context(), poster, "二"); err != nil {
		t.Error(err)
	}
	f.set(func() { f.next = []int{42001, 42001} })
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
		make func(*fake, *Checks)
		says string
	}{
		"no account":     {moderation.Asked{Kind: moderation.Post}, nil, "no account"},
		"unknown kind":   {moderation.Asked{Kind: "SONG", OpenID: "o-1"}, nil, "no account"},
		"unknown openid": {moderation.Asked{Kind: moderation.Post, OpenID: "o-2"}, nil, "40003"},
		"long away":      {moderation.Asked{Kind: moderation.Comment, OpenID: "o-old"}, nil, "61010"},
		"busy":           {poster, func(f *fake, _ *Checks) { f.next = []int{-1} }, "-1"},
		"quota":          {poster, func(f *fake, _ *Checks) { f.next = []int{45009} }, "45009"},
		"wrong secret":   {poster, func(_ *fake, c *Checks) { c.Secret = "other" }, "40125"},
		"cut":            {poster, func(f *fake, _ *Checks) { f.silence = true }, "no answer"},
		"no host":        {poster, func(_ *fake, c *Checks) { c.Host = "http://127.0.0.1:1" }, "no answer"},
		"no json":        {poster, func(f *fake, c *Checks) { c.Host = f.URL + "/elsewhere" }, "errcode"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			checks := f.checks()
			if c.make != nil {
				c.make(f, checks)
			}
			_, err := checks.Text(t.Context(), c.by, "话")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "token-") {
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
	f.stall = make(chan struct{})
	defer close(f.stall)
	ctx, end := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer end()
	if _, err := f.checks().Text(ctx, poster, "话"); err == nil || !strings.Contains(err.Error(), "in time") {
		t.Errorf("%v", err)
	}
}

func TestAuthorsWithoutAnAccountAreSomebodyElsesToJudge(t *testing.T) {
	f := newFake(t)
	by := ByAccount{With: f.checks(), Without: moderation.LocalOnly{Pictures: moderation.Review}}
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
	asked, err := f.checks().Picture(t.Context(), poster, "https://m.example/a.jpg")
	if err != nil || asked.State != moderation.Review || asked.Trace == "" || !slices.Equal(f.media, []string{"https://m.example/a.jpg"}) {
		t.Fatalf("%+v %v, asked about %v", asked, err, f.media)
	}
	aes, err := ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	risky := `{"ToUserName":"gh_1","FromUserName":"o-1","CreateTime":1783339200,"MsgType":"event","Event":"wxa_media_check","appid":"` + appID + `","trace_id":"` + asked.Trace + `","version":2,"detail":[],"errcode":0,"errmsg":"ok","result":{"suggest":"risky","label":20002}}`
	markup := `<xml><CreateTime>1783339200</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[wxa_media_check]]></Event><appid><![CDATA[` + appID + `]]></appid><trace_id><![CDATA[` + asked.Trace + `]]></trace_id><version>2</version><errcode>0</errcode><result><suggest><![CDATA[risky]]></suggest><label>20002</label></result></xml>`
	for name, c := range map[string]struct {
		request *http.Request
		key     []byte
		status  int
		want    []moderation.Verdict
	}{
		"json":             {tells(risky, "tok", nil, ""), nil, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"xml":              {tells(markup, "tok", nil, ""), nil, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"json, safe mode":  {tells(risky, "tok", aes, appID), aes, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"xml, safe mode":   {tells(markup, "tok", aes, appID), aes, 200, []moderation.Verdict{{State: moderation.Block, Reason: "ADULT", Trace: asked.Trace}}},
		"passed":           {tells(strings.Replace(strings.Replace(risky, "risky", "pass", 1), "20002", "100", 1), "tok", nil, ""), nil, 200, []moderation.Verdict{{Trace: asked.Trace}}},
		"not loaded":       {tells(strings.Replace(risky, `"errcode":0`, `"errcode":-1010`, 1), "tok", nil, ""), nil, 200, []moderation.Verdict{{State: moderation.Review, Reason: moderation.Unavailable, Trace: asked.Trace}}},
		"other event":      {tells(strings.Replace(risky, "wxa_media_check", "user_enter", 1), "tok", nil, ""), nil, 200, nil},
		"other app":        {tells(strings.Replace(risky, appID, "wxother", 1), "tok", nil, ""), nil, 200, nil},
		"copied later":     {tells(strings.Replace(risky, "1783339200", "1783330000", 1), "tok", nil, ""), nil, 200, nil},
		"wrong token":      {tells(risky, "guess", nil, ""), nil, 403, nil},
		"open, though set": {tells(risky, "tok", nil, ""), aes, 400, nil},
		"for another app":  {tells(risky, "tok", aes, "wxother"), aes, 400, nil},
		"another key":      {tells(risky, "tok", slices.Concat(aes[16:], aes[:16]), appID), aes, 400, nil},
		"too long":         {tells(strings.Repeat(" ", 65<<10)+risky, "tok", nil, ""), nil, 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var heard []moderation.Verdict
			e := &Events{AppID: appID, Token: "tok", Key: c.key, Now: func() time.Time { return time.Unix(1783339200, 0) }, Told: func(_ context.Context, trace string, v moderation.Verdict) error {
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
	e := &Events{Token: "tok"}
	got := httptest.NewRecorder()
	e.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/wechat/events?timestamp=1&nonce=2&echostr=hello&signature="+sum("tok", "1", "2"), nil))
	if got.Code != 200 || got.Body.String() != "hello" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d %q", got.Code, got.Body)
	}
	got = httptest.NewRecorder()
	e.ServeHTTP(got, httptest.NewRequest(http.MethodPut, "/wechat/events?timestamp=1&nonce=2&signature="+sum("tok", "1", "2"), nil))
	if got.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", got.Code)
	}
}

func TestAVerdictThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	e := &Events{AppID: appID, Token: "tok", Now: func() time.Time { return time.Unix(1783339200, 0) }, Told: func(context.Context, string, moderation.Verdict) error { return errors.New("store") }}
	got := httptest.NewRecorder()
	e.ServeHTTP(got, tells(`{"Event":"wxa_media_check","appid":"`+appID+`","trace_id":"t","result":{"suggest":"pass"}}`, "tok", nil, ""))
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
