package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/wallet"
)

// Wallets tests the promises of wallet.Store.
func Wallets(t *testing.T, s wallet.Store) {
	group[wallet.Store]{
		{"every field of an entry comes back", fieldsOfEntry},
		{"an empty entry comes back", emptyEntry},
		{"a seal is intact after the store", sealedEntry},
		{"the head is the newest entry", heads},
		{"a sequence is taken once", seqTaken},
		{"an op is done once in a wallet, and again in another", opTaken},
		{"the entries before a taken one stay, the rest is not added", prefixStays},
		{"entries are found by op", byOps},
		{"entries are found by sequence", bySeqs},
		{"a page has the newest first", pages},
		{"a page keeps to kinds and times", filteredPages},
		{"a chain goes by sequence", chains},
		{"the newest entry is the one whose cause happened last", newestOfAll},
		{"many entries are added at once", longAppend},
		{"64 writers make a ledger without a gap", appendRace},
		{"one op from 50 writers is one entry", opRace},
		{"coins are never spent twice", spendRace},
		{"of 200 spendings of a balance worth 10 ten win", tenOf200},
		{"one key from 50 places is one entry, for ever", oneKeyFiftyTimes},
		{"a hold ends once, whoever ends it", oneEndOfAHold},
		{"a cancelled caller is told so", cancelledEntries},
	}.run(t, s)
}

// ledger reads all entries of a wallet by sequence.
func ledger(t *testing.T, ctx context.Context, s wallet.Store, id wallet.ID) []wallet.Entry {
	t.Helper()
	all, err := s.Chain(ctx, id, 0, 10_000)
	must(t, err)
	return all
}

func fieldsOfEntry(t *testing.T, ctx context.Context, s wallet.Store) {
	for seed := range uint64(10) {
		want := chain(dice(seed), 3)
		must(t, s.Append(ctx, want))
		same(t, "the ledger", ledger(t, ctx, s, want[0].Wallet), want)
	}
}

func emptyEntry(t *testing.T, ctx context.Context, s wallet.Store) {
	e := wallet.Entry{Wallet: wallet.NewID(), Seq: 1, Op: "op"}
	must(t, s.Append(ctx, []wallet.Entry{e}))
	same(t, "the ledger", ledger(t, ctx, s, e.Wallet), []wallet.Entry{e})
	must(t, s.Append(ctx, nil))
}

func sealedEntry(t *testing.T, ctx context.Context, s wallet.Store) {
	id := wallet.NewID()
	service := &wallet.Service{Store: s, Most: 1 << 40, Now: time.Now}
	for i := range int64(5) {
		_, err := service.Post(ctx, id, []wallet.Posting{{
			Op: fmt.Sprint("op-", i), Kind: wallet.Earn, Coins: 100 + i, Title: "order.paid", At: time.Now(), Actor: "system",
			Expires: time.Now().AddDate(0, int(i), 1), Lines: []wallet.Line{{Code: "BASE", Coins: 100}},
		}})
		must(t, err)
	}
	proof, err := service.Prove(ctx, id)
	must(t, err)
	if !proof.Verified || proof.HeadSeq < 5 {
		t.Errorf("the ledger of 5 postings is not proved: %+v", proof)
	}
}

func heads(t *testing.T, ctx context.Context, s wallet.Store) {
	want := map[wallet.ID]wallet.Entry{}
	ids := []wallet.ID{wallet.NewID()} // one without entries
	for n := int64(1); n <= 12; n++ {
		entries := chain(dice(uint64(n)), n)
		must(t, s.Append(ctx, entries))
		ids = append(ids, entries[0].Wallet)
		want[entries[0].Wallet] = entries[n-1]
	}
	got, err := s.Heads(ctx, ids)
	must(t, err)
	same(t, "the heads", got, want)
	one, err := s.Heads(ctx, ids[7:8])
	must(t, err)
	same(t, "one head", one, map[wallet.ID]wallet.Entry{ids[7]: want[ids[7]]})
	none, err := s.Heads(ctx, nil)
	must(t, err)
	same(t, "no heads", none, map[wallet.ID]wallet.Entry{})
}

func seqTaken(t *testing.T, ctx context.Context, s wallet.Store) {
	want := chain(dice(1), 3)
	must(t, s.Append(ctx, want))
	for _, seq := range []int64{1, 2, 3} {
		err := s.Append(ctx, []wallet.Entry{entry(dice(2), want[0].Wallet, seq, name("op"))})
		if !errors.Is(err, wallet.ErrTaken) {
			t.Errorf("adding sequence %d again gave %v, want %v", seq, err, wallet.ErrTaken)
		}
	}
	if err := s.Append(ctx, want[2:]); !errors.Is(err, wallet.ErrTaken) {
		t.Errorf("adding an entry itself again gave %v, want %v", err, wallet.ErrTaken)
	}
	same(t, "the ledger", ledger(t, ctx, s, want[0].Wallet), want)
}

func opTaken(t *testing.T, ctx context.Context, s wallet.Store) {
	want := chain(dice(1), 3)
	must(t, s.Append(ctx, want))
	again := entry(dice(2), want[0].Wallet, 4, want[1].Op)
	if err := s.Append(ctx, []wallet.Entry{again}); !errors.Is(err, wallet.ErrTaken) {
		t.Errorf("doing an op again gave %v, want %v", err, wallet.ErrTaken)
	}
	same(t, "the ledger", ledger(t, ctx, s, want[0].Wallet), want)
	again.Wallet, again.Seq = wallet.NewID(), 1
	must(t, s.Append(ctx, []wallet.Entry{again}))
}

func prefixStays(t *testing.T, ctx context.Context, s wallet.Store) {
	const first = 4 // the entries 1 to 3 are there
	for taken := range 5 {
		for _, by := range []string{"op", "sequence", "op in the same call"} {
			old := chain(dice(1), first-1)
			must(t, s.Append(ctx, old))
			id := old[0].Wallet
			var added []wallet.Entry
			for i := range int64(5) {
				added = append(added, entry(dice(uint64(i)), id, first+i, fmt.Sprint("new-", i)))
			}
			want := slices.Concat(old, added[:taken])
			switch by {
			case "op":
				added[taken].Op = old[1].Op
			case "sequence":
				blocking := entry(dice(9), id, added[taken].Seq, "blocking")
				must(t, s.Append(ctx, []wallet.Entry{blocking}))
				want = append(want, blocking)
			default:
				if taken == 0 {
					continue
				}
				added[taken].Op = added[0].Op
			}
			if err := s.Append(ctx, added); !errors.Is(err, wallet.ErrTaken) {
				t.Errorf("entry %d of 5, whose %s is taken, gave %v, want %v", taken, by, err, wallet.ErrTaken)
			}
			same(t, fmt.Sprintf("the ledger, with the %s of entry %d of 5 taken,", by, taken), ledger(t, ctx, s, id), want)
			for i := range added { // what was not added can still be done
				if i > taken {
					added[i].Seq += 10
					must(t, s.Append(ctx, added[i:i+1]))
				}
			}
		}
	}
}

func longAppend(t *testing.T, ctx context.Context, s wallet.Store) {
	want := chain(dice(1), 500)
	must(t, s.Append(ctx, want))
	same(t, "the ledger", ledger(t, ctx, s, want[0].Wallet), want)
}

func cancelledEntries(t *testing.T, ctx context.Context, s wallet.Store) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Append(ctx, chain(dice(1), 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Append gave %v, want %v", err, context.Canceled)
	}
	if _, err := s.Heads(ctx, []wallet.ID{wallet.NewID()}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Heads gave %v, want %v", err, context.Canceled)
	}
}
