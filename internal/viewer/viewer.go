// Package viewer says who is asking and in which language, and carries that in the context of a request.
package viewer

import (
	"context"
	"slices"
	"time"
)

// Locale is a language of messages: zh-CN, zh-TW or en.
type Locale string

// The languages that messages exist in.
const (
	SimplifiedChinese  Locale = "zh-CN"
	TraditionalChinese Locale = "zh-TW"
	English            Locale = "en"
)

// Scope is what a token was made for.
type Scope string

// The scopes.
const (
	ScopeMember Scope = "member"
	ScopeStaff  Scope = "staff"
)

// Viewer is who asks: nobody (no token), a member, or staff.
type Viewer struct {
	Member  string    // the member id from the token, such as "17850"; empty for nobody
	Scope   Scope     // member or staff; empty for nobody
	Roles   []string  // clerk, moderator, service, operations, dpo, legal
	Locale  Locale    // the language to answer in
	Until   time.Time // when the token is over, UTC; connections that outlive a request end then
	Session string    // the session the token belongs to (its sid); empty for tokens of other issuers
	TokenID string    // the token's jti; empty where it has none

	IssuedAt   time.Time // when the token was made; zero where it does not say
	SignedInAt time.Time // when the member proved who they are, of a session of ours; zero otherwise
}

// SignedIn tells whether a member or staff asks.
func (v Viewer) SignedIn() bool { return v.Member != "" }

// Staff tells whether the token was made for staff.
func (v Viewer) Staff() bool { return v.Scope == ScopeStaff }

// Has tells whether the viewer holds a role.
func (v Viewer) Has(role string) bool { return slices.Contains(v.Roles, role) }

type key struct{}

// With puts the viewer into the context.
func With(ctx context.Context, v Viewer) context.Context { return context.WithValue(ctx, key{}, v) }

// From takes the viewer out of the context; without one nobody asks, in Simplified Chinese.
func From(ctx context.Context) Viewer {
	if v, ok := ctx.Value(key{}).(Viewer); ok {
		return v
	}
	return Viewer{Locale: SimplifiedChinese}
}
