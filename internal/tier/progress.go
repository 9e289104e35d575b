package tier

import (
	"time"

	"membergate/internal/programme"
)

// Progress is the way to the next tier that can be earned.
type Progress struct {
	Target    programme.Tier
	Required  int64 // score in whole points; without a score, what the furthest item asks for, spending in whole yuan
	Remaining int64 // in the same unit, rounded up
	Percent   int64 // 0 to 99: never 100 before the upgrade
	Items     []Item
}

// Item is one thing that a tier asks for. All items of a way have to be met.
type Item struct {
	Metric string // code; empty for the score, which is in hundredths
	Sum    int64  // in the metric's own unit: fen for spending
	Asked  int64
}

// percent is the way gone, 0 to 100.
func (i Item) percent() int64 {
	if i.Asked <= 0 || i.Sum >= i.Asked {
		return 100
	}
	return max(0, i.Sum*100/i.Asked)
}

// Next is the way to the next tier above the held one that can be earned; false at the top.
func (s Standing) Next(p *programme.Programme, now time.Time) (Progress, bool) {
	held := s.Held(p, now)
	for _, t := range p.Tiers {
		asked := wayTo(t)
		if t.Rank <= held.Rank || asked == nil {
			continue
		}
		need, ok := t.Threshold()
		if !ok {
			return s.byMetrics(p, now, t, asked), true
		}
		score := s.Read(p, now).Score()
		from := threshold(held)
		percent := int64(0)
		if span := need*100 - from; span > 0 {
			percent = min(99, max(0, (score-from)*100/span))
		}
		return Progress{Target: t, Required: need, Remaining: ceilHundredths(need*100 - score), Percent: percent,
			Items: []Item{{Sum: score, Asked: need * 100}}}, true
	}
	return Progress{}, false
}

// byMetrics is the way to a tier that asks for metrics: of all alternatives the one that has come furthest, and of its
// items the one that has come least far.
func (s Standing) byMetrics(p *programme.Programme, now time.Time, t programme.Tier, asked *programme.Condition) Progress {
	out := Progress{Target: t}
	r := s.aim(p, now, asked)
	var least int64
	out.Items, least = r.nearest(asked)
	for _, i := range out.Items {
		if i.percent() > least || out.Required > 0 {
			continue
		}
		out.Required, out.Remaining = i.Asked, max(0, i.Asked-i.Sum)
		if m, _ := p.Metric(i.Metric); i.Metric == "" || m.Kind == programme.Spend {
			out.Required, out.Remaining = ceilHundredths(i.Asked), ceilHundredths(out.Remaining)
		}
	}
	out.Percent = min(99, least)
	return out
}

// aim is the reading that a way up leads to: now or, where years are judged, the whole year, unless the year before meets
// it already and only waits to be judged.
func (s Standing) aim(p *programme.Programme, now time.Time, asked *programme.Condition) Reading {
	if p.Evaluation.Kind != programme.AnnualWindow {
		return s.Read(p, now)
	}
	if next, ok := NextSettlement(p, now); ok {
		if r := s.Read(p, judged(p, next)); r.Met(asked) {
			return r
		}
	}
	return s.Read(p, yearEnd(now, p.Zone()).Add(-1))
}

// nearest are the items of a condition's nearest alternative, and how far the one of them that is furthest has come.
func (r Reading) nearest(c *programme.Condition) ([]Item, int64) {
	var items []Item
	percent := int64(100)
	take := func(more []Item, of int64) { items, percent = append(items, more...), min(percent, of) }
	for i := range c.All {
		take(r.nearest(&c.All[i]))
	}
	var best []Item
	most := int64(-1)
	for i := range c.Any {
		if some, of := r.nearest(&c.Any[i]); of > most {
			best, most = some, of
		}
	}
	if most >= 0 {
		take(best, most)
	}
	if c.Score != nil {
		i := Item{Sum: r.Score(), Asked: *c.Score * 100}
		take([]Item{i}, i.percent())
	}
	if c.Metric != "" {
		i := Item{Metric: c.Metric, Sum: r.Sum(c.Metric), Asked: r.asked(c)}
		take([]Item{i}, i.percent())
	}
	return items, percent
}

// Shortfall is what is missing to keep the held tier, in whole points rounded up; 0 unless protected.
func (s Standing) Shortfall(p *programme.Programme, now time.Time) int64 {
	if s.StateAt(p, now) != Protected {
		return 0
	}
	return ceilHundredths(s.Read(p, now).Missing(s.kept(p, now)))
}

func ceilHundredths(n int64) int64 {
	if n <= 0 {
		return 0
	}
	return (n + 99) / 100
}
