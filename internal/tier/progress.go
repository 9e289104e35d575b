package tier

import (
	"time"

	"membergate/internal/programme"
)

// Progress is the way to the next tier that growth reaches.
type Progress struct {
	Target    programme.Tier
	Required  int64 // score in whole points
	Remaining int64 // whole points, rounded up
	Percent   int64 // 0 to 99: never 100 before the upgrade
}

// Next is the way to the next tier above the held one that asks for a score; false at the top.
func (s Standing) Next(p *programme.Programme, now time.Time) (Progress, bool) {
	held := s.Held(p, now)
	for _, t := range p.Tiers {
		need, ok := t.Threshold()
		if t.Rank <= held.Rank || !ok {
			continue
		}
		score := s.Read(p, now).Score()
		from := threshold(held)
		percent := int64(0)
		if span := need*100 - from; span > 0 {
			percent = min(99, max(0, (score-from)*100/span))
		}
		return Progress{Target: t, Required: need, Remaining: ceilHundredths(need*100 - score), Percent: percent}, true
	}
	return Progress{}, false
}

// Shortfall is what is missing to keep the held tier, in whole points rounded up; 0 unless protected.
func (s Standing) Shortfall(p *programme.Programme, now time.Time) int64 {
	if s.State != Protected {
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
