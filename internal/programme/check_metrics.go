package programme

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// measures checks the metrics: every kind has its own keys, and none of another kind's.
func (c *check) measures() {
	c.unique("metrics", c.metrics)
	for i, m := range c.p.Metrics {
		at := fmt.Sprintf("metrics[%d]", i)
		c.text(at+".names", m.Names)
		c.window(at, m)
		if !oneOf(c, at+".kind", m.Kind, Spend, Orders, Points, Actions, Scenes) {
			continue
		}
		because := "by kind " + string(m.Kind)
		if m.Kind == Spend {
			c.numbers(at+".coefficients", m.Coefficients, 0, 1_000)
		} else {
			c.only(at, because, "coefficients")
		}
		if m.Kind == Actions {
			c.actions(at, m)
		} else {
			c.only(at, because, "weights", "minSeconds", "dailyCap")
		}
		if m.Kind == Scenes {
			c.between(at+".perScene", m.PerScene, 1, 10_000)
		} else {
			c.only(at, because, "perScene")
		}
	}
}

func (c *check) window(at string, m Metric) {
	if !oneOf(c, at+".window", m.Window, RollingMonths, CalendarYear, Lifetime) {
		return
	}
	because := "with window " + string(m.Window)
	if m.Window == RollingMonths {
		c.between(at+".length", int64(m.Length), 1, 120)
	} else {
		c.only(at, because, "length")
	}
	if m.Window == Lifetime {
		c.only(at, because, "perMonth")
	}
}

func (c *check) actions(at string, m Metric) {
	if len(m.Weights) == 0 {
		c.add(at+".weights", "is missing; needed is a weight for at least one action")
	}
	c.numbers(at+".weights", m.Weights, 1, 1_000_000)
	c.numbers(at+".minSeconds", m.MinSeconds, 1, 86_400)
	actions := slices.Sorted(maps.Keys(m.Weights))
	for _, action := range slices.Sorted(maps.Keys(m.MinSeconds)) {
		if !slices.Contains(actions, action) {
			c.add(at+".minSeconds."+action, "names no action that has a weight; allowed %s", these(actions))
		}
	}
	c.between(at+".dailyCap", m.DailyCap, 0, 1_000_000)
}

// numbers asks for numbers in a range, under codes.
func (c *check) numbers(path string, all map[string]int64, low, high int64) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		at := join(path, key)
		if !codePattern.MatchString(key) {
			c.add(at, "is under no code; allowed are 1 to 40 letters, digits, - and _")
		}
		c.between(at, all[key], low, high)
	}
}

func (c *check) score() {
	if c.p.Score == nil {
		return
	}
	c.text("score.names", c.p.Score.Names)
	if len(c.p.Score.Terms) == 0 {
		c.add("score.terms", "is missing; needed is at least one term")
	}
	var seen []string
	for i, t := range c.p.Score.Terms {
		at := fmt.Sprintf("score.terms[%d]", i)
		c.filled(at+".metric", t.Metric)
		if c.known(at+".metric", t.Metric, c.metrics) && slices.Contains(seen, t.Metric) {
			c.add(at+".metric", "is %q a second time; allowed is once", t.Metric)
		}
		seen = append(seen, t.Metric)
		c.between(at+".hundredths", t.Hundredths, 1, 1_000_000)
	}
}

// condition asks that a condition can be decided: it asks for exactly one thing, and of something that there is.
func (c *check) condition(at string, when *Condition) {
	if when == nil {
		return
	}
	forms := []string{"all", "any", "score", "metric"}
	asked := slices.DeleteFunc(slices.Clone(forms), func(form string) bool { return !c.given(join(at, form)) })
	if len(asked) != 1 {
		c.add(at, "asks for %d of %s; allowed is exactly one", len(asked), strings.Join(forms, ", "))
		return
	}
	switch asked[0] {
	case "all", "any":
		parts := append(slices.Clone(when.All), when.Any...)
		if len(parts) == 0 {
			c.add(join(at, asked[0]), "is an empty list; needed is at least one condition")
		}
		for i := range parts {
			c.condition(fmt.Sprintf("%s.%s[%d]", at, asked[0], i), &parts[i])
		}
	case "score":
		if c.p.Score == nil {
			c.add(at+".score", "asks for a score, which the programme has not; allowed is a metric")
		}
		c.between(at+".score", *when.Score, 1, 1_000_000_000)
	case "metric":
		c.known(at+".metric", when.Metric, c.metrics)
		c.between(at+".atLeast", when.AtLeast, 1, 1_000_000_000_000)
	}
	if asked[0] != "metric" {
		c.only(at, "without metric", "atLeast")
	}
}
