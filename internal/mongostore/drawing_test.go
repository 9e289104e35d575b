package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestDrawing(t *testing.T) {
	s := open(t)
	storetest.Drawing(t, storetest.Hearth{
		Redemptions: s.Redemptions(), Rewards: s.Rewards(), Vouchers: s.Vouchers(), Wallets: s.Ledger(), Families: s.Families(), Accounts: s.Members(),
	})
}
