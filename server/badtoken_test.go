package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claimed makes a token with the claims of a good one, changed; it is signed with a secret, or with nothing.
func claimed(t *testing.T, secret string, change func(jwt.MapClaims)) string {
	t.Helper()
	now := time.Now()
	c := jwt.MapClaims{"sub": owner, "iss": "members", "aud": "member-apps", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": "j"}
	if change != nil {
		change(c)
	}
	made := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	var key any = []byte(secret)
	if secret == "" {
		made, key = jwt.NewWithClaims(jwt.SigningMethodNone, c), jwt.UnsafeAllowNoneSignatureType
	}
	text, err := made.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forged puts other claims under the signature of a good token.
func forged(t *testing.T) string {
	t.Helper()
	parts := strings.Split(claimed(t, testSecret, nil), ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), owner, stranger, 1)))
	return strings.Join(parts, ".")
}

func set(name string, v any) func(jwt.MapClaims) {
	return func(c jwt.MapClaims) { c[name] = v }
}

func without(name string) func(jwt.MapClaims) {
	return func(c jwt.MapClaims) { delete(c, name) }
}

func TestABadTokenIsRefusedAndNothingRuns(t *testing.T) {
	fine := claimed(t, testSecret, nil)
	parts := strings.Split(fine, ".")
	an := func(header string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + parts[2]
	}
	g := ready(t, embedded).gateway
	home := appQueries(t)["Home"].text
	good(t, g.url, question{query: home, header: map[string]string{"Authorization": "Bearer " + fine}})

	for name, c := range map[string]struct{ authorization, want string }{
		"expired":             {"Bearer " + claimed(t, testSecret, set("exp", time.Now().Add(-61*time.Second).Unix())), "The token expired at "},
		"without an expiry":   {"Bearer " + claimed(t, testSecret, without("exp")), "The token has no expiry (exp); one is needed."},
		"not valid yet":       {"Bearer " + claimed(t, testSecret, set("nbf", time.Now().Add(time.Hour).Unix())), "The token is not good before "},
		"alg none":            {"Bearer " + claimed(t, "", nil), "The token is not signed; allowed are tokens signed with HS256, EdDSA."},
		"alg None":            {"Bearer " + an(`{"alg":"None","typ":"JWT"}`), "The token is not signed"},
		"alg HS512":           {"Bearer " + an(`{"alg":"HS512","typ":"JWT"}`), "The token is signed with \"HS512\"; allowed are HS256, EdDSA."},
		"alg RS256":           {"Bearer " + an(`{"alg":"RS256","typ":"JWT"}`), "The token is signed with \"RS256\"; allowed are HS256, EdDSA."},
		"a refresh token":     {"Bearer " + an(`{"alg":"HS256","typ":"refresh"}`), "The token is not an access token"},
		"unsigned":            {"Bearer " + parts[0] + "." + parts[1] + ".", "signature is wrong"},
		"without a signature": {"Bearer " + parts[0] + "." + parts[1], "a signed JWT of three parts is needed"},
		"another secret":      {"Bearer " + claimed(t, "another secret of thirty-two bytes!!", nil), "The token's signature is wrong."},
		"other claims":        {"Bearer " + forged(t), "The token's signature is wrong."},
		"wrong audience":      {"Bearer " + claimed(t, testSecret, set("aud", "staff-apps")), `"member-apps"`},
		"one audience more":   {"Bearer " + claimed(t, testSecret, set("aud", []string{"member-apps", "staff-apps"})), `"member-apps"`},
		"without an audience": {"Bearer " + claimed(t, testSecret, without("aud")), `"member-apps"`},
		"wrong issuer":        {"Bearer " + claimed(t, testSecret, set("iss", "somebody")), `"members"`},
		"without a member":    {"Bearer " + claimed(t, testSecret, set("sub", "")), "sub is not a member id"},
		"unknown scope":       {"Bearer " + claimed(t, testSecret, set("scope", "root")), `allowed are "member" and "staff"`},
		"too long":            {"Bearer " + claimed(t, testSecret, set("jti", strings.Repeat("x", 9_000))), "at most 8192 are allowed"},
		"garbage":             {"Bearer abc", "a signed JWT of three parts is needed"},
		"nothing":             {"Bearer ", "The Authorization header cannot be read"},
		"another scheme":      {"Basic " + fine, "The Authorization header cannot be read"},
		"empty":               {"", "The Authorization header cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			request := strings.ReplaceAll(name, " ", "-")
			r := ask(t, g.url, question{query: home, header: map[string]string{"Authorization": c.authorization, "X-Request-Id": request}})
			if r.status != http.StatusUnauthorized || strings.Contains(r.text, `"data"`) || r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("status %d, %s", r.status, r.text)
			}
			r.refusedOnce(t, "UNAUTHENTICATED", c.want)
			line := g.lineOf(t, request)
			if line.Mongo != 0 || line.Redis != 0 || line.Cost != 0 {
				t.Errorf("something ran: %+v", line)
			}
			if secret := strings.TrimPrefix(c.authorization, "Bearer "); len(secret) > 10 && strings.Contains(r.text+g.log.String(), secret) {
				t.Error("the token is repeated in the answer or in the log")
			}
		})
	}
}

func TestTwoTokensAreNobodys(t *testing.T) {
	g := ready(t, embedded).gateway
	req, err := http.NewRequest(http.MethodPost, g.url+"/graphql", strings.NewReader(`{"query":"{ me { id } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Add("Authorization", "Bearer "+tokenOf(t, owner))
	req.Header.Add("Authorization", "Bearer "+tokenOf(t, stranger))
	send(t, req).refusedOnce(t, "UNAUTHENTICATED", "The Authorization header cannot be read")
}

func TestATokenOfAMemberWhoIsNotKnownIsNotNobodys(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		r := ask(t, e.gateway.url, question{query: "{ me { id } }", who: "99999999"})
		r.refusedOnce(t, "UNAUTHENTICATED", "a member who is not known")
	})
}

// logged is what a test reads of a request's line in the log.
type logged struct {
	RequestID          string `json:"requestId"`
	Operation          string
	Mongo, Redis, Cost int
	Codes              []string
}

// lineOf finds the log line of a request.
func (g *gateway) lineOf(t *testing.T, request string) logged {
	t.Helper()
	for line := range strings.Lines(g.log.String()) {
		var l logged
		if err := json.Unmarshal([]byte(line), &l); err == nil && l.RequestID == request {
			return l
		}
	}
	t.Fatalf("the log has no line of the request %s", request)
	return logged{}
}
