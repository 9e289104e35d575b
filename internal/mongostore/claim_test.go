package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestClaims(t *testing.T) {
	s := open(t)
	storetest.Claims(t, storetest.Desk{Claims: s.Claims(), Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Coupons: s.Coupons()})
}

func TestMemberships(t *testing.T) {
	s := open(t)
	storetest.Memberships(t, storetest.Desk{Claims: s.Claims(), Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Coupons: s.Coupons()})
}

func TestRewarding(t *testing.T) {
	s := open(t)
	storetest.Rewarding(t, storetest.Desk{Claims: s.Claims(), Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Coupons: s.Coupons()})
}
