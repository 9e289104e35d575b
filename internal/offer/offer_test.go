package offer_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/member"
	"membergate/internal/offer"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

type book struct{ *programme.Programme }

func (b book) At(time.Time) *programme.Programme { return b.Programme }

func fresh(t testing.TB) book {
	p, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	return book{p}
}

var (
	joined = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	ann    = member.Profile{ID: "ann", JoinedAt: joined}
)

func open(o offer.Offers, s tier.Standing, now time.Time) string {
	var codes []string
	for _, m := range o.Shown(s, now) {
		codes = append(codes, m.Code)
	}
	return strings.Join(codes, " ")
}

// The first month brings a trial week, the second gold at a tenth off to the highly active; silver members who spend
// more than 5,000 yuan are offered gold.
func TestWhoIsOfferedWhat(t *testing.T) {
	b := fresh(t)
	plain := func(s tier.Standing, now time.Time) tier.Standing { return s }
	active := func(s tier.Standing, now time.Time) tier.Standing {
		for day := range 5 {
			at := joined.AddDate(0, 0, day)
			s = s.Advance(b, at).Did(b, at, "q"+at.String(), "HEALTH_QUESTIONNAIRE", 0)
		}
		return s
	}
	silver := func(fen int64) func(tier.Standing, time.Time) tier.Standing {
		return func(s tier.Standing, now time.Time) tier.Standing {
			s = s.Bought(b, joined, tier.Payment{ID: "P", Tier: "SILVER", From: joined, Until: joined.AddDate(1, 0, 0)})
			return s.Paid(b, tier.Purchase{At: joined, Source: "o", Channel: "STORE", Fen: fen, Lines: []tier.Line{{Fen: fen}}})
		}
	}
	for name, c := range map[string]struct {
		live func(tier.Standing, time.Time) tier.Standing
		days int
		want string
	}{
		"the first day":                         {plain, 0, "SILVER_TRIAL_WEEK"},
		"the last day of the first month":       {plain, 30, "SILVER_TRIAL_WEEK"},
		"the second month":                      {plain, 31, ""},
		"the second month of the highly active": {active, 31, "GOLD_AT_NINETY"},
		"their third":                           {active, 62, ""},
		"silver who spent 5,000 yuan":           {silver(500_000), 5, ""},
		"silver who spent more":                 {silver(500_001), 5, "GOLD_FARM_DIRECT"},
		"silver who spent more, the year after": {silver(500_001), 366, ""},
	} {
		now := joined.AddDate(0, 0, c.days)
		s := c.live(tier.Join(b.Programme, joined), now).Advance(b, now)
		o, _ := offer.Offers{Member: ann.ID}.With(b.Programme, ann, s, now)
		if got := open(o, s, now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, m := range o.Made {
			if m.Code == "GOLD_AT_NINETY" && (m.Fen != 26910 || m.FullFen != 29900 || !m.Until.Equal(now.AddDate(0, 0, 14))) {
				t.Errorf("gold at a tenth off is %+v", m)
			}
		}
	}
	if n := (programme.TierOffer{PricePercent: 90}).Price(999); n != 899 { // 899.1
		t.Errorf("nine tenths of 999 fen are %d", n)
	}
}

// Whatever happens and however often a member looks: what was shown keeps its price and its end, is never shown after it,
// is made once, and of one exclusive name one is open.
func TestWhatWasShownKeepsItsPriceUntilItsEnd(t *testing.T) {
	b := fresh(t)
	rapid.Check(t, func(t *rapid.T) {
		p := *b.Programme
		s, o, now := tier.Join(&p, joined), offer.Offers{Member: ann.ID}, joined
		first := map[string]offer.Made{}
		codes := map[string]string{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "hours")) * time.Hour)
			s = s.Advance(book{&p}, now)
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				s = s.Did(book{&p}, now, now.String(), "HEALTH_QUESTIONNAIRE", 0)
			case 1:
				s = s.Bought(book{&p}, now, tier.Payment{ID: now.String(), Tier: "SILVER", From: now, Until: now.AddDate(0, 2, 0)})
				s = s.Paid(book{&p}, tier.Purchase{At: now, Source: now.String(), Channel: "STORE", Fen: 300_000, Lines: []tier.Line{{Fen: 300_000}}})
			case 2: // the price list changes
				p.TierOffers = append([]programme.TierOffer(nil), p.TierOffers...)
				for i := range p.TierOffers {
					p.TierOffers[i].PricePercent = rapid.Int64Range(1, 100).Draw(t, "percent")
				}
			}
			o, _ = o.With(&p, ann, s, now)
			groups := map[string]int{}
			for _, m := range o.Shown(s, now) {
				if old, known := first[m.ID]; known && (old.Fen != m.Fen || !old.Until.Equal(m.Until)) {
					t.Fatalf("%s was %+v and is %+v", m.Code, old, m)
				}
				first[m.ID] = m
				if id, twice := codes[m.Code]; twice && id != m.ID {
					t.Fatalf("%s is made twice", m.Code)
				}
				codes[m.Code] = m.ID
				if !now.Before(m.Until) {
					t.Fatalf("%s is over since %s", m.Code, m.Until)
				}
				if groups[m.Exclusive]++; m.Exclusive != "" && groups[m.Exclusive] > 1 {
					t.Fatalf("of %s two are open", m.Exclusive)
				}
			}
		}
	})
}
