package boltstore

import (
	"context"
	"time"

	"membergate/internal/adjustment"
)

// Proposals to adjust coins:
//
//	adjustments     proposal id → adjustment.Proposal
//	adjustmentTimes state, 0, when it was proposed, 8 bytes, proposal id → nothing
//	openAdjustments proposal id → nothing, while it is unfinished
var (
	adjustments     = newBucket("adjustments")
	adjustmentTimes = newBucket("adjustmentTimes")
	openAdjustments = newBucket("openAdjustments")
)

// Adjustments is an adjustment.Store.
type Adjustments struct{ s *Store }

// Adjustments gives the store of proposals to adjust coins.
func (s *Store) Adjustments() *Adjustments { return &Adjustments{s} }

// waiting and over are the two lists of proposals.
const (
	waiting = "waiting"
	over    = "over"
)

func listOf(p adjustment.Proposal) string {
	if p.State == adjustment.Pending {
		return waiting
	}
	return over
}

func putProposal(t *tx, p adjustment.Proposal) error {
	key := []byte(p.ID)
	if err := t.put(adjustments, key, p); err != nil {
		return err
	}
	if err := t.mark(openAdjustments, key, p.Unfinished); err != nil {
		return err
	}
	for _, list := range []string{waiting, over} {
		if err := t.mark(adjustmentTimes, path(list, moment(p.At), key), listOf(p) == list); err != nil {
			return err
		}
	}
	return nil
}

// Create implements adjustment.Store.
func (a *Adjustments) Create(ctx context.Context, p adjustment.Proposal) error {
	return a.s.write(ctx, func(t *tx) error {
		if t.has(adjustments, []byte(p.ID)) {
			return adjustment.ErrExists
		}
		p.Version = 1
		return putProposal(t, p)
	})
}

// ByID implements adjustment.Store.
func (a *Adjustments) ByID(ctx context.Context, id string) (p adjustment.Proposal, ok bool, err error) {
	err = a.s.read(ctx, func(t *tx) (err error) {
		p, ok, err = get[adjustment.Proposal](t, adjustments, []byte(id))
		return err
	})
	return p, ok, err
}

// Save implements adjustment.Store.
func (a *Adjustments) Save(ctx context.Context, p adjustment.Proposal) error {
	version := p.Version
	return a.s.write(ctx, func(t *tx) error {
		old, ok, err := get[adjustment.Proposal](t, adjustments, []byte(p.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return adjustment.ErrStale
		}
		p.Version = version + 1
		return putProposal(t, p)
	})
}

// List implements adjustment.Store. Of those that do not wait any more, the ones that nobody has marked yet lie among
// those that wait; there are few, and they are marked within moments.
func (a *Adjustments) List(ctx context.Context, q adjustment.Query) (out []adjustment.Proposal, err error) {
	err = a.s.read(ctx, func(t *tx) error {
		out = nil
		lists := []string{over, waiting}
		if q.Open {
			lists = lists[1:]
		}
		for _, list := range lists {
			var end []byte
			if q.Before.ID != "" {
				end = path(list, moment(q.Before.At), []byte(q.Before.ID))
			}
			n := 0
			for k := range t.backwards(adjustmentTimes, path(list), end) {
				if n >= q.Limit {
					break
				}
				p, ok, err := get[adjustment.Proposal](t, adjustments, k[len(path(list))+8:])
				if err != nil {
					return err
				}
				if ok && q.Open == (p.StateAt(q.Now) == adjustment.Pending) {
					out, n = append(out, p), n+1
				}
			}
		}
		return nil
	})
	return adjustment.Newest(out, q.Limit), err
}

// Unfinished implements adjustment.Store.
func (a *Adjustments) Unfinished(ctx context.Context, now time.Time, n int) (out []adjustment.Proposal, err error) {
	err = a.s.read(ctx, func(t *tx) error {
		out = nil
		add := func(id []byte, want func(adjustment.Proposal) bool) error {
			p, ok, err := get[adjustment.Proposal](t, adjustments, id)
			if err == nil && ok && want(p) && len(out) < n {
				out = append(out, p)
			}
			return err
		}
		for k := range t.from(openAdjustments, nil, nil) {
			if err := add(k, func(adjustment.Proposal) bool { return true }); err != nil {
				return err
			}
		}
		for k := range t.from(adjustmentTimes, path(waiting), path(waiting)) {
			if err := add(k[len(path(waiting))+8:], func(p adjustment.Proposal) bool { return p.StateAt(now) == adjustment.Expired }); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
