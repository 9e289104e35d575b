package mongostore

import (
	"context"
	"errors"
	"maps"
	"sync"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"membergate/internal/wallet"
)

// ends remember where ledgers ended when this process looked last. That may be long ago: an end only says where to look,
// because a ledger never gets shorter and has no gaps.
type ends struct {
	mu   sync.Mutex
	seqs map[wallet.ID]int64
}

// mostEnds bounds the memory; beyond it all are forgotten, which costs a slower look at each.
const mostEnds = 200_000

func (e *ends) note(w wallet.ID, seq int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.seqs) >= mostEnds {
		clear(e.seqs)
	}
	e.seqs[w] = max(seq, e.seqs[w])
}

// of gives where a ledger ended, and 0 where nobody knows.
func (e *ends) of(w wallet.ID) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seqs[w]
}

// further is how many places behind a known end are looked at: there is seldom more than what somebody spent meanwhile.
const further = 2

// carryHeads gives the newest entries of all wallets that have any. Of those whose end is known it asks for that place
// and the next ones; where the last of these is taken, or the first is not, the wallet is looked at as others are.
func (l *Ledger) carryHeads(ctx context.Context, known *ends, calls [][]wallet.ID) ([][]wallet.Entry, []error) {
	ids := union(calls)
	newest, err := l.near(ctx, known, ids)
	var others []wallet.ID
	for _, id := range ids {
		if _, ok := newest[id]; !ok {
			others = append(others, id)
		}
	}
	if err == nil {
		var far map[wallet.ID]wallet.Entry
		far, err = l.far(ctx, others)
		for id, e := range far {
			newest[id] = e
			known.note(id, e.Seq)
		}
	}
	out := make([][]wallet.Entry, len(calls))
	for i, wanted := range calls {
		for _, id := range wanted {
			if e, ok := newest[id]; ok {
				out[i] = append(out[i], e)
			}
		}
	}
	return out, all(len(calls), err)
}

// near finds newest entries close to where they were known to be; those elsewhere are missing.
func (l *Ledger) near(ctx context.Context, known *ends, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	out := map[wallet.ID]wallet.Entry{}
	ended := map[wallet.ID]int64{}
	var places []string
	for _, id := range ids {
		ended[id] = known.of(id)
		for n := int64(0); ended[id] > 0 && n <= further; n++ {
			places = append(places, entryID(id, ended[id]+n))
		}
	}
	if len(places) == 0 {
		return out, nil
	}
	err := find(ctx, l.s, entries, in("_id", places), options.Find(), func(d entryDoc) {
		if id := wallet.ID(d.Wallet); d.Seq > out[id].Seq {
			out[id] = d.entry()
		}
	})
	for id, e := range out {
		if e.Seq == ended[id]+further {
			delete(out, id)
		} else {
			known.note(id, e.Seq)
		}
	}
	return out, err
}

// few is how many wallets are looked at one by one rather than by a query of all their entries, which is what a server
// makes of it that takes no order from its index.
const few = 8

// far finds newest entries wherever they are.
func (l *Ledger) far(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	if len(ids) == 0 || len(ids) > few {
		return l.Heads(ctx, ids)
	}
	var mu sync.Mutex // guards out
	out := map[wallet.ID]wallet.Entry{}
	group, ctx := errgroup.WithContext(ctx)
	for _, id := range ids {
		group.Go(func() error {
			heads, err := l.Heads(ctx, []wallet.ID{id})
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(out, heads)
			return err
		})
	}
	err := group.Wait()
	return out, err
}

// carryAppends adds one entry to each of several wallets. Each insert is a commit of its own: one that finds its place
// taken does not keep the others.
func (l *Ledger) carryAppends(ctx context.Context, added []wallet.Entry) ([]struct{}, []error) {
	errs := insertEach(ctx, l.s, entries, each(added, toEntry))
	for i, err := range errs {
		if duplicate(err) {
			errs[i] = wallet.ErrTaken
		}
	}
	return make([]struct{}, len(added)), errs
}

// insertEach inserts documents in one command and gives the error of each. What only met another writer is tried again.
func insertEach[D any](ctx context.Context, s *Store, c collection, docs []D) []error {
	errs := make([]error, len(docs))
	left := make([]int, len(docs)) // those that are still to be inserted
	for i := range left {
		left[i] = i
	}
	err := s.run(ctx, func(ctx context.Context) error {
		_, err := s.in(c).InsertMany(ctx, each(left, func(i int) D { return docs[i] }), options.InsertMany().SetOrdered(false))
		var some mongo.BulkWriteException
		switch {
		case err == nil:
			left = nil
			return nil
		case !errors.As(err, &some) || some.WriteConcernError != nil:
			return err
		}
		var again []int
		for _, e := range some.WriteErrors {
			if i := left[e.Index]; mongo.IsDuplicateKeyError(e.WriteError) {
				errs[i] = mongo.WriteException{WriteErrors: mongo.WriteErrors{e.WriteError}}
			} else {
				again = append(again, i)
			}
		}
		if left = again; len(left) == 0 {
			return nil
		}
		return err
	})
	for _, i := range left {
		errs[i] = err
	}
	return errs
}
