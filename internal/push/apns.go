package push

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// APNs is Apple's service, by its HTTP/2 interface with tokens.
type APNs struct {
	Client *http.Client
	Host   string // such as https://api.push.apple.com
	Key    *ecdsa.PrivateKey
	KeyID  string
	TeamID string
	Topic  string // the app's bundle id
	Now    func() time.Time

	mu     sync.Mutex // guards what follows
	signed string
	at     time.Time
}

const (
	// apnsToken is how long a provider token is used: Apple refuses new ones within 20 minutes and old ones after 60.
	apnsToken = 40 * time.Minute
	// apnsMost is the longest payload that Apple takes.
	apnsMost = 4096
)

// bearer is the provider token.
func (a *APNs) bearer() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.Now()
	if a.signed != "" && now.Sub(a.at) < apnsToken {
		return a.signed, nil
	}
	t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": a.TeamID, "iat": now.Unix()})
	t.Header["kid"] = a.KeyID
	signed, err := t.SignedString(a.Key)
	if err == nil {
		a.signed, a.at = signed, now
	}
	return signed, err
}

func (a *APNs) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.signed = ""
}

// Send implements Service.
func (a *APNs) Send(ctx context.Context, token string, m Message) Result {
	bearer, err := a.bearer()
	if err != nil {
		return Result{Outcome: Refused, Reason: "the key cannot sign"}
	}
	header := http.Header{}
	for name, v := range map[string]string{
		"Authorization": "bearer " + bearer, "Content-Type": "application/json",
		"Apns-Topic": a.Topic, "Apns-Push-Type": "alert", "Apns-Priority": "5",
		"Apns-Id": m.ID(), "Apns-Collapse-Id": m.Notice, "Apns-Expiration": strconv.FormatInt(m.Until.Unix(), 10),
	} {
		header.Set(name, v)
	}
	got, failed := call(ctx, a.Client, http.MethodPost, a.Host+"/3/device/"+url.PathEscape(token), header, apnsPayload(m))
	if failed != nil {
		return *failed
	}
	var said struct {
		Reason string `json:"reason"`
	}
	got.read(&said)
	switch {
	case got.status == http.StatusOK:
		return Result{Outcome: Sent}
	case got.status == http.StatusGone, said.Reason == "BadDeviceToken", said.Reason == "DeviceTokenNotForTopic":
		return Result{Outcome: Gone, Reason: said.Reason}
	case said.Reason == "ExpiredProviderToken":
		a.forget()
		return got.busy(said.Reason)
	case got.status == http.StatusTooManyRequests, got.status == http.StatusServiceUnavailable:
		return got.busy(said.Reason)
	case got.status >= http.StatusInternalServerError:
		return Result{Outcome: Unknown, Reason: said.Reason}
	default:
		return Result{Outcome: Refused, Reason: said.Reason}
	}
}

// apnsPayload is the message as Apple takes it; a long body is cut to fit.
func apnsPayload(m Message) []byte {
	for most := 2000; ; most /= 2 {
		b, _ := json.Marshal(map[string]any{ // texts always can be written
			"aps":    map[string]any{"alert": map[string]string{"title": shortened(m.Title, 200), "body": shortened(m.Body, most)}, "thread-id": m.Kind},
			"notice": m.Notice, "kind": m.Kind,
		})
		if len(b) <= apnsMost || most < 10 {
			return b
		}
	}
}
