package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
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
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// fake answers as WeChat's interface does, errors included, as far as its papers say: stable_token, msg_sec_check and
// media_check_async in version 2, and the event wxa_media_check.
type fake struct {
	t *testing.T
	*httptest.Server
	mu      sync.Mutex
	now     time.Time
	tokens  int                  // given out; the newest alone is good
	seen    map[string]time.Time // when accounts were in the mini-program
	asked   []string             // contents
	media   []string             // addresses, by trace
	answer  map[string]string    // suggest and label by a word of the content, such as "risky 20008"
	next    []int                // errcodes of the next checks
	silence bool                 // close connections without an answer
	stall   chan struct{}        // answers wait for it
}

const (
	appID  = "wx0123456789abcdef"
	secret = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
)

var noon = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

func newFake(t *testing.T) *fake {
	f := &fake{t: t, now: noon, seen: map[string]time.Time{"o-1": noon.Add(-time.Hour), "o-old": noon.Add(-3 * time.Hour)}, answer: map[string]string{}}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) checks() *Checks {
	return &Checks{Client: f.Client(), Host: f.URL, AppID: appID, Secret: secret, Now: func() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.now }}
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	stall := f.stall
	f.mu.Unlock()
	if stall != nil {
		<-stall
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.silence {
		panic(http.ErrAbortHandler)
	}
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Version   int    `json:"version"`
		OpenID    string `json:"openid"`
		Scene     int    `json:"scene"`
		Content   string `json:"content"`
		MediaURL  string `json:"media_url"`
		MediaType int    `json:"media_type"`
	}
	var raw bytes.Buffer
	_, _ = raw.ReadFrom(r.Body)
	if err := json.Unmarshal(raw.Bytes(), &in); err != nil || r.Method != http.MethodPost {
		f.say(w, map[string]any{"errcode": 47001, "errmsg": "data format error"})
		return
	}
	if r.URL.Path == "/cgi-bin/stable_token" {
		if in.GrantType != "client_credential" || in.AppID != appID || in.Secret != secret {
			f.say(w, map[string]any{"errcode": 40125, "errmsg": "invalid appsecret"})
			return
		}
		if f.tokens == 0 {
			f.tokens++
		}
		f.say(w, map[string]any{"access_token": f.token(), "expires_in": 7200})
		return
	}
	if r.URL.Query().Get("access_token") != f.token() {
		f.say(w, map[string]any{"errcode": 40001, "errmsg": "invalid credential"})
		return
	}
	if len(f.next) > 0 {
		code := f.next[0]
		f.next = f.next[1:]
		if code != 0 {
			f.say(w, map[string]any{"errcode": code, "errmsg": "as told"})
			return
		}
	}
	at, known := f.seen[in.OpenID]
	switch {
	case in.Version != 2 || in.Scene < 1 || in.Scene > 4:
		f.say(w, map[string]any{"errcode": 40129, "errmsg": "invalid scene"})
	case !known:
		f.say(w, map[string]any{"errcode": 40003, "errmsg": "invalid openid"})
	case f.now.Sub(at) > 2*time.Hour:
		f.say(w, map[string]any{"errcode": 61010, "errmsg": "code is expired"})
	case r.URL.Path == "/wxa/msg_sec_check":
		if n := utf8.RuneCountInString(in.Content); n < 1 || n > 2500 || bytes.Contains(raw.Bytes(), []byte(`\u00`)) {
			f.say(w, map[string]any{"errcode": 47001, "errmsg": fmt.Sprint(n, " characters")})
			return
		}
		f.asked = append(f.asked, in.Content)
		suggest, label := "pass", 100
		for word, says := range f.answer {
			if strings.Contains(in.Content, word) {
				_, _ = fmt.Sscan(says, &suggest, &label)
			}
		}
		f.say(w, map[string]any{"errcode": 0, "errmsg": "ok", "result": map[string]any{"suggest": suggest, "label": label},
			"detail": []any{map[string]any{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}}, "trace_id": fmt.Sprintf("60ae120f-%d", len(f.asked))})
	case r.URL.Path == "/wxa/media_check_async":
		if u, err := url.Parse(in.MediaURL); err != nil || u.Host == "" || in.MediaType != 2 {
			f.say(w, map[string]any{"errcode": 44991, "errmsg": "invalid url"})
			return
		}
		f.media = append(f.media, in.MediaURL)
		f.say(w, map[string]any{"errcode": 0, "errmsg": "ok", "trace_id": fmt.Sprintf("967e945c-%d", len(f.media))})
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) token() string { return fmt.Sprintf("token-%d", f.tokens) }

func (f *fake) say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		f.t.Error(err)
	}
}

func (f *fake) set(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// tells makes the request with which WeChat tells of an event: in the open, or encrypted where there is a key.
func tells(body, token string, key []byte, forApp string) *http.Request {
	q := url.Values{"timestamp": {"1783339200"}, "nonce": {"n-1"}}
	q.Set("signature", sum(token, "1783339200", "n-1"))
	if key != nil {
		sealed := encrypt(key, forApp, body)
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sum(token, "1783339200", "n-1", sealed))
		if strings.HasPrefix(body, "<") {
			body = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"
		} else {
			body = `{"ToUserName":"gh_1","Encrypt":"` + sealed + `"}`
		}
	}
	return httptest.NewRequest(http.MethodPost, "/wechat/events?"+q.Encode(), strings.NewReader(body))
}

func sum(parts ...string) string {
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
