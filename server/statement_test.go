package main

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
)

// number reads a whole number of an answer.
func (r reply) number(t testing.TB, path ...any) int64 {
	t.Helper()
	n, ok := r.at(t, path...).(float64)
	if !ok {
		t.Fatalf("%v is no number: %s", path, shortened(r.text))
	}
	return int64(n)
}

func statementOf(t *testing.T, e *engine, who, at, month string, first int, after any) reply {
	t.Helper()
	return ask(t, e.gateway.url, question{query: appQueries(t)["WalletStatement"].text, who: who, at: at,
		variables: map[string]any{"month": month, "first": first, "after": after}})
}

func TestMonthlyStatementsFollowOneAnotherAndAddUp(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for _, who := range []string{owner, single, child, villager} {
			closing, hashes := `{"available":0,"held":0,"pending":0,"owed":0,"net":0}`, 0
			for _, month := range []string{"2010-11", "2010-12", "2011-01", "2011-02", "2012-01", "2012-02"} {
				r := statementOf(t, e, who, today, month, 50, nil)
				at := func(path ...any) any { return r.at(t, append([]any{"me", "wallet", "statement"}, path...)...) }
				if got := jsonOf(at("opening")); month < "2011-03" && !sameJSON(got, closing) {
					t.Errorf("%s: %s opens with %s, the month before closed with %s", who, month, got, closing)
				}
				closing = jsonOf(at("closing"))
				sum, count := int64(0), int64(0)
				for i := range at("sums").([]any) {
					sum += int64(at("sums", i, "coins").(float64))
					count += int64(at("sums", i, "entries").(float64))
				}
				if want := int64(at("closing", "net").(float64) - at("opening", "net").(float64)); sum != want {
					t.Errorf("%s: the sums of %s make %d, want %d: %s", who, month, sum, want, r.text)
				}
				edges, unwritten := at("entries", "edges").([]any), int64(at("unwritten").(float64))
				if more := at("entries", "pageInfo", "hasNextPage").(bool); !more && int64(len(edges))+unwritten != count {
					t.Errorf("%s: %s lists %d entries, %d are unwritten, the sums count %d", who, month, len(edges), unwritten, count)
				}
				if at("lastHash") != nil {
					hashes++
				}
			}
			if hashes == 0 {
				t.Errorf("%s: no month has an entry", who)
			}
		}
	})
}

func sameJSON(a, b string) bool {
	fields := func(s string) []string {
		parts := strings.Split(strings.Trim(s, "{}"), ",")
		slices.Sort(parts)
		return parts
	}
	return slices.Equal(fields(a), fields(b))
}

func TestCoinsThatDiedUnwrittenStandInTheStatementOfTheirMonth(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		r := statementOf(t, e, single, today, "2012-02", 5, nil) // what came in January 2011
		if r.at(t, "me", "wallet", "statement", "sums", 0, "kind") != "EXPIRE" || r.number(t, "me", "wallet", "statement", "unwritten") != 1 ||
			r.at(t, "me", "wallet", "statement", "firstHash") != nil || r.at(t, "me", "wallet", "statement", "complete") != true {
			t.Errorf("the statement is %s", r.text)
		}
	})
}

func TestTheEntriesOfAStatementArePagedWithinTheirMonth(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		var paged []string
		var after any
		for more := true; more; {
			r := statementOf(t, e, single, sampleEnd, "2010-12", 3, after)
			list := r.at(t, "me", "wallet", "statement", "entries", "edges").([]any)
			for i := range list {
				paged = append(paged, jsonOf(r.at(t, "me", "wallet", "statement", "entries", "edges", i, "node", "id")))
			}
			more = r.at(t, "me", "wallet", "statement", "entries", "pageInfo", "hasNextPage").(bool)
			after = r.at(t, "me", "wallet", "statement", "entries", "pageInfo", "endCursor")
		}
		all := good(t, e.gateway.url, question{who: single, at: sampleEnd, query: `{ me { wallet {
			entries(first: 50, filter: {from: "2010-11-30T16:00:00Z", to: "2010-12-31T16:00:00Z"}) { nodes { id } } } } }`})
		var want []string
		for i := range all.at(t, "me", "wallet", "entries", "nodes").([]any) {
			want = append(want, jsonOf(all.at(t, "me", "wallet", "entries", "nodes", i, "id")))
		}
		if len(paged) < 4 || !slices.Equal(paged, want) {
			t.Errorf("in pages %d entries came, by their times %d", len(paged), len(want))
		}
		statementOf(t, e, single, sampleEnd, "2011-01", 3, after).refusedOnce(t, "BAD_USER_INPUT", "after")
	})
}

