package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestTransfers(t *testing.T) {
	s := open(t)
	storetest.Transfers(t, s.Transfers())
	storetest.Transferring(t, storetest.Bank{Transfers: s.Transfers(), Wallets: s.Ledger()})
	storetest.Merging(t, s.Ledger())
}
