package wechat

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/moderation"
)

// Events hears what WeChat tells the mini-program's server: of interest are the verdicts on pictures. It takes JSON and
// XML, in the open and in the safe mode, as the mini-program's console may be set.
type Events struct {
	AppID string
	Token string // as set in the console
	Key   []byte // 32 bytes of the console's EncodingAESKey; none = events come in the open
	Now   func() time.Time
	// Told is given each verdict with its trace. An error makes WeChat tell it again.
	Told func(ctx context.Context, trace string, v moderation.Verdict) error
}

const (
	// mostEvent bounds an event: the longest known have some kilobytes of details.
	mostEvent = 64 << 10
	// freshFor is how old the time of an event may be: WeChat repeats an event for seconds, and what is older was copied. Ours.
	freshFor = 10 * time.Minute
)

// ParseKey reads the EncodingAESKey of the console: 43 characters of base64.
func ParseKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text + "=")
	if err != nil || len(text) != 43 {
		return nil, errors.New("an EncodingAESKey has 43 letters and digits")
	}
	return key, nil
}

// ServeHTTP answers WeChat.
func (e *Events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !signed(q.Get("signature"), e.Token, q.Get("timestamp"), q.Get("nonce")) {
		http.Error(w, "the signature is not WeChat's", http.StatusForbidden)
		return
	}
	if sent, err := strconv.ParseInt(q.Get("timestamp"), 10, 64); err != nil || e.Now().Sub(time.Unix(sent, 0)).Abs() > freshFor {
		http.Error(w, "the signature is too old", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet: // asked once, when the address is set in the console
		_, _ = io.WriteString(w, q.Get("echostr"))
	case http.MethodPost:
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostEvent))
		if err == nil {
			body, err = e.open(body, q.Get("timestamp"), q.Get("nonce"), q.Get("msg_signature"))
		}
		if err != nil {
			http.Error(w, "the event cannot be read", http.StatusBadRequest)
			return
		}
		if err := e.hear(r.Context(), body); err != nil {
			http.Error(w, "tell it again later", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "success")
	default:
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
	}
}

// signed tells whether a signature is that of its parts, as WeChat makes it: SHA-1 of the sorted parts.
func signed(signature string, parts ...string) bool {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(signature)) == 1
}

// told is an event, in either of its forms.
type told struct {
	Encrypt string  `json:"Encrypt" xml:"Encrypt"`
	Event   string  `json:"Event" xml:"Event"`
	AppID   string  `json:"appid" xml:"appid"`
	Trace   string  `json:"trace_id" xml:"trace_id"`
	Code    int     `json:"errcode" xml:"errcode"`
	Result  finding `json:"result" xml:"result"`
	Created int64   `json:"CreateTime" xml:"CreateTime"`
}

func parse(body []byte) (told, error) {
	var t told
	if strings.HasPrefix(strings.TrimSpace(string(body)), "<") {
		return t, xml.Unmarshal(body, &t)
	}
	return t, json.Unmarshal(body, &t)
}

// open decrypts an event of the safe mode. Where a key is set, nothing in the open counts.
func (e *Events) open(body []byte, timestamp, nonce, signature string) ([]byte, error) {
	if len(e.Key) == 0 {
		return body, nil
	}
	t, err := parse(body)
	if err != nil {
		return nil, err
	}
	if !signed(signature, e.Token, timestamp, nonce, t.Encrypt) {
		return nil, errors.New("the event's signature is not WeChat's")
	}
	return decrypt(e.Key, e.AppID, t.Encrypt)
}

// decrypt opens a body: AES-256-CBC with the key's first half as vector, PKCS#7 to 32 bytes; inside are 16 random bytes,
// the length, the text, and the mini-program that it is for.
func decrypt(key []byte, appID, text string) ([]byte, error) {
	wrong := errors.New("the event is not encrypted for this mini-program")
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, wrong
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(b, b)
	pad := int(b[len(b)-1])
	if pad < 1 || pad > 32 || pad > len(b) {
		return nil, wrong
	}
	b = b[:len(b)-pad]
	if len(b) < 20 {
		return nil, wrong
	}
	n := int64(binary.BigEndian.Uint32(b[16:20]))
	if n > int64(len(b)-20) || string(b[20+n:]) != appID {
		return nil, wrong
	}
	return b[20 : 20+n], nil
}

// hear passes a verdict on. What is no verdict, or not this mini-program's, is nobody's concern here.
func (e *Events) hear(ctx context.Context, body []byte) error {
	t, err := parse(body)
	if err != nil || t.Event != "wxa_media_check" || t.Trace == "" || t.AppID != e.AppID {
		return nil
	}
	if t.Created > 0 && e.Now().Sub(time.Unix(t.Created, 0)) > freshFor {
		return nil
	}
	v := t.Result.verdict(t.Trace)
	if t.Code != 0 { // WeChat could not load or judge it: somebody has to look
		v = moderation.Held()
		v.Trace = t.Trace
	}
	return e.Told(ctx, t.Trace, v)
}
