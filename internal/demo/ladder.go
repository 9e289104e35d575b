package demo

import (
	"math"
	"sort"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// ladder finds out how much a member must buy to hold a tier at the demo's present, by trying it with the rules.
type ladder struct {
	book  tier.Book
	rules *programme.Programme // in force at the present
	now   time.Time
	bands map[int][2]float64 // by rank: the paces of buying that end on it
	paces []float64
	ends  []tier.Standing // where each pace ends
}

// A pace of buying is a number of which spending is a linear function and the number of orders a root: who buys for
// more, buys more often too.
const (
	slowest   = 0.2
	fastest   = 2500.0
	paceSteps = 48 // between the slowest and the fastest: each is a sixth more than the one before
	paceFen   = 6000
)

// orders is how many orders a pace makes in the demo's months.
func orders(pace float64) int { return min(75, max(1, int(math.Round(2*math.Sqrt(pace))))) }

// spend is what a pace spends in the demo's months, in fen.
func spend(pace float64) int64 { return int64(paceFen * pace) }

func newLadder(book tier.Book, now time.Time) *ladder {
	l := &ladder{book: book, rules: book.At(now), now: now, bands: map[int][2]float64{}}
	for i := range paceSteps + 1 {
		pace := slowest * math.Pow(fastest/slowest, float64(i)/paceSteps)
		end := l.walk(member.Profile{}, l.evenly(pace), tier.Grant{})
		rank := end.Held(l.rules, now).Rank
		band, met := l.bands[rank]
		if !met {
			band[0] = pace
		}
		band[1] = pace
		l.bands[rank] = band
		l.paces, l.ends = append(l.paces, pace), append(l.ends, end)
	}
	return l
}

// opening is when the demo's first orders are.
func (l *ladder) opening() time.Time { return clock.AddMonths(l.now, -demoMonths, l.rules.Zone()) }

// demoMonths is how far back the orders reach: less than a year, so that all of them count in a year's window.
const demoMonths = 11

// evenly makes the orders of a pace at even distances.
func (l *ladder) evenly(pace float64) []order.Event {
	n, from := orders(pace), l.opening()
	step := l.now.Sub(from) / time.Duration(n+1)
	fen := spend(pace) / int64(n)
	out := make([]order.Event, n)
	for i := range out {
		out[i] = order.Event{Kind: order.Paid, At: from.Add(time.Duration(i+1) * step), Fen: fen, Lines: []order.Line{{Fen: fen}}}
	}
	return out
}

// walk tells where a member ends who does these things; a grant that is not zero is given at its time.
func (l *ladder) walk(who member.Profile, events []order.Event, g tier.Grant) tier.Standing {
	joined := who.JoinedAt
	if joined.IsZero() {
		joined = l.opening()
	}
	a := account.Account{Standing: tier.Join(l.book.At(joined), joined)}
	known := map[string]*order.Record{}
	give := func(until time.Time) {
		if g.Tier != "" && !g.From.After(until) {
			a.Standing = a.Standing.Advance(l.book, g.From).Give(l.book, g)
			g = tier.Grant{}
		}
	}
	for _, e := range events {
		give(e.At)
		a.Outbox = nil
		k := order.Known{}
		if e.Kind == order.Refunded {
			k.Original = known[e.OrderID]
			k.Original.Refunds = append(k.Original.Refunds, order.Part{ID: e.ID, Fen: e.Fen})
		} else {
			known[e.ID] = &order.Record{Event: e}
		}
		a = order.Decide(l.book, who, a, e, k)
	}
	give(l.now)
	return a.Standing.Advance(l.book, l.now)
}

// way is how a member comes to a tier: by buying at a pace, and by a grant where that is not enough.
type way struct {
	pace float64
	by   *programme.Route // nil = by the orders alone
}

// to finds the way to a tier, else to the next one below it that orders open.
func (l *ladder) to(t programme.Tier, c chance) way {
	if band, ok := l.bands[t.Rank]; ok {
		return way{pace: band[0] * math.Pow(band[1]/band[0], 0.12+0.38*c.Float64())}
	}
	best := way{}
	for i := range t.Routes {
		r := &t.Routes[i]
		if r.Kind == programme.Free || r.Kind == programme.Earned || r.Months == 0 {
			continue
		}
		if r.When == nil {
			return way{pace: slowest * math.Pow(fastest/slowest, 0.2+0.5*c.Float64()), by: r}
		}
		for j, end := range l.ends {
			if end.Read(l.rules, l.now).Met(r.When) {
				if pace := l.paces[j] * enough; best.by == nil || pace < best.pace {
					best = way{pace: pace, by: r}
				}
				break
			}
		}
	}
	switch {
	case best.by != nil:
		return best
	case t.Rank > 0:
		return l.to(l.rules.Tiers[t.Rank-1], c)
	default:
		return way{pace: slowest}
	}
}

// enough is how much faster than just fast enough somebody buys who is given a tier, so that the grant can come before
// the demo's present.
const enough = 1.6

// grant makes the grant of a way: as soon as its route is open, with half of a month to think about it.
func (l *ladder) grant(t programme.Tier, r programme.Route, who member.Profile, events []order.Event, c chance) (tier.Grant, bool) {
	from := c.between(clock.AddMonths(l.now, -demoMonths/2, l.rules.Zone()), l.now.Add(-24*time.Hour))
	if who.JoinedAt.After(from) {
		from = who.JoinedAt.Add(24 * time.Hour)
	}
	if r.When != nil {
		var ok bool
		if from, ok = l.opens(r, who, events); !ok {
			return tier.Grant{}, false
		}
		from = from.Add(time.Duration(10+c.IntN(8)) * 24 * time.Hour)
	}
	if from.After(l.now.Add(-time.Hour)) {
		return tier.Grant{}, false
	}
	return tier.Grant{Tier: t.Code, Route: r.Kind, From: from, Until: clock.AddMonths(from, r.Months, l.rules.Zone())}, true
}

// opens is when a member's orders open a route.
func (l *ladder) opens(r programme.Route, who member.Profile, events []order.Event) (time.Time, bool) {
	n := sort.Search(len(events), func(i int) bool { // what was spent only grows, but for a refund or two
		at := events[i].At
		s := (&ladder{book: l.book, rules: l.rules, now: at}).walk(who, events[:i+1], tier.Grant{})
		return s.Read(l.rules, at).Met(r.When)
	})
	if n == len(events) {
		return time.Time{}, false
	}
	return events[n].At, true
}
