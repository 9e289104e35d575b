package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/basket"
	coupons "membergate/internal/coupon"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
)

// Market is where coupons are kept for orders and used.
type Market struct {
	Stores
	Coupons coupons.Store
}

// Baskets tests that coupons are kept for one order and used once, and that events tell it in any order.
func Baskets(t *testing.T, s Market) {
	group[Market]{
		{"of fifty orders that want one coupon at once one has it", oneBasket},
		{"an order uses what was kept for it, once, though its event names nothing", paidBasket},
		{"a use counts once, in whichever order the events tell it", toldCoupons},
		{"a refund of all gives coupons back, one of a part does not", backCoupons},
		{"a freeze ends by itself", endedBasket},
		{"whoever comes next repairs a freeze that was killed", killedBasket},
		{"coupons that do not go together are refused, however many ask at once", stackedBaskets},
		{"what is over is written down once", sweptCoupons},
		{"a first order is never to come again, however long ago it was", firstOrderOnce},
	}.run(t, s)
}

// stall is the services on the stores of a shop, and a member with two shopping coupons and one for the delivery.
type stall struct {
	s       Market
	baskets *basket.Service
	orders  *order.Service
	who     member.ID
	ids     []string
	missed  []coupons.Missed
}

func newStall(t *testing.T, ctx context.Context, s Market) *stall {
	t.Helper()
	book, err := programme.LoadBook("fresh-3")
	must(t, err)
	a := &stall{s: s, who: member.ID(name("m"))}
	service := &coupons.Service{Store: s.Coupons, Book: book, Missed: func(m coupons.Missed) { a.missed = append(a.missed, m) }}
	a.baskets, a.orders = &basket.Service{Coupons: service, Accounts: s.Accounts, Book: book}, servingCoupons(s, book, service)
	must(t, s.Accounts.Create(ctx, account.Open(book, member.Profile{ID: a.who, JoinedAt: couponNoon.Add(-time.Hour)})))
	var all []coupons.Issue
	for i, code := range []string{"FIVE_OFF_FIFTY", "FIVE_OFF_FIFTY", "DELIVERY_FREE"} {
		all = append(all, coupons.Issue{Op: fmt.Sprint(i), Template: code, Member: a.who, Source: coupons.ByQuota, At: couponNoon})
	}
	made, err := service.Issue(ctx, all)
	must(t, err)
	for _, c := range made {
		a.ids = append(a.ids, c.ID)
	}
	return a
}

func servingCoupons(s Market, book *programme.Book, c *coupons.Service) *order.Service {
	out := service(s.Stores, book)
	out.Coupons = c
	return out
}

func (a *stall) freeze(ctx context.Context, order string, at time.Time, ids ...string) error {
	found, err := a.s.Accounts.ByIDs(ctx, []member.ID{a.who}, account.Whole)
	if err != nil {
		return err
	}
	_, _, err = a.baskets.Freeze(ctx, found[a.who], basket.Ask{Order: order, Coupons: ids, At: at,
		Purchase: coupons.Purchase{AmountFen: 6000, DeliveryFen: 600, Channel: "STORE"}})
	return err
}

// tell tells the member's orders, refunds and uses, each under an id of its own.
func (a *stall) tell(t *testing.T, ctx context.Context, told ...order.Told) {
	t.Helper()
	for i := range told {
		told[i].ID = name("e")
		must(t, a.orders.Tell(ctx, member.Profile{ID: a.who}, told[i:i+1], time.Time{}))
	}
}

func (a *stall) paid(id string, at time.Time, named ...string) order.Told {
	return order.Told{Event: &order.Event{Kind: order.Paid, ID: id, Member: a.who, At: at, Fen: 5500, Channel: "STORE", Coupons: named}}
}

func (a *stall) refund(of string, fen int64, at time.Time) order.Told {
	return order.Told{Event: &order.Event{Kind: order.Refunded, ID: name("r"), OrderID: of, Member: a.who, At: at, Fen: fen}}
}

