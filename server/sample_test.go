package main

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// bill is one invoice of a member, as this test reads the sample by itself.
type bill struct {
	no  string
	at  time.Time
	fen int64
}

// bills reads the sample with nothing of the program's own.
func bills(t *testing.T) map[string][]bill {
	t.Helper()
	f, err := os.Open(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ who, no string }
	byNo := map[key]*bill{}
	for _, row := range rows[1:] { // InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
		if row[6] == "" {
			continue
		}
		k := key{strings.TrimSuffix(row[6], ".0"), row[0]}
		if byNo[k] == nil {
			at, err := time.ParseInLocation("2006-01-02 15:04:05", row[4], shanghai)
			if err != nil {
				t.Fatal(err)
			}
			byNo[k] = &bill{no: row[0], at: at}
		}
		quantity, _ := new(big.Rat).SetString(row[3])
		price, _ := new(big.Rat).SetString(row[5])
		fen := new(big.Rat).Mul(quantity, new(big.Rat).Mul(price, big.NewRat(100, 1)))
		rounded, _ := new(big.Rat).SetString(fen.FloatString(0)) // half away from zero
		byNo[k].fen += rounded.Num().Int64()
	}
	out := map[string][]bill{}
	for k, b := range byNo {
		out[k.who] = append(out[k.who], *b)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b bill) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.no, b.no)) })
	}
	return out
}

// worth is what a member's bills are worth by the contract's words, worked out without the program.
type worth struct {
	tier                              int
	state                             string
	growth                            int64 // whole points, never below 0
	earned, available, owed, postings int64
}

var (
	ladder = []string{"REGISTERED", "SILVER", "GOLD", "PLATINUM", "DIAMOND"}
	needs  = []int64{0, 500, 3_000, 10_000, 30_000}
	rates  = []int64{100, 100, 150, 180, 220}
)

// worthOf follows a member through the sample: seven weeks with one settlement, at New Year, and no end of a protection.
func worthOf(list []bill) worth {
	w := worth{state: "ACTIVE"}
	hundredths, scenes := int64(0), map[string]bool{}
	newYear := time.Date(2011, 1, 1, 0, 0, 0, 0, list[0].at.Location())
	settled := false
	settle := func(now time.Time) {
		if settled || now.Before(newYear) {
			return
		}
		settled = true
		if list[0].at.Before(newYear) && max(0, hundredths) < needs[w.tier]*100 {
			w.state = "PROTECTED"
		}
	}
	for _, b := range list {
		settle(b.at)
		rate := rates[w.tier]
		if strings.HasPrefix(b.no, "C") {
			hundredths += min(b.fen, -b.fen)
			claim := max(b.fen, -b.fen) * rate / 10_000
			if claim > 0 {
				w.postings++
			}
			taken := min(claim, w.available)
			w.available, w.owed = w.available-taken, w.owed+claim-taken
			continue
		}
		if coins := b.fen * rate / 10_000; coins > 0 {
			repaid := min(coins, w.owed)
			w.earned, w.owed, w.available, w.postings = w.earned+coins, w.owed-repaid, w.available+coins-repaid, w.postings+1
		}
		hundredths += max(0, b.fen)
		if day := b.at.Format(time.DateOnly); !scenes[day] {
			scenes[day] = true
			hundredths += 150
		}
		for rank := range ladder {
			if rank > w.tier && hundredths >= needs[rank]*100 {
				w.tier, w.state = rank, "ACTIVE"
			}
		}
		if hundredths >= needs[w.tier]*100 {
			w.state = "ACTIVE"
		}
	}
	settle(time.Date(2011, 1, 17, 17, 44, 0, 0, list[0].at.Location()))
	w.growth = max(0, hundredths) / 100
	return w
}

func TestCoinsAndTiersAreWhatTheSampleSays(t *testing.T) {
	all := bills(t)
	if len(all) != 1165 {
		t.Fatalf("the sample has %d members, want 1,165", len(all))
	}
	known := map[string]worth{ // so that a mistake in the reckoning does not hide one in the program
		"13496": {tier: 1, state: "PROTECTED", growth: 467, earned: 501, available: 466, postings: 2},
		"12503": {tier: 0, state: "ACTIVE", growth: 0, earned: 0, available: 0, owed: 1126, postings: 1},
		"12748": {tier: 2, state: "ACTIVE", growth: 4461, earned: 5009, available: 4939, postings: 40},
	}
	for who, want := range known {
		if got := worthOf(all[who]); got != want {
			t.Errorf("member %s is reckoned to be %+v, want %+v", who, got, want)
		}
	}
	who := []string{owner, adult, teen, child, stranger, single, "15823", "16546"}
	for i, id := range slices.Sorted(maps.Keys(all)) {
		if i%20 == 0 {
			who = append(who, id)
		}
	}
	const query = `{ me { tier { current { code } state growth { total } }
		wallet { balance { available owed lifetimeEarned version } entries(first: 50) { nodes { seq } } proof { headSeq verified } } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		for _, id := range who {
			want := worthOf(all[id])
			r := good(t, e.gateway.url, question{query: query, who: id, at: sampleEnd})
			number := func(path ...any) int64 {
				n, _ := r.at(t, append([]any{"me"}, path...)...).(float64)
				return int64(n)
			}
			entries, _ := r.at(t, "me", "wallet", "entries", "nodes").([]any)
			state, _ := r.at(t, "me", "tier", "state").(string)
			code, _ := r.at(t, "me", "tier", "current", "code").(string)
			got := worth{tier: slices.Index(ladder, code), state: state, growth: number("tier", "growth", "total"),
				earned: number("wallet", "balance", "lifetimeEarned"), available: number("wallet", "balance", "available"),
				owed: number("wallet", "balance", "owed"), postings: int64(len(entries))}
			if got != want {
				t.Errorf("member %s: got %+v, want %+v", id, got, want)
			}
			if number("wallet", "proof", "headSeq") != want.postings || number("wallet", "balance", "version") != want.postings ||
				r.at(t, "me", "wallet", "proof", "verified") != true {
				t.Errorf("member %s: the ledger does not prove %d entries: %s", id, want.postings, shortened(r.text))
			}
		}
	})
}
