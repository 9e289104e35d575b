// Package wechattest is WeChat's interface as far as its papers say, for tests: errors, tokens and events included.
package wechattest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Fake answers as WeChat's interface does: stable_token, msg_sec_check and media_check_async in version 2. What it holds is
// read and changed in Set.
type Fake struct {
	*httptest.Server
	id      string // no two have the same numbers of cases
	mu      sync.Mutex
	Now     time.Time
	Tokens  int                  // given out; the newest alone is good
	Given   int                  // how often one was asked for
	Forced  int                  // how often a new one was forced
	Stuck   bool                 // tokens end, and only a forced one is another one
	Seen    map[string]time.Time // when accounts were in the mini-program
	Asked   []string             // contents
	Scenes  []int                // of the contents
	Media   []string             // addresses, by trace
	Answer  map[string]string    // suggest and label by a word of the content, such as "risky 20008"
	Next    []int                // errcodes of the next checks
	Garbage bool                 // answers with what is no JSON
	Silence bool                 // close connections without an answer
	Stall   chan struct{}        // answers wait for it

	Logins    map[string]Login // who has a code; each is good once
	LoggedIn  []string         // codes that were asked about
	LoginNext []int            // errcodes of the next sign-ins; 500 is a status
}

// Login is who has a code.
type Login struct{ OpenID, UnionID string }

// SessionKey is the key of everybody's session in the mini-program, and MobileAppID an app of the same company.
const (
	SessionKey  = "c2Vzc2lvbi1rZXktMTIzNA=="
	MobileAppID = "wxfedcba9876543210"
)

// The mini-program.
const (
	AppID  = "wx0123456789abcdef"
	Secret = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
)

// Noon is when it is, unless a test says otherwise.
var Noon = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

// New starts one; o-1 was in the mini-program an hour ago, o-old three.
func New() *Fake {
	f := &Fake{id: rand.Text(), Now: Noon, Seen: map[string]time.Time{"o-1": Noon.Add(-time.Hour), "o-old": Noon.Add(-3 * time.Hour)}, Answer: map[string]string{}, Logins: map[string]Login{}}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	return f
}

// Clock is its time.
func (f *Fake) Clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Now
}

// Trace is the number of the case of the nth picture, from 1.
func (f *Fake) Trace(n int) string { return fmt.Sprintf("967e945c-%s-%d", f.id, n) }

