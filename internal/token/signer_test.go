package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/token"
)

func pemOf(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func signer(t *testing.T, pems ...[]byte) *token.Signer {
	t.Helper()
	s, err := token.NewSigner(pems)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signed(t *testing.T, s *token.Signer) string {
	t.Helper()
	raw, err := s.Sign(trust(), token.SessionGrant{Member: "17850", Session: "s1", SignedInAt: now.Add(-time.Hour), Lifetime: 15 * time.Minute}, now)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestATokenOfASessionNamesItAndWhenTheMemberSignedIn(t *testing.T) {
	r, _ := rsa.GenerateKey(rand.Reader, 2048)
	e, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, d, _ := ed25519.GenerateKey(rand.Reader)
	made, err := token.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{"RSA": pemOf(t, r), "EC": pemOf(t, e), "Ed25519": pemOf(t, d), "one that is made": made} {
		t.Run(name, func(t *testing.T) {
			own := trust()
			own.Own = signer(t, key)
			who, err := verifier(t, own).Verify(t.Context(), signed(t, own.Own))
			if err != nil || who.Member != "17850" || who.Session != "s1" || !who.SignedInAt.Equal(now.Add(-time.Hour)) || !who.IssuedAt.Equal(now) || who.TokenID == "" {
				t.Errorf("viewer = %+v, error = %v", who, err)
			}
			if !who.Until.Equal(now.Add(15 * time.Minute)) {
				t.Errorf("it is good until %s", who.Until)
			}
		})
	}
}

func TestTheNewestKeySignsAndOlderOnesAreStillTrusted(t *testing.T) {
	older, _ := token.NewKey()
	newer, _ := token.NewKey()
	stranger, _ := token.NewKey()
	both := trust()
	both.Own = signer(t, newer, older)
	v := verifier(t, both)
	if _, err := v.Verify(t.Context(), signed(t, signer(t, older))); err != nil {
		t.Errorf("a token of the older key: %v", err)
	}
	if signed(t, both.Own) == "" {
		t.Error("nothing is signed")
	}
	newest := trust()
	newest.Own = signer(t, newer)
	if _, err := verifier(t, newest).Verify(t.Context(), signed(t, both.Own)); err != nil {
		t.Errorf("it is not the newest key that signs: %v", err)
	}
	raw := signed(t, signer(t, older))
	who, err := verifier(t, newest).Verify(t.Context(), raw)
	refused(t, who, err, raw, "key that is not known")
	raw = signed(t, signer(t, stranger))
	who, err = v.Verify(t.Context(), raw)
	refused(t, who, err, raw, "key that is not known")
}

func TestOnlyWhatWasSignedHereNamesASession(t *testing.T) {
	who, err := verifier(t, trust()).Verify(t.Context(), hs256(t, good(map[string]any{"sid": "s1", "auth_time": now.Unix()})))
	if err != nil || who.Session != "" || !who.SignedInAt.IsZero() {
		t.Errorf("viewer = %+v, error = %v", who, err)
	}
}

func TestPublicHalvesHoldNoPrivateOne(t *testing.T) {
	e, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	made, _ := token.NewKey()
	s := signer(t, made, pemOf(t, e))
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal(s.Public(), &set); err != nil || len(set.Keys) != 2 {
		t.Fatalf("%s: %v", s.Public(), err)
	}
	for _, key := range set.Keys {
		if key["kid"] == "" || key["use"] != "sig" || key["d"] != nil || key["alg"] == nil {
			t.Errorf("%v", key)
		}
	}
	head, _, _ := strings.Cut(signed(t, s), ".")
	raw, _, err := jwt.NewParser().ParseUnverified(signed(t, s), jwt.MapClaims{})
	if err != nil || raw.Header["kid"] != set.Keys[0]["kid"] {
		t.Errorf("%s: %v", head, err)
	}
}

func TestKeysThatCannotSignAreRefusedAndNotQuoted(t *testing.T) {
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	curve, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	for name, c := range map[string]struct {
		pems [][]byte
		want string
	}{
		"none":       {nil, "no key"},
		"garbage":    {[][]byte{[]byte("secret words")}, "no PEM of a private key"},
		"weak RSA":   {[][]byte{pemOf(t, weak)}, "another kind"},
		"P-384":      {[][]byte{pemOf(t, curve)}, "another kind"},
		"wrong body": {[][]byte{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret words")})}, "no PEM of a private key"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := token.NewSigner(c.pems); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}
