package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestAdjustments(t *testing.T) {
	s := open(t)
	storetest.Adjustments(t, s.Adjustments())
	storetest.Adjusting(t, storetest.Office{Adjustments: s.Adjustments(), Accounts: s.Members(), Wallets: s.Ledger()})
}
