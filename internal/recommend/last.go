package recommend

import (
	"context"
	"hash/fnv"
	"time"

	"membergate/internal/member"
)

// Build is what is kept of the last making of lists, so that the next one makes what changed alone, or goes on where a
// killed one stopped. It says nothing about anybody.
type Build struct {
	Version    string
	At         time.Time // nothing later counted
	Made       time.Time // when it began, by the clock; zero where nobody said
	Done       bool      // it came to its end
	Bound      uint64    // before that: the members up to this mark have their lists
	Learned    time.Time // as of when it was learned what signals are worth
	Fresh, All []float64 // what they are worth: for discoveries, and for all
}

const (
	// lessonsKeep is how long what was learned is good for: what signals are worth moves with the seasons.
	lessonsKeep = 7 * 24 * time.Hour
	// turns is in how many days every member's list is made anew, whatever the member did: before it dies, and so that what
	// others buy, and orders that were told late, come to everybody.
	turns = 5
	// lateOrders is how much older than the last making an order may be that it did not know.
	lateOrders = 24 * time.Hour
	// resumeWithin is how old what a killed making left may be and still be gone on with.
	resumeWithin = 24 * time.Hour
)

// mark puts members in an order that tells nothing about them.
func mark(m member.ID) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(m)) // it never fails
	return h.Sum64()
}

// day64 is which day a time lies in.
func day64(t time.Time) int64 { return t.Unix() / daily }

// changedSince tells whose lists are made anew by a making of what changed: who bought something since, said yes since, or whose turn
// came.
func (b *Builder) changedSince(last Build, at time.Time, p Plan) func(member.ID) bool {
	bought := map[member.ID]bool{}
	from := last.At.Add(-lateOrders).Unix()
	for _, each := range b.bought {
		if each.at > from {
			bought[b.members.names[each.member]] = true
		}
	}
	asked := last.Made
	if asked.IsZero() {
		asked = last.At
	}
	return func(m member.ID) bool {
		if bought[m] || p.AgreedAt != nil && p.AgreedAt(m).After(asked.Add(-lateOrders)) {
			return true
		}
		for d := max(day64(last.At)+1, day64(at)-turns+1); d <= day64(at); d++ {
			if uint64(d)%turns == mark(m)%turns {
				return true
			}
		}
		return false
	}
}

// weights reads what was learned, if it is of these signals.
func (l Build) weights() (fresh, all worth, ok bool) {
	if len(l.Fresh) != signals || len(l.All) != signals {
		return fresh, all, false
	}
	copy(fresh[:], l.Fresh)
	copy(all[:], l.All)
	return fresh, all, true
}

// making is one making of lists.
type making struct {
	Build
	fresh, all worth
	choose     func(member.ID) bool // whose lists are made
	partly     bool                 // only what changed
}

// plan says which lists are made now: only what changed since the last making, the rest of one that was killed, or all.
func (b *Builder) plan(ctx context.Context, lists Lists, at time.Time, p Plan) (making, error) {
	m := making{Build: Build{Version: at.UTC().Format(versionTime), At: at, Made: p.Now}, choose: func(member.ID) bool { return true }}
	last, err := lists.Built(ctx)
	if err != nil {
		return m, err
	}
	found, _, err := lists.Get(ctx, []Key{PopularList(OfProduct)}, "")
	if err != nil {
		return m, err
	}
	var ok bool
	m.fresh, m.all, ok = last.weights()
	there := ok && p.Changed && len(found) > 0 && !at.Before(last.At)
	switch {
	case there && !last.Done && at.Sub(last.At) < resumeWithin:
		bound := last.Bound
		m.Build = last
		m.choose = func(who member.ID) bool { return mark(who) > bound }
		return m, nil
	case there && last.Done:
		m.partly = true
		m.choose = b.changedSince(last, at, p)
	}
	m.Learned, m.Fresh, m.All = last.Learned, last.Fresh, last.All
	if !m.partly || at.Sub(last.Learned) >= lessonsKeep {
		m.fresh, m.all = b.learn(at.Unix())
		m.Learned, m.Fresh, m.All = at, m.fresh[:], m.all[:]
	}
	return m, nil
}
