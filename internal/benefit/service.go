package benefit

import (
	"cmp"
	"context"
	"errors"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// Service lets members use benefits, and take uses back. The way of a use: the member's usage counts it and notes it as a
// step, in one change that is the commit; the stock decides, once; the use is written down, and what it
// leads to is done; the usage forgets the step.
// Killed between any two, whoever touches the usage next finishes.
type Service struct {
	Usages Store
	Uses   UseStore
	Stock  Stock
	Book   tier.Book
	Follow func(context.Context, Use) error // does what a use leads to elsewhere, before its step is forgotten; done again it changes nothing; nil does nothing

	members, stocks lanes
}

// Command is a wish to use a benefit.
type Command struct {
	Key     string            // of one member's use: sent again it is the same one
	Facts   eligibility.Facts // of the member, at At
	Benefit string            // code
	Order   string            // that it is used for; empty if for none
	Channel string            // where it is used; empty if unknown
	Store   string            // where it is used; empty if unknown
	Choice  string            // code of an option; empty if nothing is chosen
	By      string            // ByMember, or who uses it on the member's behalf
	For     string            // what the use belongs to elsewhere, which alone may take it back; empty = nothing
	At      time.Time
}

// ForCoupon is what a use belongs to that a coupon is issued for.
const ForCoupon = "coupon"

// nowhere is the place of a use whose place nobody told: none of those that a benefit may ask for.
const nowhere = "?"

// tries bounds how often a change that lost a race is decided anew. With n uses by one member at once each round has a
// winner, so this is how many of them are borne.
const tries = 256

// Use lets a member use a benefit once: exactly as often as the quota says, and all members together as often as the
// stock says, from however many processes. It tells whether an earlier sending of the key did. A refusal, which is a
// *Refused where more is to be said than its code, leaves nothing behind and may be tried again.
func (s *Service) Use(ctx context.Context, c Command) (Use, bool, error) {
	p := s.Book.At(c.At)
	if c.For == "" { // what is used at once is used somewhere; what is taken for later may be used anywhere
		c.Facts.Channel, c.Facts.Store = cmp.Or(c.Channel, nowhere), cmp.Or(c.Store, nowhere)
	}
	wish := Use{
		ID: useID(c.Facts.Profile.ID, c.Key), Member: c.Facts.Profile.ID, Benefit: c.Benefit, Programme: p.Version,
		Order: c.Order, Channel: c.Channel, Store: c.Store, Choice: c.Choice, By: c.By, For: c.For, State: Used, At: c.At, Version: 1,
		Input: wallet.Fingerprint(c.Benefit, c.Order, c.Channel, c.Store, c.Choice, c.By, c.For),
	}
	defer s.members.take(string(wish.Member))()
	t := &turn{}
	defer t.end()
	for try := range tries {
		r, replayed, err := s.try(ctx, p, c, wish, t)
		if !errors.Is(err, ErrStale) {
			return r, replayed, err
		}
		if err := pause(ctx, try); err != nil {
			return Use{}, false, err
		}
	}
	return Use{}, false, busy(c.Benefit)
}

// try decides a use on the member's usage as it is now; ErrStale if somebody else changed that first.
func (s *Service) try(ctx context.Context, p *programme.Programme, c Command, wish Use, t *turn) (Use, bool, error) {
	u, err := s.usage(ctx, wish.Member)
	if err != nil {
		return Use{}, false, err
	}
	// The use is looked for after the usage was read: if somebody makes it from here on, the usage changes.
	made, known, err := s.Uses.ByID(ctx, wish.ID)
	switch {
	case err != nil:
		return Use{}, false, err
	case known && made.Input != wish.Input:
		return Use{}, false, refuse(wallet.KeyReused, "idempotencyKey", "the idempotency key was used for something else; allowed is a new one")
	case known:
		return made, true, nil
	}
	b, err := allowed(p, c)
	if err != nil {
		return Use{}, false, err
	}
	next, step, err := u.give(p, b, c, wish)
	if err == nil {
		err = s.queue(ctx, p, b, c.At, t)
	}
	if err == nil {
		err = s.Usages.Save(ctx, next)
	}
	if err != nil {
		return Use{}, false, err
	}
	next.Version++
	_, kept, err := s.settle(ctx, next)
	if err == nil && !kept[step.Use.ID] {
		err = soldOut(p, b, c.At)
	}
	return step.Use, false, err
}

// queue refuses what all members have used up, and else waits for a turn at what is limited: of many who want the last
// one at once, most learn here that it is gone.
func (s *Service) queue(ctx context.Context, p *programme.Programme, b programme.Benefit, now time.Time, t *turn) error {
	if b.Stock == nil {
		return nil
	}
	for {
		left, err := s.InStock(ctx, p, []programme.Benefit{b}, now)
		switch {
		case err != nil:
			return err
		case left[b.Code] == 0:
			return soldOut(p, b, now)
		case t.leave != nil:
			return nil
		}
		t.leave = s.stocks.take(b.Code)
	}
}

// InStock tells how many are left at now of those benefits that are limited over all members, by code.
func (s *Service) InStock(ctx context.Context, p *programme.Programme, all []programme.Benefit, now time.Time) (map[string]int64, error) {
	var names []string
	for _, b := range all {
		if b.Stock != nil {
			names = append(names, StockOf(p, b, now))
		}
	}
	out := make(map[string]int64, len(names))
	if len(names) == 0 {
		return out, nil
	}
	taken, err := s.Stock.Taken(ctx, names)
	for _, b := range all {
		if b.Stock != nil {
			out[b.Code] = max(0, b.Stock.Total-taken[StockOf(p, b, now)])
		}
	}
	return out, err
}

// soldOut says that a stock is used up, and when there is more.
func soldOut(p *programme.Programme, b programme.Benefit, now time.Time) error {
	r := refuse(OutOfStock, "benefitId", "all of benefit %s were used by others", b.Code)
	r.ResetsAt = StockResets(p, b, now)
	return r
}
