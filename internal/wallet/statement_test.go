package wallet_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/clock"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// counting counts the calls of a store, and the entries that they gave.
type counting struct {
	wallet.Store
	calls, read int
}

func (c *counting) BySeqs(ctx context.Context, id wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	found, err := c.Store.BySeqs(ctx, id, seqs)
	c.calls, c.read = c.calls+1, c.read+len(found)
	return found, err
}

func (c *counting) Chain(ctx context.Context, id wallet.ID, after int64, n int) ([]wallet.Entry, error) {
	page, err := c.Store.Chain(ctx, id, after, n)
	c.calls, c.read = c.calls+1, c.read+len(page)
	return page, err
}

// told is what a statement says of a moment.
func told(s wallet.State) string {
	return fmt.Sprintf("available %d, held %d, pending %d, owed %d, net %d", s.Available(), s.Held(), s.Promised(), s.Owed, s.Net())
}

func TestAMonthClosesAsTheNextOneOpensAndItsSumsAddUpWhateverHappened(t *testing.T) {
	late, unwritten := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
		s := &wallet.Service{Store: storetest.Memory().Wallets, Most: 300, Now: func() time.Time { return start }}
		id, now := wallet.NewID(), start
		var head wallet.Entry
		for i := range rapid.IntRange(0, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "hours")) * time.Hour)
			n := wallet.Coins(rapid.IntRange(1, 90).Draw(t, "coins"))
			p := wallet.Posting{Op: fmt.Sprint(i), Coins: n, At: now, Expires: now.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "life"))}
			if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
				p.At = now.AddDate(0, 0, -rapid.IntRange(1, 60).Draw(t, "days"))
				late++
			}
			switch p.Kind = rapid.SampledFrom([]wallet.Kind{wallet.Earn, wallet.Earn, wallet.Activate, wallet.Spend, wallet.Clawback, wallet.SetAside, wallet.Adjust}).Draw(t, "kind"); p.Kind {
			case wallet.Activate:
				p.Kind, p.From = wallet.Earn, p.At.Add(time.Duration(n)*time.Hour)
			case wallet.SetAside:
				p.Until = p.At.Add(time.Duration(n) * time.Hour)
			case wallet.Adjust:
				p.Reason, p.Coins = "because", n-45
				if p.Coins == 0 {
					continue
				}
			}
			done, err := s.Post(t.Context(), id, []wallet.Posting{p})
			if err == nil {
				head = done[p.Op]
			}
		}
		now = now.AddDate(0, rapid.IntRange(0, 6).Draw(t, "months without anything"), 0)
		zone := time.FixedZone("", 8*3600)
		last, seq := wallet.Statement{}, int64(0)
		for n := -3; ; n++ {
			from := clock.MonthStart(start, n, zone)
			if from.After(now) {
				break
			}
			st, err := s.Statement(t.Context(), head, from, clock.MonthStart(from, 1, zone), now)
			if err != nil {
				t.Fatal(err)
			}
			if told(st.Opening) != told(last.Closing) {
				t.Fatalf("%s opens with %s; the month before closed with %s", from, told(st.Opening), told(last.Closing))
			}
			sum, count := wallet.Coins(0), 0
			for _, s := range st.Sums {
				sum, count = sum+s.Coins, count+s.Entries
			}
			if sum != st.Closing.Net()-st.Opening.Net() {
				t.Fatalf("%s: the sums %+v do not lead from %s to %s", from, st.Sums, told(st.Opening), told(st.Closing))
			}
			written := 0
			if st.First > 0 {
				written = int(st.Last - st.First + 1)
				if st.First != seq+1 || st.FirstHash == "" || st.LastHash == "" {
					t.Fatalf("%s begins with entry %d; the months before end with %d", from, st.First, seq)
				}
				seq = st.Last
			}
			if unwritten += st.Unwritten; count != written+st.Unwritten {
				t.Fatalf("%s counts %d entries of %d and %d unwritten", from, count, written, st.Unwritten)
			}
			last = st
		}
		if seq != head.Seq || told(last.Closing) != told(head.State.At(now)) {
			t.Fatalf("the last month ends with entry %d and %s; the wallet with %d and %s", seq, told(last.Closing), head.Seq, told(head.State.At(now)))
		}
	})
	if late < 20 || unwritten < 20 {
		t.Errorf("%d postings came late and %d things were unwritten: the ledgers are too plain", late, unwritten)
	}
}

func TestAStatementReadsItsMonthAndAFewEntriesToFindIt(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store := &counting{Store: storetest.Memory().Wallets}
	s := &wallet.Service{Store: store, Most: 1 << 30, Now: func() time.Time { return start }}
	id := wallet.NewID()
	var postings []wallet.Posting
	for i := range 4000 { // eleven a day
		postings = append(postings, wallet.Posting{Op: fmt.Sprint(i), Kind: wallet.Earn, Coins: 1, At: start.Add(time.Duration(i) * 131 * time.Minute)})
	}
	done, err := s.Post(t.Context(), id, postings)
	if err != nil {
		t.Fatal(err)
	}
	now := postings[len(postings)-1].At
	store.calls, store.read = 0, 0
	st, err := s.Statement(t.Context(), done["3999"], start.AddDate(0, 3, 0), start.AddDate(0, 4, 0), now)
	if err != nil {
		t.Fatal(err)
	}
	if n := st.Last - st.First + 1; n < 320 || n > 340 || store.calls > 4 || store.read > int(n)+1+3*2*32 {
		t.Errorf("a month of %d entries among 4,000 took %d calls that gave %d entries", n, store.calls, store.read)
	}
	before, err := s.Statement(t.Context(), done["3999"], start.AddDate(-1, 0, 0), start.AddDate(-1, 1, 0), now)
	if err != nil || before.First != 0 || before.Closing.Net() != 0 || len(before.Sums) != 0 {
		t.Errorf("a month before the first entry is %+v, %v; want an empty one", before, err)
	}
}

func TestWhatComesLateLeavesClosedMonthsAlone(t *testing.T) {
	at := func(month, day int) time.Time { return time.Date(2026, time.Month(month), day, 0, 0, 0, 0, time.UTC) }
	s := &wallet.Service{Store: storetest.Memory().Wallets, Most: 1000, Now: func() time.Time { return at(12, 1) }}
	id := wallet.NewID()
	read := func(month int) wallet.Statement {
		heads, err := s.Store.Heads(t.Context(), []wallet.ID{id})
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.Statement(t.Context(), heads[id], at(month, 1), at(month+1, 1), at(12, 1))
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	post := func(op string, when time.Time, n wallet.Coins) {
		if _, err := s.Post(t.Context(), id, []wallet.Posting{{Op: op, Kind: wallet.Earn, Coins: n, At: when}}); err != nil {
			t.Fatal(err)
		}
	}
	post("1", at(7, 5), 10)
	post("2", at(8, 5), 20)
	july := read(7)
	post("3", at(7, 20), 5) // comes when July is closed
	if again := read(7); fmt.Sprint(again) != fmt.Sprint(july) {
		t.Errorf("July was %+v and is %+v", july, again)
	}
	if august := read(8); august.Closing.Net() != 35 || august.Sums[0] != (wallet.Sum{Kind: wallet.Earn, Coins: 25, Entries: 2}) {
		t.Errorf("August is %+v", august)
	}
}
