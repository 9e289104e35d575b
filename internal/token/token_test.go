package token_test

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
	"membergate/internal/token"
	"membergate/internal/viewer"
)

var (
	now    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	secret = []byte("a secret of thirty-two characters")
)

func trust() token.Trust {
	return token.Trust{Issuer: "members", Audience: "member-apps", HS256: secret, Now: func() time.Time { return now }}
}

func verifier(t *testing.T, trust token.Trust) *token.Verifier {
	t.Helper()
	v, err := token.NewVerifier(t.Context(), trust)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// good gives the claims of a good token, changed by the pairs; a nil value takes a claim away.
func good(changes map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{"iss": "members", "aud": "member-apps", "sub": "17850", "iat": now.Unix(), "exp": now.Unix() + 60, "jti": "1"}
	maps.Copy(c, changes)
	for k, v := range c {
		if v == nil {
			delete(c, k)
		}
	}
	return c
}

func sign(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, c jwt.MapClaims) string {
	t.Helper()
	tok := jwt.NewWithClaims(method, c)
	maps.Copy(tok.Header, header)
	raw, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func hs256(t *testing.T, c jwt.MapClaims) string {
	return sign(t, jwt.SigningMethodHS256, secret, nil, c)
}

func segment(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func TestAGoodTokenNamesTheViewer(t *testing.T) {
	for name, c := range map[string]struct {
		claims jwt.MapClaims
		scope  viewer.Scope
		roles  int
	}{
		"member by default": {good(nil), viewer.ScopeMember, 0},
		"member":            {good(map[string]any{"scope": "member"}), viewer.ScopeMember, 0},
		"staff with roles":  {good(map[string]any{"scope": "staff", "roles": []string{"moderator", "dpo"}}), viewer.ScopeStaff, 2},
		"audience as list":  {good(map[string]any{"aud": []string{"member-apps"}}), viewer.ScopeMember, 0},
		"last second":       {good(map[string]any{"exp": now.Unix() + 1}), viewer.ScopeMember, 0},
		"clock a bit ahead": {good(map[string]any{"nbf": now.Unix() + 59}), viewer.ScopeMember, 0},
		"just over":         {good(map[string]any{"exp": now.Unix() - 59}), viewer.ScopeMember, 0},
		"no iat, no jti":    {good(map[string]any{"iat": nil, "jti": nil}), viewer.ScopeMember, 0},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := verifier(t, trust()).Verify(t.Context(), hs256(t, c.claims))
			if err != nil {
				t.Fatal(err)
			}
			if v.Member != "17850" || v.Scope != c.scope || len(v.Roles) != c.roles {
				t.Errorf("viewer = %+v", v)
			}
		})
	}
}

func TestEveryBadTokenIsRefusedInOneSentence(t *testing.T) {
	plain := hs256(t, good(nil))
	parts := strings.Split(plain, ".")
	with := func(changes map[string]any) string { return hs256(t, good(changes)) }
	header := func(h map[string]any) string { return sign(t, jwt.SigningMethodHS256, secret, h, good(nil)) }
	none := func(alg string) string { return segment(`{"alg":"`+alg+`","typ":"JWT"}`) + "." + parts[1] + "." }
	for name, c := range map[string]struct{ raw, want string }{
		"expired":              {with(map[string]any{"exp": now.Unix() - 3600}), "The token expired at 2026-03-01T11:00:00Z."},
		"expired a minute ago": {with(map[string]any{"exp": now.Unix() - 60}), "The token expired at 2026-03-01T11:59:00Z."},
		"expired long ago":     {with(map[string]any{"exp": now.Unix() - 61}), "The token expired at 2026-03-01T11:58:59Z."},
		"no expiry":            {with(map[string]any{"exp": nil}), "has no expiry"},
		"expiry is text":       {with(map[string]any{"exp": "tomorrow"}), "malformed"},
		"not yet":              {with(map[string]any{"nbf": now.Unix() + 61}), "not good before 2026-03-01T12:01:01Z"},
		"wrong audience":       {with(map[string]any{"aud": "partner-apps"}), `is for the audience "partner-apps"; allowed is "member-apps"`},
		"one audience more":    {with(map[string]any{"aud": []string{"member-apps", "partner"}}), `is for the audience "member-apps, partner"`},
		"no audience":          {with(map[string]any{"aud": nil}), "names no audience"},
		"wrong issuer":         {with(map[string]any{"iss": "somebody"}), `from the issuer "somebody"; allowed is "members"`},
		"no issuer":            {with(map[string]any{"iss": nil}), "names no issuer"},
		"no subject":           {with(map[string]any{"sub": ""}), "sub is not a member id"},
		"subject with space":   {with(map[string]any{"sub": "17850 x"}), "sub is not a member id"},
		"subject too long":     {with(map[string]any{"sub": strings.Repeat("1", 65)}), "sub is not a member id"},
		"unknown scope":        {with(map[string]any{"scope": "root"}), `scope is "root"; allowed are "member" and "staff"`},
		"alg none":             {none("none"), "is not signed"},
		"alg None":             {none("None"), "is not signed"},
		"alg NONE":             {none("NONE"), "is not signed"},
		"unsigned":             {parts[0] + "." + parts[1] + ".", "signature is wrong"},
		"other secret":         {sign(t, jwt.SigningMethodHS256, []byte("another"), nil, good(nil)), "signature is wrong"},
		"HS512":                {sign(t, jwt.SigningMethodHS512, secret, nil, good(nil)), `signed with "HS512"; allowed are HS256`},
		"unknown alg":          {segment(`{"alg":"XX1"}`) + "." + parts[1] + "." + parts[2], `signed with "XX1"`},
		"no alg":               {segment(`{"typ":"JWT"}`) + "." + parts[1] + "." + parts[2], "is not signed"},
		"claims changed":       {parts[0] + "." + segment(`{"iss":"members","aud":"member-apps","sub":"1","exp":9999999999}`) + "." + parts[2], "signature is wrong"},
		"truncated":            {plain[:len(plain)-2], "malformed"},
		"extra part":           {plain + ".x", "malformed"},
		"two parts":            {parts[0] + "." + parts[1], "malformed"},
		"trailing bytes":       {plain + "=", "malformed"},
		"trailing line":        {plain + "\n", "malformed"},
		"not a token":          {"hello", "malformed"},
		"empty":                {"", "malformed"},
		"16 KB header":         {segment(`{"alg":"HS256","x":"`+strings.Repeat("a", 16<<10)+`"}`) + "." + parts[1] + "." + parts[2], "at most 8192"},
		"16 KB of dots":        {strings.Repeat(".", 16<<10), "at most 8192"},
		"8 KB of dots":         {strings.Repeat(".", 8<<10), "malformed"},
		"refresh as access":    {header(map[string]any{"typ": "rt+jwt"}), "not an access token"},
		"typ is a number":      {header(map[string]any{"typ": 1}), "not an access token"},
		"unknown crit":         {header(map[string]any{"crit": []string{"exp"}}), "critical header"},
		"RS256 without a JWKS": {segment(`{"alg":"RS256"}`) + "." + parts[1] + "." + parts[2], `signed with "RS256"; allowed are HS256`},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := verifier(t, trust()).Verify(t.Context(), c.raw)
			refused(t, v, err, c.raw, c.want)
		})
	}
}

