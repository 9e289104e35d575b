package order

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/fault"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// fresh leaves out what was applied before, and refuses an id that is another thing's or another member's. An order
// that was written down but never decided, because its process was killed, comes in before its refund. Of deeds only
// those stay that the programme makes something of.
func (s *Service) fresh(ctx context.Context, told []Told) ([]Told, error) {
	found, err := s.Orders.ByIDs(ctx, named(told))
	if err != nil {
		return nil, err
	}
	seen := map[string]Event{} // by record
	var out []Told
	for _, t := range told {
		if t.ID != "" {
			of := EventRecord(t.ID)
			first, before := seen[of]
			if r, ok := found[of]; ok {
				first, before = r.Event, true
			}
			if before && !sameNote(first, t.note()) {
				return nil, fault.Bad("id", "id %s was used before: %s %s of member %s at %s",
					t.ID, first.Kind, first.ID, first.Member, first.At.Format(time.RFC3339))
			}
			if _, here := seen[of]; here || found[of].Applied {
				continue
			}
			seen[of] = t.note()
		}
		if t.Deed != nil {
			counted, err := t.Deed.told(found)
			if err != nil {
				return nil, err
			}
			record := t.Deed.record()
			if _, here := seen[record]; counted || here {
				continue
			}
			if record != "" {
				seen[record] = t.note()
			}
			if t.Deed.matters(s.Book.At(t.Deed.At)) {
				out = append(out, t)
			}
			continue
		}
		if out, err = freshOrder(t, found, seen, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func freshOrder(t Told, found map[string]Record, seen map[string]Event, out []Told) ([]Told, error) {
	take := func(id string, e Event, holdOf wallet.ID) {
		if r := e.RecordID(); seen[r].ID == "" {
			seen[r] = e
			out = append(out, Told{ID: id, Event: &e, HoldOf: holdOf})
		}
	}
	e := *t.Event
	if e.OrderID != "" {
		r, ok := found[OrderRecord(e.OrderID)]
		if ok && r.Event.Member != e.Member {
			return nil, fault.Bad("orderId", "order %s of refund %s belongs to another member", e.OrderID, e.ID)
		}
		if ok && !r.Applied {
			take("", r.Event, "")
		}
	}
	r, ok := found[e.RecordID()]
	switch {
	case ok && r.Event.Member != e.Member:
		return nil, fault.Bad("id", "%s %s belongs to another member", e.Kind, e.ID)
	case ok && !r.Applied:
		take(t.ID, r.Event, "") // what was written down first counts
	case !ok:
		take(t.ID, e, t.HoldOf)
	}
	return out, nil
}

// named are the records that tellings may have, and those of the orders that refunds are of.
func named(told []Told) []string {
	ids := make([]string, 0, 2*len(told))
	for _, t := range told {
		if t.ID != "" {
			ids = append(ids, EventRecord(t.ID))
		}
		if t.Event == nil {
			if record := t.Deed.record(); record != "" {
				ids = append(ids, record)
			}
			continue
		}
		ids = append(ids, t.Event.RecordID())
		if t.Event.OrderID != "" {
			ids = append(ids, OrderRecord(t.Event.OrderID))
		}
	}
	return ids
}

// earnedPage is how many entries are read at once where a rule has a cap.
const earnedPage = 200

// Earned reads what a member has earned on the local day of a moment, and ever, by rules that have caps: the ledger has
// everything that was decided before, but for what the outbox still holds.
func (s *Service) Earned(ctx context.Context, a account.Account, rules []programme.Earn, at time.Time) (map[string]Earned, error) {
	p := s.Book.At(at)
	out := map[string]Earned{}
	since, yes := capped(p, rules, at)
	if !yes {
		return out, nil
	}
	today := clock.Day(at, p.Zone())
	q := wallet.Query{Limit: earnedPage, Kinds: []wallet.Kind{wallet.Earn}, From: since}
	for {
		page, err := s.Wallets.Store.Page(ctx, a.Wallet, q)
		if err != nil {
			return nil, err
		}
		for _, entry := range page {
			count(p, out, rules, entry.Title, entry.Lines, entry.OccurredAt, entry.Claim, today)
		}
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Seq
	}
	for _, step := range a.Outbox {
		if o := step.Posting; o != nil && o.Kind == wallet.Earn {
			count(p, out, rules, o.Title, o.Lines, o.At, o.Coins, today)
		}
	}
	return out, nil
}
