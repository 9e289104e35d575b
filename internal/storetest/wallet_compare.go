package storetest

import (
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"membergate/internal/wallet"
)

// compare holds the wallet to its invariants and to the model. The entry is the one that the step made, nil if it was
// refused: then the model may know of things that nobody has written down yet, and a reader must see them.
func (w *walk) compare(made *wallet.Entry) error {
	if made != nil {
		if err := w.follow(*made); err != nil {
			return err
		}
		w.head = *made
	}
	s := w.head.State.At(w.now)
	m := w.model
	if lots := m.lots(); !slices.EqualFunc(lots, s.Lots, sameLot) {
		d := cmp.Diff(lots, s.Lots, cmpopts.EquateEmpty())
		return fmt.Errorf("lots (-model +wallet):\n%s", d)
	}
	got := []int64{s.Available(), s.Held(), s.Promised(), s.Owed, s.LifetimeEarned, s.LifetimeSpent, s.LifetimeExpired, s.LifetimeClawed, s.LifetimeMoved}
	want := []int64{
		m.count(free), m.count(held), m.count(pending), m.owed, m.earned, m.burned, m.expired, m.taken, m.moved,
	}
	if !slices.Equal(want, got) {
		return fmt.Errorf("available, held, pending, owed, earned, spent, expired, clawed, moved are %v; the model says %v", got, want)
	}
	return invariants(s, m.most)
}

func sameLot(a, b wallet.Lot) bool {
	return a.Expires.Equal(b.Expires) && a.Free == b.Free && a.Held == b.Held
}

// follow reads the entries from the last one seen to the new one, and checks each against the one before.
func (w *walk) follow(made wallet.Entry) error {
	for {
		page, err := w.s.Store.Chain(w.ctx, w.id, w.head.Seq, int(made.Seq-w.head.Seq))
		if err != nil {
			continue // a bad network
		}
		last := w.head
		for _, e := range page {
			if !e.Intact(last.Seq, last.Hash) || e.BalanceAfter() != last.BalanceAfter()+e.Amount {
				return fmt.Errorf("entry %d (%s) does not follow: balance %d after %d and %d", e.Seq, e.Kind, e.BalanceAfter(), last.BalanceAfter(), e.Amount)
			}
			if err := invariants(e.State, w.model.most); err != nil {
				return fmt.Errorf("entry %d: %w", e.Seq, err)
			}
			if e.Of != 0 {
				if w.ended[e.Of]++; w.ended[e.Of] > 1 {
					return fmt.Errorf("what entry %d began has ended twice", e.Of)
				}
			}
			last = e
		}
		if last.Hash != made.Hash {
			return fmt.Errorf("the chain ends at entry %d, the answer was %d", last.Seq, made.Seq)
		}
		return nil
	}
}

// invariants are what must hold of every state, whatever has happened.
func invariants(s wallet.State, most int64) error {
	held := map[int64]int64{}
	for _, h := range s.Holds {
		sum := int64(0)
		for _, part := range h.Parts {
			sum += part.Coins
			held[part.Expires.UnixMilli()] += part.Coins
		}
		if sum != h.Coins {
			return fmt.Errorf("hold %d of %d has parts of %d", h.Seq, h.Coins, sum)
		}
	}
	for i, l := range s.Lots {
		switch {
		case l.Free < 0 || l.Held < 0 || l.Free+l.Held == 0:
			return fmt.Errorf("a lot of %d free and %d held", l.Free, l.Held)
		case l.Held != held[l.Expires.UnixMilli()]:
			return fmt.Errorf("the lot of %s holds %d, its holds %d", l.Expires, l.Held, held[l.Expires.UnixMilli()])
		case i > 0 && !l.Expires.IsZero() && !l.Expires.After(s.Lots[i-1].Expires), i > 0 && s.Lots[i-1].Expires.IsZero():
			return fmt.Errorf("lots out of order: %+v", s.Lots)
		}
		held[l.Expires.UnixMilli()] = 0
	}
	for expires, n := range held {
		if n != 0 {
			return fmt.Errorf("%d held coins of %d lie in no lot", n, expires)
		}
	}
	switch {
	case s.Owed < 0 || s.Owed > 0 && s.Available() > 0:
		return fmt.Errorf("%d owed with %d available", s.Owed, s.Available())
	case s.Whole() > most:
		return fmt.Errorf("%d coins in a wallet of at most %d", s.Whole(), most)
	case s.LifetimeEarned+s.LifetimeMoved-s.LifetimeClawed-s.LifetimeSpent-s.LifetimeExpired != s.Whole()-s.Owed:
		return fmt.Errorf("issued − clawed − burned − died is not what is there: %+v", s)
	case s.LifetimeSpent < 0 || s.LifetimeExpired < 0:
		return fmt.Errorf("a negative total: %+v", s)
	}
	return nil
}
