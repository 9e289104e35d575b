// Package apple knows members by what Sign in with Apple gave to an app: an identity token, which Apple signed for that app.
package apple

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"github.com/golang-jwt/jwt/v5"

	"membergate/internal/fault"
	"membergate/internal/signin"
	"membergate/internal/viewer"
)

// Issuer is who signs identity tokens.
const Issuer = "https://appleid.apple.com"

// most bounds an identity token; Apple's have about 800 bytes.
const most = 4 << 10

// SignIn reads identity tokens.
type SignIn struct {
	// Verify checks a token's signature, issuer, audience and times.
	Verify func(ctx context.Context, token string) (viewer.Viewer, error)
}

var _ signin.Prover = (*SignIn)(nil)

// Check implements signin.Prover.
func (s *SignIn) Check(in signin.Input) error {
	if len(in.Code) > most || len(in.Code) < 20 {
		return fault.Refuse(signin.BadCode, "code", "code has %d characters; allowed is the identity token that Apple gave, of %d at most", len(in.Code), most)
	}
	if len(in.Nonce) < 16 || len(in.Nonce) > 256 {
		return fault.Refuse(signin.BadCode, "nonce", "nonce has %d characters; allowed are 16 to 256 by chance, whose SHA-256 in hexadecimal was given to Apple", len(in.Nonce))
	}
	return nil
}

// Admit implements signin.Prover: nobody guesses a signature.
func (s *SignIn) Admit(context.Context, signin.Input) error { return nil }

// Prove implements signin.Prover. A token that somebody else got hold of is of no use without the nonce, which never left the
// device that asked for it.
func (s *SignIn) Prove(ctx context.Context, in signin.Input) (signin.Proof, error) {
	who, err := s.Verify(ctx, in.Code)
	switch {
	case fault.Is(err, fault.Unavailable):
		return signin.Proof{}, fault.Refuse(signin.Down, "provider", "Apple's keys cannot be had now")
	case err != nil:
		return signin.Proof{}, fault.Refuse(signin.CodeUsed, "code", "the identity token is not Apple's for this app, or its time is over")
	}
	said := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(in.Code, said); err != nil { // it was verified above
		return signin.Proof{}, fault.Refuse(signin.CodeUsed, "code", "the identity token cannot be read")
	}
	nonce, _ := said["nonce"].(string)
	want := sha256.Sum256([]byte(in.Nonce))
	if subtle.ConstantTimeCompare([]byte(nonce), []byte(hex.EncodeToString(want[:]))) != 1 {
		return signin.Proof{}, fault.Refuse(signin.CodeUsed, "nonce", "the identity token was asked for with another nonce")
	}
	return signin.Proof{Names: []signin.Name{{Way: signin.Apple, Name: who.Member}}}, nil
}
