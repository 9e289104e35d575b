package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestNotices(t *testing.T) {
	s := open(t)
	storetest.Notices(t, storetest.Board{
		Notices: s.Notices(), Accounts: s.Members(), Wallets: s.Ledger(), Orders: s.Orders(), Coupons: s.Coupons(), Usages: s.Usages(),
		Talk: s.Community(), Families: s.Families(),
	})
}
