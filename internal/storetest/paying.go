package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/checkout"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Paying lets coins pay parts of orders, and come back with refunds, on stores and in ways that ought not to matter.
func Paying(t *testing.T, open func(t *testing.T) Stores) {
	book, err := programme.LoadBook("retail-5")
	must(t, err)
	plain := till{service(Memory(), book), book}
	var people []payer
	for seed := range uint64(2) {
		c := shops(seed)
		for _, do := range c.acts {
			must(t, do(t.Context(), plain))
		}
		c.whole(t, plain)
		people = append(people, c)
	}
	t.Run("each step twice from three processes at once", func(t *testing.T) {
		s := open(t)
		must(t, errors.Join(together(len(people), func(i int) error {
			for _, do := range people[i].acts {
				errs := together(3, func(int) error { return twice(t.Context(), till{service(s, book), book}, do) })
				if err := errors.Join(errs...); err != nil {
					return err
				}
			}
			return nil
		})...))
		samePaid(t, plain, till{service(s, book), book}, people)
	})
	t.Run("over a network that fails before and after writes", func(t *testing.T) {
		s := open(t)
		must(t, errors.Join(together(len(people), func(i int) error {
			for _, do := range people[i].acts {
				if err := persist(t.Context(), till{service(Flaky(s, uint64(i)), book), book}, do); err != nil {
					return err
				}
			}
			return persist(t.Context(), till{service(s, book), book}, func(ctx context.Context, at till) error {
				return at.Apply(ctx, people[i].newcomer, nil, end)
			})
		})...))
		samePaid(t, plain, till{service(s, book), book}, people)
	})
	t.Run("of the app and the order, whoever ends a hold first ends it", func(t *testing.T) { raceForHolds(t, open(t), book) })
}

// till is where members pay: the service of orders and that of holds, on the same stores.
type till struct {
	*order.Service
	book tier.Book
}

func (a till) checkout() *checkout.Service {
	return &checkout.Service{Wallets: a.Wallets, Book: a.book}
}

func (a till) wallet(ctx context.Context, who member.ID) (wallet.ID, error) {
	found, err := a.Accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
	return found[who].Account.Wallet, err
}

// hold sets coins aside for an order, or finds what an earlier sending set aside.
func (a till) hold(ctx context.Context, o order.Event, coins wallet.Coins, at time.Time) (int64, error) {
	w, err := a.wallet(ctx, o.Member)
	if err != nil {
		return 0, err
	}
	v, _, err := a.checkout().Hold(ctx, w, checkout.Ask{Key: o.ID, Order: o.ID, OrderFen: 10 * o.Fen, Coins: coins, Channel: "STORE", At: at})
	if refused(err, wallet.Insufficient) {
		return 0, nil // then the order is paid with money alone
	}
	return v.Seq, err
}

// act is one step of a story. It may be done any number of times.
type act func(ctx context.Context, at till) error

// payer is a member who pays with coins, in steps.
type payer struct {
	history
	acts []act
}

// shops invents somebody: orders with holds that the app captured before, captured in part, released, or forgot,
// and refunds in parts, told twice, some of the whole order and more.
func shops(seed uint64) payer {
	r, who := dice(seed), member.ID(name("payer"))
	now := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)
	c := payer{history: history{newcomer: member.Profile{ID: who, JoinedAt: now}}}
	tell := func(e order.Event, holding wallet.Coins, at time.Time) {
		c.events = append(c.events, e)
		c.acts = append(c.acts, func(ctx context.Context, till till) (err error) {
			e := e // several tell it at once
			if holding > 0 {
				if e.Hold, err = till.hold(ctx, e, holding, at); err != nil {
					return err
				}
			}
			return till.Apply(ctx, c.newcomer, []order.Event{e}, e.At)
		})
	}
	tell(order.Event{Kind: order.Paid, ID: name("first"), Member: who, At: now, Fen: 1_000_000, Channel: "STORE"}, 0, now)
	for range 8 {
		now = now.Add(time.Duration(1+r.IntN(40*24)) * time.Hour)
		held := now
		o := order.Event{Kind: order.Paid, ID: name("o"), Member: who, At: now.Add(time.Duration(r.IntN(20)) * time.Minute), Fen: 1 + r.Int64N(9000), Channel: "STORE"}
		coins := 1 + r.Int64N(min(900, max(1, o.Fen)))
		switch settle := r.IntN(4); settle {
		case 0, 1: // the app settles first: so many coins, or none
			n := r.Int64N(2) * (1 + r.Int64N(coins))
			c.acts = append(c.acts, func(ctx context.Context, till till) error {
				seq, err := till.hold(ctx, o, coins, held)
				if err != nil || seq == 0 {
					return err
				}
				w, err := till.wallet(ctx, who)
				if err == nil {
					_, _, err = till.checkout().Settle(ctx, w, o.ID, seq, n, held.Add(time.Minute))
				}
				return err
			})
		}
		tell(o, coins, held)
		now = o.At
		left := o.Fen
		for k := range r.IntN(5) {
			now = now.Add(time.Duration(1+r.IntN(90*24)) * time.Hour)
			fen := 1 + r.Int64N(max(1, left))
			if k == 3 {
				fen = o.Fen // more than was paid
			}
			left = max(0, left-fen)
			tell(order.Event{Kind: order.Refunded, ID: fmt.Sprint(o.ID, "-", k), Member: who, At: now, Fen: fen, OrderID: o.ID}, 0, now)
		}
	}
	return c
}

