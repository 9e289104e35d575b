package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestCoupons(t *testing.T) {
	storetest.Coupons(t, open(t).Coupons())
}

func TestBaskets(t *testing.T) {
	s := open(t)
	storetest.Baskets(t, storetest.Market{Coupons: s.Coupons(), Stores: storetest.Stores{
		Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Admissions: s.Admissions(),
	}})
}

func TestGiving(t *testing.T) {
	s := open(t)
	storetest.Giving(t, storetest.Fair{
		Counters: storetest.Counters{Usages: s.Usages(), Uses: s.Uses(), Stock: s.Redemptions()}, Coupons: s.Coupons(), Accounts: s.Members(),
	})
}
