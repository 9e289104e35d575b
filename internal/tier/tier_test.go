package tier_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/programme"
	"membergate/internal/tier"
)

var shanghai = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// book is a programme that is in force for ever.
type book struct{ *programme.Programme }

func (b book) At(time.Time) *programme.Programme { return b.Programme }

func preset(t testing.TB, name string) book {
	t.Helper()
	b, err := programme.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return book{b}
}

func at(s string) time.Time {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, shanghai); err == nil {
			return t.UTC()
		}
	}
	panic("no time: " + s)
}

// someone is a member whose days a test tells.
type someone struct {
	tier.Standing
	t rapid.TB
	b book
}

func join(t rapid.TB, b book, day string) *someone {
	return &someone{t: t, b: b, Standing: tier.Join(b.Programme, at(day))}
}

func (m *someone) pays(when string, yuan int64) *someone {
	m.Standing = m.Advance(m.b, at(when)).Paid(m.b, tier.Purchase{
		At: at(when), Source: "order:" + when, Channel: "STORE", Fen: yuan * 100,
		Lines: []tier.Line{{Fen: yuan * 100}}, Units: yuan,
	})
	return m
}

func (m *someone) returns(when string, yuan int64) *someone {
	m.Standing = m.Advance(m.b, at(when)).Refund(m.b, at(when), "refund:"+when, func(programme.Metric) int64 { return yuan * 100 })
	return m
}

func (m *someone) does(when, action string, times int) *someone {
	for i := range times {
		m.Standing = m.Advance(m.b, at(when)).Did(m.b, at(when), action+when+string(rune('a'+i)), action, 3600)
	}
	return m
}

func (m *someone) is(when, code string, state tier.State) *someone {
	m.t.Helper()
	s := m.Advance(m.b, at(when))
	if held := s.Held(m.b.Programme, at(when)).Code; held != code || s.State != state {
		m.t.Fatalf("at %s the member is %s %s, want %s %s; history %v", when, held, s.State, code, state, s.History)
	}
	return m
}

func TestAnOrderLiftsToTheHighestTierItMeetsAtOnce(t *testing.T) {
	b := preset(t, "retail-5")
	join(t, b, "2026-01-10").is("2026-01-10", "REGISTERED", tier.Active).
		pays("2026-01-10 09:00", 498).is("2026-01-10 09:00", "REGISTERED", tier.Active). // 498 + 1.5 for the scene
		pays("2026-01-10 10:00", 1).is("2026-01-10 10:00", "SILVER", tier.Active).       // 500.5: the scene counts once a day
		pays("2026-02-01 10:00", 9496).is("2026-02-01 10:00", "GOLD", tier.Active).      // 9,998
		pays("2026-02-02 10:00", 1).is("2026-02-02 10:00", "PLATINUM", tier.Active).     // 10,000.5
		pays("2026-03-02 10:00", 20000).is("2026-03-02 10:00", "DIAMOND", tier.Active).
		pays("2026-03-03 10:00", 900000).is("2026-03-03 10:00", "DIAMOND", tier.Active) // the top is by invitation
}

func TestWhoFallsShortAtASettlementIsProtectedForSixtyDaysExclusive(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2025-02-10").pays("2025-02-10 09:00", 4000).pays("2026-01-20 09:00", 700)
	m.is("2026-02-10 09:00", "GOLD", tier.Active). // the order of last year has left the window; nothing demotes yet
							is("2026-03-31 23:59:59", "GOLD", tier.Active).
							is("2026-04-01", "GOLD", tier.Protected).
							is("2026-05-30 23:59:59", "GOLD", tier.Protected).
							is("2026-05-31", "SILVER", tier.Active) // the highest one met then
	s := m.Advance(b, at("2026-04-01"))
	if got := s.Shortfall(b.Programme, at("2026-04-01")); got != 2299 { // 3,000 − 701.5, rounded up
		t.Errorf("shortfall %d, want 2299", got)
	}
	if want := at("2026-05-31"); !s.ProtectedUntil.Equal(want) {
		t.Errorf("protected until %s, want %s", s.ProtectedUntil, want)
	}
}

