package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestRedemptions(t *testing.T) {
	s := open(t)
	storetest.Redemptions(t, s.Redemptions())
	storetest.Redeeming(t, storetest.Shop{Redemptions: s.Redemptions(), Rewards: s.Rewards(), Wallets: s.Ledger()})
}
