package wallet_test

import (
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

func TestASpendingThatIsSentAgainIsAnsweredWithItsEntry(t *testing.T) {
	s := &wallet.Service{Store: storetest.Memory().Wallets, Most: most, Now: func() time.Time { return start }}
	id := wallet.NewID()
	earn := wallet.Posting{Op: "order:1", Kind: wallet.Earn, Coins: 50, At: start, Expires: month(12)}
	spend := wallet.Posting{Op: "spend:1", Kind: wallet.Spend, Coins: 50, At: start}
	first, err := s.Post(t.Context(), id, []wallet.Posting{earn, spend})
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Post(t.Context(), id, []wallet.Posting{spend})
	if err != nil || again["spend:1"].Hash != first["spend:1"].Hash {
		t.Errorf("sent again it gives %+v, %v; want the entry of the first time", again["spend:1"], err)
	}
	other := spend
	other.Op = "spend:2"
	if _, err := s.Post(t.Context(), id, []wallet.Posting{other}); !fault.Is(err, fault.BadInput) {
		t.Errorf("another spending of an empty wallet gives %v", err)
	}
	p, err := s.Prove(t.Context(), id)
	if err != nil || !p.Verified || p.HeadSeq != 2 {
		t.Errorf("the ledger proves as %+v, %v; want two entries", p, err)
	}
}
