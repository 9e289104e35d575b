package tier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"membergate/internal/tier"
)

// steady pays so many orders of so many yuan on the 10th of each month of 2026, from January to a month.
func steady(t *testing.T, b book, to, orders int, yuan int64) *someone {
	m := join(t, b, "2026-01-01")
	for month := 1; month <= to; month++ {
		for n := range orders {
			m.pays(fmt.Sprintf("2026-%02d-10 %02d:00", month, 9+n), yuan)
		}
	}
	return m
}

func TestTheWayByMetricsShowsTheNearestAlternativeAndWhenItIsReached(t *testing.T) {
	fresh, stage := preset(t, "fresh-3"), preset(t, "stage-4")
	for name, c := range map[string]struct {
		m         *someone
		b         book
		now       string
		target    string
		percent   int64
		remaining int64
		upgrade   string // empty for out of sight
		items     []tier.Item
	}{
		"a year that goes on like this": {steady(t, fresh, 6, 2, 60), fresh, "2026-06-20", "SILVER", 50, 12, "2027-03-01",
			[]tier.Item{{Metric: "POINTS", Sum: 720, Asked: 1200}, {Metric: "ORDERS", Sum: 12, Asked: 24}}},
		"one order a month is not enough": {steady(t, fresh, 6, 1, 800), fresh, "2026-06-20", "SILVER", 25, 18, "",
			[]tier.Item{{Metric: "POINTS", Sum: 4800, Asked: 1200}, {Metric: "ORDERS", Sum: 6, Asked: 24}}},
		"a year that is met waits to be judged": {steady(t, fresh, 12, 2, 60), fresh, "2027-01-20", "SILVER", 99, 0, "2027-03-01",
			[]tier.Item{{Metric: "POINTS", Sum: 1440, Asked: 1200}, {Metric: "ORDERS", Sum: 24, Asked: 24}}},
		"a year that was not met is over": {steady(t, fresh, 12, 1, 60), fresh, "2027-01-20", "SILVER", 0, 1200, "",
			[]tier.Item{{Metric: "POINTS", Sum: 0, Asked: 1200}, {Metric: "ORDERS", Sum: 0, Asked: 24}}},
		"orders and spending, of which the second is further": {steady(t, stage, 5, 1, 100), stage, "2026-05-10 09:00", "LOYAL", 25, 1500, "2027-04-12 21:00", // 4 of the 5 orders lie in the last 90 days
			[]tier.Item{{Metric: "ORDERS", Sum: 5, Asked: 6}, {Metric: "SPEND", Sum: 50000, Asked: 200000}}},
		"the same, soon": {steady(t, stage, 5, 1, 390), stage, "2026-05-10 09:00", "LOYAL", 83, 1, "2026-06-01 21:00",
			[]tier.Item{{Metric: "ORDERS", Sum: 5, Asked: 6}, {Metric: "SPEND", Sum: 195000, Asked: 200000}}},
	} {
		t.Run(name, func(t *testing.T) {
			now := at(c.now)
			s := c.m.Advance(c.b, now)
			p, ok := s.Next(c.b.Programme, now)
			if !ok || p.Target.Code != c.target || p.Percent != c.percent || p.Remaining != c.remaining {
				t.Errorf("the way is to %s, %d %%, %d remain; want %s, %d %%, %d", p.Target.Code, p.Percent, p.Remaining, c.target, c.percent, c.remaining)
			}
			if d := cmp.Diff(c.items, p.Items, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("the items (-want +got):\n%s", d)
			}
			var want time.Time
			if c.upgrade != "" {
				want = at(c.upgrade)
			}
			if got := s.Forecast(c.b, now).UpgradeAt; !got.Equal(want) {
				t.Errorf("it is expected at %s, want %s", got, want)
			}
		})
	}
}

func TestChallengesAreThoseThatCanStillBeDone(t *testing.T) {
	fresh, retail := preset(t, "fresh-3"), preset(t, "retail-5")
	quiet := join(t, fresh, "2025-01-01").monthly(4, 75)
	quiet.does("2027-04-01", "INVITE_FRIEND", 1)
	codes := []string{"INVITE_FRIEND", "HEALTH_QUESTIONNAIRE"}
	for when, want := range map[string][]tier.Challenge{
		"2027-02-28": nil,
		"2027-05-31": {{Restores: true, Tier: "GOLD", Needed: 2, Done: codes[:1], Tasks: codes, Until: at("2027-06-01")}},
		"2027-06-01": nil,
	} {
		if quiet.Clock.After(at(when)) {
			continue
		}
		s := quiet.Advance(fresh, at(when))
		if d := cmp.Diff(want, s.Challenges(fresh.Programme, at("2025-01-01"), at(when)), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("at %s (-want +got):\n%s", when, d)
		}
	}
	joined := at("2026-01-10 15:00")
	m := join(t, retail, "2026-01-10 15:00").does2("2026-01-11", joined, "REVIEW", "CHECK_IN")
	all := []string{"FOLLOW_ACCOUNT", "JOIN_GROUP", "FIRST_ORDER", "REVIEW", "SHARE"}
	for when, want := range map[string][]tier.Challenge{
		"2026-01-17 23:59": {{Tier: "SILVER", Needed: 5, Done: []string{"REVIEW"}, Tasks: all, Until: at("2026-01-18")}},
		"2026-01-18":       nil,
	} {
		if d := cmp.Diff(want, m.Challenges(retail.Programme, joined, at(when)), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("at %s (-want +got):\n%s", when, d)
		}
	}
}

func TestAChangeKeepsWhatItRestsOn(t *testing.T) {
	b := preset(t, "fresh-3")
	m := join(t, b, "2025-01-01").monthly(2, 50).told("2026-02-01", paid("P1", "GOLD", "2026-02-01", "2026-02-08"))
	s := m.Advance(b, at("2026-03-02"))
	last := func(n int) tier.Change { return s.History[len(s.History)-n] }
	if c := last(3); c.Reason != tier.Granted || c.By != "PAID" || c.Ref != "payment:P1" || len(c.Measures) != 3 || !c.Window.IsZero() {
		t.Errorf("a grant's beginning rests on %+v", c)
	}
	if c := last(2); c.Reason != tier.Downgraded || c.By != "PAID" || c.Ref != "payment:P1" {
		t.Errorf("a grant's end rests on %+v", c)
	}
	want := []tier.Measure{{Metric: "POINTS", Sum: 1200, Asked: 1200}, {Metric: "ORDERS", Sum: 24, Asked: 24}, {Metric: "TAG", Sum: 0, Asked: 240}}
	if c := last(1); c.Reason != tier.Upgraded || !c.Window.Equal(at("2026-01-01").Add(-time.Millisecond)) || cmp.Diff(want, c.Measures) != "" {
		t.Errorf("an upgrade rests on %+v", c)
	}
	retail := preset(t, "retail-5")
	r := join(t, retail, "2026-01-10").pays("2026-01-10 09:00", 600)
	if c := r.History[1]; c.Score != 60150 || c.Threshold != 50000 || len(c.Measures) != 0 {
		t.Errorf("an upgrade by growth rests on %+v", c)
	}
}
