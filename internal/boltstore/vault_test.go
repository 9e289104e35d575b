package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestVault(t *testing.T) {
	s := open(t)
	storetest.Vault(t, s.Vault())
	storetest.Vaulting(t, storetest.Safe{Vault: s.Vault(), Accounts: s.Members()})
}