func (a *stall) used(id string, saved int64, at time.Time) order.Told {
	return order.Told{Deed: &order.Deed{Type: "coupon.used", Member: a.who, At: at, Coupon: &coupons.Use{Coupon: id, At: at, Told: true, SavedFen: saved}}}
}

func (a *stall) is(t *testing.T, ctx context.Context, n int, at time.Time, want coupons.State, order string) coupons.Coupon {
	t.Helper()
	c := couponNow(t, ctx, a.s.Coupons, a.ids[n])
	if got := c.StateAt(at); got != want || want != coupons.Issued && c.Order != order {
		t.Errorf("coupon %d is %s of order %q, want %s of %q", n, got, c.Order, want, order)
	}
	return c
}

func refusedWith(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return fmt.Sprint(err)
}

func oneBasket(t *testing.T, ctx context.Context, s Market) {
	a := newStall(t, ctx, s)
	winner := ""
	for i, err := range together(50, func(i int) error { return a.freeze(ctx, name(fmt.Sprint("o", i)), couponNoon, a.ids[0]) }) {
		switch {
		case err == nil && winner == "":
			winner = fmt.Sprint("o", i)
		case err == nil:
			t.Errorf("order %d has it, and so has %s", i, winner)
		case refusedWith(err) != coupons.InUse:
			t.Errorf("order %d: %v", i, err)
		}
	}
	if c := couponNow(t, ctx, s.Coupons, a.ids[0]); c.StateAt(couponNoon) != coupons.Frozen || winner == "" {
		t.Errorf("after fifty orders it is %s, won by %q", c.StateAt(couponNoon), winner)
	}
}

func paidBasket(t *testing.T, ctx context.Context, s Market) {
	a, o, at := newStall(t, ctx, s), name("o"), couponNoon
	must(t, a.freeze(ctx, o, at, a.ids[0], a.ids[2]))
	must(t, a.freeze(ctx, o, at.Add(time.Minute), a.ids[0], a.ids[2])) // the same again
	if got := couponNow(t, ctx, s.Coupons, a.ids[0]); !got.FrozenUntil.Equal(at.Add(15 * time.Minute)) {
		t.Errorf("kept until %s", got.FrozenUntil)
	}
	if err := a.freeze(ctx, name("o"), at, a.ids[2]); refusedWith(err) != coupons.InUse {
		t.Errorf("kept for another order: %v", err)
	}
	paid := a.paid(o, at.Add(2*time.Minute))
	a.tell(t, ctx, paid, paid)
	for _, n := range []int{0, 2} {
		if c := a.is(t, ctx, n, at, coupons.Used, o); !c.UsedAt.Equal(at.Add(2*time.Minute)) || c.Told {
			t.Errorf("used at %s, told %v", c.UsedAt, c.Told)
		}
	}
	a.is(t, ctx, 1, at, coupons.Issued, "")
	if err := a.freeze(ctx, name("o"), at, a.ids[0]); refusedWith(err) != coupons.WasUsed {
		t.Errorf("kept though it was used: %v", err)
	}
	o = name("o")
	must(t, a.freeze(ctx, o, at, a.ids[1]))
	_, err := a.baskets.Release(ctx, a.who, o, nil, at)
	must(t, err)
	a.is(t, ctx, 1, at, coupons.Issued, "")
	a.tell(t, ctx, a.paid(o, at.Add(time.Minute)))
	a.is(t, ctx, 1, at, coupons.Issued, "")
	if len(a.missed) > 0 {
		t.Errorf("missed is %+v", a.missed)
	}
}

