package recommend

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// records are orders in memory that can be walked.
type records struct {
	order.Store
	all []order.Record
}

func (r records) Walk(_ context.Context, after string, n int) (out []order.Record, err error) {
	for _, each := range r.all {
		if each.ID > after && len(out) < n {
			out = append(out, each)
		}
	}
	return out, nil
}

// kept are lists in memory; full says after how many rounds nothing more is taken.
type kept struct {
	shelves
	rounds, full int
}

var errFull = errors.New("full")

func (k *kept) Put(_ context.Context, lists map[Key]List) error {
	if k.rounds++; k.full > 0 && k.rounds > k.full {
		return errFull
	}
	for key, l := range lists {
		k.lists[key] = l
	}
	return nil
}

func TestRebuildReadsAllOrdersAndPutsAllLists(t *testing.T) {
	var orders records
	for i := range 3*readAtOnce + 1 { // more than one walk takes
		m := member.ID(fmt.Sprint("m", i%700))
		orders.all = append(orders.all, order.Record{ID: fmt.Sprintf("%06d", i), Applied: true, Event: buys(m, day(i/100), "tea", fmt.Sprint("p", i%5))})
	}
	orders.all = append(orders.all, order.Record{ID: "x", Event: order.Event{Kind: order.Refunded, Member: "m1", At: day(99)}})
	lists := &kept{shelves: shelves{lists: map[Key]List{}}}
	done, err := Rebuild(t.Context(), orders, lists, time.Time{}, Plan{Agreed: func(m member.ID) bool { return m != "m7" }})
	if err != nil {
		t.Fatal(err)
	}
	if done.Orders != 3*readAtOnce+2 || !done.At.Equal(day(15)) || done.Version != "20260116T000000" || done.Lists != len(lists.lists) {
		t.Errorf("built %+v; %d lists are kept", done, len(lists.lists))
	}
	own := map[string]bool{}
	for k, l := range lists.lists {
		if l.Version != done.Version {
			t.Fatalf("%v is of version %s", k, l.Version)
		}
		if k.Of == OfMember {
			own[k.ID] = true
		}
	}
	if len(own) != 699 || own["m7"] {
		t.Errorf("%d members have lists; the one who did not agree: %v", len(own), own["m7"])
	}
	if !strings.HasPrefix(skus(lists.lists[PopularList(OfProduct)]), "tea") {
		t.Errorf("popular is %s", skus(lists.lists[PopularList(OfProduct)]))
	}
	if _, err := Rebuild(t.Context(), orders, &kept{shelves: shelves{lists: map[Key]List{}}, full: 2}, time.Time{}, Plan{Agreed: everybody}); !errors.Is(err, errFull) {
		t.Errorf("lists that cannot be kept: %v", err)
	}
}
