package wallet

import (
	"context"
	"slices"
	"time"
)

// Statement is a piece of a ledger between two moments: what there was, what came and went, what there is. The sums add
// up to the difference of the nets, and the closing of a month is the opening of the next one.
type Statement struct {
	From, To         time.Time // To is exclusive
	Opening, Closing State
	Sums             []Sum  // by kind, in the order in which the kinds first happened
	First, Last      int64  // sequences of the first and the last entry in it; 0 if nobody wrote one
	FirstHash        string // of those entries, empty without
	LastHash         string
	Unwritten        int // of what the sums count: what happened by itself and that nobody has written down yet
}

// Sum is what all entries of one kind did to what a wallet is worth.
type Sum struct {
	Kind    Kind
	Coins   Coins // change of the net: positive came in, negative went out
	Entries int
}

// Net is what the wallet is worth to its member: available, held and promised coins, less what is owed.
func (s State) Net() Coins { return s.Whole() - s.Owed }

// statementPage is how many entries of a statement are read at once.
const statementPage = 500

// Statement reads what happened to a wallet from a moment on and before another one, as of now. Head is its newest
// entry. It reads the entries between the two and a few single ones to find them, however long the ledger is.
func (s *Service) Statement(ctx context.Context, head Entry, from, to, now time.Time) (Statement, error) {
	out := Statement{From: from, To: to}
	places, err := s.places(ctx, head, from, to)
	if err != nil {
		return out, err
	}
	first, end := places[0], places[1]
	last := Entry{Wallet: head.Wallet}
	if first > head.Seq {
		last, out.Opening = head, head.State
	}
	for at := first - 2; at < end-1 && first <= head.Seq; at = last.Seq { // the one before the first is the opening
		page, err := s.Store.Chain(ctx, head.Wallet, max(0, at), int(min(statementPage, end-1-max(0, at))))
		if err != nil {
			return out, err
		}
		for _, e := range page {
			if e.Seq >= first {
				out.add(last.State, e)
				out.write(e)
			} else {
				out.Opening = e.State
			}
			last = e
		}
		if len(page) == 0 {
			break
		}
	}
	out.Closing = last.State
	if end > head.Seq { // nothing was written after it: what has happened by itself since counts too
		out.come(last, now)
	}
	return out, nil
}

// come adds what happened by itself to the newest entry, before the statement's end and by now.
func (st *Statement) come(head Entry, now time.Time) {
	by := st.To.Add(-time.Millisecond)
	if now.Before(by) {
		by = now
	}
	last := due{}
	for {
		d, ok := head.State.due(by)
		if !ok || d == last { // a damaged state, in which what is due cannot happen, must not hang its reader
			break
		}
		e, _ := Expiry(head, by, head.RecordedAt, head.Programme)
		if e.BookedAt().Before(st.From) {
			st.Opening = e.State
		} else {
			st.add(head.State, e)
			st.Unwritten++
		}
		st.Closing, head, last = e.State, e, d
	}
}

func (st *Statement) add(before State, e Entry) {
	i := slices.IndexFunc(st.Sums, func(s Sum) bool { return s.Kind == e.Kind })
	if i < 0 {
		i = len(st.Sums)
		st.Sums = append(st.Sums, Sum{Kind: e.Kind})
	}
	st.Sums[i].Coins += e.State.Net() - before.Net()
	st.Sums[i].Entries++
}

func (st *Statement) write(e Entry) {
	if st.First == 0 {
		st.First, st.FirstHash = e.Seq, e.Hash
	}
	st.Last, st.LastHash = e.Seq, e.Hash
}

// probes is how many single entries a search reads at once for each of its moments: a ledger of a thousand entries needs
// two reads, one of a million four.
const probes = 32

// places finds, for each moment, the first entry that is booked then or later: one behind the head if none is.
func (s *Service) places(ctx context.Context, head Entry, moments ...time.Time) ([]int64, error) {
	low, high := make([]int64, len(moments)), make([]int64, len(moments)) // booked before, and not before
	for i, t := range moments {
		if high[i] = head.Seq + 1; head.Seq == 0 || head.BookedAt().Before(t) {
			low[i] = head.Seq
		} else {
			high[i] = head.Seq
		}
	}
	for {
		var seqs []int64
		for i := range moments {
			seqs = append(seqs, between(low[i], high[i])...)
		}
		if len(seqs) == 0 {
			return high, nil
		}
		slices.Sort(seqs)
		found, err := s.Store.BySeqs(ctx, head.Wallet, slices.Compact(seqs))
		if err != nil {
			return nil, err
		}
		for i, t := range moments {
			for _, seq := range between(low[i], high[i]) {
				if e, known := found[seq]; known && e.BookedAt().Before(t) {
					low[i] = max(low[i], seq)
				} else {
					high[i] = min(high[i], seq)
				}
			}
		}
	}
}

// between are up to probes sequences inside two others, evenly apart.
func between(low, high int64) []int64 {
	n := min(probes, high-low-1)
	out := make([]int64, 0, max(0, n))
	for k := int64(1); k <= n; k++ {
		out = append(out, low+(high-low)*k/(n+1))
	}
	return out
}
