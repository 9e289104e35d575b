// Package token tells from a signed token who is asking. It trusts fixed algorithms, one issuer and one audience, and
// answers every bad token with one sentence that never repeats the token.
package token

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

const (
	// maxBytes is the longest token looked at. Tokens here are under 1 KiB; a big one only costs us time
	// (CVE-2025-30204 was a header of dots).
	maxBytes = 8 << 10
	// leeway is how far an issuer's clock and ours may be apart, both ways: phones and small shops keep no better time, and a
	// token that ends while a request travels is not worth a sign-in.
	leeway = time.Minute
	// maxSubject is the longest member id taken from a token.
	maxSubject = 64
)

// Trust says whose tokens are good.
type Trust struct {
	Issuer   string           // the iss claim, such as "members"
	Audience string           // the aud claim, such as "member-apps"
	HS256    []byte           // the shared secret of development tokens; empty trusts none
	JWKS     string           // where the issuer publishes its keys (RS256, ES256, EdDSA); empty trusts none
	HTTP     *http.Client     // fetches the keys; nil is a client with a deadline
	Own      *Signer          // signs the tokens of sessions here; nil trusts none
	Now      func() time.Time // real time: a sandbox clock never moves a token's expiry; nil is the machine's clock
	Log      *slog.Logger     // hears of keys that could not be fetched; nil says nothing
}

// Verifier checks tokens. It is safe for use by many goroutines.
type Verifier struct {
	trust   Trust
	methods []string
	parser  *jwt.Parser
	keys    *keySet // nil without a JWKS address
}

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims
	Scope   string   `json:"scope,omitempty"`
	Roles   []string `json:"roles,omitempty"`
	Session string   `json:"sid,omitempty"`

	SignedInAt *jwt.NumericDate `json:"auth_time,omitempty"`
}

// NewVerifier starts to trust; with a JWKS address it fetches the keys now and again every few minutes until the
// context ends. Keys that cannot be fetched yet are no error here: Ready tells.
func NewVerifier(ctx context.Context, trust Trust) (*Verifier, error) {
	if trust.Now == nil {
		trust.Now = time.Now
	}
	if trust.Log == nil {
		trust.Log = slog.New(slog.DiscardHandler)
	}
	// Not nil even when nothing is trusted: the library takes a nil list for "any algorithm".
	v := &Verifier{trust: trust, methods: []string{}}
	if len(trust.HS256) > 0 {
		v.methods = append(v.methods, "HS256")
	}
	if trust.JWKS != "" {
		keys, err := fetchKeys(ctx, trust)
		if err != nil {
			return nil, err
		}
		v.keys = keys
		v.methods = append(v.methods, "RS256", "ES256", "EdDSA")
	}
	for _, alg := range trust.Own.algorithms() {
		if !slices.Contains(v.methods, alg) {
			v.methods = append(v.methods, alg)
		}
	}
	v.parser = jwt.NewParser(
		jwt.WithValidMethods(v.methods),
		jwt.WithIssuer(trust.Issuer),
		jwt.WithAudience(trust.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(trust.Now),
	)
	return v, nil
}

// Verify gives the viewer whom a token stands for; the locale is left to the caller. Its errors are faults of the kind
// Unauthenticated, or Unavailable while no key of the issuer could be fetched yet.
func (v *Verifier) Verify(ctx context.Context, raw string) (viewer.Viewer, error) {
	if len(raw) > maxBytes {
		return viewer.Viewer{}, refuse("The token is %d bytes long; at most %d are allowed.", len(raw), maxBytes)
	}
	if strings.ContainsFunc(raw, notVisible) { // the base64 decoder would skip line ends
		return viewer.Viewer{}, malformed()
	}
	c := &claims{}
	t, err := v.parser.ParseWithClaims(raw, c, func(t *jwt.Token) (any, error) { return v.key(ctx, t) })
	if err != nil {
		return viewer.Viewer{}, v.explain(t, c, err)
	}
	_, own := v.trust.Own.key(t.Method.Alg(), t.Header["kid"])
	return v.accept(c, own)
}

// accept checks what the library does not: what a member id looks like, and that the token is for us alone. Only what was
// signed here names a session: what others call so is no session of ours.
func (v *Verifier) accept(c *claims, own bool) (viewer.Viewer, error) {
	if !slices.Equal(c.Audience, jwt.ClaimStrings{v.trust.Audience}) {
		return viewer.Viewer{}, v.wrongAudience(c)
	}
	if c.Subject == "" || len(c.Subject) > maxSubject || strings.ContainsFunc(c.Subject, notVisible) {
		return viewer.Viewer{}, refuse("The token's sub is not a member id: allowed are 1 to %d visible ASCII characters.", maxSubject)
	}
	scope := viewer.Scope(c.Scope)
	switch scope {
	case "":
		scope = viewer.ScopeMember
	case viewer.ScopeMember, viewer.ScopeStaff:
	default:
		return viewer.Viewer{}, refuse("The token's scope is %s; allowed are %q and %q.", short(c.Scope), viewer.ScopeMember, viewer.ScopeStaff)
	}
	out := viewer.Viewer{Member: c.Subject, Scope: scope, Roles: c.Roles, Until: c.ExpiresAt.UTC(), TokenID: c.ID}
	if c.IssuedAt != nil {
		out.IssuedAt = c.IssuedAt.UTC()
	}
	if own && c.SignedInAt != nil {
		out.Session, out.SignedInAt = c.Session, c.SignedInAt.UTC()
	}
	return out, nil
}

// Ready is nil once tokens can be checked, else an Unavailable fault.
func (v *Verifier) Ready(ctx context.Context) error {
	if v.keys == nil || len(v.trust.HS256) > 0 || v.trust.Own != nil {
		return nil
	}
	return v.keys.loaded(ctx)
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

func refuse(format string, args ...any) error {
	return fault.New(fault.Unauthenticated, format, args...)
}
