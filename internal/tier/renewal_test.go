package tier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"membergate/internal/programme"
	"membergate/internal/tier"
)

// chooses decides on the renewal of silver, to a price in fen.
func (m *someone) chooses(when string, on bool, fen int64) *someone {
	m.Standing = m.Advance(m.b, at(when)).Chosen(tier.Choice{Tier: "SILVER", On: on, At: at(when), Source: "APP", Fen: fen})
	return m
}

// Renewal is off unless the member turned it on for the membership that runs, and asks for no more than was agreed to.
func TestRenewalIsOffUnlessTheMemberTurnedItOn(t *testing.T) {
	fresh := preset(t, "fresh-3")
	year := paid("P1", "SILVER", "2026-02-01", "2027-02-01")
	mandate := year
	mandate.AutoRenew = true
	trial := paid("T1", "SILVER", "2026-02-01", "2026-02-08")
	trial.Trial, trial.AutoRenew = true, true
	for name, c := range map[string]struct {
		live   func(m *someone)
		when   string
		renews string // "none" where nothing can renew, else "off" or "on until"
	}{
		"a payment turns nothing on":              {func(m *someone) { m.told("2026-02-01", year) }, "2026-12-31", "off 2027-02-01"},
		"a payment that says so turns nothing on": {func(m *someone) { m.told("2026-02-01", mandate) }, "2026-12-31", "off 2027-02-01"},
		"the member turns it on":                  {func(m *someone) { m.told("2026-02-01", year).chooses("2026-03-01", true, 9900) }, "2026-12-31", "on 2027-02-01"},
		"and off again": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).chooses("2026-03-01 00:01", false, 0)
		}, "2026-03-01 00:01", "off 2027-02-01"},
		"a price above what was agreed to is no yes": {func(m *someone) { m.told("2026-02-01", year).chooses("2026-03-01", true, 9899) }, "2026-12-31", "off 2027-02-01"},
		"a yes of before the membership is none":     {func(m *someone) { m.chooses("2026-01-01", true, 9900).told("2026-02-01", year) }, "2026-12-31", "off 2027-02-01"},
		"it goes on with the next period": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).told("2027-01-31", paid("P2", "SILVER", "2027-02-01", "2028-02-01"))
		}, "2027-12-31", "on 2028-02-01"},
		"days that are added move the end": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).days("2026-04-01", "D1", "SILVER", 30)
		}, "2027-02-20", "on 2027-03-01"},
		"it ends with the membership": {func(m *someone) { m.told("2026-02-01", year).chooses("2026-03-01", true, 9900) }, "2027-02-01", "none"},
		"what is bought after an end needs a new yes": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).told("2027-02-02", paid("P2", "SILVER", "2027-02-02", "2028-02-02"))
		}, "2027-03-01", "off 2028-02-02"},
		"it ends with a refund": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).refunded("2026-04-01", "P1")
		}, "2026-04-01", "none"},
		"a trial never renews":        {func(m *someone) { m.told("2026-02-01", trial).chooses("2026-02-02", true, 9900) }, "2026-02-03", "none"},
		"what was given never renews": {func(m *someone) { m.days("2026-02-01", "D1", "SILVER", 30).chooses("2026-02-02", true, 9900) }, "2026-02-03", "none"},
		"days that follow a refund never renew": {func(m *someone) {
			m.told("2026-02-01", year).chooses("2026-03-01", true, 9900).days("2026-04-01", "D1", "SILVER", 30).refunded("2026-04-02", "P1")
		}, "2026-04-03", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			m := join(t, fresh, "2026-01-01")
			c.live(m)
			got := "none"
			if r, ok := m.Advance(fresh, at(c.when)).Renewal(fresh.Programme, "SILVER", at(c.when)); ok {
				got = map[bool]string{true: "on ", false: "off "}[r.On] + r.Until.In(shanghai).Format(time.DateOnly)
				if from, until := r.Next(fresh.Programme); !from.Equal(r.Until) || !until.Equal(r.Until.In(shanghai).AddDate(1, 0, 0)) || r.Fen != 9900 {
					t.Errorf("the next period costs %d from %s until %s", r.Fen, from, until)
				}
			}
			if got != c.renews {
				t.Errorf("renewal is %q, want %q", got, c.renews)
			}
		})
	}
	retail := preset(t, "retail-5")
	m := join(t, retail, "2026-01-01").days("2026-02-01", "D1", "SILVER", 30)
	if _, ok := m.Renewal(retail.Programme, "SILVER", at("2026-02-01")); ok {
		t.Error("a programme that sells nothing renews something")
	}
}

// days adds days of a tier.
func (m *someone) days(when, id, code string, n int) *someone {
	m.Standing = m.Advance(m.b, at(when)).Give(m.b, tier.Grant{ID: id, Tier: code, Route: programme.ByDays, From: at(when), Until: at(when).AddDate(0, 0, n)})
	return m
}

