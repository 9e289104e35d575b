package wallet_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/fault"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

func (l *ledger) hold(n wallet.Coins, at, until time.Time) *ledger {
	l.t.Helper()
	return l.must(wallet.Posting{Op: op(l), Kind: wallet.SetAside, Coins: n, At: at, Until: until, Ref: "order-1"})
}

func TestAHoldMovesNothingAndACapturedPartLetsTheRestGoToItsLots(t *testing.T) {
	l := (&ledger{t: t}).earn(20, start, month(2)).earn(30, start, month(3)).hold(40, start, start.Add(time.Hour))
	if e := l.head(); e.Amount != 0 || e.BalanceAfter() != 50 || e.State.Available() != 10 || e.State.Held() != 40 {
		t.Errorf("after the hold: amount %d, state %+v", e.Amount, e.State)
	}
	l.must(wallet.Posting{Op: "pay", Kind: wallet.Spend, Of: 3, Coins: 25, At: start.Add(time.Minute)})
	if d := cmp.Diff([]wallet.Lot{{Expires: month(3), Free: 25}}, l.head().State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
	if e := l.head(); e.Amount != -25 || e.State.LifetimeSpent != 25 || e.Ref != "order-1" || len(e.State.Holds) != 0 {
		t.Errorf("the capture is %+v", e)
	}
	l.check()
}

func TestALotThatDiesWhileItIsHeldLives72HoursMore(t *testing.T) {
	l := (&ledger{t: t}).earn(20, start, month(1)).hold(20, start, month(1).Add(time.Hour))
	if s := l.head().State.At(month(1)); s.Held() != 20 || s.LifetimeExpired != 0 {
		t.Errorf("held coins died: %+v", s)
	}
	released := month(1).Add(time.Minute)
	l.must(wallet.Posting{Op: "no", Kind: wallet.Release, Of: 2, At: released})
	e := l.head()
	if d := cmp.Diff([]wallet.Lot{{Expires: released.Add(72 * time.Hour), Free: 20}}, e.State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
	if len(e.Lines) != 1 || e.Lines[0].Code != "EXTENDED" || e.Lines[0].Coins != 20 {
		t.Errorf("the trace of it is %+v", e.Lines)
	}
	if s := e.State.At(released.Add(72 * time.Hour)); s.Available() != 0 || s.LifetimeExpired != 20 {
		t.Errorf("after the grace: %+v", s)
	}
}

func TestAHoldThatTimesOutEndsByItselfForReadersAndAtTheNextWrite(t *testing.T) {
	l := (&ledger{t: t}).earn(20, start, month(1)).hold(15, start, start.Add(time.Hour))
	if s := l.head().State.At(start.Add(time.Hour)); s.Available() != 20 || len(s.Holds) != 0 {
		t.Errorf("a reader sees %+v", s)
	}
	if s := l.head().State.At(start.Add(time.Hour - 1)); s.Available() != 5 || s.Held() != 15 {
		t.Errorf("a moment before a reader sees %+v", s)
	}
	l.spend(18, start.Add(2*time.Hour))
	if e := l.entries[2]; e.Kind != wallet.Release || e.Of != 2 || !e.OccurredAt.Equal(start.Add(time.Hour)) || !wallet.Hidden(e.Kind, e.Amount) {
		t.Errorf("the third entry is %+v", e)
	}
	var r *fault.Refusal
	err := l.post(wallet.Posting{Op: "late", Kind: wallet.Spend, Of: 2, Coins: 1, At: start.Add(3 * time.Hour)})
	if !errors.As(err, &r) || r.Code != wallet.HoldEnded {
		t.Errorf("a capture after that gives %v", err)
	}
	l.check()
}

func TestWhatIsOwedIsRepaidByWhateverBecomesAvailable(t *testing.T) {
	owing := func() *ledger {
		l := (&ledger{t: t}).earn(50, start, month(6)).hold(30, start, month(1)).must(wallet.Posting{
			Op: "later", Kind: wallet.Earn, Coins: 40, At: start, From: month(2), Expires: month(9)}).spend(20, start)
		return l.must(wallet.Posting{Op: "refund", Kind: wallet.Clawback, Coins: 25, At: start})
	}
	for name, p := range map[string]wallet.Posting{
		"earned":    {Kind: wallet.Earn, Coins: 26, At: start, Expires: month(9)},
		"adjusted":  {Kind: wallet.Adjust, Coins: 26, At: start, Expires: month(9), Reason: "goodwill"},
		"activated": {Kind: wallet.Activate, Of: 3, At: start},
		"released":  {Kind: wallet.Release, Of: 2, At: start},
		"captured":  {Kind: wallet.Spend, Of: 2, Coins: 1, At: start},
		"returned":  {Kind: wallet.Return, OwnSeq: 4, Coins: 20, At: start, Parts: []wallet.Share{{Expires: month(6), Coins: 20}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := owing()
			p.Op = "in"
			l.must(p)
			e := l.head()
			if e.Repaid < 20 || e.State.Owed != 25-e.Repaid || e.State.Owed > 0 && e.State.Available() > 0 {
				t.Errorf("repaid %d of 25, state %+v", e.Repaid, e.State)
			}
		})
	}
	l := owing()
	if s := l.head().State.At(month(2)); s.Owed != 0 || s.Available() != 30+40-25 {
		t.Errorf("a reader after the hold's end and the activation sees %+v", s)
	}
}

func TestSpentCoinsComeBackToTheirLotsLastOnesFirstAndOldOnesForTheGrace(t *testing.T) {
	l := (&ledger{t: t}).earn(10, start, month(1)).earn(10, start, month(3)).spend(20, start)
	spent := l.head()
	back := func(n, given wallet.Coins, at time.Time) error {
		return l.post(wallet.Posting{Op: op(l), Kind: wallet.Return, OwnSeq: spent.Seq, Parts: spent.Parts, Coins: n, Given: given, At: at})
	}
	if err := back(12, 0, start); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]wallet.Lot{{Expires: month(1), Free: 2}, {Expires: month(3), Free: 10}}, l.head().State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
	if err := back(8, 12, month(2)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]wallet.Lot{{Expires: month(2).Add(wallet.Grace), Free: 8}, {Expires: month(3), Free: 10}}, l.head().State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
	if s := l.head().State; s.LifetimeSpent != 0 || l.head().Reverses != spent.Seq {
		t.Errorf("state %+v", s)
	}
	if err := back(1, 20, month(2)); err == nil {
		t.Error("more comes back than was spent")
	}
}

func TestAnAdjustmentNeedsAReason(t *testing.T) {
	l := &ledger{t: t}
	for _, n := range []wallet.Coins{5, -5} {
		if err := l.post(wallet.Posting{Op: "a", Kind: wallet.Adjust, Coins: n, At: start}); !fault.Is(err, fault.BadInput) {
			t.Errorf("%d coins without a reason: %v", n, err)
		}
	}
	if err := l.post(wallet.Posting{Op: "a", Kind: wallet.Adjust, Reason: "none", At: start}); err == nil {
		t.Error("an adjustment of 0 coins is accepted")
	}
}

func TestAvailableHeldAndPendingTogetherStopAtTheMost(t *testing.T) {
	l := (&ledger{t: t}).earn(most-50, start, month(3)).hold(most-60, start, month(1)).must(
		wallet.Posting{Op: "p", Kind: wallet.Earn, Coins: 30, At: start, Event: "arrived"}).earn(100, start, month(3))
	if s := l.head().State; s.Whole() != most || s.Promised() != 30 || l.head().Claim != 20 {
		t.Errorf("the wallet has %d of %d, the last earning took %d", s.Whole(), most, l.head().Claim)
	}
}

func TestKeysAreOneTo64VisibleCharacters(t *testing.T) {
	for _, key := range []string{"", " ", "a b", "é", "a\n", string(make([]byte, 64)), "0123456789012345678901234567890123456789012345678901234567890123x"} {
		if _, err := wallet.OpKey("m", key); !fault.Is(err, fault.BadInput) {
			t.Errorf("%q is accepted: %v", key, err)
		}
	}
	if op, err := wallet.OpKey("m", "!0123456789012345678901234567890123456789012345678901234567890~"); err != nil || op[:3] != "m:!" {
		t.Errorf("64 characters give %q, %v", op, err)
	}
}

func TestAHoldThatCannotBeSettledSaysWhy(t *testing.T) {
	s := &wallet.Service{Store: storetest.Memory().Wallets, Most: most, Now: func() time.Time { return start }}
	id := wallet.NewID()
	if _, err := s.Post(t.Context(), id, []wallet.Posting{
		{Op: "e", Kind: wallet.Earn, Coins: 50, At: start},
		{Op: "h1", Kind: wallet.SetAside, Coins: 10, At: start, Until: start.Add(time.Minute)},
		{Op: "h2", Kind: wallet.SetAside, Coins: 10, At: start, Until: start.Add(time.Minute)},
		{Op: "r", Kind: wallet.Release, Of: 3, At: start},
	}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		seq   int64
		coins wallet.Coins
		at    time.Time
		code  string
	}{
		"an unknown one":       {9, 1, start, wallet.HoldUnknown},
		"an entry of no hold":  {1, 1, start, wallet.HoldUnknown},
		"one that has ended":   {3, 1, start, wallet.HoldEnded},
		"one that has expired": {2, 1, start.Add(time.Minute), wallet.HoldExpired},
		"more than was held":   {2, 11, start, wallet.HoldExceeded},
	} {
		_, _, err := s.Settle(t.Context(), id, wallet.End{Hold: c.seq, Coins: c.coins}, wallet.Command{Op: name, At: c.at})
		var r *fault.Refusal
		if !errors.As(err, &r) || r.Code != c.code {
			t.Errorf("%s: %v; want %s", name, err, c.code)
		}
	}
	v, replayed, err := s.Settle(t.Context(), id, wallet.End{Hold: 2, Coins: 4}, wallet.Command{Op: "pay", At: start})
	if err != nil || replayed || v.State != wallet.Captured || v.Captured != 4 || v.Coins != 10 {
		t.Errorf("the capture gives %+v, %v, %v", v, replayed, err)
	}
	again, replayed, err := s.Settle(t.Context(), id, wallet.End{Hold: 2, Coins: 4}, wallet.Command{Op: "pay", At: start})
	if err != nil || !replayed || cmp.Diff(v, again) != "" {
		t.Errorf("again it gives %+v, %v, %v", again, replayed, err)
	}
}
