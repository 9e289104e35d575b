package event_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// on moves a message to a local time.
func on(local string, m event.Message) event.Message {
	at, err := time.ParseInLocation(time.DateTime, local, time.FixedZone("", 8*3600))
	if err != nil {
		panic(err)
	}
	m.At = at.Format(time.RFC3339)
	return m
}

func moment(local string) time.Time {
	at, _ := time.Parse(time.RFC3339, on(local, event.Message{}).At)
	return at
}

// entries are the member's ledger, oldest first.
func (s *shop) entries() []wallet.Entry {
	s.t.Helper()
	a, _ := s.state("17850")
	all, err := s.stores.Wallets.Chain(s.t.Context(), a.Wallet, 0, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestAMonthEndsAtItsLastSecondForCoins(t *testing.T) {
	for _, c := range []struct{ earned, alive, gone string }{
		{"2026-07-31 23:59:59", "2027-07-31 23:59:59", "2027-08-01 00:00:00"},
		{"2026-08-01 00:00:00", "2027-08-31 23:59:59", "2027-09-01 00:00:00"},
		{"2027-02-10 12:00:00", "2028-02-29 23:59:59", "2028-03-01 00:00:00"}, // on 29 February they live
		{"2028-02-29 12:00:00", "2029-02-28 23:59:59", "2029-03-01 00:00:00"},
	} {
		s := open(t)
		s.apply(on(c.earned, paid("1", "1", 0, 10_000)))
		_, w := s.state("17850")
		if alive, gone := w.At(moment(c.alive)).Available(), w.At(moment(c.gone)); alive != 100 || gone.Available() != 0 || gone.LifetimeExpired != 100 {
			t.Errorf("earned %s: %d at %s, %d at %s", c.earned, alive, c.alive, gone.Available(), c.gone)
		}
	}
}

func TestTheLastDaysOfFebruaryCountInTheGrowthOfTheNextYear(t *testing.T) {
	s := open(t)
	s.apply(on("2028-02-29 12:00:00", paid("1", "1", 0, 100_000)))
	a, _ := s.state("17850")
	p := s.book.At(a.Standing.Clock)
	for at, want := range map[string]int64{"2029-02-28 11:59:59": 100_000, "2029-02-28 12:00:00": 0} {
		if got := a.Standing.Read(p, moment(at)).Sum("SPEND"); got != want {
			t.Errorf("at %s the order counts %d, want %d", at, got, want)
		}
	}
}

// twoVersions is a book in which every rate is doubled from the border on.
func twoVersions(t *testing.T, border time.Time) *programme.Book {
	t.Helper()
	old, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	young := *old
	old.EffectiveTo, young.EffectiveFrom, young.Version = &border, border, "doubled"
	young.Earn = slices.Clone(old.Earn)
	for i, rule := range young.Earn {
		if rule.Event != string(order.Paid) {
			continue
		}
		young.Earn[i].RateByTier = map[string]int64{}
		for tier, rate := range rule.RateByTier {
			young.Earn[i].RateByTier[tier] = 2 * rate
		}
	}
	book, err := programme.NewBook(old, &young)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestTwoVersionsWithABorderBetweenTwoOrders(t *testing.T) {
	s := open(t)
	s.book = twoVersions(t, moment("2026-08-01 00:00:00"))
	old := s.book.Versions()[0].Version
	for i, m := range []event.Message{
		on("2026-07-31 23:59:59", paid("1", "1", 0, 10_000)),          // the last second of the old one
		on("2026-08-01 00:00:00", paid("2", "2", 0, 10_000)),          // the first of the new one
		on("2026-08-02 00:00:00", refund("3", "3", "1", 0, 10_000)),   // of an order that earned by the old one
		on("2026-08-02 00:00:00", refund("4", "4", "", 0, 5_000)),     // of an order nobody knows: the rate now
		on("2026-07-20 00:00:00", paid("5", "5", 0, 10_000)),          // late: by the version of its own time
		on("2026-08-03 00:00:00", refund("6", "6", "2", 0, 10_000/2)), // half of what the new one gave
	} {
		if p := s.apply(m); p != nil {
			t.Fatal(i, p)
		}
	}
	want := []string{"EARN 100 " + old, "EARN 200 doubled", "CLAWBACK 100 doubled", "CLAWBACK 100 doubled", "EARN 100 " + old, "CLAWBACK 100 doubled"}
	var got []string
	for _, e := range s.entries() {
		got = append(got, fmt.Sprint(e.Kind, " ", e.Claim, " ", e.Programme))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the ledger says %q, want %q", got, want)
	}
}

func TestAnOrderThatArrivesFortyDaysLateCapturesItsHoldUnlessTheCoinsWentBack(t *testing.T) {
	for name, back := range map[string]bool{"nothing was written since": false, "the hold's end was written": true} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.apply(paid("e0", "o0", 0, 100_000))
			late := paidWith(s.holding("17850", "o1", 1, 300), "e1", "o1", 2, 700)
			spent := wallet.Coins(300)
			if back {
				s.apply(on("2026-08-15 12:00:00", paid("e2", "o2", 0, 100)))
				spent = 0
			}
			for range 2 {
				if p := s.apply(on("2026-08-15 12:02:00", tell("e3", "content.shared", 0, `{"kind":"POST","ref":"p"}`)), late); p != nil {
					t.Fatal(p)
				}
			}
			if _, w := s.state("17850"); w.LifetimeSpent != spent || w.Held() != 0 {
				t.Errorf("%d are spent and %d held, want %d and 0", w.LifetimeSpent, w.Held(), spent)
			}
			last := s.entries()[len(s.entries())-1]
			if last.Kind != wallet.Earn || !last.OccurredAt.Equal(moment("2026-07-06 12:02:00")) {
				t.Errorf("the last entry is %s of %s: a late order counts at its own time", last.Kind, last.OccurredAt)
			}
		})
	}
}