func TestAMemberIsRemindedOfTheEndOfWhatRunsNotOfEachPeriod(t *testing.T) {
	fresh := preset(t, "fresh-3")
	show := func(m *someone, when string) (out []string) {
		for _, e := range m.Advance(fresh, at(when)).Ending(fresh.Programme, at(when)) {
			line := e.Tier + " until " + e.Until.In(shanghai).Format(time.DateOnly)
			for _, r := range e.RemindAt {
				line += r.In(shanghai).Format(", 2006-01-02")
			}
			out = append(out, line)
		}
		return out
	}
	trial := paid("T1", "SILVER", "2026-02-01", "2026-02-08")
	trial.Trial = true
	for name, c := range map[string]struct {
		m    *someone
		when string
		want []string
	}{
		"nothing bought": {join(t, fresh, "2026-01-01"), "2026-02-01", nil},
		"a year":         {join(t, fresh, "2026-01-01").told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")), "2026-02-01", []string{"SILVER until 2027-02-01, 2027-01-02, 2027-01-25, 2027-01-31"}},
		"two years, one behind the other": {join(t, fresh, "2026-01-01").told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).
			told("2026-03-01", paid("P2", "SILVER", "2026-03-01", "2027-03-01")), "2026-04-01", []string{"SILVER until 2028-02-01, 2028-01-02, 2028-01-25, 2028-01-31"}},
		"a trial of a week": {join(t, fresh, "2026-01-01").told("2026-02-01", trial), "2026-02-01", []string{"SILVER until 2026-02-08, 2026-02-07"}},
		"two tiers": {join(t, fresh, "2026-01-01").told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).days("2026-03-01", "D", "GOLD", 15),
			"2026-03-01", []string{"SILVER until 2027-02-01, 2027-01-02, 2027-01-25, 2027-01-31", "GOLD until 2026-03-16, 2026-03-09, 2026-03-15"}},
		"given back": {join(t, fresh, "2026-01-01").told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).refunded("2026-03-01", "P1"), "2026-03-01", nil},
	} {
		if d := cmp.Diff(c.want, show(c.m, c.when)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// Whatever is paid, given back, tried and added, and however renewal is chosen: at no moment is a tier held by a grant
// beyond the time that was told for it, all of it together is no more than was told, and nothing renews what nobody
// turned on.
func TestAGrantNeverOutlivesItsPeriod(t *testing.T) {
	fresh := preset(t, "fresh-3")
	rapid.Check(t, func(t *rapid.T) {
		m := join(t, fresh, "2026-01-01")
		now := at("2026-01-01")
		told := map[string]time.Duration{} // by grant
		yes := false
		for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "hours")) * time.Hour)
			m.Standing = m.Advance(fresh, now)
			code := rapid.SampledFrom([]string{"SILVER", "GOLD"}).Draw(t, "tier")
			id := fmt.Sprint("P", i)
			length := time.Duration(rapid.IntRange(1, 100).Draw(t, "days")) * 24 * time.Hour
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				from := now.Add(time.Duration(rapid.IntRange(-30, 30).Draw(t, "from")) * 24 * time.Hour)
				m.Standing = m.Bought(fresh, now, tier.Payment{ID: id, Tier: code, From: from, Until: from.Add(length), AutoRenew: rapid.Bool().Draw(t, "auto"), Offer: "o" + id})
				told[tier.PaymentGrant(id)] = length
			case 2:
				m.Standing = m.TakeBack(fresh, now, tier.PaymentGrant(fmt.Sprint("P", rapid.IntRange(0, 25).Draw(t, "refunded"))))
			case 3:
				if !m.Tried("") && rapid.Bool().Draw(t, "free") {
					m.Standing = m.Try(fresh, "SILVER", now)
				} else {
					m.Standing = m.Bought(fresh, now, tier.Payment{ID: id, Tier: "SILVER", Trial: true, From: now, Until: now.Add(length), AutoRenew: true})
				}
				told[tier.TrialGrant("SILVER")], told[tier.PaymentGrant(id)] = 7*24*time.Hour, min(length, 7*24*time.Hour)
			case 4:
				m.Standing = m.Give(fresh, tier.Grant{ID: "days:" + id, Tier: code, Route: programme.ByDays, From: now, Until: now.Add(length)})
				told["days:"+id] = length
			case 5:
				on := rapid.Bool().Draw(t, "on")
				m.Standing = m.Chosen(tier.Choice{Tier: "SILVER", On: on, At: now, Source: "APP", Fen: 9900})
				yes = yes || on
			}
			if r, ok := m.Renewal(fresh.Programme, "SILVER", now); ok && r.On && !yes {
				t.Fatal("renewal is on, and nobody turned it on")
			}
		}
		const monthly = 4 * 24 * time.Hour // whole months stay whole months, and three of those differ by less
		var sum, longest time.Duration
		for _, g := range m.Grants {
			if g.Tier == "" {
				continue
			}
			if g.Until.IsZero() || g.Until.Sub(g.From) > told[g.ID]+monthly {
				t.Fatalf("%s was told for %s and lasts from %s until %s", g.ID, told[g.ID], g.From, g.Until)
			}
			sum += told[g.ID] + monthly
		}
		longest = sum + 31*24*time.Hour // what was told begins at most 30 days ahead
		for _, e := range m.Ending(fresh.Programme, now) {
			if e.Until.Sub(now) > longest+30*24*time.Hour {
				t.Fatalf("%s ends at %s, %s from now; %s were told", e.Tier, e.Until, e.Until.Sub(now), sum)
			}
		}
		next := m.NextEnd()
		for _, e := range m.Ending(fresh.Programme, now) {
			if next.IsZero() || e.Until.Before(next) {
				t.Fatalf("%s ends at %s, before the earliest end, %s", e.Tier, e.Until, next)
			}
		}
		end := now.Add(longest + 61*24*time.Hour)
		if s := m.Advance(fresh, end); s.Held(fresh.Programme, end).Code != s.Earned || !s.NextEnd().IsZero() || len(s.Ending(fresh.Programme, end)) > 0 {
			t.Fatalf("when all is over %s is held", s.Held(fresh.Programme, end).Code)
		}
	})
}
