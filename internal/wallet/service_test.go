package wallet_test

import (
	"context"
	"strings"
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

func TestADamagedWalletIsRefusedInOneSentenceAndNothingIsWritten(t *testing.T) {
	for name, damaged := range map[string]wallet.State{
		"a lot that lies where nobody looks for it": {Lots: []wallet.Lot{{Expires: month(3), Free: 5}, {Expires: month(1), Free: 5}, {Expires: month(2), Free: 5}}},
		"less than nothing is available":            {Lots: []wallet.Lot{{Expires: month(1), Free: 5}, {Expires: month(9), Free: -20}}},
		"two such lots": {Lots: []wallet.Lot{
			{Expires: month(4), Free: 5}, {Expires: month(2), Free: 5}, {Expires: month(3), Free: 5}, {Expires: month(1), Free: 5},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &wallet.Service{Store: storetest.Memory().Wallets, Most: most, Now: func() time.Time { return start }}
			head := wallet.Entry{Wallet: wallet.NewID(), Seq: 1, Op: "damage", State: damaged}
			if err := s.Store.Append(t.Context(), []wallet.Entry{head}); err != nil {
				t.Fatal(err)
			}
			earn := wallet.Posting{Op: "earn", Kind: wallet.Earn, Coins: 50, At: month(6)}
			_, posted := s.Post(t.Context(), head.Wallet, []wallet.Posting{earn})
			_, done := s.Do(t.Context(), head.Wallet, wallet.Command{Op: "do", At: month(6), Decide: func(context.Context, wallet.Entry) (wallet.Posting, error) {
				return earn, nil
			}})
			for _, err := range []error{posted, done} {
				if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), string(head.Wallet)+" is damaged") {
					t.Errorf("it answers %v", err)
				}
			}
			if all, err := s.Store.Chain(t.Context(), head.Wallet, 0, 10); err != nil || len(all) != 1 {
				t.Errorf("%d entries, %v; want the damaged one alone", len(all), err)
			}
		})
	}
}