func TestAPaidOrderInsideTheProtectionRestoresTheTierAndAfterItDoesNot(t *testing.T) {
	b := preset(t, "retail-5")
	short := func() *someone {
		return join(t, b, "2025-02-10").pays("2025-02-10 09:00", 4000).pays("2026-01-20 09:00", 700)
	}
	short().pays("2026-05-30 12:00", 2290).is("2026-05-30 12:00", "GOLD", tier.Protected). // 2,993
												pays("2026-05-30 12:30", 7).is("2026-05-30 12:30", "GOLD", tier.Active).
												is("2026-06-30", "GOLD", tier.Active)
	short().pays("2026-05-31", 2200).is("2026-05-31", "SILVER", tier.Active)                 // the end comes before the order
	short().does("2026-05-20", "POST_PUBLISHED", 3).is("2026-05-30", "GOLD", tier.Protected) // doing is not paying
}

func TestARefundNeverDemotesByItself(t *testing.T) {
	b := preset(t, "retail-5")
	join(t, b, "2026-01-10").pays("2026-01-10 09:00", 4000).returns("2026-01-11", 4000).
		is("2026-03-31", "GOLD", tier.Active).is("2026-04-01", "GOLD", tier.Protected).is("2026-05-31", "REGISTERED", tier.Active)
}

func TestAnEventCountsUntilTheSameClockTimeTwelveMonthsLater(t *testing.T) {
	b := preset(t, "retail-5")
	for _, c := range []struct{ paid, last, gone string }{
		{"2025-03-10 09:00:00", "2026-03-10 08:59:59", "2026-03-10 09:00:00"},
		{"2024-02-29 09:00:00", "2025-02-28 08:59:59", "2025-02-28 09:00:00"},
	} {
		m := join(t, b, c.paid[:10]).pays(c.paid, 100)
		for when, want := range map[string]int64{c.paid: 10150, c.last: 10150, c.gone: 0} {
			if got := m.Read(b.Programme, at(when)).Score(); got != want {
				t.Errorf("paid %s: score at %s is %d hundredths, want %d", c.paid, when, got, want)
			}
		}
	}
}

func TestInteractionStopsAtItsDailyCapAndShortViewsDoNotCount(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2026-01-10").does("2026-01-10 09:00", "POST_PUBLISHED", 4).does("2026-01-11 09:00", "COMMENT", 3)
	m.Standing = m.Did(b, at("2026-01-11 10:00"), "live1", "LIVE", 59).Did(b, at("2026-01-11 10:00"), "live2", "LIVE", 60)
	if got := m.Read(b.Programme, at("2026-01-12")).Parts()["INTERACTION"]; got != (50+6+3)*120 {
		t.Errorf("interaction is worth %d hundredths, want %d", got, (50+6+3)*120)
	}
}

func TestALateOrderCountsAtItsOwnTimeAndSettlementsThatAreOverStay(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2025-02-10").pays("2025-02-10 09:00", 4000).is("2026-04-02", "GOLD", tier.Protected)
	m.Standing = m.Advance(b, at("2026-04-02"))
	m.pays("2026-02-20 12:00", 2999).is("2026-04-02", "GOLD", tier.Active) // it reaches the threshold now, 40 days late
	if last := m.History[len(m.History)-1]; last.Reason != tier.Restored || !last.At.Equal(at("2026-04-02")) {
		t.Errorf("the last change is %+v, want a restoring of 2 April", last)
	}
}

func TestASceneIsTheEarliestOrderOfItsChannelAndDayWhateverArrivesFirst(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2026-01-10").pays("2026-01-10 15:00", 10).pays("2026-01-10 09:00", 10)
	if got := m.Read(b.Programme, at("2026-01-10 23:00")).Parts()["SCENE"]; got != 150 {
		t.Errorf("scenes are worth %d hundredths, want 150", got)
	}
	if got := m.Read(b.Programme, at("2027-01-10 10:00")).Parts()["SCENE"]; got != 0 {
		t.Errorf("an hour after the first order's year the scene is worth %d, want 0", got)
	}
}

