// Package signin lets members in by what others know of them: WeChat, Apple and phones. Each is a way to one member, and a
// member may have several.
package signin

import (
	"context"
	"errors"
	"time"

	"membergate/internal/member"
)

// Ways to sign in.
const (
	MiniProgram = "WECHAT_MINI_PROGRAM"
	WeChatApp   = "WECHAT_APP"
	Apple       = "APPLE"
	Phone       = "PHONE"
	// Union is WeChat's own name for somebody in all apps of one company. It is no way by itself, but joins two.
	Union = "WECHAT_UNION"
)

// SealPurpose is what the keys that providers gave are sealed for.
const SealPurpose = "login"

// hashPurpose is what the names of members at providers are hashed for.
const hashPurpose = "login "

// Login is that somebody who is known to a provider by a name is a member. The name itself is not stored.
type Login struct {
	ID      string    // keyed hash of way and name
	Member  member.ID //
	Way     string    // such as APPLE
	At      time.Time // since when
	Used    time.Time // when it let somebody in last
	Sealed  string    // what the provider gave to read its data with; empty where it gave nothing
	Moved   member.ID // from whom it came when two accounts were merged; empty where it did not
	Version int64     // grows with every change; 1 when created
}

// What stores answer.
var (
	ErrExists = errors.New("signin: it is somebody's already")
	ErrStale  = errors.New("signin: somebody else changed it first")
)

// Store keeps logins.
type Store interface {
	// Create adds a login at version 1, or answers ErrExists and changes nothing.
	Create(ctx context.Context, l Login) error
	// ByIDs finds logins; those unknown are missing.
	ByIDs(ctx context.Context, ids []string) ([]Login, error)
	// Of gives a member's logins, the oldest first, and all that were moved away from the member.
	Of(ctx context.Context, who member.ID) ([]Login, error)
	// Save replaces a login if its stored version is still l.Version, and stores it at the next one; else ErrStale.
	Save(ctx context.Context, l Login) error
	// Remove removes a login if its stored version is still l.Version; else ErrStale.
	Remove(ctx context.Context, l Login) error
}
