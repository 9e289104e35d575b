package tier_test

import (
	"fmt"
	"testing"

	"membergate/internal/programme"
	"membergate/internal/tier"
)

// The members below are ours. Where the documents that a preset follows give a number it is theirs: the routes and
// their fees, 1,200 and 3,600 points, 2 and 4 orders a month, January and February, 3 months; 60 days, 80,000 and
// 50,000 yuan, 3,000 interaction, 48 hours, 90 points, 0.8 %.

func (m *someone) granted(code string, route programme.RouteKind, from, until string) *someone {
	g := tier.Grant{Tier: code, Route: route, From: at(from)}
	if until != "" {
		g.Until = at(until)
	}
	m.Grants = append(m.Grants, g)
	return m
}

// monthly pays on the 10th of each month of 2025.
func (m *someone) monthly(orders int, yuan int64) *someone {
	for month := 1; month <= 12; month++ {
		for n := range orders {
			m.pays(fmt.Sprintf("2025-%02d-10 %02d:00", month, 9+n), yuan)
		}
	}
	return m
}

func TestLadderOfFresh3(t *testing.T) {
	b := preset(t, "fresh-3")
	t.Run("twelve hundred points and two orders a month are silver after the evaluation", func(t *testing.T) {
		join(t, b, "2025-01-01").monthly(2, 50).is("2025-12-31", "FREE", tier.Active).
			is("2026-02-28 23:59", "FREE", tier.Active).is("2026-03-01", "SILVER", tier.Active)
	})
	t.Run("points alone are not enough: 800 yuan a month in one order stays free", func(t *testing.T) {
		join(t, b, "2025-01-01").monthly(1, 800).is("2026-03-01", "FREE", tier.Active)
	})
	t.Run("behaviour stands in for the orders", func(t *testing.T) {
		m := join(t, b, "2025-01-01").monthly(1, 800)
		for day := 1; day <= 8; day++ {
			m.does(fmt.Sprintf("2025-12-%02d 12:00", 10+day), "HEALTH_QUESTIONNAIRE", 1) // 30 a day
		}
		m.is("2026-03-01", "SILVER", tier.Active)
	})
	t.Run("thirty-six hundred points and four orders a month are gold", func(t *testing.T) {
		join(t, b, "2025-01-01").monthly(4, 75).is("2026-03-01", "GOLD", tier.Active)
	})
	quiet := func(t *testing.T) *someone { // gold of 2025 who did nothing in 2026
		return join(t, b, "2025-01-01").monthly(4, 75)
	}
	t.Run("who does not reach it keeps the tier for three calendar months and then falls", func(t *testing.T) {
		quiet(t).is("2027-02-28", "GOLD", tier.Active).is("2027-03-01", "GOLD", tier.Protected).
			is("2027-05-31 23:59", "GOLD", tier.Protected).is("2027-06-01", "FREE", tier.Active)
	})
	t.Run("who falls keeps what the judged year has met", func(t *testing.T) {
		m := quiet(t)
		for month := 1; month <= 12; month++ { // silver by the numbers of 2026
			for n := range 2 {
				m.pays(fmt.Sprintf("2026-%02d-10 %02d:00", month, 9+n), 50)
			}
		}
		m.is("2027-03-01", "GOLD", tier.Protected).is("2027-05-31 23:59", "GOLD", tier.Protected).is("2027-06-01", "SILVER", tier.Active).
			is("2028-02-29 23:59", "SILVER", tier.Active).is("2028-03-01", "SILVER", tier.Protected)
	})
	t.Run("the buffer is three calendar months, whatever their days", func(t *testing.T) {
		s := quiet(t).Advance(b, at("2027-03-01"))
		if want := at("2027-06-01"); !s.ProtectedUntil.Equal(want) { // 92 days
			t.Errorf("it ends at %s, want %s", s.ProtectedUntil, want)
		}
	})
	t.Run("one friend twice is one challenge", func(t *testing.T) {
		quiet(t).does("2027-04-01", "INVITE_FRIEND", 2).is("2027-04-01", "GOLD", tier.Protected).is("2027-06-01", "FREE", tier.Active)
	})
	t.Run("800 yuan a month and much taking part are silver", func(t *testing.T) {
		m := join(t, b, "2025-01-01").monthly(1, 800)
		for month := 1; month <= 12; month++ {
			m.does(fmt.Sprintf("2025-%02d-20 12:00", month), "EVENT_JOINED", 1)
		}
		p, ok := m.Next(b.Programme, at("2025-12-31"))
		if !ok || p.Target.Code != "SILVER" || p.Percent != 99 || len(p.Items) != 2 || p.Items[1] != (tier.Item{Metric: "TAG", Sum: 240, Asked: 240}) {
			t.Errorf("the way to silver is %+v", p)
		}
		m.is("2026-02-28", "FREE", tier.Active).is("2026-03-01", "SILVER", tier.Active)
	})
	t.Run("both challenges inside the buffer restore the tier, one does not", func(t *testing.T) {
		quiet(t).does("2027-04-01", "INVITE_FRIEND", 1).is("2027-04-01", "GOLD", tier.Protected).
			does("2027-04-02", "HEALTH_QUESTIONNAIRE", 1).is("2027-04-02", "GOLD", tier.Active).is("2027-12-31", "GOLD", tier.Active)
		quiet(t).does("2027-04-01", "INVITE_FRIEND", 1).is("2027-06-01", "FREE", tier.Active)
	})
	t.Run("a bought year is a year, a trial week a week, and both end by themselves", func(t *testing.T) {
		join(t, b, "2025-01-01").granted("SILVER", programme.Paid, "2025-02-01", "2026-02-01").
			is("2025-02-01", "SILVER", tier.Active).is("2026-01-31 23:59", "SILVER", tier.Active).is("2026-02-01", "FREE", tier.Active)
		join(t, b, "2025-01-01").granted("SILVER", programme.Trial, "2025-01-02", "2025-01-09").
			is("2025-01-08 23:59", "SILVER", tier.Active).is("2025-01-09", "FREE", tier.Active)
	})
	for code, fee := range map[string]int64{"SILVER": 9900, "GOLD": 29900} {
		tr, _ := b.Tier(code)
		if r, ok := tr.Route(programme.Paid); !ok || r.FeeFen != fee {
			t.Errorf("%s costs %d fen a year, want %d", code, r.FeeFen, fee)
		}
	}
}

