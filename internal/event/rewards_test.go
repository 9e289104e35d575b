package event_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/event"
	"membergate/internal/programme"
	"membergate/internal/storetest"
	"membergate/internal/wallet"
)

// greenShop is retail-3, with a second rule for visits and a cap of all times.
func greenShop(t testing.TB) *shop {
	p, err := programme.Load("retail-3")
	if err != nil {
		t.Fatal(err)
	}
	own := *p
	own.Earn = append(append([]programme.Earn(nil), p.Earn...), programme.Earn{Code: "WELCOME", Event: "store.visited", Fixed: 7, PerMember: 20,
		Titles: programme.Text{"zh-CN": "到店"}, Multipliers: []programme.Multiplier{{Percent: 200, Names: programme.Text{"zh-CN": "双倍"},
			Eligibility: &programme.Eligibility{Any: []programme.Eligibility{{Segments: []string{"HIGH_VALUE"}}, {Birthday: "MONTH"}}}}}})
	book, err := programme.NewBook(&own)
	if err != nil {
		t.Fatal(err)
	}
	return &shop{nil, storetest.Memory(), book}
}

// visit is one to a store, so many days after 6 July 2026.
func visit(id string, day int, travel string) event.Message {
	m := tell(id, "store.visited", 0, fmt.Sprintf(`{"storeId":"S","travel":%q}`, travel))
	at, _ := time.Parse(time.RFC3339, m.At)
	m.At = at.AddDate(0, 0, day).Format(time.RFC3339)
	return m
}

func TestSeveralRulesRewardOneEventEachWithinItsOwnCaps(t *testing.T) {
	s := greenShop(t)
	s.t = t
	earned := func() wallet.Coins {
		_, st := s.state("17850")
		return st.LifetimeEarned
	}
	for i, c := range []struct {
		day    int
		travel string
		total  wallet.Coins
		says   string
	}{
		{0, "CAR", 7, "no green travel, but a visit"},
		{0, "BUS", 7 + 10 + 7, "both rules"},
		{0, "METRO", 24 + 10 + 6, "the visits have reached their cap of 20 for ever"},
		{0, "BICYCLE", 40, "green travel has reached its cap of 20 a day"},
		{1, "BUS", 50, "the next day"},
		{16, "BUS", 70, "twice on the low-carbon member day, the 22nd"},
		{16, "BUS", 70, "and the cap of the day holds for what was doubled"},
	} {
		m := visit(fmt.Sprint("v", i), c.day, c.travel)
		for range 2 { // told again it is the same
			if p := s.apply(m); p != nil {
				t.Fatal(p)
			}
		}
		if got := earned(); got != c.total {
			t.Errorf("%s: %d coins, want %d", c.says, got, c.total)
		}
	}
}

func TestAnActionCountsOnceForItsCodeAndRefWhateverTheEventsID(t *testing.T) {
	s := greenShop(t)
	s.t = t
	did := func(id, code, ref string) event.Message {
		return tell(id, "action.recorded", 1, fmt.Sprintf(`{"code":%q,"ref":%q}`, code, ref))
	}
	if p := s.apply(did("a", "RECYCLE", "sofa"), did("b", "RECYCLE", "sofa"), did("c", "SHARE", "x"), did("d", "SHARE", "x")); p != nil {
		t.Fatal(p)
	}
	if p := s.apply(did("e", "RECYCLE", "sofa"), did("f", "SHARE", "x"), did("a", "RECYCLE", "sofa")); p != nil {
		t.Fatal(p)
	}
	a, st := s.state("17850")
	facts := map[string]int{}
	for _, f := range a.Standing.Facts {
		facts[f.Metric]++
	}
	if st.LifetimeEarned != 100 || facts["INTERACTION"]+facts["SOCIAL"] == 0 {
		t.Fatalf("%d coins, facts %v", st.LifetimeEarned, facts)
	}
	before := facts
	if p := s.apply(did("g", "RECYCLE", "table"), did("h", "RECYCLE", "bed"), did("i", "SHARE", "y")); p != nil {
		t.Fatal(p)
	}
	a, st = s.state("17850")
	facts = map[string]int{}
	for _, f := range a.Standing.Facts {
		facts[f.Metric]++
	}
	if st.LifetimeEarned != 200 { // two hundred a day
		t.Errorf("%d coins, want 200", st.LifetimeEarned)
	}
	for metric, n := range before {
		if facts[metric] != 2*n {
			t.Errorf("%s has %d facts, and had %d for one of two", metric, facts[metric], n)
		}
	}
}

// Whatever comes, in whichever batches: no day and no member gets more than a rule's caps, and each amount is explained.
func TestNoSequenceOfEventsPassesACap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := greenShop(t)
		s.t = t
		day := 0
		var batch []event.Message
		for i := range rapid.IntRange(1, 30).Draw(r, "events") {
			day += rapid.IntRange(0, 1).Draw(r, "days")
			batch = append(batch, visit(fmt.Sprint(rapid.IntRange(0, 25).Draw(r, "id"), "-", day), day, rapid.SampledFrom([]string{"BUS", "CAR"}).Draw(r, "travel")))
			if rapid.Bool().Draw(r, "send") || i == 29 {
				s.apply(batch...) // an id that is told twice with other data is poison
				batch = nil
			}
		}
		s.apply(batch...)
		a, _ := s.state("17850")
		page, err := s.stores.Wallets.Page(t.Context(), a.Wallet, wallet.Query{Limit: 1000})
		if err != nil {
			r.Fatal(err)
		}
		days, ever := map[string]wallet.Coins{}, wallet.Coins(0)
		for _, e := range page {
			var sum wallet.Coins
			for _, l := range e.Lines {
				sum += l.Coins
			}
			if sum != e.Claim {
				r.Fatalf("the lines of %+v add up to %d", e, sum)
			}
			if e.Lines[0].Detail == "WELCOME" {
				ever += e.Claim
			} else {
				days[e.OccurredAt.Format(time.DateOnly)] += e.Claim
			}
		}
		for d, n := range days {
			if n > 20 {
				r.Fatalf("%s earned %d", d, n)
			}
		}
		if ever > 20 {
			r.Fatalf("the member earned %d", ever)
		}
	})
}
