package benefit

import (
	"context"
	"errors"
	"slices"
	"time"

	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// What a use is refused with.
var (
	ErrUsedUp = errors.New("benefit: nothing is left of it in this period")
	ErrStale  = errors.New("benefit: somebody else changed the usage first")
)

// Usage is what one member has used of all benefits, kept and changed as one value.
type Usage struct {
	Member  member.ID
	Counts  []Count
	Steps   []Step // what must still follow
	Version int64  // grows with every change; 0 = nothing was ever used
}

// Count is how much of a benefit was used in one window.
type Count struct {
	Benefit string    // code
	Window  string    // "once", "2026", "2026-07" (local), "order:536365"; "fen:2026" counts cost in fen
	Used    int64     // times, or fen
	Last    time.Time // of the last use
}

// Store keeps usages, one value per member.
type Store interface {
	// ByMember gives a member's usage; of who never used anything an empty one at version 0.
	ByMember(ctx context.Context, id member.ID) (Usage, error)
	// ByMembers gives the usages of some members; of those who never used anything nothing.
	ByMembers(ctx context.Context, ids []member.ID) (map[member.ID]Usage, error)
	// Save replaces the usage if its stored version is still u.Version, and stores it at the next one; otherwise
	// ErrStale, and nothing is changed. Version 0 is that of a usage which is not stored yet.
	Save(ctx context.Context, u Usage) error
	// Unfinished lists at most n members whose usages have steps.
	Unfinished(ctx context.Context, n int) ([]member.ID, error)
}

// Used is what was used of a benefit in a window.
func (u Usage) Used(benefit, window string) int64 {
	for _, c := range u.Counts {
		if c.Benefit == benefit && c.Window == window {
			return c.Used
		}
	}
	return 0
}

// keepDays is how long a count is kept after its last use: a year's window and a month for events that come late.
// What counts once is kept for good.
const keepDays = 400

// add counts a use, on a copy, and drops counts that can matter no more.
func (u Usage) add(benefit, window string, n int64, now time.Time) Usage {
	u.Counts = slices.DeleteFunc(slices.Clone(u.Counts), func(c Count) bool {
		return c.Window != windowOnce && now.Sub(c.Last) > keepDays*24*time.Hour
	})
	for i, c := range u.Counts {
		if c.Benefit == benefit && c.Window == window {
			u.Counts[i].Used += n
			u.Counts[i].Last = now
			return u
		}
	}
	u.Counts = append(u.Counts, Count{Benefit: benefit, Window: window, Used: n, Last: now})
	return u
}

// uncount takes back what a use counted, on a copy. What is forgotten stays so.
func (u Usage) uncount(r Use) Usage {
	u.Counts = slices.Clone(u.Counts)
	for i, c := range u.Counts {
		switch {
		case c.Benefit != r.Benefit:
		case c.Window == r.Window && r.Window != "":
			u.Counts[i].Used = max(0, c.Used-1)
		case c.Window == r.CostWindow && r.CostWindow != "":
			u.Counts[i].Used = max(0, c.Used-r.Cost)
		}
	}
	return u
}

const windowOnce = "once"

// window names the span that a use at now counts in, and gives when the next one begins: zero for never, and for
// orders, of which each has its own.
func window(per programme.Period, order string, now time.Time, zone *time.Location) (name string, next time.Time) {
	local := now.In(zone)
	switch per {
	case programme.PerMonth:
		return local.Format("2006-01"), clock.MonthStart(now, 1, zone)
	case programme.PerYear:
		return local.Format("2006"), time.Date(local.Year()+1, time.January, 1, 0, 0, 0, 0, zone).UTC()
	case programme.PerOrder:
		return "order:" + order, time.Time{}
	default:
		return windowOnce, time.Time{}
	}
}
