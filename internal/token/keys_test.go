package token_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
	"membergate/internal/token"
)

// issuer is a test's own key server.
type issuer struct {
	*httptest.Server
	mu      sync.Mutex
	keys    []jwkset.JWKMarshal
	down    atomic.Bool
	fetches atomic.Int64
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.fetches.Add(1)
		if i.down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		_ = json.NewEncoder(w).Encode(jwkset.JWKSMarshal{Keys: i.keys})
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) publish(t *testing.T, kid string, public crypto.PublicKey) {
	t.Helper()
	key, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid}})
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, key.Marshal())
}

func (i *issuer) trust() token.Trust {
	trust := trust()
	trust.HS256, trust.JWKS = nil, i.URL
	return trust
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTokensOfPublishedKeysPass(t *testing.T) {
	i := newIssuer(t)
	r := rsaKey(t, 2048)
	e, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, d, _ := ed25519.GenerateKey(rand.Reader)
	i.publish(t, "r", &r.PublicKey)
	i.publish(t, "e", &e.PublicKey)
	i.publish(t, "d", d.Public())
	v := verifier(t, i.trust())
	for _, c := range []struct {
		method jwt.SigningMethod
		key    any
		kid    string
	}{
		{jwt.SigningMethodRS256, r, "r"}, {jwt.SigningMethodES256, e, "e"}, {jwt.SigningMethodEdDSA, d, "d"},
	} {
		if who, err := v.Verify(t.Context(), sign(t, c.method, c.key, map[string]any{"kid": c.kid}, good(nil))); err != nil || who.Member != "17850" {
			t.Errorf("%s with its kid: viewer %+v, error %v", c.method.Alg(), who, err)
		}
		if who, err := v.Verify(t.Context(), sign(t, c.method, c.key, nil, good(nil))); err != nil || who.Member != "17850" {
			t.Errorf("%s without a kid: viewer %+v, error %v", c.method.Alg(), who, err)
		}
	}
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

func TestKeysAreNotMixedUp(t *testing.T) {
	i := newIssuer(t)
	r, weak, stranger := rsaKey(t, 2048), rsaKey(t, 1024), rsaKey(t, 2048)
	e, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	i.publish(t, "r", &r.PublicKey)
	i.publish(t, "weak", &weak.PublicKey)
	i.publish(t, "e", &e.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(&r.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	parts := strings.Split(sign(t, jwt.SigningMethodES256, e, map[string]any{"kid": "e"}, good(nil)), ".")
	rs := func(key *rsa.PrivateKey, header map[string]any) string {
		return sign(t, jwt.SigningMethodRS256, key, header, good(nil))
	}
	for name, c := range map[string]struct{ raw, want string }{
		"HS256 with the public key": {sign(t, jwt.SigningMethodHS256, public, map[string]any{"kid": "r"}, good(nil)), `signed with "HS256"`},
		"RSA key under 2048 bits":   {rs(weak, map[string]any{"kid": "weak"}), "does not fit RS256"},
		"weak key without a kid":    {rs(weak, nil), "signature is wrong"},
		"RS256 with an EC key's id": {rs(r, map[string]any{"kid": "e"}), "does not fit RS256"},
		"stranger's key":            {rs(stranger, map[string]any{"kid": "r"}), "signature is wrong"},
		"kid is a path":             {rs(stranger, map[string]any{"kid": "../../dev/null"}), "key that is not known"},
		"kid is an address":         {rs(stranger, map[string]any{"kid": "http://127.0.0.1/keys"}), "key that is not known"},
		"kid is an object":          {rs(stranger, map[string]any{"kid": map[string]any{"$gt": ""}}), "key that is not known"},
		"kid is long":               {rs(stranger, map[string]any{"kid": strings.Repeat("k", 300)}), "key that is not known"},
		"jku":                       {rs(stranger, map[string]any{"jku": "http://127.0.0.1/keys"}), "signature is wrong"},
		"x5u":                       {rs(stranger, map[string]any{"x5u": "http://127.0.0.1/cert"}), "signature is wrong"},
		"embedded jwk":              {rs(stranger, map[string]any{"jwk": map[string]any{"kty": "RSA"}}), "signature is wrong"},
		"RS512":                     {sign(t, jwt.SigningMethodRS512, r, map[string]any{"kid": "r"}, good(nil)), `signed with "RS512"`},
		"PS256":                     {sign(t, jwt.SigningMethodPS256, r, map[string]any{"kid": "r"}, good(nil)), `signed with "PS256"`},
		"all-zero ECDSA signature":  {parts[0] + "." + parts[1] + "." + strings.Repeat("A", 86), "signature is wrong"},
		"alg none":                  {segment(`{"alg":"none","kid":"r"}`) + "." + parts[1] + ".", "is not signed"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := verifier(t, i.trust()).Verify(t.Context(), c.raw)
			refused(t, v, err, c.raw, c.want)
		})
	}
}

func TestANewKeyWorksAtOnce(t *testing.T) {
	i := newIssuer(t)
	first, second := rsaKey(t, 2048), rsaKey(t, 2048)
	i.publish(t, "first", &first.PublicKey)
	v := verifier(t, i.trust())
	i.publish(t, "second", &second.PublicKey)
	for kid, key := range map[string]*rsa.PrivateKey{"first": first, "second": second} {
		if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, map[string]any{"kid": kid}, good(nil))); err != nil {
			t.Errorf("%s: %v", kid, err)
		}
	}
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want one at the start and one for the new key", n)
	}
}

