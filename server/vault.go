package main

import (
	"context"
	"time"

	"membergate/internal/datause"
	"membergate/internal/sweep"
	"membergate/internal/vault"
)

// vaultService keeps who members of these stores are. Whoever takes tokens adds them.
func (s *stores) vaultService(book book) *vault.Service {
	return &vault.Service{Store: s.vault, Accounts: s.accounts, Keys: householdKeys{s.ring}, Book: book, Now: time.Now, Used: s.listedReading}
}

// listedReading lists for the member that staff reads who they are.
func (s *stores) listedReading(ctx context.Context, a vault.Application, _ string, at time.Time) error {
	return s.used.Write(ctx, datause.Single(a.Member, datause.ForStaff, datause.Identity, datause.Staff, a.ID, at))
}

const (
	// readingsEvery is how often it is looked what need not be kept any more: it was kept for years.
	readingsEvery = time.Hour
	// readingsAtOnce is how many readings one batch removes.
	readingsAtOnce = 500
)

// expiringReadings removes what staff has read once it was kept as long as the programme says. Years are real time.
func expiringReadings(st *stores) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			n, err := st.vault.Expire(ctx, time.Now(), readingsAtOnce)
			return sweep.Batch{Done: n, More: n == readingsAtOnce}, err
		}
	}
}
