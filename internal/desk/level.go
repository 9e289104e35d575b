// Package desk is what other desks need of a member: which rights there are now, how fast each kind of request is
// answered, one-tap requests after a sale, the code that a phone shows at gates and tills, and the word of the month.
package desk

import (
	"slices"
	"time"

	"membergate/internal/programme"
)

// Level is how fast a kind of request is answered for one member; what is 0 is not promised.
type Level struct {
	Kind    string
	Grade   string // empty = the kind has no grades
	Titles  programme.Text
	Respond time.Duration
	Plan    time.Duration
	Resolve time.Duration
}

// Levels are the promises that hold for a tier, in the programme's order. Of several rules for one kind and grade the
// stricter one counts, for each of the three times by itself; a rule without a grade is one for every grade.
func Levels(p *programme.Programme, tier string) []Level {
	rank := p.Rank(tier)
	graded := map[string]bool{}
	for _, s := range p.Services {
		graded[s.Kind] = graded[s.Kind] || s.Grade != ""
	}
	var out []Level
	for _, s := range p.Services {
		if s.Grade == "" && graded[s.Kind] || p.Rank(s.Tier) > rank ||
			slices.ContainsFunc(out, func(l Level) bool { return l.Kind == s.Kind && l.Grade == s.Grade }) {
			continue
		}
		l := Level{Kind: s.Kind, Grade: s.Grade, Titles: s.Titles}
		for _, rule := range p.Services {
			if rule.Kind == s.Kind && (rule.Grade == "" || rule.Grade == s.Grade) && p.Rank(rule.Tier) <= rank {
				l.Respond = stricter(l.Respond, rule.RespondSeconds)
				l.Plan = stricter(l.Plan, rule.PlanSeconds)
				l.Resolve = stricter(l.Resolve, rule.ResolveSeconds)
			}
		}
		out = append(out, l.inOrder())
	}
	return out
}

// LevelOf is the promise for a kind without grades, and false if there is none.
func LevelOf(p *programme.Programme, tier, kind string) (Level, bool) {
	for _, l := range Levels(p, tier) {
		if l.Kind == kind && l.Grade == "" {
			return l, true
		}
	}
	return Level{}, false
}

func stricter(d time.Duration, seconds int64) time.Duration {
	next := time.Duration(seconds) * time.Second
	if d == 0 || next != 0 && next < d {
		return next
	}
	return d
}

// inOrder lets no step be promised for later than the step that follows it.
func (l Level) inOrder() Level {
	if l.Resolve != 0 && l.Plan > l.Resolve {
		l.Plan = l.Resolve
	}
	for _, next := range []time.Duration{l.Plan, l.Resolve} {
		if next != 0 && l.Respond > next {
			l.Respond = next
		}
	}
	return l
}