func TestAnOrderOfNothingGrowsNothingButMarksItsScene(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2026-01-10").pays("2026-01-10 15:00", 0)
	parts := m.Read(b.Programme, at("2026-01-10 16:00")).Parts()
	if d := cmp.Diff(map[string]int64{"SPEND": 0, "INTERACTION": 0, "SCENE": 150}, parts); d != "" {
		t.Errorf("parts (-want +got):\n%s", d)
	}
}

func TestTheTopTierIsHeldByGrantAndKeptWhileItsConditionHolds(t *testing.T) {
	b := preset(t, "retail-5")
	granted := func(yuan int64) *someone {
		m := join(t, b, "2026-01-10").pays("2026-01-10 09:00", yuan)
		m.Grants = append(m.Grants, tier.Grant{Tier: "BLACK_GOLD", Route: programme.Invited, From: at("2026-01-11"), Until: at("2027-01-11")})
		return m
	}
	granted(50000).is("2026-04-01", "BLACK_GOLD", tier.Active).is("2027-01-10", "BLACK_GOLD", tier.Active).is("2027-01-11", "DIAMOND", tier.Active).is("2027-04-01", "DIAMOND", tier.Protected)
	granted(40000).is("2026-04-01", "BLACK_GOLD", tier.Protected).is("2026-05-31", "DIAMOND", tier.Active)
	granted(40000).pays("2026-05-01", 10000).is("2026-05-01", "BLACK_GOLD", tier.Active).is("2026-07-01", "BLACK_GOLD", tier.Active)
}

func TestThingsDueAtOneMomentAllHappen(t *testing.T) {
	b := preset(t, "retail-5")
	odd := *b.Programme
	odd.Evaluation.Grace = &programme.Grace{Months: 3, RestoreBy: []string{"SHORTFALL"}}
	b = book{&odd} // a protection now ends exactly at the next settlement
	m := join(t, b, "2025-02-10").pays("2025-02-10 09:00", 4000).pays("2026-01-20 09:00", 700)
	m.is("2026-07-01", "SILVER", tier.Active)
	if s := m.Advance(b, at("2026-07-01")); !s.Settled.Equal(at("2026-07-01")) {
		t.Errorf("settled to %s, want 1 July", s.Settled)
	}
	m.is("2027-04-01", "SILVER", tier.Protected).is("2027-07-01", "REGISTERED", tier.Active)
}

func TestProgressNeverShowsAHundredPercentBeforeTheUpgrade(t *testing.T) {
	b := preset(t, "retail-5")
	rapid.Check(t, func(t *rapid.T) {
		m := join(t, b, "2026-01-10")
		for i, yuan := range rapid.SliceOfN(rapid.Int64Range(-3000, 9000), 1, 12).Draw(t, "yuan") {
			day := at("2026-01-10").AddDate(0, 0, i*20).In(shanghai).Format("2006-01-02 15:04")
			if yuan < 0 {
				m.returns(day, -yuan)
			} else {
				m.pays(day, yuan)
			}
			now := m.Clock
			p, more := m.Next(b.Programme, now)
			if !more {
				continue
			}
			if p.Percent < 0 || p.Percent > 99 || p.Remaining < 1 || p.Target.Rank <= m.Held(b.Programme, now).Rank {
				t.Fatalf("progress %+v for a member who holds %s", p, m.Held(b.Programme, now).Code)
			}
		}
	})
}

func TestAdvancingInStepsIsTheSameAsAdvancingAtOnce(t *testing.T) {
	b := preset(t, "retail-5")
	rapid.Check(t, func(t *rapid.T) {
		m := join(t, b, "2025-01-10")
		for i, yuan := range rapid.SliceOfN(rapid.Int64Range(0, 4000), 1, 8).Draw(t, "yuan") {
			m.pays(at("2025-01-10").AddDate(0, 0, i*29).In(shanghai).Format("2006-01-02 15:04"), yuan)
		}
		end := m.Clock.AddDate(2, 0, 0)
		once, steps := m.Advance(b, end), m.Standing
		for c := m.Clock; c.Before(end); c = c.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "days")) {
			steps = steps.Advance(b, c)
		}
		steps = steps.Advance(b, end)
		if d := cmp.Diff(once, steps.Advance(b, end)); d != "" {
			t.Fatalf("(-at once +in steps):\n%s", d)
		}
	})
}
