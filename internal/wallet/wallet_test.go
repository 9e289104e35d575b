package wallet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/fault"
	"membergate/internal/wallet"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func month(n int) time.Time { return start.AddDate(0, n, 0) }

const most = 2_000_000_000

// ledger is a wallet in a test: entries that follow one another.
type ledger struct {
	t       rapid.TB
	entries []wallet.Entry
}

func (l *ledger) head() wallet.Entry {
	if len(l.entries) == 0 {
		return wallet.Entry{Wallet: "w_test"}
	}
	return l.entries[len(l.entries)-1]
}

func (l *ledger) post(p wallet.Posting) error {
	for {
		e, ok := wallet.Expiry(l.head(), p.At, p.At, "v1")
		if !ok {
			break
		}
		l.entries = append(l.entries, e)
	}
	e, err := p.Next(l.head(), most, p.At)
	if err == nil {
		l.entries = append(l.entries, e)
	}
	return err
}

func (l *ledger) must(p wallet.Posting) *ledger {
	l.t.Helper()
	if err := l.post(p); err != nil {
		l.t.Fatal(err)
	}
	return l
}

func (l *ledger) earn(n wallet.Coins, at, expires time.Time) *ledger {
	l.t.Helper()
	return l.must(wallet.Posting{Op: op(l), Kind: wallet.Earn, Coins: n, At: at, Expires: expires})
}

func (l *ledger) spend(n wallet.Coins, at time.Time) *ledger {
	l.t.Helper()
	return l.must(wallet.Posting{Op: op(l), Kind: wallet.Spend, Coins: n, At: at})
}

func op(l *ledger) string { return "op" + time.Duration(len(l.entries)).String() }

func TestFirstToExpireIsFirstSpentAndWhatNeverDiesLast(t *testing.T) {
	l := (&ledger{t: t}).earn(30, start, time.Time{}).earn(20, start, month(3)).earn(10, start, month(2)).spend(25, start)
	want := []wallet.Lot{{Expires: month(3), Free: 5}, {Free: 30}}
	if d := cmp.Diff(want, l.head().State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
}

func TestCoinsDieExclusiveOfTheirMomentOnceAndReadersSeeItBeforeTheSweep(t *testing.T) {
	l := (&ledger{t: t}).earn(1000, start, month(1)).earn(500, start, month(2)).spend(1000, start)
	if got := l.head().State.At(month(1)).Available(); got != 500 {
		t.Errorf("after the first month %d are available, want 500: the first lot was spent", got)
	}
	l = (&ledger{t: t}).earn(1000, start, month(1)).earn(500, start, month(2))
	for _, c := range []struct {
		at              time.Time
		available, died wallet.Coins
	}{{month(1).Add(-time.Millisecond), 1500, 0}, {month(1), 500, 1000}, {month(2), 0, 1500}} {
		s := l.head().State.At(c.at)
		if s.Available() != c.available || s.LifetimeExpired != c.died {
			t.Errorf("at %s available %d, died %d; want %d, %d", c.at, s.Available(), s.LifetimeExpired, c.available, c.died)
		}
	}
	l.spend(100, month(1))
	kinds := []wallet.Kind{}
	for _, e := range l.entries {
		kinds = append(kinds, e.Kind)
	}
	if d := cmp.Diff([]wallet.Kind{wallet.Earn, wallet.Earn, wallet.Expire, wallet.Spend}, kinds); d != "" {
		t.Errorf("entries (-want +got):\n%s", d)
	}
}

func TestAClaimTakesTheOrdersOwnLotThenTheFirstToExpireAndTheRestIsOwed(t *testing.T) {
	l := (&ledger{t: t}).earn(50, start, month(1)).earn(30, start, month(2))
	l.must(wallet.Posting{Op: "refund:1", Kind: wallet.Clawback, Coins: 40, At: start, OwnOp: "order:2", Own: month(2)})
	if d := cmp.Diff([]wallet.Lot{{Expires: month(1), Free: 40}}, l.head().State.Lots); d != "" {
		t.Errorf("lots (-want +got):\n%s", d)
	}
	l.must(wallet.Posting{Op: "refund:2", Kind: wallet.Clawback, Coins: 100, At: start})
	if s := l.head().State; s.Available() != 0 || s.Owed != 60 || s.LifetimeClawed != 140 || l.head().Amount != -40 {
		t.Errorf("state %+v, amount %d; want 0 available, 60 owed, 140 clawed, -40", s, l.head().Amount)
	}
	l.earn(25, start, month(3)).earn(50, start, month(3))
	if s, e := l.head().State, l.head(); s.Owed != 0 || s.Available() != 15 || s.LifetimeEarned != 155 || e.Repaid != 35 || e.Claim != 50 {
		t.Errorf("state %+v, entry %+v; what comes in repays first", s, e)
	}
}

func TestMoreThanTheBalanceIsRefusedInOneSentenceAndNothingHappens(t *testing.T) {
	l := (&ledger{t: t}).earn(50, start, month(1))
	err := l.post(wallet.Posting{Op: "s", Kind: wallet.Spend, Coins: 51, At: start})
	if !fault.Is(err, fault.BadInput) || err.Error() != "51 coins are asked for but 50 are available" {
		t.Errorf("error %v", err)
	}
	if len(l.entries) != 1 {
		t.Errorf("%d entries, want 1", len(l.entries))
	}
	for _, n := range []wallet.Coins{0, -5} {
		if err := l.post(wallet.Posting{Op: "z", Kind: wallet.Earn, Coins: n, At: start}); err == nil {
			t.Errorf("a posting of %d coins is accepted", n)
		}
	}
}

func TestAWalletStopsAtItsMost(t *testing.T) {
	l := (&ledger{t: t}).earn(most-10, start, month(1)).earn(25, start, month(1))
	if s := l.head().State; s.Available() != most || s.LifetimeEarned != most {
		t.Errorf("available %d, earned %d; want %d", s.Available(), s.LifetimeEarned, most)
	}
}

func TestNoRunOfPostingsBreaksTheLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &ledger{t: t}
		at := start
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "hours")) * time.Hour)
			p := wallet.Posting{
				Op: op(l), At: at, Coins: rapid.Int64Range(1, 500).Draw(t, "coins"),
				Kind: rapid.SampledFrom([]wallet.Kind{wallet.Earn, wallet.Earn, wallet.Spend, wallet.Clawback}).Draw(t, "kind"),
			}
			if p.Kind == wallet.Earn && rapid.IntRange(0, 9).Draw(t, "forever") > 0 {
				p.Expires = month(rapid.IntRange(0, 24).Draw(t, "months")) // some are dead on arrival
			}
			if err := l.post(p); err != nil && p.Kind != wallet.Spend {
				t.Fatal(err)
			}
			l.check()
		}
	})
}

