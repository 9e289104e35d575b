package main

import (
	"log/slog"
	"path/filepath"

	"membergate/internal/secret"
	"membergate/internal/token"
)

// weakSecretBytes is the least that RFC 7518 §3.2 asks of an HS256 secret; shorter ones are taken with a warning,
// because production takes none at all.
const weakSecretBytes = 32

// Trust says whose tokens are good. In development, when nothing is set, the data folder keeps a secret of its own.
func (s Settings) Trust(log *slog.Logger) (token.Trust, error) {
	trust := token.Trust{Issuer: s.Issuer, Audience: s.Audience, JWKS: s.JWKSURL, HS256: []byte(s.HS256Secret.Reveal()), Log: log}
	switch {
	case s.HS256Secret != "" && len(s.HS256Secret) < weakSecretBytes:
		log.Warn("JWT_HS256_SECRET is short; 32 bytes or more cannot be guessed", "bytes", len(s.HS256Secret))
	case s.HS256Secret == "" && s.JWKSURL == "" && !s.Production:
		kept, err := secret.KeptHS256(s.DataDir)
		if err != nil {
			return token.Trust{}, err
		}
		trust.HS256 = kept
	}
	var err error
	trust.Own, err = s.signer()
	return trust, err
}

// keyFile is where the keys lie.
func (s Settings) keyFile() string {
	if s.SecretKeys != "" {
		return s.SecretKeys
	}
	return filepath.Join(s.DataDir, secret.KeysFile)
}

// Keys gives the keys that cursors are signed with: those of SECRET_KEYS, or in development the data folder's own.
func (s Settings) Keys() (*secret.Keys, error) {
	if s.SecretKeys != "" {
		return secret.LoadKeys(s.SecretKeys)
	}
	return secret.KeptKeys(s.DataDir)
}
