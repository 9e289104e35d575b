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
	// early is how far ahead of our clock an issuer's "not before" may lie: clocks that are kept by NTP differ by less
	// than a second. An expiry gets no such grace, so that a token that says it is over is over.
	early = 5 * time.Second
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
	v.parser = jwt.NewParser(
		jwt.WithValidMethods(v.methods),
		jwt.WithIssuer(trust.Issuer),
		jwt.WithAudience(trust.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(early),
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
	return v.accept(c)
}

// accept checks what the library does not: what a member id looks like, that the token is for us alone, and that
// it is not over.
func (v *Verifier) accept(c *claims) (viewer.Viewer, error) {
	if !v.trust.Now().Before(c.ExpiresAt.Time) {
		return viewer.Viewer{}, expired(c)
	}
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
	return viewer.Viewer{Member: c.Subject, Scope: scope, Roles: c.Roles, Until: c.ExpiresAt.UTC(), Session: c.Session, TokenID: c.ID}, nil
}

// Ready is nil once tokens can be checked, else an Unavailable fault.
func (v *Verifier) Ready(ctx context.Context) error {
	if v.keys == nil || len(v.trust.HS256) > 0 {
		return nil
	}
	return v.keys.loaded(ctx)
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

func refuse(format string, args ...any) error {
	return fault.New(fault.Unauthenticated, format, args...)
}