// check holds a ledger to its invariants: an unbroken chain; every balance the one before plus the amount; earned =
// owned + spent + died + clawed − owed; nothing negative; nothing owed while something is free.
func (l *ledger) check() {
	l.t.Helper()
	var last wallet.Entry
	var issued, clawed wallet.Coins
	for _, e := range l.entries {
		s := e.State
		if !e.Intact(last.Seq, last.Hash) {
			l.t.Fatalf("entry %d breaks the chain", e.Seq)
		}
		if e.BalanceAfter() != last.BalanceAfter()+e.Amount {
			l.t.Fatalf("entry %d: balance %d after %d and %d", e.Seq, e.BalanceAfter(), last.BalanceAfter(), e.Amount)
		}
		if e.Kind == wallet.Earn {
			issued += e.Claim
		}
		if e.Kind == wallet.Clawback {
			clawed += e.Claim
		}
		if s.LifetimeEarned != issued || s.LifetimeClawed != clawed {
			l.t.Fatalf("entry %d: lifetime totals %+v, want earned %d, clawed %d", e.Seq, s, issued, clawed)
		}
		if s.LifetimeEarned-s.LifetimeClawed-s.LifetimeSpent-s.LifetimeExpired != s.Owned()-s.Owed {
			l.t.Fatalf("entry %d: issued − clawed − burned − died is not owned − owed: %+v", e.Seq, s)
		}
		if s.Owed < 0 || s.Owed > 0 && s.Available() > 0 {
			l.t.Fatalf("entry %d: %d owed with %d available", e.Seq, s.Owed, s.Available())
		}
		for i, lot := range s.Lots {
			if lot.Free < 0 || lot.Held < 0 || lot.Free+lot.Held == 0 {
				l.t.Fatalf("entry %d: lot %+v", e.Seq, lot)
			}
			if i > 0 && !lot.Expires.IsZero() && !lot.Expires.After(s.Lots[i-1].Expires) {
				l.t.Fatalf("entry %d: lots out of order: %+v", e.Seq, s.Lots)
			}
		}
		last = e
	}
}

func TestAChangedEntryIsFound(t *testing.T) {
	l := (&ledger{t: t}).earn(50, start, month(1)).spend(20, start)
	for name, change := range map[string]func(*wallet.Entry){
		"amount": func(e *wallet.Entry) { e.Amount++ },
		"lots":   func(e *wallet.Entry) { e.State.Lots = []wallet.Lot{{Expires: month(1), Free: 99}} },
		"time":   func(e *wallet.Entry) { e.OccurredAt = e.OccurredAt.Add(time.Second) },
		"chain":  func(e *wallet.Entry) { e.PrevHash = "00" },
	} {
		e := l.head()
		change(&e)
		if e.Intact(1, l.entries[0].Hash) {
			t.Errorf("a changed %s is not found", name)
		}
	}
	if !l.head().Intact(1, l.entries[0].Hash) {
		t.Error("an honest entry is not intact")
	}
}
