package apple_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/apple"
	"membergate/internal/fault"
	"membergate/internal/signin"
	"membergate/internal/token"
)

const (
	bundle = "cn.example.shop"
	nonce  = "a nonce that nobody guesses"
)

func code(err error) string {
	var refused *fault.Refusal
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestAnIdentityTokenCountsForItsAppItsNonceAndItsTimeAlone(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := rsa.GenerateKey(rand.Reader, 2048)
	shown, err := jwkset.NewJWKFromKey(&key.PublicKey, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: "k1"}})
	if err != nil {
		t.Fatal(err)
	}
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{shown.Marshal()}})
	}))
	defer keys.Close()
	verifier, err := token.NewVerifier(t.Context(), token.Trust{Issuer: apple.Issuer, Audience: bundle, JWKS: keys.URL})
	if err != nil {
		t.Fatal(err)
	}
	a := &apple.SignIn{Verify: verifier.Verify}
	hashed := sha256.Sum256([]byte(nonce))
	made := func(by *rsa.PrivateKey, change func(jwt.MapClaims)) string {
		c := jwt.MapClaims{"iss": apple.Issuer, "aud": bundle, "sub": "001234.aa.1234", "iat": time.Now().Unix(), "exp": time.Now().Add(10 * time.Minute).Unix(), "nonce": hex.EncodeToString(hashed[:])}
		change(c)
		tok := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
		tok.Header["kid"] = "k1"
		raw, err := tok.SignedString(by)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	same := func(jwt.MapClaims) {}
	set := func(name string, v any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = v } }
	for name, c := range map[string]struct {
		in   signin.Input
		want string
	}{
		"a good one":        {signin.Input{Code: made(key, same), Nonce: nonce}, ""},
		"another app":       {signin.Input{Code: made(key, set("aud", "cn.example.other")), Nonce: nonce}, signin.CodeUsed},
		"another issuer":    {signin.Input{Code: made(key, set("iss", "https://evil.example")), Nonce: nonce}, signin.CodeUsed},
		"expired":           {signin.Input{Code: made(key, set("exp", time.Now().Add(-time.Hour).Unix())), Nonce: nonce}, signin.CodeUsed},
		"another key":       {signin.Input{Code: made(other, same), Nonce: nonce}, signin.CodeUsed},
		"another nonce":     {signin.Input{Code: made(key, same), Nonce: "another nonce of some length"}, signin.CodeUsed},
		"the hash as nonce": {signin.Input{Code: made(key, same), Nonce: hex.EncodeToString(hashed[:])}, signin.CodeUsed},
		"without a nonce":   {signin.Input{Code: made(key, set("nonce", nil)), Nonce: nonce}, signin.CodeUsed},
		"no token":          {signin.Input{Code: strings.Repeat("x", 100), Nonce: nonce}, signin.CodeUsed},
		"too long":          {signin.Input{Code: strings.Repeat("x", 5000), Nonce: nonce}, signin.BadCode},
		"empty":             {signin.Input{Nonce: nonce}, signin.BadCode},
		"a short nonce":     {signin.Input{Code: made(key, same), Nonce: "short"}, signin.BadCode},
	} {
		t.Run(name, func(t *testing.T) {
			err := a.Check(c.in)
			var p signin.Proof
			if err == nil {
				p, err = a.Prove(t.Context(), c.in)
			}
			if code(err) != c.want || (err == nil) != (c.want == "") || (err == nil) != (len(p.Names) == 1) {
				t.Errorf("%+v, %v; want %q", p, err, c.want)
			}
			if err == nil && p.Names[0] != (signin.Name{Way: signin.Apple, Name: "001234.aa.1234"}) {
				t.Errorf("it is %+v", p.Names)
			}
		})
	}
}

func TestWhileApplesKeysCannotBeHadNobodyIsTurnedAwayForGood(t *testing.T) {
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer down.Close()
	verifier, err := token.NewVerifier(t.Context(), token.Trust{Issuer: apple.Issuer, Audience: bundle, JWKS: down.URL})
	if err != nil {
		t.Fatal(err)
	}
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	tok := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": apple.Issuer})
	tok.Header["kid"] = "k1"
	raw, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&apple.SignIn{Verify: verifier.Verify}).Prove(t.Context(), signin.Input{Code: raw, Nonce: nonce}); code(err) != signin.Down {
		t.Errorf("%v, want %s", err, signin.Down)
	}
}