func toldCoupons(t *testing.T, ctx context.Context, s Market) {
	later := couponNoon.Add(time.Minute)
	for _, saidFirst := range []bool{true, false} {
		a, o := newStall(t, ctx, s), name("o")
		use, paid := a.used(a.ids[0], 500, later), a.paid(o, later, a.ids[0])
		if saidFirst {
			a.tell(t, ctx, use, paid, use)
		} else {
			a.tell(t, ctx, paid, use, paid)
		}
		a.tell(t, ctx, a.used(a.ids[0], 499, later.Add(time.Minute))) // the first that is told counts
		if c := a.is(t, ctx, 0, later, coupons.Used, o); !c.Told || c.SavedFen != 500 || !c.UsedAt.Equal(later) {
			t.Errorf("told first %v: %+v", saidFirst, c)
		}
		a.tell(t, ctx, a.paid(name("o"), later, a.ids[0]))
		if a.is(t, ctx, 0, later, coupons.Used, o); len(a.missed) != 1 || a.missed[0].State != coupons.Used {
			t.Errorf("another order names it: missed is %+v", a.missed)
		}
	}
	a := newStall(t, ctx, s)
	errs := together(20, func(i int) error {
		told := a.used(a.ids[1], 500, later)
		told.ID = name("e")
		return a.orders.Tell(ctx, member.Profile{ID: a.who}, []order.Told{told}, time.Time{})
	})
	must(t, errors.Join(errs...))
	if c := a.is(t, ctx, 1, later, coupons.Used, ""); c.Version != 2 {
		t.Errorf("twenty who told it at once changed it %d times", c.Version-1)
	}
	stranger := newStall(t, ctx, s)
	stranger.tell(t, ctx, stranger.used(a.ids[0], 500, later), stranger.used("nobody's", 1, later))
	if a.is(t, ctx, 0, later, coupons.Issued, ""); len(stranger.missed) != 2 {
		t.Errorf("a stranger used it: %+v", stranger.missed)
	}
	over := couponNow(t, ctx, s.Coupons, a.ids[2])
	over.State = coupons.Expired // the sweep was there before an event that is late
	must(t, s.Coupons.Save(ctx, over))
	a.tell(t, ctx, a.used(a.ids[2], 600, over.Until.Add(-time.Minute)))
	a.is(t, ctx, 2, over.Until.Add(time.Hour), coupons.Used, "")
}

func backCoupons(t *testing.T, ctx context.Context, s Market) {
	a, o, at := newStall(t, ctx, s), name("o"), couponNoon
	must(t, a.freeze(ctx, o, at, a.ids[0]))
	a.tell(t, ctx, a.paid(o, at.Add(time.Minute)), a.used(a.ids[0], 500, at.Add(2*time.Minute)))
	a.tell(t, ctx, a.refund(o, 5000, at.Add(time.Hour)))
	a.is(t, ctx, 0, at, coupons.Used, o)
	a.tell(t, ctx, a.refund(o, 500, at.Add(2*time.Hour)))
	if c := a.is(t, ctx, 0, at, coupons.Issued, ""); c.Told || c.SavedFen != 0 || !c.UsedAt.IsZero() {
		t.Errorf("given back it is %+v", c)
	}
	a.tell(t, ctx, a.used(a.ids[0], 500, at.Add(2*time.Minute))) // told late, of the use that was taken back
	a.is(t, ctx, 0, at, coupons.Issued, "")
	o = name("o")
	a.tell(t, ctx, a.paid(o, at.Add(3*time.Hour), a.ids[0]))
	a.is(t, ctx, 0, at, coupons.Used, o)
	end := couponNow(t, ctx, s.Coupons, a.ids[0]).Until
	a.tell(t, ctx, a.refund(o, 5500, end)) // too late to come back
	a.is(t, ctx, 0, at, coupons.Used, o)
}

func endedBasket(t *testing.T, ctx context.Context, s Market) {
	a, o, at := newStall(t, ctx, s), name("o"), couponNoon
	must(t, a.freeze(ctx, o, at, a.ids[0]))
	end := at.Add(15 * time.Minute)
	a.is(t, ctx, 0, end.Add(-1), coupons.Frozen, o)
	a.is(t, ctx, 0, end, coupons.Issued, "")
	a.tell(t, ctx, a.paid(o, end)) // too late
	a.is(t, ctx, 0, end, coupons.Issued, "")
	second := name("o")
	must(t, a.freeze(ctx, second, end, a.ids[0]))
	a.tell(t, ctx, a.paid(second, end.Add(time.Minute)))
	a.is(t, ctx, 0, end, coupons.Used, second)
}

// failing is a store of accounts that takes no change.
type failing struct{ account.Store }

