package benefit_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/storetest"

	"pgregory.net/rapid"
)

// open makes a service in memory.
func open(p *programme.Programme) *benefit.Service {
	s := storetest.MemoryCounters()
	return &benefit.Service{Usages: s.Usages, Uses: s.Uses, Stock: s.Stock, Book: book{p}}
}

// by is a wish of the member 17850.
func by(key, code string, now time.Time, f eligibility.Facts) benefit.Command {
	return benefit.Command{Key: key, Facts: f, Benefit: code, By: benefit.ByMember, At: now}
}

func TestTwoHundredUsesAtOnceGiveTheQuotaExactly(t *testing.T) {
	b := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 3, Per: programme.PerMonth}}
	service := open(example(t, b))
	var given, refused atomic.Int64
	var group sync.WaitGroup
	for n := range 200 {
		group.Go(func() {
			_, _, err := service.Use(t.Context(), by(fmt.Sprint(n), "B", at(t, "2026-07-08 12:00"), facts("FREE")))
			switch {
			case err == nil:
				given.Add(1)
			case code(err) == benefit.UsedUp:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if given.Load() != 3 || refused.Load() != 197 {
		t.Errorf("%d were given and %d refused, want 3 and 197", given.Load(), refused.Load())
	}
}

// code is the code of a refusal; empty for anything else.
func code(err error) string {
	var r *fault.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func TestUseOfWhatIsNotTheMembersSaysWhy(t *testing.T) {
	p := example(t,
		programme.Benefit{Code: "GOLDEN", Eligibility: programme.Eligibility{MinTier: "GOLD"}, Quota: programme.Quota{Unlimited: true}},
		programme.Benefit{Code: "PLAIN", Quota: programme.Quota{Unlimited: true}},
		programme.Benefit{Code: "BETTER", Eligibility: programme.Eligibility{MinTier: "SILVER"}, Quota: programme.Quota{Unlimited: true}, Replaces: "PLAIN"},
		programme.Benefit{Code: "SECRET", State: programme.Draft, Quota: programme.Quota{Unlimited: true}},
		programme.Benefit{Code: "BY_ORDER", Quota: programme.Quota{Count: 1, Per: programme.PerOrder}},
		programme.Benefit{Code: "MONTHLY", Quota: programme.Quota{Count: 1, Per: programme.PerMonth}},
		programme.Benefit{Code: "FEW", Quota: programme.Quota{Count: 2, Per: programme.Once}, Stock: &programme.Stock{Total: 1, Per: programme.PerYear}},
		programme.Benefit{Code: "BOX", Quota: programme.Quota{Unlimited: true}, Choices: &programme.Choices{Show: 1, Options: []programme.Option{{Code: "TEA"}}}},
		programme.Benefit{Code: "CARD", Quota: programme.Quota{Count: 1, Per: programme.PerMonth}, Coupon: "FIVE_OFF"})
	service, now := open(p), at(t, "2026-07-08 12:00")
	for _, c := range []string{"MONTHLY", "FEW"} {
		if _, _, err := service.Use(t.Context(), by("first "+c, c, now, facts("SILVER"))); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		change func(*benefit.Command)
		want   string
		resets string
	}{
		"a higher tier's":        {func(c *benefit.Command) { c.Benefit = "GOLDEN" }, benefit.LockedNow, ""},
		"one that is replaced":   {func(c *benefit.Command) { c.Benefit = "PLAIN" }, benefit.ReplacedNow, ""},
		"one that nobody knows":  {func(c *benefit.Command) { c.Benefit = "NO_SUCH" }, benefit.Unknown, ""},
		"one that is not out":    {func(c *benefit.Command) { c.Benefit = "SECRET" }, benefit.Unknown, ""},
		"by order, of none":      {func(c *benefit.Command) { c.Benefit = "BY_ORDER" }, benefit.OrderNeeded, ""},
		"used up":                {func(c *benefit.Command) { c.Benefit = "MONTHLY" }, benefit.UsedUp, "2026-08-01 00:00"},
		"out of stock":           {func(c *benefit.Command) { c.Benefit = "FEW" }, benefit.OutOfStock, "2027-01-01 00:00"},
		"nothing chosen":         {func(c *benefit.Command) { c.Benefit = "BOX" }, benefit.ChoiceNeeded, ""},
		"something else chosen":  {func(c *benefit.Command) { c.Benefit, c.Choice = "BOX", "CAKE" }, benefit.ChoiceUnknown, ""},
		"one that gives coupons": {func(c *benefit.Command) { c.Benefit = "CARD" }, benefit.GivesCoupons, ""},
		"its coupon for a desk":  {func(c *benefit.Command) { c.Benefit, c.By, c.For = "CARD", "clerk", "parcel" }, benefit.GivesCoupons, ""},
		"chosen without choices": {func(c *benefit.Command) { c.Benefit, c.Choice = "BETTER", "TEA" }, benefit.ChoiceUnknown, ""},
	} {
		wish := by("k", "", now, facts("SILVER"))
		c.change(&wish)
		_, _, err := service.Use(t.Context(), wish)
		var r *benefit.Refused
		if !errors.As(err, &r) || code(err) != c.want || !fault.Is(err, fault.BadInput) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
			continue
		}
		if c.resets != "" && !r.ResetsAt.Equal(at(t, c.resets)) || c.resets == "" && !r.ResetsAt.IsZero() {
			t.Errorf("%s: resets at %s, want %s", name, r.ResetsAt, c.resets)
		}
		if locked := c.want == benefit.LockedNow; locked != (len(r.Missing) > 0) {
			t.Errorf("%s: missing are %+v", name, r.Missing)
		}
	}
	claimed := by("claim", "CARD", now, facts("SILVER"))
	claimed.For = benefit.ForCoupon
	if _, _, err := service.Use(t.Context(), claimed); err != nil {
		t.Errorf("the quota is whole after all that, but a claim gets %v", err)
	}
	left, err := service.Usages.ByMember(t.Context(), "17850")
	if err != nil || len(left.Steps) > 0 || len(left.Counts) != 3 {
		t.Errorf("refusals left %+v, %v", left, err)
	}
	if _, again, err := service.Use(t.Context(), by("k", "BETTER", now, facts("SILVER"))); err != nil || again {
		t.Errorf("the key of a refusal: %v, %v", again, err)
	}
}

// Check 25 of the papers: monthly quotas are full again when the month changes where the programme counts its days.
func TestAMonthlyQuotaIsFullAgainWhenTheMonthChangesInTheProgrammesZone(t *testing.T) {
	b := programme.Benefit{Code: "B", Quota: programme.Quota{Count: 2, Per: programme.PerMonth}}
	service := open(example(t, b))
	n := 0
	use := func(local string) error {
		n++
		_, _, err := service.Use(t.Context(), by(fmt.Sprint(n), "B", at(t, local), facts("FREE")))
		return err
	}
	for _, c := range []struct{ local, want string }{
		{"2026-07-31 23:58", ""}, {"2026-07-31 23:59", ""}, {"2026-07-31 23:59", benefit.UsedUp},
		{"2026-08-01 00:00", ""},                                       // in UTC it is still July
		{"2026-08-01 07:59", ""}, {"2026-08-01 08:00", benefit.UsedUp}, // in UTC August begins
		{"2026-08-31 23:59", benefit.UsedUp}, {"2026-09-01 00:00", ""},
		{"2027-09-01 00:00", ""}, {"2028-02-29 23:59", ""}, {"2028-02-29 23:59", ""}, {"2028-02-29 23:59", benefit.UsedUp}, {"2028-03-01 00:00", ""},
	} {
		if got := code(use(c.local)); got != c.want {
			t.Errorf("a use at %s: %q, want %q", c.local, got, c.want)
		}
	}
}

func TestWhatIsGivenBeyondTheCostCapIsToldBeforeAndKept(t *testing.T) {
	standard := programme.Text{"zh-CN": "标准配送", "en": "Standard delivery"}
	b := programme.Benefit{Code: "COURIER", Titles: programme.Text{"zh-CN": "次日达"}, Value: 800, Quota: programme.Quota{Unlimited: true},
		CostCap: &programme.CostCap{FenPerYear: 5000, Fallback: standard}, CancelMinutes: 60}
	p := example(t, b)
	service, now := open(p), at(t, "2026-07-08 12:00")
	var uses []benefit.Use
	for n := 1; n <= 8; n++ {
		u, err := service.Usages.ByMember(t.Context(), "17850")
		if err != nil {
			t.Fatal(err)
		}
		told := u.Left(p, b, "", now)
		r, _, err := service.Use(t.Context(), by(fmt.Sprint(n), "COURIER", now, facts("FREE")))
		if want := n > 6; err != nil || told.Fallback != want || r.Fallback != want || (r.Given != nil) != want || want != (r.Cost == 0) {
			t.Errorf("use %d: told %v before, %+v, %v", n, told.Fallback, r, err)
		}
		uses = append(uses, r)
	}
	if uses[7].Given["en"] != "Standard delivery" || uses[0].Title["zh-CN"] != "次日达" {
		t.Errorf("given were %v and %v", uses[7].Given, uses[0].Title)
	}
	for _, r := range []benefit.Use{uses[7], uses[0]} { // the fallback gives nothing of the cap back, the courier does
		if _, err := service.Cancel(t.Context(), benefit.Undo{Member: "17850", Use: r.ID, By: benefit.ByMember, At: now}); err != nil {
			t.Fatal(err)
		}
	}
	u, _ := service.Usages.ByMember(t.Context(), "17850")
	if left := u.Left(p, b, "", now); left.CostLeft != 1000 || left.Fallback {
		t.Errorf("after taking back one of 8 yuan %+v", left)
	}
}

// Whoever uses and takes back whatever, over a network that loses answers, while time passes: when all that was left is
// finished, what is counted, written and taken of the stock is the same, and nobody has more than a quota or a stock has.
func TestNoSequenceOfUsesAndCancellingsPassesAQuotaOrAStock(t *testing.T) {
	whole, start := example(t), at(t, "2026-06-20 00:00")
	rapid.Check(t, func(t *rapid.T) {
		per := rapid.SampledFrom([]programme.Period{programme.PerMonth, programme.PerYear, programme.Once})
		b := programme.Benefit{
			Code: "B", State: programme.Live, Value: 3, CancelMinutes: 600, CostCap: &programme.CostCap{FenPerYear: 10},
			Quota: programme.Quota{Count: rapid.Int64Range(1, 3).Draw(t, "count"), Per: per.Draw(t, "per")},
			Stock: &programme.Stock{Total: rapid.Int64Range(1, 6).Draw(t, "stock"), Per: per.Draw(t, "stock per")},
		}
		p := *whole
		p.Benefits = []programme.Benefit{b}
		stores := storetest.MemoryCounters()
		good := &benefit.Service{Usages: stores.Usages, Uses: stores.Uses, Stock: stores.Stock, Book: book{&p}}
		network := storetest.FlakyCounters(stores, rapid.Uint64().Draw(t, "network"))
		bad := &benefit.Service{Usages: network.Usages, Uses: network.Uses, Stock: network.Stock, Book: book{&p}}
		now, ctx := start, t.Context()
		told := map[string]bool{} // what callers were told that they have
		for n := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "minutes")) * time.Minute)
			f := facts("FREE")
			f.Profile.ID = member.ID(fmt.Sprint("m", rapid.IntRange(0, 2).Draw(t, "who")))
			key := fmt.Sprint("k", rapid.IntRange(0, n).Draw(t, "key")) // sometimes one that was sent before
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1, 2:
				if r, _, err := bad.Use(ctx, by(key, "B", now, f)); err == nil && r.State == benefit.Used {
					told[r.ID] = true
				}
			case 3, 4:
				all, _ := stores.Uses.Page(ctx, f.Profile.ID, nil, 100)
				if len(all) > 0 {
					one := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
					if rapid.Bool().Draw(t, "by staff") {
						_, _ = bad.Cancel(ctx, benefit.Undo{Member: one.Member, Use: one.ID, By: "desk", At: now})
					} else {
						_, _ = bad.Cancel(ctx, benefit.Undo{Member: one.Member, Use: one.ID, By: benefit.ByMember, At: now})
					}
				}
			default:
				_ = bad.Sweep(ctx, now, 3)
			}
		}
		if err := good.Sweep(ctx, now, 1000); err != nil {
			t.Fatal(err)
		}
		taken := map[string]int64{}
		for n := range 3 {
			who := member.ID(fmt.Sprint("m", n))
			all, _ := stores.Uses.Page(ctx, who, nil, 1000)
			mine, fen := map[string]int64{}, map[string]int64{}
			for _, r := range all {
				delete(told, r.ID)
				if r.State == benefit.Used {
					mine[r.Window]++
					fen[r.CostWindow] += r.Cost
					taken[r.Stock]++
				}
			}
			u, _ := stores.Usages.ByMember(ctx, who)
			for _, c := range u.Counts {
				if want := mine[c.Window] + fen[c.Window]; c.Used != want {
					t.Fatalf("%s has used %d in %s, but %d are written", who, c.Used, c.Window, want)
				}
			}
			for w, n := range mine {
				if n > b.Quota.Count {
					t.Fatalf("%s has %d in %s, the quota is %d", who, n, w, b.Quota.Count)
				}
			}
			for w, n := range fen {
				if n > b.CostCap.FenPerYear {
					t.Fatalf("%s costs %d fen in %s, the cap is %d", who, n, w, b.CostCap.FenPerYear)
				}
			}
		}
		if len(told) > 0 {
			t.Fatalf("%d uses were told to be there and are not written", len(told))
		}
		for name, n := range taken {
			counted, _ := stores.Stock.Taken(ctx, []string{name})
			if n > b.Stock.Total || counted[name] != n {
				t.Fatalf("%d of %s are used and %d taken, the stock is %d", n, name, counted[name], b.Stock.Total)
			}
		}
	})
}
