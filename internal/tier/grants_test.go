package tier_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"membergate/internal/clock"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// told applies what a payment service tells: "P1 SILVER 2026-02-01 2027-02-01", told when it begins.
func (m *someone) told(when string, o tier.Payment) *someone {
	m.Standing = m.Advance(m.b, at(when)).Bought(m.b, at(when), o)
	return m
}

func (m *someone) refunded(when, id string) *someone {
	m.Standing = m.Advance(m.b, at(when)).TakeBack(m.b, at(when), tier.PaymentGrant(id))
	return m
}

func paid(id, code, from, until string) tier.Payment {
	return tier.Payment{ID: id, Tier: code, From: at(from), Until: at(until)}
}

func (m *someone) does2(when string, joined time.Time, codes ...string) *someone {
	for _, code := range codes {
		m.Standing = m.Advance(m.b, at(when)).Started(m.b, joined, at(when), code)
	}
	return m
}

// Every row is a member of fresh-3 who joined on 1 January 2026, and the tiers held on some days.
func TestGrantsOverlapFollowAndEnd(t *testing.T) {
	fresh := preset(t, "fresh-3")
	type day struct{ when, held string }
	for name, c := range map[string]struct {
		live func(m *someone)
		days []day
	}{
		"a bought year is held from its first moment to before its last": {
			func(m *someone) { m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")) },
			[]day{{"2026-02-01", "SILVER"}, {"2027-01-31 23:59:59", "SILVER"}, {"2027-02-01", "FREE"}},
		},
		"one that was told before it begins lifts when it begins": {
			func(m *someone) { m.told("2026-01-20", paid("P1", "SILVER", "2026-02-01", "2027-02-01")) },
			[]day{{"2026-01-31 23:59:59", "FREE"}, {"2026-02-01", "SILVER"}, {"2027-02-01", "FREE"}},
		},
		"the same payment told twice is one year": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).told("2026-03-01", paid("P1", "SILVER", "2026-03-01", "2027-03-01"))
			},
			[]day{{"2027-01-31", "SILVER"}, {"2027-02-01", "FREE"}},
		},
		"a second year of the tier begins where the first ends": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).told("2026-11-11", paid("P2", "SILVER", "2026-11-11", "2027-11-11"))
			},
			[]day{{"2027-02-01", "SILVER"}, {"2028-01-31 23:59:59", "SILVER"}, {"2028-02-01", "FREE"}},
		},
		"a better tier in between takes nothing of the year below": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).told("2026-04-01", paid("P2", "GOLD", "2026-04-01", "2026-07-01"))
			},
			[]day{{"2026-04-01", "GOLD"}, {"2026-06-30", "GOLD"}, {"2026-07-01", "SILVER"}, {"2027-02-01", "FREE"}},
		},
		"a refund ends it at once": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).refunded("2026-03-01", "P1")
			},
			[]day{{"2026-03-01", "FREE"}},
		},
		"a refund that comes before its payment lets nothing begin": {
			func(m *someone) {
				m.refunded("2026-02-02", "P1").told("2026-02-03", paid("P1", "SILVER", "2026-02-01", "2027-02-01"))
			},
			[]day{{"2026-02-03", "FREE"}, {"2026-12-31", "FREE"}},
		},
		"a refund of nothing known changes nothing": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).refunded("2026-03-01", "P9")
			},
			[]day{{"2026-03-01", "SILVER"}, {"2027-02-01", "FREE"}},
		},
		"a refund of the first year lets the second begin, as long as it was told": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01")).told("2026-03-01", paid("P2", "SILVER", "2026-03-01", "2027-03-01")).
					refunded("2026-04-01", "P1")
			},
			[]day{{"2026-04-01", "SILVER"}, {"2027-03-31", "SILVER"}, {"2027-04-01", "FREE"}},
		},
		"a refund after the end changes nothing": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2026-03-01")).refunded("2026-04-01", "P1").told("2026-04-02", paid("P2", "SILVER", "2026-04-02", "2026-05-02"))
			},
			[]day{{"2026-04-02", "SILVER"}, {"2026-05-02", "FREE"}},
		},
		"days that are added follow what was bought": {
			func(m *someone) {
				m.told("2026-02-01", paid("P1", "SILVER", "2026-02-01", "2027-02-01"))
				m.Standing = m.Advance(m.b, at("2026-05-01")).Give(m.b, tier.Grant{ID: "days:1", Tier: "SILVER", Route: programme.ByDays, From: at("2026-05-01"), Until: at("2026-05-31")})
			},
			[]day{{"2027-03-02", "SILVER"}, {"2027-03-03", "FREE"}},
		},
		"a trial is a week, whatever was told, and is had once": {
			func(m *someone) {
				trial := paid("T1", "SILVER", "2026-02-01", "2026-03-01")
				trial.Trial, trial.AutoRenew = true, true
				again := trial
				again.ID, again.From, again.Until = "T2", at("2026-03-01"), at("2026-03-08")
				m.told("2026-02-01", trial).told("2026-03-01", again)
				if len(m.Grants) != 1 || m.Grants[0].AutoRenew {
					m.t.Errorf("the grants are %+v", m.Grants)
				}
			},
			[]day{{"2026-03-01", "FREE"}, {"2026-03-07", "FREE"}},
		},
		"a trial ends by itself": {
			func(m *someone) {
				trial := paid("T1", "SILVER", "2026-02-01", "2026-02-08")
				trial.Trial = true
				m.told("2026-02-01", trial)
			},
			[]day{{"2026-02-07 23:59:59", "SILVER"}, {"2026-02-08", "FREE"}},
		},
		"a payment that is told when its time is over gives nothing, and takes nothing": {
			func(m *someone) { m.told("2026-06-01", paid("P1", "GOLD", "2026-02-01", "2026-03-01")) },
			[]day{{"2026-06-01", "FREE"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.days {
				m := join(t, fresh, "2026-01-01")
				c.live(m)
				if m.Clock.After(at(c.days[i].when)) {
					t.Fatalf("the day %s lies before the story's end", c.days[i].when)
				}
				m.is(c.days[i].when, c.days[i].held, tier.Active)
			}
		})
	}
}

