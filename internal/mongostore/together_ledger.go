package mongostore

import (
	"context"
	"errors"
	"sync"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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

// carryHeads finds the newest entries of all wallets. Of those whose end is known it asks for that place and the next
// ones; where the last of these is taken, or the first is not, the wallet is looked at alone.
func (l *Ledger) carryHeads(ctx context.Context, known *ends, ids []wallet.ID) ([]wallet.Entry, []error) {
	ended := each(ids, known.of)
	var places []string
	for i, id := range ids {
		for n := int64(0); ended[i] > 0 && n <= further; n++ {
			places = append(places, entryID(id, ended[i]+n))
		}
	}
	newest := map[wallet.ID]entryDoc{}
	if len(places) > 0 {
		err := find(ctx, l.s, entries, in("_id", places), options.Find(), func(d entryDoc) {
			if w := wallet.ID(d.Wallet); d.Seq > newest[w].Seq {
				newest[w] = d
			}
		})
		if err != nil {
			return make([]wallet.Entry, len(ids)), all(len(ids), err)
		}
	}
	out, errs := make([]wallet.Entry, len(ids)), make([]error, len(ids))
	var alone sync.WaitGroup
	for i, id := range ids {
		if d, ok := newest[id]; ok && d.Seq < ended[i]+further {
			out[i] = d.entry()
			continue
		}
		alone.Go(func() {
			heads, err := l.Heads(ctx, []wallet.ID{id})
			out[i], errs[i] = heads[id], err
		})
	}
	alone.Wait()
	for _, e := range out {
		if e.Seq > 0 {
			known.note(e.Wallet, e.Seq)
		}
	}
	return out, errs
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
