package tier

import (
	"time"

	"membergate/internal/programme"
)

// change completes a line of a history with what was seen when it came about: the score, or the sums of the metrics that
// were asked for.
func (r Reading) change(c Change, of programme.Tier, asked *programme.Condition) Change {
	c.Score, c.Threshold, c.Programme = r.Score(), threshold(of), r.p.Version
	if !r.now.Equal(c.At) {
		c.Window = r.now.Truncate(time.Millisecond) // as it is stored
	}
	for _, leaf := range r.leaves(asked) {
		if leaf.Metric != "" {
			c.Measures = append(c.Measures, Measure{Metric: leaf.Metric, Sum: r.Sum(leaf.Metric), Asked: r.asked(leaf)})
		}
	}
	return c
}

// leaves are the single things that a condition asks for, each metric once.
func (r Reading) leaves(c *programme.Condition) (out []*programme.Condition) {
	if c == nil {
		return nil
	}
	seen := map[string]bool{}
	var walk func(c *programme.Condition)
	walk = func(c *programme.Condition) {
		for i := range c.All {
			walk(&c.All[i])
		}
		for i := range c.Any {
			walk(&c.Any[i])
		}
		if (c.Score != nil || c.Metric != "") && !seen[c.Metric] {
			seen[c.Metric] = true
			out = append(out, c)
		}
	}
	walk(c)
	return out
}
