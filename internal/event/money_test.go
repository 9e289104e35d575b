package event_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/checkout"
	"membergate/internal/event"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// refund makes a message about a refund of member 17850's order.
func refund(id, refundID, orderID string, minute, fen int) event.Message {
	return tell(id, "order.refunded", minute, fmt.Sprintf(`{"refundId":%q,"orderId":%q,"amountFen":%d}`, refundID, orderID, fen))
}

func TestARefundClaimsWhatAFullWalletTookOfItsOrder(t *testing.T) {
	for name, together := range map[string]bool{"in the batch of its order": true, "later": false} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			bought, back := paid("e1", "o1", 0, order.MaxFen), refund("e2", "r1", "o1", 1, order.MaxFen) // 10 billion coins, of which 2 find room
			batches := [][]event.Message{{bought}, {back}}
			if together {
				batches = [][]event.Message{{bought, back}}
			}
			for _, b := range batches {
				if p := s.apply(b...); p != nil {
					t.Fatal(p)
				}
			}
			if _, w := s.state("17850"); w.LifetimeEarned != 2_000_000_000 || w.LifetimeClawed != 2_000_000_000 || w.Owed != 0 || w.Available() != 0 {
				t.Errorf("earned %d, claimed %d, owed %d, available %d; want all that had room, and nothing owed", w.LifetimeEarned, w.LifetimeClawed, w.Owed, w.Available())
			}
		})
	}
}

// holding sets coins of the member aside for an order, a minute after noon, as the app does, and gives the hold's id.
func (s *shop) holding(member, orderID string, minute int, coins wallet.Coins) string {
	s.t.Helper()
	a, _ := s.state(member)
	at, err := time.Parse(time.RFC3339, tell("", "", minute, "").At)
	if err != nil {
		s.t.Fatal(err)
	}
	service := checkout.Service{Wallets: s.on(s.stores).Orders.Wallets, Book: s.book}
	v, _, err := service.Hold(s.t.Context(), a.Wallet, checkout.Ask{Key: orderID, Order: orderID, OrderFen: 1_000_000, Coins: coins, Channel: "STORE", At: at})
	if err != nil {
		s.t.Fatal(err)
	}
	return holdID(a.Wallet, v.Seq)
}

func holdID(w wallet.ID, seq int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "Hold:%s/%d", w, seq))
}

// paidWith makes a message about an order whose rest a hold of coins paid.
func paidWith(hold, id, orderID string, minute, fen int) event.Message {
	return tell(id, "order.paid", minute, fmt.Sprintf(`{"orderId":%q,"amountFen":%d,"channel":"STORE","lines":[],"coinsHoldId":%q}`, orderID, fen, hold))
}

func TestBuyingRefundingAndBuyingAgainMintsNoCoins(t *testing.T) { // Odoo pull request 257854: points were never taken back on refund
	s := open(t)
	for i := range 5 {
		if p := s.apply(paid(fmt.Sprint("e", i), fmt.Sprint("o", i), 2*i, 10_000), refund(fmt.Sprint("f", i), fmt.Sprint("r", i), fmt.Sprint("o", i), 2*i+1, 10_000)); p != nil {
			t.Fatal(p)
		}
		if _, w := s.state("17850"); w.Available() != 0 || w.Owed != 0 || w.LifetimeEarned != w.LifetimeClawed {
			t.Fatalf("after %d orders that all came back %d coins are available and %d owed", i+1, w.Available(), w.Owed)
		}
	}
}

func TestARefundOfAnOrderPaidWithCoinsDeductsNothingAgain(t *testing.T) { // Odoo pull request 212922: the refund deducted the points once more
	s := open(t)
	s.apply(paid("e0", "o0", 0, 100_000)) // 1,000 coins
	hold := s.holding("17850", "o1", 1, 300)
	if p := s.apply(paidWith(hold, "e1", "o1", 2, 700)); p != nil {
		t.Fatal(p)
	}
	if _, w := s.state("17850"); w.Available() != 1000-300+7 || w.LifetimeSpent != 300 || w.Held() != 0 {
		t.Errorf("after the order %d are available, %d spent, %d held; want 707, 300, 0: what coins paid earns nothing", w.Available(), w.LifetimeSpent, w.Held())
	}
	back := refund("e2", "r1", "o1", 3, 700)
	again := back
	again.ID = "e3"
	for range 2 {
		if p := s.apply(back, again); p != nil {
			t.Fatal(p)
		}
		if _, w := s.state("17850"); w.Available() != 1000 || w.LifetimeSpent != 0 || w.LifetimeClawed != 7 {
			t.Errorf("after the refund %d are available, %d spent, %d clawed back; want 1000, 0, 7", w.Available(), w.LifetimeSpent, w.LifetimeClawed)
		}
	}
}