func TestMonthsThatAreNoneAreRefusedAndThoseBeforeTheFirstEntryAreEmpty(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for month, says := range map[string]string{
			"2011-02": "month is 2011-02, which has not begun; allowed are months up to 2011-01",
			"2011-1":  `month is "2011-1"; allowed is a month such as 2026-07`,
			"2011-13": `month is "2011-13"; allowed is a month such as 2026-07`,
			"":        `month is ""; allowed is a month such as 2026-07`,
		} {
			statementOf(t, e, owner, sampleEnd, month, 5, nil).refusedOnce(t, "BAD_USER_INPUT", says)
		}
		r := statementOf(t, e, owner, sampleEnd, "2009-05", 5, nil)
		if r.number(t, "me", "wallet", "statement", "closing", "net") != 0 || r.at(t, "me", "wallet", "statement", "firstHash") != nil ||
			len(r.at(t, "me", "wallet", "statement", "sums").([]any)) != 0 || len(r.at(t, "me", "wallet", "statement", "entries", "edges").([]any)) != 0 {
			t.Errorf("a month before the first entry is %s", r.text)
		}
	})
}

func TestEveryEarningIsExplainedLineByLine(t *testing.T) {
	const query = `{ me { wallet { entries(first: 50, filter: {kinds: [EARN]}) { nodes {
		amount title explanation { programmeVersion cappedBy lines { label coins } } } } } } }`
	onEngines(t, func(t *testing.T, e *engine) {
		id, at := rand.Text(), time.Now().UTC().Format(time.RFC3339)
		big := event.Message{ID: id, Type: "order.paid", Member: "explained", At: at, Data: fmt.Sprintf(
			`{"orderId":%q,"amountFen":50000000000,"channel":"STORE","lines":[]}`, id)}
		deed := event.Message{ID: "d" + id, Type: "store.visited", Member: "shopper", At: at, Data: `{"storeId":"S","travel":"BUS"}`}
		for _, m := range []event.Message{big, deed} {
			if p := e.tell(t, m); p != nil {
				t.Fatal(p)
			}
		}
		n := 0
		for _, who := range []string{owner, single, villager, "explained", "shopper"} {
			r := good(t, e.gateway.url, question{query: query, who: who})
			for i := range r.at(t, "me", "wallet", "entries", "nodes").([]any) {
				at := func(path ...any) any {
					return r.at(t, append([]any{"me", "wallet", "entries", "nodes", i}, path...)...)
				}
				sum, lines := 0.0, at("explanation", "lines").([]any)
				for k := range lines {
					sum += at("explanation", "lines", k, "coins").(float64)
				}
				if n++; sum != at("amount") || len(lines) == 0 || at("explanation", "programmeVersion") == "" {
					t.Errorf("%s: an earning is explained so: %s", who, jsonOf(at()))
				}
			}
		}
		if n < 20 {
			t.Errorf("only %d earnings were looked at", n)
		}
		r := good(t, e.gateway.url, question{query: query, who: "explained"})
		var labels []string
		for k := range 4 { // 1 %, half a percent for the tier, threefold, and then the wallet is full
			labels = append(labels, fmt.Sprint(r.at(t, "me", "wallet", "entries", "nodes", 0, "explanation", "lines", k, "coins")))
		}
		if want := []string{"5e+08", "2.5e+08", "1.5e+09", "-2.5001e+08"}; !slices.Equal(labels, want) ||
			r.at(t, "me", "wallet", "entries", "nodes", 0, "explanation", "cappedBy") != "WALLET_FULL" {
			t.Errorf("the big earning is explained so: %s", r.text)
		}
	})
}
