package main

import (
	"sync"

	"membergate/internal/account"
	"membergate/internal/glance"
	"membergate/internal/insight"
	"membergate/internal/secret"
)

// seal lets the stores keep what members tell of home, and what platforms take them for, under the keys of the settings, which are read when the first such
// fact is.
func (s *stores) seal(set Settings) {
	keys := householdKeys{sync.OnceValues(set.Keys)}
	s.ring = keys.ring
	s.accounts, s.glances = account.Seal(s.accounts, keys), glance.Open(s.glances, keys)
	s.insights = insight.Seal(s.insights, keys)
	if s.busy != nil {
		s.busy.accounts = account.Seal(s.busy.accounts, keys)
	}
}

type householdKeys struct{ ring func() (*secret.Keys, error) }

// Seal implements account.Sealer.
func (k householdKeys) Seal(purpose, plain string) (string, error) {
	ring, err := k.ring()
	if err != nil {
		return "", err
	}
	return ring.Seal(purpose, plain), nil
}

// Hashes implements vault.Keys.
func (k householdKeys) Hashes(purpose, value string) ([]string, error) {
	ring, err := k.ring()
	if err != nil {
		return nil, err
	}
	return ring.Hashes(purpose, value), nil
}

// Open implements account.Sealer.
func (k householdKeys) Open(purpose, sealed string) (string, error) {
	ring, err := k.ring()
	if err != nil {
		return "", err
	}
	return ring.Open(purpose, sealed)
}
