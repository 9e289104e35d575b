package token

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"

	"membergate/internal/fault"
)

const (
	// refreshEvery is how long a withdrawn key can still be trusted; the library's hour is too long for a stolen one.
	refreshEvery = 5 * time.Minute
	// unknownKeyEvery bounds what tokens with made-up key ids can make us fetch; a real new key is seen within it.
	unknownKeyEvery = 10 * time.Second
	// unknownKeyWait is the longest that one such token is kept waiting, for the permit and the fetch together.
	unknownKeyWait = time.Second
	// fetchTimeout bounds the fetch at the start and the regular ones.
	fetchTimeout = 5 * time.Second
	// maxKeySetBytes bounds the key set's document; real ones are a few KiB.
	maxKeySetBytes = 1 << 20
	// minRSABits is the least that RFC 7518 §3.3 allows.
	minRSABits = 2048
	// maxKeyID is the longest key id looked up.
	maxKeyID = 256
)

var (
	errUnknownKey = errors.New("unknown key")
	errUnfitKey   = errors.New("unfit key")
	errNoKeys     = errors.New("no keys yet")
)

// keySet is the issuer's published keys.
type keySet struct {
	fn keyfunc.Keyfunc
}

func fetchKeys(ctx context.Context, trust Trust) (*keySet, error) {
	client := trust.HTTP
	if client == nil {
		client = &http.Client{Timeout: fetchTimeout}
	}
	bounded := *client
	bounded.Transport = boundedBody{next: client.Transport}
	fn, err := keyfunc.NewDefaultOverrideCtx(ctx, []string{trust.JWKS}, keyfunc.Override{
		Client:            &bounded,
		HTTPTimeout:       fetchTimeout,
		RefreshInterval:   refreshEvery,
		RefreshUnknownKID: rate.NewLimiter(rate.Every(unknownKeyEvery), 1),
		RateLimitWaitMax:  unknownKeyWait,
		RefreshErrorHandlerFunc: func(string) func(context.Context, error) {
			return func(ctx context.Context, err error) {
				trust.Log.WarnContext(ctx, "the token keys could not be fetched", "cause", err.Error())
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("the token keys cannot be fetched from JWT_JWKS_URL: %w", err)
	}
	return &keySet{fn: fn}, nil
}

// key chooses the key by the algorithm, which is one of those trusted: an HS256 token is only ever checked with the
// shared secret, so a public key can never be taken for one.
func (v *Verifier) key(ctx context.Context, t *jwt.Token) (any, error) {
	if err := checkHeader(t); err != nil {
		return nil, err
	}
	if t.Method.Alg() == "HS256" {
		return v.trust.HS256, nil
	}
	if key, ok := v.trust.Own.key(t.Method.Alg(), t.Header["kid"]); ok {
		return key, nil
	}
	if v.keys == nil {
		return nil, errUnknownKey
	}
	return v.keys.key(ctx, t)
}

func (s *keySet) key(ctx context.Context, t *jwt.Token) (any, error) {
	alg := t.Method.Alg()
	kid, named := t.Header["kid"]
	if named {
		if id, ok := kid.(string); !ok || len(id) > maxKeyID {
			return nil, errUnknownKey
		}
		// A client that hangs up must not cut a fetch short that has used up the permit.
		key, err := s.fn.KeyfuncCtx(context.WithoutCancel(ctx))(t)
		if err != nil {
			if s.loaded(ctx) != nil {
				return nil, errNoKeys
			}
			return nil, errUnknownKey
		}
		if !fits(alg, key) {
			return nil, errUnfitKey
		}
		return key, nil
	}
	all, err := s.fn.VerificationKeySet(ctx)
	if err != nil || len(all.Keys) == 0 {
		return nil, errNoKeys
	}
	var fitting jwt.VerificationKeySet
	for _, key := range all.Keys {
		if fits(alg, key) {
			fitting.Keys = append(fitting.Keys, key)
		}
	}
	if len(fitting.Keys) == 0 {
		return nil, errUnknownKey
	}
	return fitting, nil
}

// fits tells whether a key may be used with an algorithm.
func fits(alg string, key any) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return alg == "RS256" && k.N.BitLen() >= minRSABits
	case *ecdsa.PublicKey:
		return alg == "ES256" && k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == "EdDSA" && len(k) == ed25519.PublicKeySize
	}
	return false
}

func (s *keySet) loaded(ctx context.Context) error {
	keys, err := s.fn.Storage().KeyReadAll(ctx)
	if err == nil && len(keys) > 0 {
		return nil
	}
	if err == nil {
		err = jwkset.ErrKeyNotFound
	}
	return fault.Down("token keys", err)
}

// boundedBody cuts answers off, because the library reads them whole.
type boundedBody struct {
	next http.RoundTripper
}

func (b boundedBody) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	answer, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxKeySetBytes), answer.Body}
	return answer, nil
}
