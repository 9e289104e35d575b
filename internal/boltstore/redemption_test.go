package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestRedemptions(t *testing.T) {
	s := open(t)
	storetest.Redemptions(t, s.Redemptions())
	storetest.Redeeming(t, storetest.Shop{Redemptions: s.Redemptions(), Rewards: s.Rewards(), Vouchers: s.Vouchers(), Wallets: s.Ledger()})
}

func TestVouchers(t *testing.T) { storetest.Vouchers(t, open(t).Vouchers()) }

func TestWishes(t *testing.T) {
	s := open(t)
	storetest.Approving(t, storetest.Kitchen{
		Shop:     storetest.Shop{Redemptions: s.Redemptions(), Rewards: s.Rewards(), Vouchers: s.Vouchers(), Wallets: s.Ledger()},
		Families: s.Families(),
	})
}
