package wallet_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/wallet"
)

func TestCoinsOfAnotherWalletComeWholeOrNotAtAll(t *testing.T) {
	l := (&ledger{t: t}).earn(most-10, start, month(1))
	in := wallet.Posting{Op: "in", Kind: wallet.Receive, Coins: 11, At: start, Parts: []wallet.Share{{Expires: month(2), Coins: 5}, {Expires: month(3), Coins: 6}}}
	l.must(in)
	if e := l.head(); e.Kind != wallet.Decline || e.Amount != 0 || e.Claim != 0 || e.State.Available() != most-10 || !wallet.Hidden(e.Kind, e.Amount) {
		t.Errorf("one too many makes %+v", e)
	}
	in.Op, in.Coins, in.Parts[1].Coins = "in2", 10, 5
	l.must(in)
	if e := l.head(); e.Amount != 10 || e.State.LifetimeMoved != 10 || e.State.LifetimeEarned != most-10 || len(e.State.Lots) != 3 {
		t.Errorf("as many as fit make %+v", e)
	}
	in.Op, in.OwnSeq = "back", 1
	l.must(in)
	if e := l.head(); e.Kind != wallet.Receive || e.State.Available() != most+10 {
		t.Errorf("what comes back finds no room: %+v", e)
	}
}

func TestCoinsOfAnotherWalletRepayFirstAndKeepTheirExpiry(t *testing.T) {
	l := (&ledger{t: t}).earn(10, start, month(1))
	l.must(wallet.Posting{Op: "refund", Kind: wallet.Clawback, Coins: 40, At: start})
	l.must(wallet.Posting{Op: "in", Kind: wallet.Receive, Coins: 50, At: month(2), Parts: []wallet.Share{{Expires: month(1), Coins: 5}, {Expires: month(3), Coins: 45}}})
	e := l.head()
	if d := cmp.Diff([]wallet.Lot{{Expires: month(3), Free: 20}}, e.State.Lots); d != "" || e.State.Owed != 0 || e.Amount != 20 || e.Repaid != 30 || e.Claim != 50 {
		t.Errorf("the entry is %+v; lots (-want +got):\n%s", e, d)
	}
	if d := cmp.Diff([]wallet.Share{{Expires: month(2).Add(wallet.Grace), Coins: 5}, {Expires: month(3), Coins: 45}}, e.Parts); d != "" {
		t.Errorf("what died on the way lives for the grace (-want +got):\n%s", d)
	}
}

func TestConvertedPartsAddUpWhateverTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []wallet.Share
		var all, sum wallet.Coins
		for i := range rapid.IntRange(1, 12).Draw(t, "parts") {
			n := rapid.Int64Range(1, 1_000_000).Draw(t, "coins")
			parts, all = append(parts, wallet.Share{Expires: month(i), Coins: n}), all+n
		}
		n := rapid.Int64Range(1, 2_000_000_000).Draw(t, "n")
		for i, part := range wallet.Convert(parts, n) {
			if sum += part.Coins; part.Coins < 1 || i > 0 && !part.Expires.After(parts[0].Expires) {
				t.Fatalf("a part is %+v", part)
			}
		}
		if sum != n {
			t.Fatalf("%d coins became parts of %d, want %d", all, sum, n)
		}
	})
}