func TestLadderOfRetail5(t *testing.T) {
	b := preset(t, "retail-5")
	t.Run("up the ladder by growth, down by a settlement and sixty days", func(t *testing.T) {
		join(t, b, "2025-01-10").pays("2025-01-10 09:00", 600).is("2025-01-10 09:00", "SILVER", tier.Active).
			pays("2025-02-10 09:00", 2500).is("2025-02-10 09:00", "GOLD", tier.Active).
			pays("2025-03-10 09:00", 7000).is("2025-03-10 09:00", "PLATINUM", tier.Active).
			pays("2025-04-10 09:00", 20000).is("2025-04-10 09:00", "DIAMOND", tier.Active).
			is("2026-04-01", "DIAMOND", tier.Protected). // January's order has left: 29,504.5
			is("2026-05-31", "REGISTERED", tier.Active)  // and by then all others
	})
	t.Run("growth is spending by category, interaction times 1.2 and scenes times 1.5", func(t *testing.T) {
		m := join(t, b, "2026-01-10")
		m.Standing = m.Paid(b, tier.Purchase{At: at("2026-01-10 09:00"), Source: "order:1", Channel: "MINI_PROGRAM", Fen: 20033,
			Lines: []tier.Line{{Category: "OWN_BRAND", Fen: 10033}, {Category: "GIFT_CARD", Fen: 5000}, {Fen: 5000}}})
		m.does("2026-01-11", "REVIEW", 1)
		if got, want := m.Read(b.Programme, at("2026-01-12")).Score(), int64(12039+5000+10*120+150); got != want {
			t.Errorf("growth is %d hundredths, want %d", got, want)
		}
	})
	top, _ := b.Tier("BLACK_GOLD")
	t.Run("the top asks 80,000 yuan and 3,000 interaction of the invited", func(t *testing.T) {
		r, _ := top.Route(programme.Invited)
		m := join(t, b, "2026-01-10").pays("2026-01-10 09:00", 79999)
		for day := range 60 {
			m.does(at("2026-01-11").AddDate(0, 0, day).In(shanghai).Format("2006-01-02 15:04"), "POST_PUBLISHED", 3) // 50 a day count
		}
		now := "2026-04-01"
		if m.Read(b.Programme, at(now)).Met(r.When) {
			t.Error("79,999 yuan are enough for an invitation")
		}
		m.pays(now, 1)
		if !m.Read(b.Programme, at(now)).Met(r.When) {
			t.Errorf("80,000 yuan and %d interaction are not enough", m.Read(b.Programme, at(now)).Sum("INTERACTION"))
		}
	})
	t.Run("the top asks 50,000 yuan, 90 points and 48 hours of a review, and has 8 seats of 1,000", func(t *testing.T) {
		r, _ := top.Route(programme.Reviewed)
		if r.ReviewHours != 48 || r.MinScore != 90 || top.CapPerMille != 8 {
			t.Errorf("review %+v, cap %d", r, top.CapPerMille)
		}
		if m := join(t, b, "2026-01-10").pays("2026-01-10 09:00", 50000); !m.Read(b.Programme, at("2026-01-11")).Met(r.When) {
			t.Error("50,000 yuan are not enough for a review")
		}
	})
	t.Run("five tasks in the first week or a partner's word are silver", func(t *testing.T) {
		silver, _ := b.Tier("SILVER")
		if r, ok := silver.Route(programme.ByTasks); !ok || r.Tasks != 5 || r.Days != 7 {
			t.Errorf("tasks %+v", r)
		}
		join(t, b, "2026-01-10").granted("SILVER", programme.Partner, "2026-01-11", "").is("2026-01-11", "SILVER", tier.Active).
			is("2026-07-01", "SILVER", tier.Active)
	})
}

