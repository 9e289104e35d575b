package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// end is when the invented histories are over and looked at.
var end = time.Date(2012, 10, 1, 0, 0, 0, 0, time.UTC)

// ExactlyOnce lets order.Service turn orders and refunds into coins and tiers, on stores and in ways that ought not to
// matter, and compares with a plain run in memory: amounts, lots, what is owed, standings and records.
func ExactlyOnce(t *testing.T, open func(t *testing.T) Stores) {
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	var people []history
	for seed := range uint64(5) {
		people = append(people, invent(dice(seed)))
	}
	plain := service(Memory(), book)
	for _, who := range people {
		must(t, plain.Apply(t.Context(), who.newcomer, who.events, end))
	}
	t.Run("in one batch", func(t *testing.T) {
		s := service(open(t), book)
		for _, who := range people {
			must(t, s.Apply(t.Context(), who.newcomer, who.events, end))
		}
		sameOutcome(t, plain, s, people)
	})
	t.Run("one by one, each event twice, from four processes at once", func(t *testing.T) {
		stores := open(t)
		errs := together(len(people), func(i int) error { return hurried(t.Context(), stores, book, people[i]) })
		must(t, errors.Join(errs...))
		sameOutcome(t, plain, service(stores, book), people)
	})
	t.Run("over a network that fails before and after writes", func(t *testing.T) {
		stores := open(t)
		errs := together(len(people), func(i int) error {
			return stubborn(t.Context(), service(Flaky(stores, uint64(i)), book), people[i], dice(uint64(i)))
		})
		must(t, errors.Join(errs...))
		sameOutcome(t, plain, service(stores, book), people)
	})
}

// service is an order.Service whose real time stands still, so that runs can be compared.
func service(s Stores, book tier.Book) *order.Service {
	recorded := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &order.Service{
		Orders: s.Orders, Accounts: s.Accounts, Book: book,
		Wallets: &wallet.Service{Store: s.Wallets, Most: 1 << 40, Now: func() time.Time { return recorded }},
	}
}

// hurried sends a member's events in their order, each eight times from four at once, each with a service of its own.
func hurried(ctx context.Context, stores Stores, book tier.Book, who history) error {
	for _, e := range who.events {
		errs := together(4, func(int) error {
			s := service(stores, book)
			for range 2 {
				if err := s.Apply(ctx, who.newcomer, []order.Event{e}, e.At); err != nil {
					return err
				}
			}
			return nil
		})
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return service(stores, book).Apply(ctx, who.newcomer, nil, end)
}

// stubborn sends a member's events in pieces, and each piece again until it is taken.
func stubborn(ctx context.Context, s *order.Service, who history, r *rand.Rand) error {
	send := func(events []order.Event, until time.Time) error {
		for range 1000 {
			if err := s.Apply(ctx, who.newcomer, events, until); !fault.Is(err, fault.Unavailable) {
				return err
			}
		}
		return errors.New("a thousand tries failed")
	}
	for rest := who.events; len(rest) > 0; {
		n := 1 + r.IntN(min(6, len(rest)))
		if err := send(rest[:n], rest[n-1].At); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for { // an outbox may be left, as after a process was killed
		if err := send(nil, end); err != nil {
			return err
		}
		found, err := s.Accounts.ByIDs(ctx, []member.ID{who.newcomer.ID}, account.Whole)
		if h, ok := found[who.newcomer.ID]; err == nil && ok && len(h.Account.Outbox) == 0 {
			return nil
		}
	}
}

// sameOutcome compares two services' stores, member by member.
func sameOutcome(t *testing.T, want, got *order.Service, people []history) {
	t.Helper()
	for _, who := range people {
		t.Run(fmt.Sprintf("member %s", who.newcomer.ID), func(t *testing.T) {
			same(t, "the outcome", outcomeOf(t, got, who), outcomeOf(t, want, who))
		})
	}
}

// outcome is all that a member has in the end, without what is random or counts tries.
type outcome struct {
	Standing tier.Standing
	Outbox   []account.Step
	Entries  []wallet.Entry
	Records  map[string]order.Record
}

func outcomeOf(t *testing.T, s *order.Service, who history) outcome {
	t.Helper()
	ctx := t.Context()
	h := load(t, ctx, s.Accounts, who.newcomer.ID)
	proof, err := s.Wallets.Prove(ctx, h.Account.Wallet)
	must(t, err)
	if !proof.Verified {
		t.Errorf("the ledger of member %s is not proved behind entry %d", who.newcomer.ID, proof.HeadSeq)
	}
	o := outcome{Standing: h.Account.Standing.Advance(s.Book, end), Outbox: h.Account.Outbox} // a reader advances it, whether or not a sweep came by
	o.Standing = o.Standing.Foreseen(s.Book)
	for _, e := range ledger(t, ctx, s.Wallets.Store, h.Account.Wallet) {
		e.Wallet, e.Hash, e.PrevHash = "", "", ""
		o.Entries = append(o.Entries, e)
	}
	var ids []string
	for _, e := range who.events {
		ids = append(ids, e.RecordID())
	}
	o.Records, err = s.Orders.ByIDs(ctx, ids)
	must(t, err)
	return o
}
