package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

var now = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func message() Message {
	return Message{Notice: strings.Repeat("ab", 16), Device: "d1", Kind: "COINS_EARNED", Title: "星币到账", Body: "2026年7月6日共到账120星币。", Locale: "zh-CN", Until: now.Add(time.Hour)}
}

func TestAPNsTakesWhatWeSendAndWeUnderstandItsAnswers(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	type said struct {
		status int
		body   string
		retry  string
	}
	var says said
	var seen *http.Request
	var payload []byte
	fake := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		payload, _ = io.ReadAll(r.Body)
		if says.retry != "" {
			w.Header().Set("Retry-After", says.retry)
		}
		w.WriteHeader(says.status)
		fmt.Fprint(w, says.body)
	}))
	fake.EnableHTTP2 = true
	fake.StartTLS()
	defer fake.Close()
	clock := now
	service := &APNs{Client: fake.Client(), Host: fake.URL, Key: key, KeyID: "K1", TeamID: "T1", Topic: "shop.app", Now: func() time.Time { return clock }}
	for _, c := range []struct {
		says said
		want Result
	}{
		{said{200, "", ""}, Result{Outcome: Sent}},
		{said{410, `{"reason":"Unregistered","timestamp":1}`, ""}, Result{Outcome: Gone, Reason: "Unregistered"}},
		{said{400, `{"reason":"BadDeviceToken"}`, ""}, Result{Outcome: Gone, Reason: "BadDeviceToken"}},
		{said{400, `{"reason":"PayloadEmpty"}`, ""}, Result{Outcome: Refused, Reason: "PayloadEmpty"}},
		{said{429, `{"reason":"TooManyRequests"}`, "7"}, Result{Outcome: Later, Reason: "TooManyRequests", After: 7 * time.Second}},
		{said{503, `{"reason":"Shutdown"}`, ""}, Result{Outcome: Later, Reason: "Shutdown", After: time.Minute}},
		{said{403, `{"reason":"ExpiredProviderToken"}`, ""}, Result{Outcome: Later, Reason: "ExpiredProviderToken", After: time.Minute}},
		{said{500, `{"reason":"InternalServerError"}`, ""}, Result{Outcome: Unknown, Reason: "InternalServerError"}},
	} {
		says = c.says
		if got := service.Send(t.Context(), "00fc13", message()); got != c.want {
			t.Errorf("%+v gives %+v, want %+v", c.says, got, c.want)
		}
	}
	for name, want := range map[string]string{"Apns-Topic": "shop.app", "Apns-Push-Type": "alert", "Apns-Id": message().ID(), "Apns-Collapse-Id": message().Notice, "Apns-Expiration": fmt.Sprint(now.Add(time.Hour).Unix())} {
		if got := seen.Header.Get(name); got != want || len(got) > 64 {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	token, err := jwt.Parse(strings.TrimPrefix(seen.Header.Get("Authorization"), "bearer "), func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithoutClaimsValidation())
	if err != nil || token.Method.Alg() != "ES256" || token.Header["kid"] != "K1" || token.Claims.(jwt.MapClaims)["iss"] != "T1" {
		t.Errorf("the provider token is %+v: %v", token, err)
	}
	if seen.ProtoMajor != 2 || seen.Method != http.MethodPost || seen.URL.Path != "/3/device/00fc13" {
		t.Errorf("asked by %s %s %s", seen.Proto, seen.Method, seen.URL.Path)
	}
	long := message()
	long.Body = strings.Repeat("金", 5000)
	service.Send(t.Context(), "00fc13", long)
	var doc struct {
		Aps struct{ Alert struct{ Title, Body string } }
	}
	if err := json.Unmarshal(payload, &doc); err != nil || len(payload) > 4096 || doc.Aps.Alert.Title != long.Title || !strings.HasSuffix(doc.Aps.Alert.Body, "…") {
		t.Errorf("a long message has %d bytes: %v", len(payload), err)
	}
	first, _ := service.bearer()
	clock = clock.Add(39 * time.Minute)
	same, _ := service.bearer()
	clock = clock.Add(2 * time.Minute)
	if other, _ := service.bearer(); same != first || other == first {
		t.Error("the provider token is not kept for 40 minutes")
	}
}

func TestFCMTakesWhatWeSendAndWeUnderstandItsAnswers(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var status, tokens int
	var body, retry, bearer string
	var sent struct {
		Message struct {
			Token        string
			Notification struct{ Title, Body string }
			Data         map[string]string
			Android      struct {
				CollapseKey string `json:"collapse_key"`
				TTL         string
			}
		}
	}
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens++
			got, err := jwt.Parse(r.FormValue("assertion"), func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithoutClaimsValidation())
			if err != nil || got.Claims.(jwt.MapClaims)["iss"] != "push@shop" || r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
				w.WriteHeader(http.StatusBadRequest)
			}
			fmt.Fprintf(w, `{"access_token":"access-%d","expires_in":3600}`, tokens)
			return
		}
		bearer = r.Header.Get("Authorization")
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.URL.Path != "/v1/projects/shop/messages:send" {
			t.Errorf("asked %s: %v", r.URL.Path, err)
		}
		if retry != "" {
			w.Header().Set("Retry-After", retry)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer fake.Close()
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	file, _ := json.Marshal(map[string]string{"project_id": "shop", "client_email": "push@shop", "private_key_id": "k", "token_uri": fake.URL + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	account, err := ReadAccount(file)
	if err != nil {
		t.Fatal(err)
	}
	clock := now
	service := &FCM{Client: fake.Client(), Host: fake.URL, Account: account, Now: func() time.Time { return clock }}
	for _, c := range []struct {
		status      int
		body, retry string
		want        Result
	}{
		{200, `{"name":"projects/shop/messages/1"}`, "", Result{Outcome: Sent}},
		{404, `{"error":{"status":"NOT_FOUND","details":[{"errorCode":"UNREGISTERED"}]}}`, "", Result{Outcome: Gone, Reason: "UNREGISTERED"}},
		{400, `{"error":{"status":"INVALID_ARGUMENT"}}`, "", Result{Outcome: Refused, Reason: "INVALID_ARGUMENT"}},
		{429, `{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"errorCode":"QUOTA_EXCEEDED"}]}}`, "", Result{Outcome: Later, Reason: "QUOTA_EXCEEDED", After: time.Minute}},
		{503, `{"error":{"status":"UNAVAILABLE"}}`, "30", Result{Outcome: Later, Reason: "UNAVAILABLE", After: 30 * time.Second}},
		{401, `{"error":{"status":"UNAUTHENTICATED"}}`, "", Result{Outcome: Later, Reason: "UNAUTHENTICATED", After: time.Minute}},
		{500, `{"error":{"status":"INTERNAL"}}`, "", Result{Outcome: Unknown, Reason: "INTERNAL"}},
	} {
		status, body, retry = c.status, c.body, c.retry
		if got := service.Send(t.Context(), "phone", message()); got != c.want {
			t.Errorf("%d %s gives %+v, want %+v", c.status, c.body, got, c.want)
		}
	}
	if tokens != 2 || bearer != "Bearer access-2" { // kept, and asked for again once it was refused
		t.Errorf("%d access tokens, the last one sent is %q", tokens, bearer)
	}
	clock = clock.Add(59*time.Minute + time.Second)
	if service.Send(t.Context(), "phone", message()); tokens != 3 {
		t.Errorf("%d access tokens after an hour, want 3", tokens)
	}
	if m := sent.Message; m.Token != "phone" || m.Notification.Title != message().Title || m.Data["notice"] != message().Notice || m.Android.CollapseKey != message().Notice || m.Android.TTL == "" {
		t.Errorf("sent %+v", m)
	}
	for _, wrong := range []string{"", "{}", strings.Replace(string(file), "BEGIN", "END", 1)} {
		if _, err := ReadAccount([]byte(wrong)); err == nil {
			t.Errorf("%.20q is taken for a service account", wrong)
		}
	}
}

func TestWeChatTakesWhatWeSendAndWeUnderstandItsAnswers(t *testing.T) {
	code, tokens := 0, 0
	var sent struct {
		Touser, Lang string
		TemplateID   string `json:"template_id"`
		Data         map[string]struct{ Value string }
	}
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/stable_token" {
			tokens++
			fmt.Fprintf(w, `{"access_token":"a%d","expires_in":7200}`, tokens)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.URL.Path != "/cgi-bin/message/subscribe/send" || r.URL.Query().Get("access_token") != fmt.Sprintf("a%d", tokens) {
			t.Errorf("asked %s: %v", r.URL, err)
		}
		if code == -2 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, `{"errcode":%d,"errmsg":"said"}`, code)
	}))
	defer fake.Close()
	service := &WeChat{Client: fake.Client(), Host: fake.URL, AppID: "wx1", Secret: "s", Template: "t1", Now: func() time.Time { return now }}
	for _, c := range []struct {
		code int
		want Outcome
	}{{0, Sent}, {43101, Refused}, {47003, Refused}, {40003, Gone}, {45009, Later}, {-1, Later}, {-2, Unknown}, {40001, Later}, {0, Sent}, {42001, Later}, {0, Sent}} {
		code = c.code
		if got := service.Send(t.Context(), "openid", message()); got.Outcome != c.want {
			t.Errorf("errcode %d gives %+v, want %s", c.code, got, c.want)
		}
	}
	if tokens != 3 {
		t.Errorf("%d access tokens, want one and two more for those that were refused", tokens)
	}
	long := message()
	long.Body = strings.Repeat("金", 30)
	service.Send(t.Context(), "openid", long)
	if sent.Touser != "openid" || sent.TemplateID != "t1" || sent.Lang != "zh_CN" || sent.Data["thing1"].Value != long.Title || utf8.RuneCountInString(sent.Data["thing2"].Value) != 20 {
		t.Errorf("sent %+v", sent)
	}
}

func TestWhatNobodyHeardIsSentLaterAndWhatNobodyAnsweredIsNot(t *testing.T) {
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack() // it has heard, and says nothing
		if err == nil {
			c.Close()
		}
	}))
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	service := &APNs{Client: fake.Client(), Host: fake.URL, Key: key, Now: func() time.Time { return now }}
	if got := service.Send(t.Context(), "t", message()); got.Outcome != Unknown {
		t.Errorf("cut off: %+v", got)
	}
	fake.Close()
	if got := service.Send(t.Context(), "t", message()); got.Outcome != Later {
		t.Errorf("nobody there: %+v", got)
	}
}