func TestLadderOfStage4(t *testing.T) {
	b := preset(t, "stage-4")
	m := join(t, b, "2025-01-10").is("2025-01-10", "POTENTIAL", tier.Active)
	for i := range 12 {
		m.pays(fmt.Sprintf("2025-%02d-11 10:00", i+1), 900)
		m.is(fmt.Sprintf("2025-%02d-11 10:00", i+1), []string{
			"POTENTIAL", "ACTIVE", "ACTIVE", "ACTIVE", "ACTIVE", "LOYAL", "LOYAL", "LOYAL", "LOYAL", "LOYAL", "LOYAL", "HEAD"}[i], tier.Active)
	}
	m.is("2030-01-01", "HEAD", tier.Active) // nobody falls in this programme
	join(t, b, "2025-01-10").does("2025-01-11", "POST_PUBLISHED", 2).does("2025-01-12", "POST_PUBLISHED", 2).does("2025-01-13", "POST_PUBLISHED", 1).
		pays("2025-01-14", 1).is("2025-01-14", "ACTIVE", tier.Active) // fifty of taking part instead of a second order
}

func TestLadderOfRetail3(t *testing.T) {
	b := preset(t, "retail-3")
	t.Run("who buys often rises, whatever it costs", func(t *testing.T) {
		m := join(t, b, "2025-01-10")
		for day := range 30 {
			m.pays(at("2025-01-11").AddDate(0, 0, day).In(shanghai).Format("2006-01-02 15:04"), 5)
		}
		m.is("2025-02-10", "SILVER", tier.Active)
	})
	t.Run("one dear order does not", func(t *testing.T) {
		join(t, b, "2025-01-10").pays("2025-01-11", 20000).is("2025-01-11", "ORDINARY", tier.Active)
	})
	t.Run("bringing others and taking part count beside orders, and it all passes", func(t *testing.T) {
		m := join(t, b, "2025-01-10").does("2025-01-11", "INVITE_FRIEND", 2).does("2025-01-12", "EVENT_JOINED", 2)
		m.is("2025-01-13", "ORDINARY", tier.Active). // 190 points, and only an order lifts
								pays("2025-01-14", 5).is("2025-01-14", "ORDINARY", tier.Active). // 200
								does("2025-01-15", "INVITE_FRIEND", 2).pays("2025-01-16", 5).is("2025-01-16", "SILVER", tier.Active).
								is("2025-12-31", "SILVER", tier.Active).is("2026-01-01", "SILVER", tier.Active).is("2026-04-01", "ORDINARY", tier.Active)
	})
}
