package tier

import (
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/programme"
)

// Challenge is a number of tasks that give a tier, or give it back.
type Challenge struct {
	Restores bool      // it ends the protection; else it gives a newcomer the tier
	Tier     string    //
	Needed   int       // how many
	Done     []string  // codes, or sources where the programme names no tasks
	Tasks    []string  // those that count; empty for any
	Until    time.Time // exclusive
}

// Challenges are those that a member can still finish at now. Joined is when the member did.
func (s Standing) Challenges(p *programme.Programme, joined, now time.Time) (out []Challenge) {
	if g := p.Evaluation.Grace; s.StateAt(p, now) == Protected && g != nil && slices.Contains(g.RestoreBy, programme.ByTheTasks) {
		out = append(out, Challenge{Restores: true, Tier: s.Judged(p, now).Code, Needed: g.Tasks, Done: s.Tasks, Tasks: g.TaskCodes, Until: s.ProtectedUntil})
	}
	held := s.Held(p, now)
	for _, t := range p.Tiers {
		r, ok := t.Route(programme.ByTasks)
		if !ok || t.Rank <= held.Rank || !newcomer(p, r, joined, now) {
			continue
		}
		c := Challenge{Tier: t.Code, Needed: r.Tasks, Tasks: r.TaskCodes, Until: clock.AddDays(clock.DayStart(joined, p.Zone()), r.Days+1, p.Zone())}
		for _, step := range s.Steps {
			if len(r.TaskCodes) == 0 || slices.Contains(r.TaskCodes, step) {
				c.Done = append(c.Done, step)
			}
		}
		out = append(out, c)
	}
	return out
}
