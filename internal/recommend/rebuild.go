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
}

const (
	readAtOnce = 500 // records
	putAtOnce  = 50  // lists: about a tenth of a megabyte a round trip
)

// Rebuild makes all lists anew from the applied orders, as of a time; zero is that of the newest order. Members' own
// lists are made for those who agreed only.
func Rebuild(ctx context.Context, orders order.Store, lists Lists, at time.Time, agreed func(member.ID) bool) (Built, error) {
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
	done.Version = done.At.UTC().Format("20060102T150405")
	batch := map[Key]List{}
	for key, list := range b.Lists(done.At, done.Version, agreed) {
		batch[key] = list
		done.Lists++
		if len(batch) == putAtOnce {
			if err := lists.Put(ctx, batch); err != nil {
				return done, err
			}
			clear(batch)
		}
	}
	return done, lists.Put(ctx, batch)
}