// TextTrace is that of the nth text, from 1.
func (f *Fake) TextTrace(n int) string { return fmt.Sprintf("60ae120f-%s-%d", f.id, n) }

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	stall := f.Stall
	f.mu.Unlock()
	if stall != nil {
		<-stall
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Silence {
		panic(http.ErrAbortHandler)
	}
	var in struct {
		GrantType string `json:"grant_type"`
		Forced    bool   `json:"force_refresh"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Version   int    `json:"version"`
		OpenID    string `json:"openid"`
		Scene     int    `json:"scene"`
		Content   string `json:"content"`
		MediaURL  string `json:"media_url"`
		MediaType int    `json:"media_type"`
	}
	if strings.HasPrefix(r.URL.Path, "/sns/") {
		f.login(w, r)
		return
	}
	var raw bytes.Buffer
	_, _ = raw.ReadFrom(r.Body)
	if err := json.Unmarshal(raw.Bytes(), &in); err != nil || r.Method != http.MethodPost {
		f.say(w, map[string]any{"errcode": 47001, "errmsg": "data format error"})
		return
	}
	if r.URL.Path == "/cgi-bin/stable_token" {
		f.Given++
		if in.GrantType != "client_credential" || in.AppID != AppID || in.Secret != Secret {
			f.say(w, map[string]any{"errcode": 40125, "errmsg": "invalid appsecret"})
			return
		}
		if in.Forced {
			f.Forced++
			f.Stuck = false
		}
		if f.Tokens == 0 || in.Forced {
			f.Tokens++
		}
		f.say(w, map[string]any{"access_token": f.token(), "expires_in": 7200})
		return
	}
	if f.Garbage {
		_, _ = w.Write([]byte("<html>"))
		return
	}
	if r.URL.Query().Get("access_token") != f.token() || f.Stuck {
		f.say(w, map[string]any{"errcode": 40001, "errmsg": "invalid credential"})
		return
	}
	if len(f.Next) > 0 {
		code := f.Next[0]
		f.Next = f.Next[1:]
		if code != 0 {
			f.say(w, map[string]any{"errcode": code, "errmsg": "as told"})
			return
		}
	}
	at, known := f.Seen[in.OpenID]
	switch {
	case in.Version != 2 || in.Scene < 1 || in.Scene > 4:
		f.say(w, map[string]any{"errcode": 40129, "errmsg": "invalid scene"})
	case !known:
		f.say(w, map[string]any{"errcode": 40003, "errmsg": "invalid openid"})
	case f.Now.Sub(at) > 2*time.Hour:
		f.say(w, map[string]any{"errcode": 61010, "errmsg": "code is expired"})
	case r.URL.Path == "/wxa/msg_sec_check":
		if n := utf8.RuneCountInString(in.Content); n < 1 || n > 2500 || bytes.Contains(raw.Bytes(), []byte(`\u00`)) {
			f.say(w, map[string]any{"errcode": 47001, "errmsg": fmt.Sprint(n, " characters")})
			return
		}
		f.Asked, f.Scenes = append(f.Asked, in.Content), append(f.Scenes, in.Scene)
		suggest, label := "pass", 100
		for word, says := range f.Answer {
			if strings.Contains(in.Content, word) {
				_, _ = fmt.Sscan(says, &suggest, &label)
			}
		}
		f.say(w, map[string]any{"errcode": 0, "errmsg": "ok", "result": map[string]any{"suggest": suggest, "label": label},
			"detail": []any{map[string]any{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}}, "trace_id": f.TextTrace(len(f.Asked))})
	case r.URL.Path == "/wxa/media_check_async":
		if u, err := url.Parse(in.MediaURL); err != nil || u.Host == "" || in.MediaType != 2 {
			f.say(w, map[string]any{"errcode": 44991, "errmsg": "invalid url"})
			return
		}
		f.Media = append(f.Media, in.MediaURL)
		f.say(w, map[string]any{"errcode": 0, "errmsg": "ok", "trace_id": f.Trace(len(f.Media))})
	default:
		http.NotFound(w, r)
	}
}

// login answers code2session of the mini-program, and the same of an app.
func (f *Fake) login(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	app, code := AppID, q.Get("js_code")
	if r.URL.Path == "/sns/oauth2/access_token" {
		app, code = MobileAppID, q.Get("code")
	}
	f.LoggedIn = append(f.LoggedIn, code)
	if len(f.LoginNext) > 0 {
		told := f.LoginNext[0]
		f.LoginNext = f.LoginNext[1:]
		if told == http.StatusInternalServerError {
			http.Error(w, Secret, told)
			return
		}
		f.say(w, map[string]any{"errcode": told, "errmsg": "as told, with " + Secret})
		return
	}
	who, known := f.Logins[code]
	if !known || q.Get("appid") != app || q.Get("secret") != Secret || q.Get("grant_type") != "authorization_code" || r.Method != http.MethodGet {
		f.say(w, map[string]any{"errcode": 40029, "errmsg": "invalid code"})
		return
	}
	delete(f.Logins, code)
	out := map[string]any{"openid": who.OpenID, "unionid": who.UnionID}
	if app == AppID {
		out["session_key"] = SessionKey
	}
	f.say(w, out)
}

func (f *Fake) token() string { return fmt.Sprintf("token-%d", f.Tokens) }

func (f *Fake) say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	_ = json.NewEncoder(w).Encode(v) // who does not listen any more is the test's business
}

// Set reads or changes what it holds.
func (f *Fake) Set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// Tells makes the request with which WeChat tells of an event at a time: in the open, or encrypted where there is a key.
func Tells(body, token string, key []byte, forApp string, at time.Time) *http.Request {
	when := strconv.FormatInt(at.Unix(), 10)
	q := url.Values{"timestamp": {when}, "nonce": {"n-1"}}
	q.Set("signature", Sum(token, when, "n-1"))
	if key != nil {
		sealed := encrypt(key, forApp, body)
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", Sum(token, when, "n-1", sealed))
		if strings.HasPrefix(body, "<") {
			body = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"
		} else {
			body = `{"ToUserName":"gh_1","Encrypt":"` + sealed + `"}`
		}
	}
	return httptest.NewRequest(http.MethodPost, "/wechat/events?"+q.Encode(), strings.NewReader(body))
}

// Sum is a signature as WeChat makes it.
func Sum(parts ...string) string {
	slices.Sort(parts)
	s := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(s[:])
}

func encrypt(key []byte, app, body string) string {
	plain := append([]byte("0123456789abcdef"), binary.BigEndian.AppendUint32(nil, uint32(len(body)))...)
	plain = append(append(plain, body...), app...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}
