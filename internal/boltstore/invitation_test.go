package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestInvitations(t *testing.T) {
	s := open(t)
	storetest.Inviting(t, storetest.Door{Invitations: s.Invitations(), Desk: storetest.Desk{
		Claims: s.Claims(), Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Coupons: s.Coupons(),
	}})
}
