package event_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/tier"
)

// freshShop is a programme that sells tiers.
func freshShop(t *testing.T) *shop {
	t.Helper()
	book, err := programme.LoadBook("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	return &shop{t, storetest.Memory(), book}
}

const noon = "2026-07-06T12:00:00+08:00"

// membership makes a payment of 17850 for a tier from noon on, for so many days.
func membership(id, payment, code string, minute, days int, more string) event.Message {
	from, _ := time.Parse(time.RFC3339, noon)
	return tell(id, "membership.paid", minute, fmt.Sprintf(`{"tier":%q,"from":%q,"until":%q,"paymentId":%q%s}`,
		code, noon, from.AddDate(0, 0, days).Format(time.RFC3339), payment, more))
}

func repaid(id, payment string, minute int) event.Message {
	return tell(id, "membership.refunded", minute, fmt.Sprintf(`{"paymentId":%q}`, payment))
}

// held is the tier of 17850 some minutes after noon.
func (s *shop) held(minute int) string {
	s.t.Helper()
	from, _ := time.Parse(time.RFC3339, noon)
	at := from.Add(time.Duration(minute) * time.Minute)
	a, _ := s.state("17850")
	return a.Standing.Advance(s.book, at).Held(s.book.At(at), at).Code
}

const aDay = 24 * 60

func TestAMembershipThatIsPaidForCountsOnceByItsPayment(t *testing.T) {
	s := freshShop(t)
	if p := s.apply(membership("e1", "P1", "SILVER", 0, 10, `,"autoRenew":true`), membership("e2", "P1", "GOLD", 1, 99, ""), membership("e1", "P1", "SILVER", 0, 10, `,"autoRenew":true`)); p != nil {
		t.Fatal(p)
	}
	if p := s.apply(membership("e3", "P1", "SILVER", 2, 10, "")); p != nil {
		t.Fatal(p)
	}
	a, _ := s.state("17850")
	if g := a.Standing.Grants; len(g) != 1 || g[0].Route != programme.Paid || !g[0].AutoRenew || g[0].ID != "payment:P1" || len(a.Outbox) > 0 {
		t.Errorf("the grants are %+v, the outbox %v", g, a.Outbox)
	}
	if s.held(0) != "SILVER" || s.held(10*aDay-1) != "SILVER" || s.held(10*aDay) != "FREE" {
		t.Errorf("held %s, %s and %s", s.held(0), s.held(10*aDay-1), s.held(10*aDay))
	}
	last := a.Standing.History[len(a.Standing.History)-1]
	if last.Reason != tier.Granted || last.By != "PAID" || last.Ref != "payment:P1" {
		t.Errorf("the history ends with %+v", last)
	}
	if p := s.apply(membership("e4", "P2", "SILVER", 5, 10, "")); p != nil || s.held(20*aDay-1) != "SILVER" || s.held(20*aDay) != "FREE" {
		t.Errorf("a second payment for the same days is held until %v, poison %v", s.held(20*aDay-1), p)
	}
}

func TestAMembershipThatIsGivenBackEndsWhicheverIsToldFirst(t *testing.T) {
	for name, order := range map[string][]event.Message{
		"after": {membership("e1", "P1", "GOLD", 0, 10, ""), repaid("e2", "P1", 3)},
		"first": {repaid("e2", "P1", 3), membership("e1", "P1", "GOLD", 0, 10, "")},
		"twice": {membership("e1", "P1", "GOLD", 0, 10, ""), repaid("e2", "P1", 3), repaid("e3", "P1", 7), membership("e4", "P1", "GOLD", 8, 10, "")},
	} {
		s := freshShop(t)
		for _, m := range order {
			if p := s.apply(m); p != nil {
				t.Fatal(name, p)
			}
		}
		if s.held(9) != "FREE" || s.held(aDay) != "FREE" {
			t.Errorf("%s: %s is held", name, s.held(9))
		}
	}
	s := freshShop(t)
	if p := s.apply(membership("e1", "P1", "GOLD", 0, 10, ""), repaid("e2", "P9", 3)); p != nil || s.held(4) != "GOLD" {
		t.Errorf("a refund of nothing known leaves %s, poison %v", s.held(4), p)
	}
}

func TestAPaymentThatCannotBeGivenIsPoisonWithItsReason(t *testing.T) {
	s := freshShop(t)
	trial := `,"route":"TRIAL"`
	foreign := membership("e8", "P1", "GOLD", 4, 10, "")
	foreign.Member = "12345"
	for _, c := range []struct {
		m    event.Message
		want string
	}{
		{membership("e1", "P1", "SILVER", 0, 7, trial), ""},
		{membership("e2", "P2", "SILVER", 1, 7, trial), "payment P2 is for a trial; member 17850 has had one"},
		{membership("e3", "P3", "GOLD", 1, 7, trial), `data.route is "TRIAL"; tier GOLD has no such route`},
		{membership("e4", "P4", "DIAMOND", 1, 7, ""), `data.tier is "DIAMOND"; allowed are the tiers of fresh-3`},
		{membership("e5", "P5", "GOLD", 1, 0, ""), "data.until is 2026-07-06T04:00:00Z; allowed are times after data.from"},
		{membership("e6", "P6", "GOLD", 1, 3660, ""), "allowed are at most 120 months after data.from"},
	} {
		p := s.apply(c.m)
		if (c.want == "") != (p == nil) || p != nil && !strings.Contains(p[0], c.want) {
			t.Errorf("%s gives %v, want %q", c.m.Data, p, c.want)
		}
	}
	if p := s.apply(foreign); len(p) != 1 || !strings.Contains(p[0], "payment P1 is of another member") {
		t.Errorf("another member's payment gives %v", p)
	}
	if s.held(7*aDay-1) != "SILVER" || s.held(7*aDay) != "FREE" {
		t.Error("the trial week is no week")
	}
	retail := open(t)
	if p := retail.apply(membership("e1", "P1", "BLACK_GOLD", 0, 7, "")); len(p) != 1 || !strings.Contains(p[0], "which has few seats") {
		t.Errorf("buying a seat gives %v", p)
	}
}

// Fifty processes tell one payment under ids of their own, over a network that fails.
func TestAPaymentToldFiftyTimesAtOnceIsOneGrant(t *testing.T) {
	s := freshShop(t)
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			at := s.on(storetest.Flaky(s.stores, uint64(n)))
			for range 1000 {
				poison, err := at.Apply(t.Context(), []event.Message{membership(fmt.Sprintf("e%d", n), "P1", "SILVER", 0, 10, "")})
				if err == nil {
					if poison != nil {
						t.Error(poison)
					}
					return
				}
			}
			t.Error("a thousand tries failed")
		})
	}
	all.Wait()
	a, _ := s.state("17850")
	if len(a.Standing.Grants) != 1 || s.held(10*aDay) != "FREE" {
		t.Errorf("the grants are %+v", a.Standing.Grants)
	}
}

