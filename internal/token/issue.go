package token

import (
	"crypto/rand"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
	"membergate/internal/viewer"
)

// Grant says for whom a token is made.
type Grant struct {
	Member   string        // the member id, such as "17850"
	Scope    viewer.Scope  // member or staff
	Roles    []string      // clerk, moderator, service, operations, dpo, legal
	Lifetime time.Duration // whole seconds, at least one
}

// Sign makes a token with the shared development secret, good from now for the grant's lifetime.
func Sign(trust Trust, g Grant, now time.Time) (string, error) {
	switch {
	case len(trust.HS256) == 0:
		return "", fault.Bad("JWT_HS256_SECRET", "JWT_HS256_SECRET is empty: without it no token can be signed here.")
	case g.Member == "" || len(g.Member) > maxSubject:
		return "", fault.Bad("member", "member is %q; allowed are ids of 1 to %d characters.", g.Member, maxSubject)
	case g.Lifetime < time.Second:
		return "", fault.Bad("ttl", "ttl is %s; allowed is 1s or longer.", g.Lifetime)
	}
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    trust.Issuer,
			Subject:   g.Member,
			Audience:  jwt.ClaimStrings{trust.Audience},
			ExpiresAt: jwt.NewNumericDate(now.Add(g.Lifetime)),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        rand.Text(),
		},
		Scope: string(g.Scope),
		Roles: g.Roles,
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(trust.HS256)
}