func TestPartialRefundsBringCoinsBackInProportionAndEndAtAllOfThem(t *testing.T) {
	s := open(t)
	s.apply(paid("e0", "o0", 0, 100_000))
	s.apply(paidWith(s.holding("17850", "o1", 1, 100), "e1", "o1", 2, 300))
	back := wallet.Coins(0)
	for i, want := range []wallet.Coins{33, 66, 100, 100} {
		if p := s.apply(refund(fmt.Sprint("f", i), fmt.Sprint("r", i), "o1", 3+i, 100)); p != nil {
			t.Fatal(p)
		}
		_, w := s.state("17850")
		if back = 100 - w.LifetimeSpent; back != want {
			t.Errorf("after %d parts %d coins are back, want %d", i+1, back, want)
		}
	}
}

func TestCoinsOfARefundWhoseLotIsOverLiveForTheGrace(t *testing.T) {
	s := open(t)
	s.apply(paid("e0", "o0", 0, 100_000)) // July 2026: gone at 1 August 2027
	s.apply(paidWith(s.holding("17850", "o1", 1, 300), "e1", "o1", 2, 700))
	later := refund("e2", "r1", "o1", 400*24*60, 700)
	if p := s.apply(later); p != nil {
		t.Fatal(p)
	}
	at, _ := time.Parse(time.RFC3339, later.At)
	_, w := s.state("17850")
	if lots := w.At(at).Lots; len(lots) != 1 || lots[0].Free != 300-7 || !lots[0].Expires.Equal(at.Add(wallet.Grace)) {
		t.Errorf("the lots are %+v; want 293 coins until %s: 7 that the order earned are dead and taken of what comes back", lots, at.Add(wallet.Grace))
	}
}

func TestAnOrderThatNamesAWrongHoldIsPoisonAndSaysWhy(t *testing.T) {
	s := open(t)
	other := paid("e9", "o9", 0, 100_000)
	other.Member = "2"
	s.apply(paid("e0", "o0", 0, 100_000))
	s.apply(other)
	a, _ := s.state("17850")
	for name, c := range map[string]struct{ hold, says string }{
		"another-member's":      {s.holding("2", "o1", 1, 10), "coinsHoldId of order o1 names a hold of another member"},
		"that-of-another-order": {s.holding("17850", "o2", 1, 10), "coinsHoldId of order o1 names a hold that was made for order o2"},
		"no-hold":               {holdID(a.Wallet, 1), "coinsHoldId of order o1 names no hold of a checkout"},
		"one-that-never-was":    {holdID(a.Wallet, 99), "coinsHoldId of order o1 names no hold of a checkout"},
		"no-id":                 {"h_1", `data.coinsHoldId is "h_1"; allowed is the id of a hold, as checkoutHold gave it.`},
	} {
		p := s.apply(paidWith(c.hold, "x"+name, "o1", 2, 700), paid("y"+name, "o"+name, 3, 0))
		if len(p) != 1 || !strings.HasPrefix(p[0], "0: ") || !strings.Contains(p[0], c.says) {
			t.Errorf("%s: poison %q, want %q", name, p, c.says)
		}
	}
	if _, w := s.state("17850"); w.LifetimeEarned != 1000 || w.LifetimeSpent != 0 {
		t.Errorf("earned %d, spent %d; want 1000, 0: a refused order counts nothing", w.LifetimeEarned, w.LifetimeSpent)
	}
}

func TestAHoldThatEndedBeforeItsOrderKeepsNothingBackAndIsTold(t *testing.T) {
	for state, minutes := range map[wallet.HoldState]int{wallet.Captured: 2, wallet.Released: 2, wallet.Lapsed: 16} {
		t.Run(string(state), func(t *testing.T) {
			s := open(t)
			s.apply(paid("e0", "o0", 0, 100_000))
			hold := s.holding("17850", "o1", 1, 300)
			service, spent := s.on(s.stores), wallet.Coins(0)
			var told []order.Missed
			service.Orders.Missed = func(m order.Missed) { told = append(told, m) }
			if state != wallet.Lapsed {
				a, _ := s.state("17850")
				at, _ := time.Parse(time.RFC3339, tell("", "", 1, "").At)
				if state == wallet.Captured {
					spent = 200
				}
				app := checkout.Service{Wallets: service.Orders.Wallets, Book: s.book}
				if _, _, err := app.Settle(t.Context(), a.Wallet, "k", 2, spent, at); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				p, err := service.Apply(t.Context(), []event.Message{paidWith(hold, "e1", "o1", 1+minutes, 700), paid("e2", "o2", 30, 10_000)})
				if p != nil || err != nil {
					t.Fatal(p, err)
				}
			}
			if _, w := s.state("17850"); w.LifetimeSpent != spent || w.LifetimeEarned != 1000+7+100 || w.Held() != 0 || w.Available() != 1107-spent {
				t.Errorf("spent %d, earned %d, held %d, available %d", w.LifetimeSpent, w.LifetimeEarned, w.Held(), w.Available())
			}
			if want := []order.Missed{{Member: "17850", Order: "o1", Hold: 2, State: state}}; !slices.Equal(told, want) {
				t.Errorf("told %+v, want %+v", told, want)
			}
		})
	}
}