// whole checks what does not hang on how often things were told: an order that came back whole took no coins in the end,
// and nothing came back that was not spent.
func (c *payer) whole(t *testing.T, at till) {
	t.Helper()
	refunded, spent, back := map[string]int64{}, map[string]wallet.Coins{}, map[string]wallet.Coins{}
	for _, e := range c.events {
		refunded[e.OrderID] += e.Fen
	}
	w, err := at.wallet(t.Context(), c.newcomer.ID)
	must(t, err)
	paid, returned := 0, 0
	for _, e := range ledger(t, t.Context(), at.Wallets.Store, w) {
		switch e.Kind {
		case wallet.Spend:
			spent[e.Ref] += e.Claim
			paid++
		case wallet.Return:
			back[e.Ref] += e.Claim
			returned++
		}
	}
	for _, e := range c.events {
		if n, all := back[e.ID], spent[e.ID]; e.Kind == order.Paid && (n > all || refunded[e.ID] >= e.Fen && n != all) {
			t.Errorf("of %d coins for order %s of %d fen, %d came back for %d", all, e.ID, e.Fen, n, refunded[e.ID])
		}
	}
	if paid == 0 || returned == 0 {
		t.Errorf("the payer paid %d times with coins and got some back %d times: the story is too thin", paid, returned)
	}
}

func twice(ctx context.Context, at till, do act) error {
	return errors.Join(do(ctx, at), do(ctx, at))
}

// persist does a step until it is done.
func persist(ctx context.Context, at till, do act) error {
	for range 1000 {
		if err := do(ctx, at); !fault.Is(err, fault.Unavailable) {
			return err
		}
	}
	return errors.New("a thousand tries failed")
}

func samePaid(t *testing.T, want, got till, people []payer) {
	t.Helper()
	var all []history
	for _, c := range people {
		all = append(all, c.history)
	}
	sameOutcome(t, want.Service, got.Service, all)
}

// raceForHolds lets the app capture and release holds while their orders come in twice, and takes the orders back.
func raceForHolds(t *testing.T, s Stores, book tier.Book) {
	ctx, at, who := t.Context(), time.Date(2011, 3, 1, 0, 0, 0, 0, time.UTC), member.Profile{ID: member.ID(name("racer"))}
	a := till{service(s, book), book}
	must(t, a.Apply(ctx, who, []order.Event{{Kind: order.Paid, ID: name("first"), Member: who.ID, At: at, Fen: 1_000_000, Channel: "STORE"}}, at))
	w, err := a.wallet(ctx, who.ID)
	must(t, err)
	for round := range 6 {
		o := order.Event{Kind: order.Paid, ID: name("o"), Member: who.ID, At: at, Fen: 1000, Channel: "STORE"}
		o.Hold, err = a.hold(ctx, o, 300, at)
		must(t, err)
		errs := together(4, func(i int) error {
			if i < 2 {
				return till{service(s, book), book}.Apply(ctx, who, []order.Event{o}, at)
			}
			_, _, err := a.checkout().Settle(ctx, w, fmt.Sprint(o.ID, i), o.Hold, []wallet.Coins{wallet.All, 0}[i-2], at)
			if refused(err, wallet.HoldEnded) {
				return nil
			}
			return err
		})
		must(t, errors.Join(errs...))
		ends := 0
		for _, e := range ledger(t, ctx, s.Wallets, w) {
			if e.Of == o.Hold {
				ends++
			}
		}
		if ends != 1 {
			t.Fatalf("round %d: the hold ended %d times", round, ends)
		}
		errs = together(2, func(int) error {
			return till{service(s, book), book}.Apply(ctx, who, []order.Event{{Kind: order.Refunded, ID: o.ID + "-r", Member: who.ID, At: at, Fen: 1000, OrderID: o.ID}}, at)
		})
		must(t, errors.Join(errs...))
		h, err := s.Wallets.Heads(ctx, []wallet.ID{w})
		must(t, err)
		if got := h[w].State; got.LifetimeSpent != 0 || got.Available() != 10_000 || got.Held() != 0 || got.Owed != 0 {
			t.Fatalf("round %d: after the order came back %d are available, %d held, %d owed, %d spent; want 10000, 0, 0, 0", round, got.Available(), got.Held(), got.Owed, got.LifetimeSpent)
		}
	}
}