func TestAClientThatHangsUpDoesNotCutTheFetchShort(t *testing.T) {
	i := newIssuer(t)
	first, second := rsaKey(t, 2048), rsaKey(t, 2048)
	i.publish(t, "first", &first.PublicKey)
	v := verifier(t, i.trust())
	i.publish(t, "second", &second.PublicKey)
	raw := sign(t, jwt.SigningMethodRS256, second, map[string]any{"kid": "second"}, good(nil))
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	_, _ = v.Verify(gone, raw)
	if _, err := v.Verify(t.Context(), raw); err != nil {
		t.Errorf("the new key is not known after a client hung up: %v", err)
	}
}

func TestAFloodOfUnknownKeysFetchesLittleAndHindersNobody(t *testing.T) {
	i := newIssuer(t)
	key := rsaKey(t, 2048)
	i.publish(t, "good", &key.PublicKey)
	v := verifier(t, i.trust())
	fine := sign(t, jwt.SigningMethodRS256, key, map[string]any{"kid": "good"}, good(nil))
	payload := strings.Split(fine, ".")[1]
	began := time.Now()
	for n := range 1000 {
		raw := segment(fmt.Sprintf(`{"alg":"RS256","kid":"made-up-%d"}`, n)) + "." + payload + ".AAAA"
		if _, err := v.Verify(t.Context(), raw); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("error = %v", err)
		}
		if n%100 == 0 {
			if _, err := v.Verify(t.Context(), fine); err != nil {
				t.Fatalf("a good token is refused during the flood: %v", err)
			}
		}
	}
	if n := i.fetches.Load(); n > 3 {
		t.Errorf("1,000 unknown keys made %d fetches, want at most 3", n)
	}
	if spent := time.Since(began); spent > 5*time.Second {
		t.Errorf("the flood took %s: bad tokens are kept waiting", spent)
	}
}

func TestKnownKeysOutliveTheirServer(t *testing.T) {
	i := newIssuer(t)
	key := rsaKey(t, 2048)
	i.publish(t, "good", &key.PublicKey)
	v := verifier(t, i.trust())
	i.down.Store(true)
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, map[string]any{"kid": "good"}, good(nil))); err != nil {
		t.Errorf("a known key is refused: %v", err)
	}
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, map[string]any{"kid": "new"}, good(nil))); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("error = %v", err)
	}
}

func TestWithoutAnyKeyYetTokensAreUnavailableNotBad(t *testing.T) {
	i := newIssuer(t)
	i.down.Store(true)
	key := rsaKey(t, 2048)
	v := verifier(t, i.trust())
	if err := v.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready = %v, want an Unavailable fault", err)
	}
	_, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, map[string]any{"kid": "good"}, good(nil)))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error = %v, want an Unavailable fault", err)
	}
}