func TestAGrantAboveAProtectionHidesItAndLeavesIt(t *testing.T) {
	b := preset(t, "fresh-3")
	quiet := join(t, b, "2025-01-01").monthly(2, 50) // silver of 2025 who did nothing in 2026
	quiet.is("2027-03-02", "SILVER", tier.Protected)
	quiet.told("2027-03-10", paid("P1", "GOLD", "2027-03-10", "2027-04-10"))
	now := at("2027-03-11")
	if s := quiet.Advance(b, now); s.StateAt(b.Programme, now) != tier.Active || s.Shortfall(b.Programme, now) != 0 {
		t.Errorf("a bought gold is shown as %s, %d short", s.StateAt(b.Programme, now), s.Shortfall(b.Programme, now))
	}
	quiet.is("2027-04-10", "SILVER", tier.Protected).is("2027-06-01", "FREE", tier.Active)
}

func TestFiveDifferentTasksInTheFirstDaysGiveTheTier(t *testing.T) {
	b := preset(t, "retail-5")
	joined := at("2026-01-10 15:00")
	all := []string{"FOLLOW_ACCOUNT", "JOIN_GROUP", "FIRST_ORDER", "REVIEW", "SHARE"}
	for name, c := range map[string]struct {
		live func(m *someone)
		held string
	}{
		"all on the last day":              {func(m *someone) { m.does2("2026-01-17 23:59:59", joined, all...) }, "SILVER"},
		"the last one a day late":          {func(m *someone) { m.does2("2026-01-11", joined, all[:4]...).does2("2026-01-18", joined, all[4]) }, "REGISTERED"},
		"four of them":                     {func(m *someone) { m.does2("2026-01-11", joined, all[:4]...) }, "REGISTERED"},
		"one of them five times":           {func(m *someone) { m.does2("2026-01-11", joined, "REVIEW", "REVIEW", "REVIEW", "REVIEW", "REVIEW") }, "REGISTERED"},
		"something that is none of them":   {func(m *someone) { m.does2("2026-01-11", joined, append(all[:4:4], "CHECK_IN")...) }, "REGISTERED"},
		"told late, but done in the days":  {func(m *someone) { m.Standing = m.Advance(m.b, at("2026-01-25")); m.does2("2026-01-17", joined, all...) }, "SILVER"},
		"all of them again, months later":  {func(m *someone) { m.does2("2026-01-11", joined, all...).does2("2026-01-12", joined, all...) }, "SILVER"},
		"done before joining, it would be": {func(m *someone) { m.does2("2026-01-10 14:00", joined, all...) }, "REGISTERED"},
	} {
		t.Run(name, func(t *testing.T) {
			m := join(t, b, "2026-01-10")
			c.live(m)
			m.is("2026-01-26", c.held, tier.Active)
			if n := len(m.Grants); n != map[string]int{"SILVER": 1, "REGISTERED": 0}[c.held] {
				t.Errorf("there are %d grants", n)
			}
			if c.held == "SILVER" && !m.Grants[0].Until.Equal(m.Grants[0].From.AddDate(1, 0, 0)) {
				t.Errorf("it is held from %s until %s", m.Grants[0].From, m.Grants[0].Until)
			}
		})
	}
}

