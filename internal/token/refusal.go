package token

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
)

var (
	errCritical  = errors.New("critical extension")
	errWrongType = errors.New("wrong type")
)

// checkHeader refuses what would change the meaning of the token: extensions that must be understood (RFC 7515
// §4.1.11) and tokens of another kind, such as refresh tokens (RFC 8725 §3.11).
func checkHeader(t *jwt.Token) error {
	if _, ok := t.Header["crit"]; ok {
		return errCritical
	}
	typ, ok := t.Header["typ"]
	if !ok {
		return nil
	}
	name, _ := typ.(string)
	if strings.EqualFold(name, "JWT") || strings.EqualFold(name, "at+jwt") {
		return nil
	}
	return errWrongType
}

// explain turns the library's error into one sentence. What it quotes comes from a token whose signature was right,
// or is a short algorithm name.
func (v *Verifier) explain(t *jwt.Token, c *claims, err error) error {
	switch {
	case errors.Is(err, errNoKeys):
		return fault.Down("token keys", err)
	case t != nil && t.Method != nil && t.Method.Alg() == "none", t != nil && t.Method == nil && unsigned(t):
		return refuse("The token is not signed; allowed are tokens signed with %s.", v.allowed())
	case errors.Is(err, jwt.ErrTokenMalformed):
		return malformed()
	case t == nil || t.Method == nil || !v.trusts(t.Method.Alg()):
		return refuse("The token is signed with %s; allowed are %s.", algorithm(t), v.allowed())
	case errors.Is(err, errCritical):
		return refuse("The token has a critical header (crit); none is known here.")
	case errors.Is(err, errWrongType):
		return refuse("The token is not an access token: its typ must be JWT or at+jwt.")
	case errors.Is(err, errUnknownKey):
		return refuse("The token is signed with a key that is not known.")
	case errors.Is(err, errUnfitKey):
		return refuse("The token is signed with a key that does not fit %s.", t.Method.Alg())
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return refuse("The token's signature is wrong.")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), c.Issuer == "":
		return v.wrongIssuer(c)
	case errors.Is(err, jwt.ErrTokenInvalidAudience), len(c.Audience) == 0:
		return v.wrongAudience(c)
	case c.ExpiresAt == nil:
		return refuse("The token has no expiry (exp); one is needed.")
	case errors.Is(err, jwt.ErrTokenExpired):
		return expired(c)
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refuse("The token is not good before %s.", stamp(c.NotBefore))
	}
	return refuse("The token is not valid.")
}

func unsigned(t *jwt.Token) bool {
	alg, _ := t.Header["alg"].(string)
	return alg == "" || strings.EqualFold(alg, "none")
}

func (v *Verifier) trusts(alg string) bool { return slices.Contains(v.methods, alg) }

func (v *Verifier) allowed() string {
	if len(v.methods) == 0 {
		return "none here"
	}
	return strings.Join(v.methods, ", ")
}

func (v *Verifier) wrongIssuer(c *claims) error {
	if c.Issuer == "" {
		return refuse("The token names no issuer (iss); allowed is %q.", v.trust.Issuer)
	}
	return refuse("The token is from the issuer %s; allowed is %q.", short(c.Issuer), v.trust.Issuer)
}

func (v *Verifier) wrongAudience(c *claims) error {
	if len(c.Audience) == 0 {
		return refuse("The token names no audience (aud); allowed is %q.", v.trust.Audience)
	}
	return refuse("The token is for the audience %s; allowed is %q alone.", short(strings.Join(c.Audience, ", ")), v.trust.Audience)
}

func malformed() error {
	return refuse("The token is malformed: a signed JWT of three parts is needed.")
}

func expired(c *claims) error { return refuse("The token expired at %s.", stamp(c.ExpiresAt)) }

func algorithm(t *jwt.Token) string {
	if t == nil {
		return "no known algorithm"
	}
	alg, _ := t.Header["alg"].(string)
	return short(alg)
}

func stamp(d *jwt.NumericDate) string { return d.UTC().Format(time.RFC3339) }

// short quotes at most 40 bytes: enough for a name, too little for a secret that was put in its place.
func short(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.QuoteToASCII(s)
}