func (failing) Save(context.Context, account.Account) error { return errors.New("killed") }

func killedBasket(t *testing.T, ctx context.Context, s Market) {
	a, o, at := newStall(t, ctx, s), name("o"), couponNoon
	whole := *a.baskets
	a.baskets.Accounts = failing{s.Accounts}
	if err := a.freeze(ctx, o, at, a.ids[0]); err == nil {
		t.Fatal("it went through")
	}
	a.baskets = &whole
	must(t, a.freeze(ctx, o, at, a.ids[0]))
	a.tell(t, ctx, a.paid(o, at.Add(time.Minute)))
	a.is(t, ctx, 0, at, coupons.Used, o)
}

func stackedBaskets(t *testing.T, ctx context.Context, s Market) {
	a, at := newStall(t, ctx, s), couponNoon
	if err := a.freeze(ctx, name("o"), at, a.ids[0], a.ids[1]); refusedWith(err) != basket.NotTogether {
		t.Errorf("two of a group of which one may be: %v", err)
	}
	a.is(t, ctx, 0, at, coupons.Issued, "")
	o, won := name("o"), 0
	for _, err := range together(2, func(i int) error { return a.freeze(ctx, o, at, a.ids[i]) }) {
		if err == nil {
			won++
		} else if refusedWith(err) != basket.NotTogether {
			t.Error(err)
		}
	}
	kept, err := s.Coupons.OfOrder(ctx, a.who, o)
	must(t, err)
	frozen := 0
	for _, c := range kept {
		if c.StateAt(at) == coupons.Frozen {
			frozen++
		}
	}
	if won > 1 || frozen != won {
		t.Errorf("%d of two were told that they have their coupon, and %d are kept", won, frozen)
	}
	if err := a.freeze(ctx, name("o"), at, "nobody's"); refusedWith(err) != coupons.Unknown {
		t.Errorf("a coupon that nobody knows: %v", err)
	}
}

func sweptCoupons(t *testing.T, ctx context.Context, s Market) {
	a := newStall(t, ctx, s)
	service := &coupons.Service{Store: s.Coupons, Book: a.baskets.Book}
	before := couponNow(t, ctx, s.Coupons, a.ids[0])
	at := couponNow(t, ctx, s.Coupons, a.ids[0]).Until
	for range 3 {
		for {
			found, done, _, err := service.Sweep(ctx, at, 500)
			must(t, err)
			if found != done {
				t.Fatalf("%d of %d are written down", done, found)
			}
			if found < 500 {
				break
			}
		}
	}
	for i, want := range []coupons.State{coupons.Expired, coupons.Expired, coupons.Issued} {
		if c := couponNow(t, ctx, s.Coupons, a.ids[i]); c.State != want {
			t.Errorf("coupon %d is written down as %s, want %s", i, c.State, want)
		}
	}
	if c := couponNow(t, ctx, s.Coupons, a.ids[0]); c.Version != before.Version+1 {
		t.Errorf("it was changed %d times, want once", c.Version-before.Version)
	}
}

func firstOrderOnce(t *testing.T, ctx context.Context, s Market) {
	for fen, want := range map[int64]string{-1: "<nil>", 0: basket.NotUsable, 5500: basket.NotUsable} {
		a := newStall(t, ctx, s)
		made, err := a.baskets.Coupons.Issue(ctx, []coupons.Issue{{Op: "first", Template: "FIRST_ORDER_20", Member: a.who, Source: coupons.ByInvitation, At: couponNoon}})
		must(t, err)
		if fen >= 0 {
			long := a.paid(name("o"), couponNoon.AddDate(-5, 0, 0)) // longer ago than any metric looks
			long.Event.Fen = fen
			a.tell(t, ctx, long)
		}
		must(t, a.orders.Tell(ctx, member.Profile{ID: a.who}, nil, couponNoon))
		if got := refusedWith(a.freeze(ctx, name("o"), couponNoon, made[0].ID)); got != want {
			t.Errorf("after an order of %d fen five years ago: %s, want %s", fen, got, want)
		}
	}
}