// payments are random ones of two tiers within two years, some with a refund.
func payments(t *rapid.T) (out []tier.Payment, refunds map[string]time.Time) {
	refunds = map[string]time.Time{}
	for i := range rapid.IntRange(1, 6).Draw(t, "payments") {
		from := at("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "day"))
		o := tier.Payment{ID: string(rune('A' + i)), Tier: rapid.SampledFrom([]string{"SILVER", "GOLD"}).Draw(t, "tier"), From: from}
		if o.Until = from.AddDate(0, 0, rapid.IntRange(1, 200).Draw(t, "days")); rapid.Bool().Draw(t, "year") {
			o.Until = from.AddDate(1, 0, 0)
		}
		if rapid.IntRange(0, 3).Draw(t, "refunded") == 0 {
			refunds[o.ID] = from.AddDate(0, 0, rapid.IntRange(0, 300).Draw(t, "refund"))
		}
		out = append(out, o)
	}
	return out, refunds
}

func TestTheOrderInWhichGrantsAreToldDoesNotMatter(t *testing.T) {
	b := preset(t, "fresh-3")
	rapid.Check(t, func(t *rapid.T) {
		list, refunds := payments(t)
		now := at("2025-12-31")
		tell := func(order []int) tier.Standing {
			s := tier.Join(b.Programme, at("2025-12-01")).Advance(b, now)
			for _, i := range order {
				if n := i - len(list); n >= 0 {
					if when, ok := refunds[list[n].ID]; ok {
						s = s.TakeBack(b, when, tier.PaymentGrant(list[n].ID))
					}
					continue
				}
				s = s.Bought(b, now, list[i])
			}
			return s
		}
		var order []int
		for i := range 2 * len(list) {
			order = append(order, i)
		}
		one, other := tell(order), tell(rapid.Permutation(order).Draw(t, "order"))
		// What was taken back at a time moves the clock, so only what was granted is compared, not when it was noted.
		byID := func(s tier.Standing) []tier.Grant {
			out := slices.Clone(s.Grants)
			slices.SortFunc(out, func(a, b tier.Grant) int { return map[bool]int{true: -1, false: 1}[a.ID < b.ID] })
			return out
		}
		if d := cmp.Diff(byID(one), byID(other), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(tier.Grant{}, "Ended")); d != "" {
			t.Fatalf("(-in order +in another):\n%s", d)
		}
		for day := range 60 {
			when := later(later(one.Clock, other.Clock), at("2026-01-01").AddDate(0, 0, 20*day))
			if a, b := one.Advance(b, when).Held(b.Programme, when).Code, other.Advance(b, when).Held(b.Programme, when).Code; a != b {
				t.Fatalf("at %s one holds %s and the other %s", when, a, b)
			}
		}
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// asLong is whether a grant lasts as long as it was told: as many whole months, the shortest of which have three days
// less than the longest, or else just the same time.
func asLong(g tier.Grant) bool {
	for n := 1; n <= 12; n++ {
		if clock.AddMonths(g.ToldFrom, n, shanghai).Equal(g.ToldUntil) {
			return clock.AddMonths(g.From, n, shanghai).Equal(g.Until)
		}
	}
	return g.Until.Sub(g.From) == g.ToldUntil.Sub(g.ToldFrom)
}

// Whatever is bought, given back and spent: what is held is the best of what is valid, no grant reaches beyond its
// period, no time that was paid for is lost, and the end of a grant leaves at least what growth gives.
func TestWhatIsHeldIsTheBestOfWhatIsValid(t *testing.T) {
	for _, name := range []string{"fresh-3", "retail-5"} {
		b := preset(t, name)
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				list, refunds := payments(t)
				m := join(t, b, "2025-12-01")
				start := at("2025-12-31")
				for _, o := range list {
					m.Standing = m.Advance(b, start).Bought(b, start, o)
				}
				for day := range 40 {
					now := start.AddDate(0, 0, 20*day)
					m.Standing = m.Advance(b, now)
					for id, when := range refunds {
						if !when.After(now) {
							m.Standing = m.TakeBack(b, now, tier.PaymentGrant(id))
						}
					}
					if yuan := rapid.Int64Range(-1, 3000).Draw(t, "yuan"); yuan > 0 && day%3 == 0 {
						m.pays(now.In(shanghai).Format(time.DateTime), yuan)
					}
					best := b.Rank(m.Earned)
					for _, g := range m.Grants {
						if !now.Before(g.From) && now.Before(g.Until) {
							best = max(best, b.Rank(g.Tier))
						}
						if g.TakenBack.IsZero() && !g.ToldFrom.IsZero() && !asLong(g) {
							t.Fatalf("%s was told from %s until %s and lasts from %s until %s", g.ID, g.ToldFrom, g.ToldUntil, g.From, g.Until)
						}
					}
					held := m.Held(b.Programme, now)
					if held.Rank != best {
						t.Fatalf("at %s %s is held, and the best that is valid has rank %d", now, held.Code, best)
					}
					if last := m.History[len(m.History)-1]; last.At.Equal(now) && last.Reason == tier.Downgraded && last.By != "" &&
						b.Evaluation.Upgrade == programme.Immediate && tier.Highest(b.Programme, m.Read(b.Programme, now)).Rank > held.Rank {
						t.Fatalf("the end of a grant leaves %s, and growth gives more", held.Code)
					}
				}
				end := start.AddDate(9, 0, 0) // six periods of a year, one behind the other
				if s := m.Advance(b, end); s.Held(b.Programme, end).Code != s.Earned || s.DueBy(b, end) {
					t.Fatalf("years later %s is held", s.Held(b.Programme, end).Code)
				}
			})
		})
	}
}
