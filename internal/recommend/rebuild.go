package recommend

import (
	"context"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Built tells what a rebuild made.
type Built struct {
	At      time.Time // nothing later counted
	Version string
	Orders  int
	Lists   int
	Members int  // whose own lists were made
	Partly  bool // only what changed since the last making
}

const (
	readAtOnce = 500 // records
	putAtOnce  = 50  // lists: about a tenth of a megabyte a round trip
)

// Rebuild makes lists from the applied orders, as of a time; zero is that of the newest order. Members' own lists are made
// for those who agreed only; and where the plan asks for what changed, for those of them who bought something or said yes
// since the last making, and for a fifth of the others each day: those equal what a making of all would give with what was
// learned in the last week, the others are five days old at most. Killed anywhere, it has replaced some lists whole and left
// the others; the next run goes on, or makes all of them.
func Rebuild(ctx context.Context, orders order.Store, lists Lists, at time.Time, plan Plan) (Built, error) {
	b, done, err := read(ctx, orders)
	if err != nil {
		return done, err
	}
	if done.At = at; at.IsZero() {
		done.At = b.Newest()
	}
	m, err := b.plan(ctx, lists, done.At, plan)
	if err != nil {
		return done, err
	}
	done.At, done.Version, done.Partly = m.At, m.Version, m.partly
	chosen := m.choose
	m.choose = func(who member.ID) bool { return plan.Agreed(who) && chosen(who) }
	keep := func(bound uint64, end bool) error {
		if m.partly && !end { // killed, it is done again: the last whole making counts
			return nil
		}
		next := m.Build
		next.Bound, next.Done = max(next.Bound, bound), end
		return lists.Building(ctx, next)
	}
	if err := keep(0, false); err != nil {
		return done, err
	}
	batch := map[Key]List{}
	put := func() error {
		err := lists.Put(ctx, batch)
		done.Lists += len(batch)
		clear(batch)
		return err
	}
	own := 0
	for key, list := range b.make(m) {
		batch[key] = list
		if key.Of == OfMember {
			own++
		}
		if len(batch) < putAtOnce || own%len(ownSurfaces) != 0 { // a member's lists go together
			continue
		}
		if err := put(); err != nil {
			return done, err
		}
		if key.Of == OfMember {
			err = keep(mark(member.ID(key.ID)), false)
		}
		if err != nil {
			return done, err
		}
		if plan.Tell != nil {
			plan.Tell(own/len(ownSurfaces), len(b.members.names))
		}
	}
	done.Members = own / len(ownSurfaces)
	goods, err := plan.goods()
	if err != nil {
		return done, err
	}
	for key, list := range b.everybodys(done.At.Unix(), done.Version, plan, goods) {
		batch[key] = list
	}
	if err := put(); err != nil {
		return done, err
	}
	return done, keep(0, true)
}

// read takes all applied orders in.
func read(ctx context.Context, orders order.Store) (b *Builder, done Built, err error) {
	b = &Builder{}
	for after := ""; ; {
		records, err := orders.Walk(ctx, after, readAtOnce)
		if err != nil || len(records) == 0 {
			return b, done, err
		}
		for _, r := range records {
			if r.Event.Kind == order.Paid || r.Event.Kind == order.Refunded { // other events have records too
				b.Add(r.Event)
				done.Orders++
			}
		}
		after = records[len(records)-1].ID
	}
}

// goods are all that scenes choose from.
func (p Plan) goods() (out []Good, err error) {
	if p.Goods != nil && len(p.Scenes) > 0 {
		err = p.Goods(func(g Good) { out = append(out, g) })
	}
	return out, err
}
