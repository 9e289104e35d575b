package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Line is a part of an order for growth: its category (empty if none) and what was paid for it, in fen.
type Line struct {
	Category string
	Fen      int64
}

// Purchase is a paid order as growth sees it.
type Purchase struct {
	At      time.Time
	Source  string // names the order; its facts carry it
	Channel string
	Fen     int64 // the order's amount; at 0 or below the order grows nothing but still marks the scene
	Lines   []Line
	Units   int64 // what the order earned, for programmes that count points
}

// Paid counts an order and evaluates: up to the highest tier met, and back to ACTIVE inside a protection. The
// standing must have been advanced to the order's time. A late order counts at its own time; the evaluation is of now.
func (s Standing) Paid(book Book, o Purchase) Standing {
	p := book.At(o.At)
	s = s.Clone()
	if o.Fen >= 0 { // coupons and coins may have paid all of it
		s.ordered(o.At)
	}
	for _, m := range p.Metrics {
		switch m.Kind {
		case programme.Spend:
			if o.Fen > 0 {
				s.add(Fact{At: o.At, Metric: m.Code, Value: SpendGrowth(m, o.Lines), Source: o.Source})
			}
		case programme.Orders:
			if o.Fen > 0 {
				s.add(Fact{At: o.At, Metric: m.Code, Value: 1, Source: o.Source})
			}
		case programme.Points:
			if o.Units > 0 {
				s.add(Fact{At: o.At, Metric: m.Code, Value: o.Units, Source: o.Source})
			}
		case programme.Scenes:
			s.visit(p, m, o)
		}
	}
	now := later(s.Clock, o.At)
	p = book.At(now)
	s.Clock = now
	r := s.Read(p, now)
	if p.Evaluation.Upgrade == programme.Immediate {
		s.rise(p, now, r)
	}
	s.restore(p, now, r)
	s.forget(p)
	return s
}

// SpendGrowth is Σ ⌊lineFen × coefficient / 100⌋ over an order's lines, in fen.
func SpendGrowth(m programme.Metric, lines []Line) int64 {
	var total int64
	for _, l := range lines {
		coefficient, ok := m.Coefficients[l.Category]
		if !ok {
			coefficient = 100
		}
		total += floorDiv(l.Fen*coefficient, 100)
	}
	return total
}

// Refund takes growth away at its own time: for each SPEND metric what it is given, in fen. It evaluates nothing.
func (s Standing) Refund(book Book, at time.Time, source string, fen func(programme.Metric) int64) Standing {
	p := book.At(at)
	s = s.Clone()
	for _, m := range p.Metrics {
		if m.Kind != programme.Spend {
			continue
		}
		if n := fen(m); n != 0 {
			s.add(Fact{At: at, Metric: m.Code, Value: -n, Source: source})
		}
	}
	s.Clock = later(s.Clock, at)
	s.forget(book.At(s.Clock))
	return s
}

// Did counts what a member did, by its action code, in every ACTIONS metric that weighs it. It evaluates nothing
// but a protection that tasks may end.
func (s Standing) Did(book Book, at time.Time, source, action string, seconds int64) Standing {
	p := book.At(at)
	s = s.Clone()
	for _, m := range p.Metrics {
		weight, weighed := m.Weights[action]
		if m.Kind != programme.Actions || !weighed || seconds < m.MinSeconds[action] || s.Counted(m.Code, source) {
			continue
		}
		s.add(Fact{At: at, Metric: m.Code, Value: weight, Source: source})
	}
	s.Clock = later(s.Clock, at)
	s.task(book.At(s.Clock), source, action)
	s.forget(book.At(s.Clock))
	return s
}

// task counts a task that may end the protection, and ends it when enough are done: where the programme names the
// tasks, different ones.
func (s *Standing) task(p *programme.Programme, source, action string) {
	g := p.Evaluation.Grace
	if s.State != Protected || g == nil || !slices.Contains(g.RestoreBy, programme.ByTheTasks) {
		return
	}
	done := source
	if len(g.TaskCodes) > 0 {
		done = action
		if !slices.Contains(g.TaskCodes, action) {
			return
		}
	}
	if slices.Contains(s.Tasks, done) {
		return
	}
	s.Tasks = append(s.Tasks, done)
	if len(s.Tasks) >= g.Tasks {
		s.restored(p, s.Clock, s.Read(p, s.Clock))
	}
}

// visit marks a scene: the first paid order on a channel on a local day, at the earliest order's time.
func (s *Standing) visit(p *programme.Programme, m programme.Metric, o Purchase) {
	source := "scene:" + o.Channel + ":" + clock.Day(o.At, p.Zone())
	for i, f := range s.Facts {
		if f.Metric == m.Code && f.Source == source {
			if !o.At.Before(f.At) {
				return
			}
			s.Facts = append(s.Facts[:i], s.Facts[i+1:]...)
			break
		}
	}
	s.add(Fact{At: o.At, Metric: m.Code, Value: m.PerScene, Source: source})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
