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
	equal := "equivalences:\n  - {code: BOX, fen: 6000, texts: {zh-CN: \"{0}次\"}}\n"
	for _, c := range []struct{ name, text, old, new, want string }{
		{"nothing wrong", insight + variants + equal, "", "", ""},
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
