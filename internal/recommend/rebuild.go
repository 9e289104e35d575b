package recommend

import (
	"context"
	"time"

	"membergate/internal/order"
)

// Built tells what a rebuild made.
type Built struct {
	At      time.Time // nothing later counted
	Version string
	Orders  int
	Lists   int
}

const (
	readAtOnce = 500 // records
	putAtOnce  = 50  // lists: about a tenth of a megabyte a round trip
)

// Rebuild makes all lists anew from the applied orders, as of a time; zero is that of the newest order. Members' own
// lists are made for those who agreed only. Killed anywhere, it has replaced some lists whole and left the others; the next
// run makes all of them.
func Rebuild(ctx context.Context, orders order.Store, lists Lists, at time.Time, plan Plan) (Built, error) {
	b := &Builder{}
	done := Built{At: at}
	for after := ""; ; {
		records, err := orders.Walk(ctx, after, readAtOnce)
		if err != nil {
			return done, err
		}
		if len(records) == 0 {
			break
		}
		for _, r := range records {
			if r.Event.Kind == order.Paid || r.Event.Kind == order.Refunded { // other events have records too
				b.Add(r.Event)
				done.Orders++
			}
		}
		after = records[len(records)-1].ID
	}
	if at.IsZero() {
		done.At = b.Newest()
	}
	done.Version = done.At.UTC().Format(versionTime)
	batch := map[Key]List{}
	own := 0
	for key, list := range b.Lists(done.At, done.Version, plan.Agreed) {
		batch[key] = list
		done.Lists++
		if key.Of == OfMember {
			own++
		}
		if len(batch) == putAtOnce {
			if err := lists.Put(ctx, batch); err != nil {
				return done, err
			}
			clear(batch)
			if plan.Tell != nil {
				plan.Tell(own/len(ownSurfaces), len(b.members.names))
			}
		}
	}
	goods, err := plan.goods()
	if err != nil {
		return done, err
	}
	for key, list := range b.everybodys(done.At.Unix(), done.Version, plan, goods) {
		batch[key] = list
		done.Lists++
	}
	return done, lists.Put(ctx, batch)
}

// goods are all that scenes choose from.
func (p Plan) goods() (out []Good, err error) {
	if p.Goods != nil && len(p.Scenes) > 0 {
		err = p.Goods(func(g Good) { out = append(out, g) })
	}
	return out, err
}
