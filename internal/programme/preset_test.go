package programme_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/programme"
	"membergate/programmes"
)

func load(t *testing.T, name string) *programme.Programme {
	t.Helper()
	p, err := programme.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryPresetLoadsInShanghaiTime(t *testing.T) {
	if diff := cmp.Diff([]string{"fresh-3", "retail-3", "retail-5", "stage-4"}, programmes.Names()); diff != "" {
		t.Fatal(diff)
	}
	for _, name := range programmes.Names() {
		p := load(t, name)
		if p.Code != name || p.Zone().String() != "Asia/Shanghai" {
			t.Errorf("%s: code %s, zone %s", name, p.Code, p.Zone())
		}
	}
}

func TestPresetsSpeakThreeLanguages(t *testing.T) {
	for _, name := range programmes.Names() {
		texts(reflect.ValueOf(*load(t, name)), name, func(path string, text programme.Text) {
			for _, locale := range []string{"zh-CN", "zh-TW", "en"} {
				if text[locale] == "" {
					t.Errorf("%s has no %s", path, locale)
				}
			}
		})
	}
}

// texts calls visit with every text of a programme.
func texts(v reflect.Value, path string, visit func(string, programme.Text)) {
	switch {
	case v.Type() == reflect.TypeFor[programme.Text]():
		visit(path, v.Interface().(programme.Text))
	case v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if k, is := v.Interface().(programme.NoticeKind); is && len(k.Cases) > 0 && v.Field(i).Type() == reflect.TypeFor[programme.Text]() && v.Type().Field(i).Name != "Names" {
				continue // its cases have the texts
			}
			if f := v.Type().Field(i); f.IsExported() && !(f.Name == "Names" && v.Type() == reflect.TypeFor[programme.Multiplier]() && v.Field(i).Len() == 0) {
				texts(v.Field(i), path+"."+f.Name, visit)
			}
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		texts(v.Elem(), path, visit)
	}
}

func TestRetail5HasTheContractsLadder(t *testing.T) {
	p := load(t, "retail-5")
	type step struct {
		Code      string
		Rank      int
		Threshold int64
		Asked     bool
		Rate      int64
	}
	var got []step
	for _, tier := range p.Tiers {
		n, asked := tier.Threshold()
		got = append(got, step{tier.Code, tier.Rank, n, asked, p.EarnRate(tier.Code)})
	}
	want := []step{
		{"REGISTERED", 0, 0, true, 100}, {"SILVER", 1, 500, true, 100}, {"GOLD", 2, 3000, true, 150},
		{"PLATINUM", 3, 10000, true, 180}, {"DIAMOND", 4, 30000, true, 220}, {"BLACK_GOLD", 5, 0, false, 250},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	top, _ := p.Tier("BLACK_GOLD")
	invited, _ := top.Route(programme.Invited)
	reviewed, _ := top.Route(programme.Reviewed)
	wantTop := programme.Tier{
		Code: "BLACK_GOLD", Rank: 5, Names: top.Names, CapPerMille: 8,
		Routes: []programme.Route{
			{Kind: programme.Invited, Months: 12, When: &programme.Condition{All: []programme.Condition{
				{Metric: "SPEND", AtLeast: 8_000_000}, {Metric: "INTERACTION", AtLeast: 3_000}}}},
			{Kind: programme.Reviewed, Months: 12, ReviewHours: 48, MinScore: 90,
				When: &programme.Condition{Metric: "SPEND", AtLeast: 5_000_000}},
		},
		Keep: &programme.Condition{Metric: "SPEND", AtLeast: 5_000_000},
	}
	if diff := cmp.Diff(wantTop, top); diff != "" {
		t.Errorf("%v %v: %s", invited, reviewed, diff)
	}
	evaluation := programme.Evaluation{Kind: programme.RollingQuarter, Upgrade: programme.Immediate,
		Grace: &programme.Grace{Days: 60, RestoreBy: []string{programme.ByShortfall}}}
	if diff := cmp.Diff(evaluation, p.Evaluation); diff != "" {
		t.Error(diff)
	}
}

func TestRetail5HasTheContractsGrowth(t *testing.T) {
	p := load(t, "retail-5")
	terms := []programme.Term{{Metric: "SPEND", Hundredths: 1}, {Metric: "INTERACTION", Hundredths: 120}, {Metric: "SCENE", Hundredths: 150}}
	if diff := cmp.Diff(terms, p.Score.Terms); diff != "" {
		t.Error(diff)
	}
	for _, m := range p.Metrics {
		if m.Window != programme.RollingMonths || m.Length != 12 {
			t.Errorf("%s counts over %s %d", m.Code, m.Window, m.Length)
		}
	}
	actions, _ := p.Metric("INTERACTION")
	weights := map[string]int64{"POST_PUBLISHED": 20, "REVIEW": 10, "SHARE": 5, "LIVE": 3, "COMMENT": 2, "CHECK_IN": 1}
	if diff := cmp.Diff(weights, actions.Weights); diff != "" || actions.DailyCap != 50 || actions.MinSeconds["LIVE"] != 60 {
		t.Errorf("%s cap %d, live %d s", diff, actions.DailyCap, actions.MinSeconds["LIVE"])
	}
	if scene, _ := p.Metric("SCENE"); scene.Kind != programme.Scenes || scene.PerScene != 1 {
		t.Errorf("scene is %+v", scene)
	}
}

func TestRetail5HasTheContractsCoins(t *testing.T) {
	p := load(t, "retail-5")
	coin := p.Coin()
	shanghai := p.Zone()
	if !coin.ParityLockedUntil.Equal(p.EffectiveFrom.In(shanghai).AddDate(3, 0, 0)) {
		t.Errorf("parity is locked until %s, not for three years", coin.ParityLockedUntil)
	}
	if coin.ParityPerYuan != 100 || coin.ExpiryMonths != 12 || coin.ReservePercent != 8 || coin.MaxBalance != 2_000_000_000 || !coin.LedgerPublic {
		t.Errorf("coin is %+v", coin)
	}
	if x := *coin.Index; x.High != 103 || x.Low != 97 || x.StepBasisPoints != 10 {
		t.Errorf("index is %+v", x)
	}
	order, _ := p.Earning("order.paid")
	if len(order.Multipliers) != 1 || order.Multipliers[0].When != programme.BirthdayMonth || order.Multipliers[0].Percent != 300 {
		t.Errorf("orders are multiplied by %+v", order.Multipliers)
	}
	i := slices.IndexFunc(p.Burn, func(b programme.Burn) bool { return b.Kind == programme.Checkout })
	checkout := p.Burn[i]
	day := checkout.Multiply[0]
	if checkout.MaxPercentOfOrder != 30 || checkout.HoldMinutes != 15 || len(checkout.Multiply) != 1 ||
		day.When != programme.MonthDay || day.Day != 8 || day.Percent != 150 || !slices.Equal(day.Channels, []string{"STORE"}) {
		t.Errorf("checkout is %+v", checkout)
	}
}

func TestRetail5HasTheContractsFamilyAndPrivacy(t *testing.T) {
	p := load(t, "retail-5")
	f := *p.Family
	discounts := map[string]int64{"GOLD": 3, "PLATINUM": 5, "DIAMOND": 8, "BLACK_GOLD": 10}
	if diff := cmp.Diff(discounts, f.DiscountPercent); diff != "" || f.MinTier != "GOLD" || f.Capacity() != 4 ||
		f.ShareGrowth || !f.CommonDraw || f.DrawOrder != programme.ExpiringFirst {
		t.Errorf("family is %+v %s", f, diff)
	}
	v := p.Privacy
	if v.DeletionDays != 7 || v.BreachHours != 72 || v.TokenMinutes != 30 || v.PhoneHide != 4 || v.RawKeepYears != 7 ||
		!slices.Equal(v.RawApprovers, []string{"dpo", "legal"}) {
		t.Errorf("privacy is %+v", v)
	}
	sensitive := map[string]bool{"PERSONALISATION": false, "MARKETING": false, "PARTNER_SHARING": false, "HEALTH": true, "EMOTION": true, "LOCATION": true}
	for _, u := range v.Purposes {
		if want, named := sensitive[u.Code]; named && want != u.Sensitive {
			t.Errorf("%s is sensitive: %t", u.Code, u.Sensitive)
		}
		delete(sensitive, u.Code)
	}
	if len(sensitive) > 0 || len(p.Boards) != 3 || len(p.Groups) != 3 {
		t.Errorf("missing purposes %v; %d boards, %d groups", sensitive, len(p.Boards), len(p.Groups))
	}
}

// What members read must be what the engine does: each text is asked for the number as its rule has it.
func TestRetail5TellsMembersTheNumbersItUses(t *testing.T) {
	p := load(t, "retail-5")
	order, _ := p.Earning("order.paid")
	checkout, grace := p.Burn[0], p.Evaluation.Grace
	actions, _ := p.Metric("INTERACTION")
	silver, _ := p.Tier("SILVER")
	tasks, _ := silver.Route(programme.ByTasks)
	top, _ := p.Tier("BLACK_GOLD")
	invited, _ := top.Route(programme.Invited)
	reviewed, _ := top.Route(programme.Reviewed)
	late, _ := p.Earning("order.late")
	for code, numbers := range map[string][]any{
		"EARN":       {percent(order.RateByTier["GOLD"]), percent(order.RateByTier["PLATINUM"]), percent(order.RateByTier["DIAMOND"]), percent(order.RateByTier["BLACK_GOLD"])},
		"BIRTHDAY":   {order.Multipliers[0].Percent / 100},
		"PARITY":     {p.Coin().ParityPerYuan, thousands(p.Coin().MaxBalance), p.Coin().ParityLockedUntil.In(p.Zone()).Year()},
		"EXPIRY":     {p.Coin().ExpiryMonths},
		"CHECKOUT":   {checkout.MaxPercentOfOrder, checkout.HoldMinutes},
		"MEMBER_DAY": {checkout.Multiply[0].Day, "1.5"},
		"GROWTH":     {"1.2", "1.5", actions.DailyCap, actions.Weights["POST_PUBLISHED"], actions.Weights["REVIEW"], actions.MinSeconds["LIVE"]},
		"TIERS":      {500, "3,000", "10,000", "30,000", tasks.Tasks, tasks.Days},
		"PROTECTION": {grace.Days},
		"BLACK_GOLD": {thousands(invited.When.All[0].AtLeast / 100), thousands(invited.When.All[1].AtLeast), thousands(reviewed.When.AtLeast / 100),
			reviewed.ReviewHours, reviewed.MinScore, "0.8", invited.Months, thousands(top.Keep.AtLeast / 100)},
		"FAMILY":     {p.Family.MaxRelatives, 3, 5, 8, 10},
		"RESERVE":    {p.Coin().ReservePercent, p.Coin().Index.High, p.Coin().Index.Low, "0.1", "0.5"},
		"LATE":       {thousands(late.Fixed), late.Fixed / p.Coin().ParityPerYuan},
		"MORE_COINS": {200, 500, 5},
		"PRIVACY":    {p.Privacy.DeletionDays, p.Privacy.BreachHours, p.Privacy.TokenMinutes, p.Privacy.RawKeepYears},
	} {
		i := slices.IndexFunc(p.Rules, func(r programme.Rule) bool { return r.Code == code })
		if i < 0 {
			t.Errorf("no rule %s", code)
			continue
		}
		for locale, text := range p.Rules[i].Texts {
			for _, n := range numbers {
				if !strings.Contains(text, fmt.Sprint(n)) {
					t.Errorf("rule %s in %s does not say %v: %s", code, locale, n, text)
				}
			}
		}
	}
}

// percent writes basis points as members read them: 180 as 1.8.
func percent(basisPoints int64) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", float64(basisPoints)/100), "0"), ".0")
}

// thousands writes 80000 as 80,000.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func TestFresh3HasEveryRouteOfItsPaper(t *testing.T) {
	p := load(t, "fresh-3")
	silver, _ := p.Tier("SILVER")
	gold, _ := p.Tier("GOLD")
	fees := map[programme.RouteKind]int64{programme.Paid: 9900, programme.Trial: 100, programme.Earned: 0, programme.ByDays: 0, programme.Partner: 0}
	for kind, fee := range fees {
		if r, ok := silver.Route(kind); !ok || r.FeeFen != fee {
			t.Errorf("silver by %s: %t, fee %d fen", kind, ok, r.FeeFen)
		}
	}
	if r, _ := gold.Route(programme.Paid); r.FeeFen != 29900 || r.Months != 12 {
		t.Errorf("gold is bought by %+v", r)
	}
	if r, _ := silver.Route(programme.Trial); r.Days != 7 {
		t.Errorf("the trial lasts %d days", r.Days)
	}
	if r, _ := silver.Route(programme.Partner); r.PartnerSpendFen != 1_000_000 {
		t.Errorf("the bank asks for %d fen", r.PartnerSpendFen)
	}
	earned, _ := gold.Route(programme.Earned)
	both := []programme.Condition{{Metric: "POINTS", AtLeast: 3600}, {Metric: "ORDERS", AtLeast: 4}}
	if diff := cmp.Diff(both, earned.When.Any[0].All); diff != "" {
		t.Error(diff)
	}
	want := programme.Evaluation{Kind: programme.AnnualWindow, Months: []int{1, 2}, Upgrade: programme.AtSettlement,
		Grace: &programme.Grace{Months: 3, RestoreBy: []string{"TASKS"}, Tasks: 2, TaskCodes: []string{"INVITE_FRIEND", "HEALTH_QUESTIONNAIRE"}}}
	if diff := cmp.Diff(want, p.Evaluation); diff != "" {
		t.Error(diff)
	}
	if order, _ := p.Earning("order.paid"); order.Multipliers[0].Percent != 200 || order.RateByTier["FREE"] != 100 {
		t.Errorf("orders earn %+v", order)
	}
}

func TestEveryEarnRuleOfThePresetsHasItsTerms(t *testing.T) {
	for _, name := range []string{"retail-5", "fresh-3", "stage-4", "retail-3"} {
		p, err := programme.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Earn {
			for _, locale := range []string{"zh-CN", "zh-TW", "en"} {
				if e.Terms[locale] == "" || e.Titles[locale] == "" {
					t.Errorf("%s: rule %s has no title or terms in %s", name, e.Code, locale)
				}
			}
		}
	}
}
