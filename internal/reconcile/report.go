package reconcile

import (
	"fmt"
	"sync"
)

// Rule is the name of one thing that always holds.
type Rule string

// The rules, in the order in which they are told.
const (
	Sequence Rule = "sequence"
	Chain    Rule = "chain"
	Seal     Rule = "seal"
	Balance  Rule = "balance"
	Lots     Rule = "lots"
	Holds    Rule = "holds"
	Movement Rule = "movement"
	Lifetime Rule = "lifetime"
	Owed     Rule = "owed"
	Identity Rule = "identity"
	Reversal Rule = "reversal"
	Lines    Rule = "lines"
	Op       Rule = "op"
	Head     Rule = "head"
	Recorded Rule = "recorded"
	Claim    Rule = "claim"
	Returned Rule = "returned"
	Outbox   Rule = "outbox"
	Earned   Rule = "earned"
	Totals   Rule = "totals"
	Counted  Rule = "counted"
	Shards   Rule = "shards"
	Transfer Rule = "transfer"
)

// says is what each rule promises, in the order of a report.
var says = []struct {
	rule Rule
	text string
}{
	{Sequence, "entries are numbered 1, 2, 3 … without a gap"},
	{Chain, "an entry names the hash of the one before it"},
	{Seal, "an entry says what it said when it was sealed"},
	{Balance, "a balance is the one before it plus the amount"},
	{Lots, "lots are in order, none is empty, none is below 0"},
	{Holds, "every held coin belongs to one open hold"},
	{Movement, "an entry moves what its kind may, first to expire first"},
	{Lifetime, "lifetime totals are those before plus what the entry did"},
	{Owed, "nothing is free while something is owed"},
	{Identity, "earned + moved in − clawed back − spent − expired = balance + pending − owed"},
	{Reversal, "what is taken back follows what it is of and never exceeds it"},
	{Lines, "the lines of an order's earning add up to it"},
	{Op, "an op stands once, where the store finds it"},
	{Head, "the head that members see stands in the chain"},
	{Recorded, "an order's entry has its record, applied or in the outbox"},
	{Claim, "a refund claims its share of what its order earned"},
	{Returned, "of the coins that paid an order no more than its refunds' share came back"},
	{Outbox, "what an outbox waits for was written down"},
	{Earned, "what an applied order or refund must move is in the ledger"},
	{Totals, "issued − clawed back − burned − expired = outstanding − owed"},
	{Counted, "the count of all coins has of a wallet what its entry says"},
	{Shards, "each part of the count is the sum of its wallets"},
	{Transfer, "what left one wallet for another arrived there or came back, once"},
}

// Row is how one rule fared.
type Row struct {
	Rule    Rule
	Says    string
	Checked int64
	Broken  int64
	First   string // where it was broken first, and how; empty if nowhere
}

// Report counts what was checked. Its zero value is ready, and many goroutines may write to it.
type Report struct {
	Behind int // wallets with entries that the count of all coins has not come to yet; no drift

	mu   sync.Mutex
	rows map[Rule]*Row
}

// see notes one check; where and how it is broken is told in the words of fmt.Sprintf.
func (r *Report) see(rule Rule, holds bool, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rows == nil {
		r.rows = map[Rule]*Row{}
	}
	row := r.rows[rule]
	if row == nil {
		row = &Row{Rule: rule}
		r.rows[rule] = row
	}
	row.Checked++
	if holds {
		return
	}
	if row.Broken++; row.Broken == 1 {
		row.First = fmt.Sprintf(format, args...)
	}
}

// Rows are all rules, those that had nothing to check too.
func (r *Report) Rows() []Row {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Row, len(says))
	for i, s := range says {
		if row := r.rows[s.rule]; row != nil {
			out[i] = *row
		}
		out[i].Rule, out[i].Says = s.rule, s.text
	}
	return out
}

// Broken is how many checks failed, over all rules.
func (r *Report) Broken() int64 {
	var n int64
	for _, row := range r.Rows() {
		n += row.Broken
	}
	return n
}
