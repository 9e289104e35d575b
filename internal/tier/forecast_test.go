package tier_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

func TestForecastOfAMemberWhoWillFallShort(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2025-07-06").pays("2025-07-06 09:00", 4000).pays("2026-05-20 09:00", 900) // GOLD asks 3,000
	now := at("2026-06-20 12:00")
	got := m.Advance(b, now).Forecast(b, now)
	want := tier.Forecast{
		AsOf: now, WillDowngrade: false, ToStay: 0,
		// 10,000 − 4,903 points at 901.5 in 90 days are 508.9 days away: not in sight
		RollsOff: []tier.RollOff{{Day: "2026-07-06", Growth: 4001}}, // and a half for the scene
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("before the settlement that still counts it (-want +got):\n%s", d)
	}
	now = at("2026-07-02 12:00")
	got = m.Advance(b, now).Forecast(b, now)
	want.AsOf, want.WillDowngrade, want.ToStay = now, true, 2099 // 3,000 − 901.5, rounded up
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("before the settlement that does not (-want +got):\n%s", d)
	}
}

func TestForecastOfAMemberAtASteadyPace(t *testing.T) {
	b := preset(t, "retail-5")
	m := join(t, b, "2026-03-01").pays("2026-04-10 09:00", 1000) // GOLD is 1,998.5 points away
	now := at("2026-06-01 00:00")
	got := m.Advance(b, now).Forecast(b, now).UpgradeAt
	want := now.Add(time.Duration(float64(90*24*time.Hour) * 1998.5 / 1001.5)).Truncate(time.Second)
	if d := got.Sub(want); d < -time.Second || d > time.Second {
		t.Errorf("the upgrade is expected at %s, want %s", got, want)
	}
	if later := at("2026-07-10 00:00"); !m.Advance(b, later).Forecast(b, later).UpgradeAt.IsZero() {
		t.Error("an upgrade is in sight of somebody who has bought nothing for a quarter")
	}
}

func TestForecastOfProgrammesWithoutScoreOrSettlement(t *testing.T) {
	now := at("2026-02-01 12:00")
	fresh := preset(t, "fresh-3")
	m := join(t, fresh, "2024-01-01")
	for month := range 12 {
		for range 4 {
			m.pays(at("2024-01-10 09:00").AddDate(0, month, 0).In(shanghai).Format("2006-01-02 15:04"), 75)
		}
	}
	got := m.Advance(fresh, now).Forecast(fresh, now) // gold by 2024, judged in March by an idle 2025: 48 orders and 600 of taking part are the least
	if !got.WillDowngrade || got.ToStay != 600 || !got.UpgradeAt.IsZero() || len(got.RollsOff) > 0 {
		t.Errorf("an annual window: %+v", got)
	}
	stage := preset(t, "stage-4")
	if got := join(t, stage, "2025-01-01").pays("2025-01-02", 100).Forecast(stage, now); got.WillDowngrade || got.ToStay != 0 {
		t.Errorf("nobody falls there: %+v", got)
	}
}

// anybody makes a member of two years of random orders, refunds and doings, some of whom hold a granted tier.
func anybody(t *rapid.T, b book) (*someone, time.Time) {
	m := join(t, b, "2025-01-10")
	day := at("2025-01-10 09:00")
	for range rapid.IntRange(0, 14).Draw(t, "events") {
		day = day.Add(time.Duration(rapid.Int64Range(0, 60*86_400).Draw(t, "seconds")) * time.Second)
		when := day.In(shanghai).Format(time.DateTime)
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			m.returns(when, rapid.Int64Range(0, 3000).Draw(t, "yuan"))
		case 1:
			m.does(when, "POST_PUBLISHED", rapid.IntRange(1, 4).Draw(t, "posts"))
		default:
			m.pays(when, rapid.Int64Range(0, 6000).Draw(t, "yuan"))
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "granted") == 0 {
		m.Standing = m.Give(b, tier.Grant{Tier: "BLACK_GOLD", Route: programme.Invited, From: m.Clock, Until: m.Clock.AddDate(1, 0, 0)})
	}
	now := m.Clock.Add(time.Duration(rapid.Int64Range(0, 120*86_400).Draw(t, "later")) * time.Second)
	m.Standing = m.Advance(b, now)
	return m, now
}

