package storetest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

type ledgers struct {
	mu  sync.Mutex
	all map[wallet.ID][]wallet.Entry // by sequence
}

func (s *ledgers) Append(ctx context.Context, entries []wallet.Entry) error {
	return locked(ctx, &s.mu, func() error {
		for _, e := range entries {
			i, taken := s.at(e.Wallet, e.Seq)
			if taken || slices.ContainsFunc(s.all[e.Wallet], func(o wallet.Entry) bool { return o.Op == e.Op }) {
				return wallet.ErrTaken
			}
			s.all[e.Wallet] = slices.Insert(s.all[e.Wallet], i, kept(e))
		}
		return nil
	})
}

// at finds the place of a sequence.
func (s *ledgers) at(id wallet.ID, seq int64) (int, bool) {
	return slices.BinarySearchFunc(s.all[id], seq, func(e wallet.Entry, seq int64) int { return cmp.Compare(e.Seq, seq) })
}

// kept copies an entry with all its lists, so that nobody changes what is stored. (The long walks of wallets have no
// time for JSON.)
func kept(e wallet.Entry) wallet.Entry {
	e.State.Lots, e.State.Holds, e.State.Pending = slices.Clone(e.State.Lots), slices.Clone(e.State.Holds), slices.Clone(e.State.Pending)
	e.Lines, e.Parts = slices.Clone(e.Lines), slices.Clone(e.Parts)
	for i, h := range e.State.Holds {
		e.State.Holds[i].Parts = slices.Clone(h.Parts)
	}
	return e
}

func (s *ledgers) Heads(ctx context.Context, ids []wallet.ID) (map[wallet.ID]wallet.Entry, error) {
	out := map[wallet.ID]wallet.Entry{}
	return out, locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			if n := len(s.all[id]); n > 0 {
				out[id] = kept(s.all[id][n-1])
			}
		}
		return nil
	})
}

// list gives entries that f wants, by sequence.
func (s *ledgers) list(ctx context.Context, id wallet.ID, f func(wallet.Entry) bool) (out []wallet.Entry, err error) {
	err = locked(ctx, &s.mu, func() error {
		for i := range s.all[id] {
			if f(s.all[id][i]) {
				out = append(out, kept(s.all[id][i]))
			}
		}
		return nil
	})
	return out, err
}

func (s *ledgers) ByOps(ctx context.Context, id wallet.ID, ops []string) (map[string]wallet.Entry, error) {
	out := map[string]wallet.Entry{}
	found, err := s.list(ctx, id, func(e wallet.Entry) bool { return slices.Contains(ops, e.Op) })
	for _, e := range found {
		out[e.Op] = e
	}
	return out, err
}

func (s *ledgers) BySeqs(ctx context.Context, id wallet.ID, seqs []int64) (map[int64]wallet.Entry, error) {
	out := map[int64]wallet.Entry{}
	found, err := s.list(ctx, id, func(e wallet.Entry) bool { return slices.Contains(seqs, e.Seq) })
	for _, e := range found {
		out[e.Seq] = e
	}
	return out, err
}

func (s *ledgers) Page(ctx context.Context, id wallet.ID, q wallet.Query) ([]wallet.Entry, error) {
	out, err := s.list(ctx, id, func(e wallet.Entry) bool {
		return (q.Before == 0 || e.Seq < q.Before) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, e.Kind)) &&
			!e.OccurredAt.Before(q.From) && (q.To.IsZero() || e.OccurredAt.Before(q.To)) &&
			(q.Ref == "" || e.Ref == q.Ref) && !(q.Shown && wallet.Hidden(e.Kind, e.Amount))
	})
	slices.Reverse(out)
	return out[:min(q.Limit, len(out))], err
}

func (s *ledgers) Chain(ctx context.Context, id wallet.ID, after int64, n int) (out []wallet.Entry, err error) {
	err = locked(ctx, &s.mu, func() error {
		i, _ := s.at(id, after+1)
		for ; i < len(s.all[id]) && len(out) < n; i++ {
			out = append(out, kept(s.all[id][i]))
		}
		return nil
	})
	return out, err
}

type records struct {
	mu  sync.Mutex
	all []order.Record
}

// at finds a record's place.
func (s *records) at(id string) int {
	return slices.IndexFunc(s.all, func(r order.Record) bool { return r.ID == id })
}

func (s *records) Put(ctx context.Context, added []order.Record) error {
	return locked(ctx, &s.mu, func() error {
		for _, r := range added {
			if s.at(r.ID) < 0 {
				r.Applied = false
				s.all = append(s.all, copied(r))
			}
		}
		return nil
	})
}

func (s *records) ByIDs(ctx context.Context, ids []string) (map[string]order.Record, error) {
	out := map[string]order.Record{}
	return out, locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			if i := s.at(id); i >= 0 {
				out[id] = copied(s.all[i])
			}
		}
		return nil
	})
}

func (s *records) AddRefund(ctx context.Context, orderID string, p order.Part) (out order.Record, ok bool, err error) {
	err = locked(ctx, &s.mu, func() error {
		i := s.at(order.OrderRecord(orderID))
		if ok = i >= 0; !ok {
			return nil
		}
		r := &s.all[i]
		if !slices.ContainsFunc(r.Refunds, func(known order.Part) bool { return known.ID == p.ID }) {
			r.Refunds = append(r.Refunds, p)
		}
		out = copied(*r)
		return nil
	})
	return out, ok, err
}

func (s *records) Apply(ctx context.Context, ids []string) error {
	return locked(ctx, &s.mu, func() error {
		for _, id := range ids {
			if i := s.at(id); i >= 0 {
				s.all[i].Applied = true
			}
		}
		return nil
	})
}

func (s *records) Purchases(ctx context.Context, ids []member.ID, n int) (map[member.ID][]order.Record, error) {
	out := map[member.ID][]order.Record{}
	return out, locked(ctx, &s.mu, func() error {
		for _, r := range s.all {
			if e := r.Event; r.Applied && e.Kind == order.Paid && slices.Contains(ids, e.Member) {
				out[e.Member] = append(out[e.Member], copied(r))
			}
		}
		for id, all := range out {
			slices.SortFunc(all, func(a, b order.Record) int {
				return cmp.Or(b.Event.At.Compare(a.Event.At), strings.Compare(b.ID, a.ID))
			})
			out[id] = all[:min(n, len(all))]
		}
		return nil
	})
}

func (s *records) Walk(ctx context.Context, after string, n int) (out []order.Record, err error) {
	err = locked(ctx, &s.mu, func() error {
		sorted := slices.SortedFunc(slices.Values(s.all), func(a, b order.Record) int { return strings.Compare(a.ID, b.ID) })
		for _, r := range sorted {
			if r.Applied && r.ID > after && len(out) < n {
				out = append(out, copied(r))
			}
		}
		return nil
	})
	return out, err
}
