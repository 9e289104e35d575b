package token

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// Signer signs the tokens of sessions with a private key, and shows the public halves of all its keys. The newest signs; those
// behind it are there for tokens that are still good.
type Signer struct {
	keys   []signing
	public []byte
}

type signing struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
}

var methods = map[string]jwt.SigningMethod{"RS256": jwt.SigningMethodRS256, "ES256": jwt.SigningMethodES256, "EdDSA": jwt.SigningMethodEdDSA}

// NewSigner reads private keys in PEM, newest first: EC P-256, Ed25519, or RSA of 2,048 bits and more. Its errors quote no part
// of a key.
func NewSigner(pems [][]byte) (*Signer, error) {
	s := &Signer{}
	var set jwkset.JWKSMarshal
	for i, text := range pems {
		private, err := readPrivate(text)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		public := private.Public()
		alg := fitting(public)
		if alg == "" {
			return nil, fmt.Errorf("key %d is of another kind; allowed are EC P-256, Ed25519, and RSA of %d bits or more", i+1, minRSABits)
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return nil, fmt.Errorf("key %d cannot be shown: %w", i+1, err)
		}
		sum := sha256.Sum256(der)
		id := base64.RawURLEncoding.EncodeToString(sum[:12])
		shown, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: id, ALG: jwkset.ALG(alg), USE: jwkset.UseSig}})
		if err != nil {
			return nil, fmt.Errorf("key %d cannot be shown: %w", i+1, err)
		}
		set.Keys = append(set.Keys, shown.Marshal())
		s.keys = append(s.keys, signing{id, methods[alg], private})
	}
	if len(s.keys) == 0 {
		return nil, errors.New("there is no key")
	}
	var err error
	s.public, err = json.Marshal(set)
	return s, err
}

func readPrivate(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM of a private key")
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return nil, errors.New("it is no PEM of a private key")
}

// fitting is the algorithm of a key; empty where there is none.
func fitting(public crypto.PublicKey) string {
	for alg := range methods {
		if fits(alg, public) {
			return alg
		}
	}
	return ""
}

// NewKey makes a private key in PEM.
func NewKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

// Public is the key set that others check the tokens with, as JSON.
func (s *Signer) Public() []byte { return s.public }

// SessionGrant says for whom a session's token is made.
type SessionGrant struct {
	Member     string
	Session    string
	SignedInAt time.Time // when the member proved who they are
	Lifetime   time.Duration
}

// Sign makes an access token of a session.
func (s *Signer) Sign(trust Trust, g SessionGrant, now time.Time) (string, error) {
	newest := s.keys[0]
	t := jwt.NewWithClaims(newest.method, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: trust.Issuer, Subject: g.Member, Audience: jwt.ClaimStrings{trust.Audience},
			ExpiresAt: jwt.NewNumericDate(now.Add(g.Lifetime)), IssuedAt: jwt.NewNumericDate(now), ID: rand.Text(),
		},
		Session: g.Session, SignedInAt: jwt.NewNumericDate(g.SignedInAt),
	})
	t.Header["kid"], t.Header["typ"] = newest.id, "at+jwt"
	return t.SignedString(newest.private)
}

// key finds the public half by its id, where an algorithm fits it.
func (s *Signer) key(alg string, id any) (crypto.PublicKey, bool) {
	if s == nil {
		return nil, false
	}
	for _, k := range s.keys {
		if k.id == id && k.method.Alg() == alg {
			return k.private.Public(), true
		}
	}
	return nil, false
}

// algorithms are those of its keys.
func (s *Signer) algorithms() (out []string) {
	if s == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, k := range s.keys {
		if alg := k.method.Alg(); !seen[alg] {
			seen[alg] = true
			out = append(out, alg)
		}
	}
	return out
}