func TestWhatRollsOffIsWhatEachDayLoses(t *testing.T) {
	b := preset(t, "retail-5")
	rapid.Check(t, func(t *rapid.T) {
		m, now := anybody(t, b)
		total := func(at time.Time) (n int64) {
			for _, part := range m.Read(b.Programme, at).Parts() {
				n += part
			}
			return n
		}
		var want []tier.RollOff
		end := clock.AddDays(now, 30, shanghai)
		for from := now; from.Before(end); {
			to := clock.AddDays(clock.DayStart(from, shanghai), 1, shanghai)
			last := to.Add(-1)
			if to.After(end) {
				last = end
			}
			start := from.Add(-1)
			if from.Equal(now) {
				start = now
			}
			lost := total(start) - total(last)
			points := lost / 100
			if lost%100 < 0 {
				points--
			}
			if points != 0 {
				want = append(want, tier.RollOff{Day: clock.Day(from, shanghai), Growth: points})
			}
			from = to
		}
		if d := cmp.Diff(want, m.Forecast(b, now).RollsOff, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("at %s (-want +got):\n%s", now, d)
		}
	})
}

func TestTheForecastOfASettlementIsWhatTheSettlementDoes(t *testing.T) {
	b := preset(t, "retail-5")
	rapid.Check(t, func(t *rapid.T) {
		m, now := anybody(t, b)
		f := m.Forecast(b, now)
		settlement, _ := tier.NextSettlement(b.Programme, now)
		held := m.Held(b.Programme, now)
		then := m.Advance(b, settlement)
		falls := then.State == tier.Protected || then.Held(b.Programme, settlement).Rank < held.Rank
		if f.WillDowngrade != falls {
			t.Fatalf("at %s %s (%s) is told %v, and the settlement gives %s %s", now, held.Code, m.State, f.WillDowngrade, then.Held(b.Programme, settlement).Code, then.State)
		}
		var left int64
		for _, part := range m.Read(b.Programme, settlement).Parts() {
			left += part
		}
		if m.State == tier.Protected || len(m.Grants) > 0 || left < 0 {
			return // it may be missed before the settlement, or growth must first make up for refunds, as in `remaining`
		}
		if more := bought(m, b, now, f.ToStay).Advance(b, settlement); more.State != tier.Active || more.Held(b.Programme, settlement).Rank < held.Rank {
			t.Fatalf("with %d points more at %s the settlement gives %s %s", f.ToStay, now, more.Held(b.Programme, settlement).Code, more.State)
		}
		if f.ToStay < 3 {
			return
		}
		if less := bought(m, b, now, f.ToStay-3).Advance(b, settlement); less.State != tier.Protected { // a scene is 1.5 points
			t.Fatalf("%d points are said to be missing, and %d are enough", f.ToStay, f.ToStay-3)
		}
	})
}

// bought is the standing after one more order.
func bought(m *someone, b book, now time.Time, yuan int64) tier.Standing {
	return m.Paid(b, tier.Purchase{At: now, Source: "more", Channel: "STORE", Fen: yuan * 100, Lines: []tier.Line{{Fen: yuan * 100}}})
}

func TestTheExpectedUpgradeIsThePaceCarriedOn(t *testing.T) {
	b := preset(t, "retail-5")
	rapid.Check(t, func(t *rapid.T) {
		m, now := anybody(t, b)
		got := m.Forecast(b, now).UpgradeAt
		next, ok := m.Next(b.Programme, now)
		if !ok {
			if !got.IsZero() {
				t.Fatalf("there is no next tier, and it is expected at %s", got)
			}
			return
		}
		recent, since := m.Standing, clock.AddDays(now, -90, shanghai)
		recent.Facts = nil
		for _, f := range m.Facts {
			if f.At.After(since) {
				recent.Facts = append(recent.Facts, f)
			}
		}
		var gained int64
		for _, part := range recent.Read(b.Programme, now).Parts() {
			gained += part
		}
		missing := next.Required*100 - m.Read(b.Programme, now).Score()
		if missing <= 0 {
			missing = 0
		}
		days := float64(missing) / float64(gained) * 90
		inSight := missing == 0 || gained > 0 && days < 3_660 && now.Add(time.Duration(days*float64(24*time.Hour))).Before(clock.AddMonths(now, 12, shanghai))
		if inSight == got.IsZero() {
			t.Fatalf("%d hundredths are missing at %d in 90 days: expected at %s", missing, gained, got)
		}
		if want := now.Add(time.Duration(days * float64(24*time.Hour))); missing > 0 && inSight && got.Sub(want).Abs() > time.Second {
			t.Fatalf("expected at %s, want %s", got, want)
		}
	})
}