// refused checks that nobody came out and that the sentence is right, ends as one, and repeats no part of the token.
func refused(t *testing.T, v viewer.Viewer, err error, raw, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("the token passes as %+v", v)
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Unauthenticated {
		t.Fatalf("error = %#v, want an Unauthenticated fault", err)
	}
	if !strings.Contains(f.Message, want) || !strings.HasSuffix(f.Message, ".") {
		t.Errorf("message = %q, want %q", f.Message, want)
	}
	for part := range strings.SplitSeq(raw, ".") {
		if len(part) > 8 && strings.Contains(err.Error(), part) {
			t.Errorf("the message %q repeats the token", err)
		}
	}
	if v.SignedIn() {
		t.Errorf("a refused token still names %+v", v)
	}
}

func TestWithoutSecretAndKeysEveryTokenIsRefused(t *testing.T) {
	nobody := trust()
	nobody.HS256 = nil
	for _, key := range [][]byte{secret, {}} {
		raw := sign(t, jwt.SigningMethodHS256, key, nil, good(nil))
		v, err := verifier(t, nobody).Verify(t.Context(), raw)
		refused(t, v, err, raw, `signed with "HS256"; allowed are none here.`)
	}
}

func TestASignedTokenPassesAndEnds(t *testing.T) {
	raw, err := token.Sign(trust(), token.Grant{Member: "17850", Scope: viewer.ScopeStaff, Roles: []string{"clerk"}, Lifetime: time.Hour}, now)
	if err != nil {
		t.Fatal(err)
	}
	v, err := verifier(t, trust()).Verify(t.Context(), raw)
	if err != nil || v.Member != "17850" || !v.Staff() || !v.Has("clerk") {
		t.Errorf("viewer = %+v, error = %v", v, err)
	}
	later := trust()
	later.Now = func() time.Time { return now.Add(time.Hour + time.Minute) }
	v, err = verifier(t, later).Verify(t.Context(), raw)
	refused(t, v, err, raw, "The token expired at 2026-03-01T13:00:00Z.")
}

func TestTokensThatCannotBeSigned(t *testing.T) {
	without := trust()
	without.HS256 = nil
	for name, c := range map[string]struct {
		trust token.Trust
		grant token.Grant
		want  string
	}{
		"no secret":   {without, token.Grant{Member: "1", Lifetime: time.Hour}, "JWT_HS256_SECRET is empty"},
		"no member":   {trust(), token.Grant{Lifetime: time.Hour}, `member is ""`},
		"no lifetime": {trust(), token.Grant{Member: "1"}, "ttl is 0s; allowed is 1s or longer"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := token.Sign(c.trust, c.grant, now); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	v, err := token.NewVerifier(context.Background(), trust())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("a.b.c")
	f.Add(segment(`{"alg":"HS256"}`) + "." + segment(`{"aud":[1],"exp":1e999}`) + ".")
	f.Add(segment(`[]`) + "." + segment(`null`) + "." + segment(`x`))
	f.Fuzz(func(t *testing.T, raw string) {
		if who, err := v.Verify(t.Context(), raw); err == nil {
			t.Errorf("%q passes as %+v", raw, who)
		}
	})
}
