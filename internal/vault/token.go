package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"membergate/internal/fault"
)

// Codes of refusals of tokens.
const (
	TokenUnknown = "TOKEN_UNKNOWN" // not one of this person's for this step
	TokenExpired = "TOKEN_EXPIRED"
	TokenUsed    = "TOKEN_USED" //nolint:gosec // a code, no credential
)

// Step is what a token is good for.
type Step string

// The steps.
const (
	Set     Step = "SET"  // a member tells who they are
	Reading Step = "READ" // staff reads it
)

// TokenPurpose names the keys that sign tokens.
const TokenPurpose = "identity token"

// rawToken is the length of a token's own part: when it ends, 8 bytes, and 16 by chance.
const rawToken = 24

// spentLonger is how much longer than it is good a spent token is remembered: clocks of processes may differ.
const spentLonger = time.Minute

// Signer signs with keys of the settings.
type Signer interface {
	Sign(purpose string, data []byte) []byte
	Verify(purpose string, data, tag []byte) bool
}

// Seen remembers for a while what was seen once, for all processes.
type Seen interface {
	// Once tells whether a key is seen for the first time in its life.
	Once(ctx context.Context, key string, life time.Duration) (bool, error)
}

// Tokens are good for one step of one person, once, and not for long. A token says itself until when it is good, and is
// signed; only those that were spent are kept, as a hash, until they would be too old.
type Tokens struct {
	Seen Seen
	Keys Signer
	Now  func() time.Time // the real clock
}

// Issue gives somebody a token for a step, and says until when it is good.
func (s *Tokens) Issue(who string, step Step, life time.Duration) (string, time.Time) {
	until := s.Now().Add(life).UTC().Truncate(time.Millisecond)
	raw := make([]byte, rawToken)
	binary.BigEndian.PutUint64(raw, uint64(until.UnixMilli())) //nolint:gosec // times are after 1970
	_, _ = rand.Read(raw[8:])                                  // never fails: crypto/rand ends the program if the machine has no randomness
	return base64.RawURLEncoding.EncodeToString(append(raw, s.Keys.Sign(TokenPurpose, signed(raw, who, step))...)), until
}

func signed(raw []byte, who string, step Step) []byte {
	return append(append(append([]byte{}, raw...), step...), "\x00"+who...)
}

// Spend lets a token count, once. It gives the hash by which it is known. Refusals: TOKEN_UNKNOWN, TOKEN_EXPIRED,
// TOKEN_USED, of which the last comes with the hash.
func (s *Tokens) Spend(ctx context.Context, who string, step Step, token string) (string, error) {
	all, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(all) < rawToken || base64.RawURLEncoding.EncodeToString(all) != token || !s.Keys.Verify(TokenPurpose, signed(all[:rawToken], who, step), all[rawToken:]) {
		return "", fault.Refuse(TokenUnknown, "token", "token is none that was given to you for this; allowed is one of identityTokenIssue")
	}
	left := time.UnixMilli(int64(binary.BigEndian.Uint64(all))).Sub(s.Now()) //nolint:gosec // signed by ourselves
	if left <= 0 {
		return "", fault.Refuse(TokenExpired, "token", "token was good until %s; allowed is a new one", s.Now().Add(left).UTC().Format(time.RFC3339))
	}
	sum := sha256.Sum256(all[:rawToken]) // nobody guesses what it is of
	hash := base64.RawURLEncoding.EncodeToString(sum[:16])
	first, err := s.Seen.Once(ctx, "identity/"+hash, left+spentLonger)
	if err == nil && !first {
		err = fault.Refuse(TokenUsed, "token", "token was used before; allowed is a new one")
	}
	return hash, err
}
