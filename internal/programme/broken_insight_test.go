package programme_test

import (
	"os"
	"strings"
	"testing"

	"membergate/internal/programme"
)

// What is made of members' doings, experiments and comparisons are refused where they could not be kept.
func TestBrokenInsightIsRefused(t *testing.T) {
	small, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	insight := "insight:\n  purpose: HEALTH\n  portrait: {days: 30, viewed: 1, bought: 3}\n  rfmDays: 365\n  tracking: {batch: 50, most: 600, minutes: 10, days: 5}\n  tags: {groups: 500, keepDays: 180}\n  health:\n    - {code: ORDER, weight: 60, freshDays: 1, goneDays: 9}\n    - {code: COINS, weight: 40, freshDays: 1, goneDays: 9}\n"
	variants := "experiments:\n  - code: A\n    from: 2026-01-01T00:00:00+08:00\n    variants:\n      - {code: X, basisPoints: 5000}\n      - {code: Y, basisPoints: 5000, parameters: {app.couponFen: 1000}}\n"
	coupons := "stacking:\n  most: 1\n  percent: LAST\n  holdMinutes: 5\n  groups:\n    - {code: G, names: {zh-CN: 券}, most: 1}\ncoupons:\n  - {code: BACK, kind: OFF_OVER, version: \"1\", titles: {zh-CN: 券}, terms: {zh-CN: 券}, value: 1000, minOrderFen: 5000, group: G, validity: {days: 3}}\n"
	gifts := strings.Replace(insight, "  rfmDays", "  winback: {below: 30, coupon: BACK, onceDays: 90, lastDays: 730}\n  often: {days: 90, coupons: [{from: 1, to: 2, coupon: BACK}, {from: 3, coupon: BACK}]}\n  rfmDays", 1) + coupons
	worth := strings.Replace(variants, "app.couponFen: 1000", "coupons.BACK.value: 5000", 1) + coupons
	equal := "equivalences:\n  - {code: BOX, fen: 6000, texts: {zh-CN: \"{0}次\"}}\n"
	for _, c := range []struct{ name, text, old, new, want string }{
		{"nothing wrong", insight + variants + equal, "", "", ""},
		{"coupons for who comes seldom", gifts, "", "", ""},
		{"a score that nobody is below", gifts, "below: 30", "below: 0", "insight.winback.below is 0; allowed is 1 to 100"},
		{"a coupon to win back with that is none", gifts, "coupon: BACK, onceDays", "coupon: BLACK, onceDays", `insight.winback.coupon is "BLACK"; allowed are codes of coupons`},
		{"always again", gifts, "onceDays: 90", "onceDays: 0", "insight.winback.onceDays is 0"},
		{"won back for ever", gifts, "lastDays: 730", "lastDays: 0", "insight.winback.lastDays is 0"},
		{"orders of no days", gifts, "often: {days: 90", "often: {days: 0", "insight.often.days is 0"},
		{"no coupon for any", gifts, "[{from: 1, to: 2, coupon: BACK}, {from: 3, coupon: BACK}]", "[]", "insight.often.coupons has none"},
		{"two coupons for as many orders", gifts, "from: 3", "from: 2", "insight.often.coupons[1].from is 2"},
		{"fewer than from", gifts, "to: 2", "to: 0", "insight.often.coupons[0].to is 0"},
		{"a coupon for many that is none", gifts, "from: 3, coupon: BACK", "from: 3, coupon: BLACK", `insight.often.coupons[1].coupon is "BLACK"`},
		{"an amount", worth, "", "", ""},
		{"more than the order", worth, "coupons.BACK.value: 5000", "coupons.BACK.value: 5001", "experiments[0].variants[1].parameters.coupons.BACK.value is 5001; allowed is 1 to 5000"},
		{"of no coupon", worth, "coupons.BACK", "coupons.BLACK", "parameters.coupons.BLACK.value is no parameter"},
		{"what is told too late to be deleted in time", insight, "days: 5}", "days: 6}", "insight.tracking.days is 6"},
		{"weights", insight, "weight: 40", "weight: 41", "insight.health has weights that add up to 101; allowed is 100"},
		{"part twice", insight, "code: COINS", "code: ORDER", "another part has"},
		{"unknown part", insight, "code: COINS", "code: LUCK", `insight.health[1].code is "LUCK"`},
		{"unknown purpose", insight, "purpose: HEALTH", "purpose: FUN", `insight.purpose is "FUN"`},
		{"gone before fresh", insight, "weight: 40, freshDays: 1", "weight: 40, freshDays: 9", "insight.health[1].goneDays is 9"},
		{"shares", variants, "X, basisPoints: 5000", "X, basisPoints: 5001", "experiments[0].variants have 10001 basisPoints together; allowed are 10000"},
		{"one variant", variants, "      - {code: X, basisPoints: 5000}\n", "", "experiments[0].variants has 1; allowed are 2 and more"},
		{"unknown parameter", variants, "app.couponFen", "couponFen", "experiments[0].variants[1].parameters.couponFen is no parameter"},
		{"personal without a yes", variants, "app.couponFen", "recommendations.recent.viewed", "needed is the experiment's purpose"},
		{"no place for the number", equal, "{0}次", "次", "needed is {0} where the number stands"},
		{"for nothing", equal, "fen: 6000", "fen: 0", "equivalences[0].fen is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text
			if c.old != "" {
				text = strings.Replace(text, c.old, c.new, 1)
			}
			_, err := programme.Parse("small.yaml", []byte(string(small)+"\n"+text))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("it says %v, want %q", err, c.want)
			}
		})
	}
}
