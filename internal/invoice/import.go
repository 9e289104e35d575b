package invoice

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/product"
)

// Importer brings files into the programme.
type Importer struct {
	Orders   *order.Service
	Accounts account.Store
	Products product.Store
	Consents map[string]member.Consent // what the members it creates have agreed to
	Workers  int                       // how many members at once
}

// Summary counts what an import found in its file. It is the same however often the file is imported.
type Summary struct {
	Rows, GuestRows, Members, Products, Paid, Refunds int
	PaidFen, RefundedFen                              int64
	Latest                                            time.Time
	Problems                                          []Problem
}

// batch is how many events of one member are applied at once: their records and ledger entries go in a few calls,
// and the account's document stays small.
const batch = 100

// Import applies a file. It may be stopped anywhere and run again: every event counts once. At its end every member
// of the file stands as of the file's latest date. Progress is told in members.
func (i *Importer) Import(ctx context.Context, f File, progress func(done, total int)) (Summary, error) {
	s := summarise(f)
	wares := make([]product.Product, len(f.Wares))
	for n, w := range f.Wares {
		wares[n] = product.Product{SKU: w.Code, Title: w.Title, PriceMilli: w.PriceMilli, InStock: true, UpdatedAt: f.Latest}
	}
	if err := i.Products.PutAll(ctx, wares); err != nil {
		return s, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, i.Workers))
	var done atomic.Int64
	for _, b := range f.Buyers {
		group.Go(func() error {
			if err := i.buyer(ctx, b, f.Latest); err != nil {
				return err
			}
			progress(int(done.Add(1)), len(f.Buyers))
			return nil
		})
	}
	return s, group.Wait()
}

// buyer applies one member's events in batches; only the last one takes the standing to the file's end.
func (i *Importer) buyer(ctx context.Context, b Buyer, end time.Time) error {
	newcomer := member.Profile{
		ID: b.ID, DisplayName: "Member " + string(b.ID), JoinedAt: b.Events[0].At, Country: b.Country,
		Channel: Channel, Consents: i.Consents,
	}
	for from := 0; from < len(b.Events); from += batch {
		part := b.Events[from:min(from+batch, len(b.Events))]
		until := part[len(part)-1].At
		if from+batch >= len(b.Events) {
			until = end
		}
		if err := i.Orders.Apply(ctx, newcomer, part, until); err != nil {
			return err
		}
	}
	return i.moved(ctx, b)
}

// moved keeps the last country of a member who was there before.
func (i *Importer) moved(ctx context.Context, b Buyer) error {
	for {
		found, err := i.Accounts.ByIDs(ctx, []member.ID{b.ID}, account.Whole)
		if err != nil {
			return err
		}
		p := found[b.ID].Profile
		if p.Country == b.Country {
			return nil
		}
		p.Country = b.Country
		if err := i.Accounts.SaveProfile(ctx, p); err != account.ErrStale {
			return err
		}
	}
}

func summarise(f File) Summary {
	s := Summary{Rows: f.Rows, GuestRows: f.GuestRows, Members: len(f.Buyers), Products: len(f.Wares), Latest: f.Latest, Problems: f.Problems}
	s.Paid, s.Refunds = f.Invoices()
	for _, b := range f.Buyers {
		for _, e := range b.Events {
			if e.Kind == order.Refunded {
				s.RefundedFen += e.Fen
			} else {
				s.PaidFen += e.Fen
			}
		}
	}
	return s
}
