package insight

import (
	"time"

	"membergate/internal/programme"
)

// Health says how alive a membership is.
type Health struct {
	Score int64     // 0 to 100
	Model string    // who made the score: a model outside, or empty for the programme's own sum of the parts
	Parts []Part    // of the programme's own sum, in the programme's order
	Low   time.Time // since when it has been below what the programme calls healthy, as far as that was noticed; zero if it is not
}

// Part is what one part of the score came to.
type Part struct {
	Code   string
	Points int64 // 0 to Most
	Most   int64
	Last   time.Time // when it happened last; zero if it never did
}

// health adds up the parts. A score that a model outside gave within the days that tags are kept counts instead of the
// sum. last tells when each part's cause happened last.
func health(in programme.Insight, last map[string]time.Time, outside Score, now time.Time) Health {
	var h Health
	for _, part := range in.Health {
		p := Part{Code: part.Code, Points: points(part, last[part.Code], now), Most: part.Weight, Last: last[part.Code]}
		h.Parts = append(h.Parts, p)
		h.Score += p.Points
	}
	if !outside.At.IsZero() && !outside.At.Before(now.AddDate(0, 0, -int(in.Tags.KeepDays))) {
		h.Score, h.Model = outside.Value, outside.Model
	}
	return h
}

// points are what is left of a part's weight, rounded down. What never happened gives none; what lies ahead by a clock
// that is fast is fresh.
func points(part programme.HealthPart, last, now time.Time) int64 {
	if last.IsZero() {
		return 0
	}
	days := int64(now.Sub(last) / (24 * time.Hour))
	switch {
	case days <= part.FreshDays:
		return part.Weight
	case days >= part.GoneDays:
		return 0
	}
	return part.Weight * (part.GoneDays - days) / (part.GoneDays - part.FreshDays)
}
