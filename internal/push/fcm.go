package push

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// FCM is Google's service, by its HTTP v1 interface with a service account.
type FCM struct {
	Client  *http.Client
	Host    string // such as https://fcm.googleapis.com
	Account Account
	Now     func() time.Time

	access held
}

// Account is a service account, as its JSON file says.
type Account struct {
	Project  string
	Email    string
	KeyID    string
	Key      *rsa.PrivateKey
	TokenURL string
}

// ReadAccount reads a service account's file.
func ReadAccount(text []byte) (Account, error) {
	var doc struct {
		Project  string `json:"project_id"`
		Email    string `json:"client_email"`
		KeyID    string `json:"private_key_id"`
		Key      string `json:"private_key"`
		TokenURL string `json:"token_uri"`
	}
	if json.Unmarshal(text, &doc) != nil || doc.Project == "" || doc.Email == "" || !strings.HasPrefix(doc.TokenURL, "http") {
		return Account{}, errors.New("the file is no service account with project_id, client_email and token_uri")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(doc.Key))
	if err != nil {
		return Account{}, errors.New("its private_key is no PEM of an RSA key")
	}
	return Account{Project: doc.Project, Email: doc.Email, KeyID: doc.KeyID, Key: key, TokenURL: doc.TokenURL}, nil
}

// held is an access token, kept until shortly before its end. One asks for it at a time.
type held struct {
	mu    sync.Mutex
	token string
	until time.Time
}

// early is how long before its end an access token is not used any more.
const early = time.Minute

// get gives the token, a new one where there is none that lasts.
func (h *held) get(now time.Time, ask func() (string, time.Duration, error)) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.token != "" && now.Before(h.until.Add(-early)) {
		return h.token, nil
	}
	token, life, err := ask()
	if err == nil {
		h.token, h.until = token, now.Add(life)
	}
	return token, err
}

// drop forgets a token that was refused, unless there is another one by now.
func (h *held) drop(token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.token == token {
		h.token = ""
	}
}

func (f *FCM) token(ctx context.Context) (string, time.Duration, error) {
	now := f.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": f.Account.Email, "scope": "https://www.googleapis.com/auth/firebase.messaging", "aud": f.Account.TokenURL,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	t.Header["kid"] = f.Account.KeyID
	signed, err := t.SignedString(f.Account.Key)
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}}
	got, failed := call(ctx, f.Client, http.MethodPost, f.Account.TokenURL, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	if failed != nil {
		return "", 0, errors.New(failed.Reason)
	}
	var said struct {
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
	}
	got.read(&said)
	if said.Token == "" {
		return "", 0, errors.Join(errors.New("no access token"), got.wanted())
	}
	return said.Token, time.Duration(said.Life) * time.Second, nil
}

// Send implements Service.
func (f *FCM) Send(ctx context.Context, token string, m Message) Result {
	access, err := f.access.get(f.Now(), func() (string, time.Duration, error) { return f.token(ctx) })
	if err != nil {
		return Result{Outcome: Later, Reason: "access: " + err.Error(), After: pause} // nothing was sent
	}
	ttl := max(0, int64(m.Until.Sub(f.Now()).Seconds()))
	body, _ := json.Marshal(map[string]any{"message": map[string]any{
		"token":        token,
		"notification": map[string]string{"title": shortened(m.Title, 200), "body": shortened(m.Body, 800)},
		"data":         map[string]string{"notice": m.Notice, "kind": m.Kind},
		"android": map[string]any{"collapse_key": m.Notice, "ttl": (time.Duration(ttl) * time.Second).String(),
			"notification": map[string]string{"tag": m.Notice}},
	}})
	got, failed := call(ctx, f.Client, http.MethodPost, f.Host+"/v1/projects/"+url.PathEscape(f.Account.Project)+"/messages:send",
		http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + access}}, body)
	if failed != nil {
		return *failed
	}
	var said struct {
		Error struct {
			Status  string `json:"status"`
			Details []struct {
				Code string `json:"errorCode"`
			} `json:"details"`
		} `json:"error"`
	}
	got.read(&said)
	reason := said.Error.Status
	for _, d := range said.Error.Details {
		if d.Code != "" {
			reason = d.Code
		}
	}
	switch {
	case got.status == http.StatusOK:
		return Result{Outcome: Sent}
	case reason == "UNREGISTERED", reason == "SENDER_ID_MISMATCH":
		return Result{Outcome: Gone, Reason: reason}
	case got.status == http.StatusUnauthorized:
		f.access.drop(access)
		return got.busy(reason)
	case got.status == http.StatusTooManyRequests, got.status == http.StatusServiceUnavailable:
		return got.busy(reason)
	case got.status >= http.StatusInternalServerError:
		return Result{Outcome: Unknown, Reason: reason}
	default:
		return Result{Outcome: Refused, Reason: reason}
	}
}
