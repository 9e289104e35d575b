package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestRotation(t *testing.T) {
	s := open(t)
	storetest.Rotation(t, storetest.Strongbox{Sealed: s.Rotation(), Vouchers: s.Vouchers(), Requests: s.Requests(), Notices: s.Notices(), Accounts: s.Members(), Vault: s.Vault(), Personal: s.Personal()})
}
