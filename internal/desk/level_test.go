package desk_test

import (
	"testing"
	"time"

	"membergate/internal/desk"
	"membergate/internal/programme"
)

// seconds are the three promises of a level, as the papers count them.
func seconds(l desk.Level) [3]int {
	return [3]int{int(l.Respond / time.Second), int(l.Plan / time.Second), int(l.Resolve / time.Second)}
}

// The stricter of the general rule and the tier's counts, each time by itself.
func TestTheStricterRuleCounts(t *testing.T) {
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tier, kind, grade string
		want              [3]int
		none              bool
	}{
		{"REGISTERED", "COMPLAINT", "GENERAL", [3]int{0, 0, 1800}, false},
		{"REGISTERED", "COMPLAINT", "MAJOR", [3]int{0, 7200, 0}, false},
		{"DIAMOND", "COMPLAINT", "EXTREME", [3]int{1800, 3600, 0}, false},
		{"BLACK_GOLD", "COMPLAINT", "GENERAL", [3]int{300, 1800, 1800}, false},
		{"BLACK_GOLD", "COMPLAINT", "MAJOR", [3]int{300, 1800, 7200}, false},
		{"BLACK_GOLD", "COMPLAINT", "EXTREME", [3]int{300, 1800, 7200}, false},
		{"SILVER", "AFTER_SALES", "", [3]int{}, true},
		{"GOLD", "AFTER_SALES", "", [3]int{90, 0, 0}, false},
		{"DIAMOND", "AFTER_SALES", "", [3]int{90, 0, 0}, false},
		{"REGISTERED", "AI_ASSISTANT", "", [3]int{24, 0, 0}, false},
		{"BLACK_GOLD", "COMPLAINT", "", [3]int{}, true}, // it has grades
	} {
		found := false
		for _, l := range desk.Levels(p, c.tier) {
			if l.Kind == c.kind && l.Grade == c.grade {
				if found = true; seconds(l) != c.want {
					t.Errorf("%s %s of %s is %v, want %v", c.kind, c.grade, c.tier, seconds(l), c.want)
				}
			}
		}
		if found == c.none {
			t.Errorf("%s %s of %s: there is %v", c.kind, c.grade, c.tier, found)
		}
	}
	fresh, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := desk.LevelOf(fresh, "SILVER", "SERVICE_CHANNEL"); !ok || seconds(l) != [3]int{900, 0, 0} {
		t.Errorf("silver's channel answers within %v", seconds(l))
	}
	if _, ok := desk.LevelOf(fresh, "FREE", "SERVICE_CHANNEL"); ok {
		t.Error("the free tier has silver's channel")
	}
}

func TestNoStepIsPromisedForLaterThanTheNext(t *testing.T) {
	p := &programme.Programme{Tiers: []programme.Tier{{Code: "A"}, {Code: "B", Rank: 1}}, Services: []programme.Service{
		{Kind: "X", RespondSeconds: 100, PlanSeconds: 200, ResolveSeconds: 300}, {Kind: "X", Tier: "B", ResolveSeconds: 50},
	}}
	if l, _ := desk.LevelOf(p, "B", "X"); seconds(l) != [3]int{50, 50, 50} {
		t.Errorf("it is %v", seconds(l))
	}
	if l, _ := desk.LevelOf(p, "A", "X"); seconds(l) != [3]int{100, 200, 300} {
		t.Errorf("it is %v", seconds(l))
	}
}