func TestNewcomersTasksGiveTheTierWhateverEventTellsThem(t *testing.T) {
	s := open(t)
	action := func(id, code string, minute int) event.Message {
		return tell(id, "action.recorded", minute, fmt.Sprintf(`{"code":%q,"ref":%q}`, code, id))
	}
	first := []event.Message{
		action("e1", "FOLLOW_ACCOUNT", 0), action("e2", "JOIN_GROUP", 1), paid("e3", "o1", 2, 100),
		tell("e4", "review.written", 3, `{"orderId":"o1","sku":"A"}`), action("e5", "JOIN_GROUP", 4),
	}
	if p := s.apply(first...); p != nil || s.held(5) != "REGISTERED" {
		t.Fatalf("four different ones give %s, poison %v", s.held(5), p)
	}
	if p := s.apply(tell("e6", "content.shared", 6, `{"kind":"POST","ref":"p"}`)); p != nil || s.held(6) != "SILVER" {
		t.Fatalf("all five give %s, poison %v", s.held(6), p)
	}
	a, _ := s.state("17850")
	if g := a.Standing.Grants[0]; g.Route != programme.ByTasks || g.ID != "tasks:SILVER" || !g.Until.Equal(g.From.AddDate(1, 0, 0)) {
		t.Errorf("the grant is %+v", g)
	}
}
