package insight

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/coupon"
	"membergate/internal/experiment"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Giver gives coupons, each once per member and op.
type Giver interface {
	Issue(ctx context.Context, all []coupon.Issue) ([]coupon.Coupon, error)
}

// low is the note after a score: a spell begins with the first score below what the programme calls healthy, and ends with
// the first one that is not.
func (n Note) low(w programme.Winback, score int64, now time.Time) (next Note, changed bool) {
	next = n
	switch {
	case score >= w.Below:
		next.Low = time.Time{}
	case n.Low.IsZero():
		next.Low = now.UTC().Truncate(time.Millisecond)
	}
	return next, !next.Low.Equal(n.Low)
}

// winback is the coupon of a spell. Its op is that of the stretch of days in which the spell began: whoever says no and
// yes again, or goes up and down, gets one in each.
func winback(w programme.Winback, who member.ID, low time.Time, value int64) coupon.Issue {
	stretch := low.Unix() / (w.OnceDays * 24 * 3600)
	return coupon.Issue{Op: fmt.Sprint("winback:", stretch), Template: w.Coupon, Member: who, Source: coupon.ByWinback, Ref: low.UTC().Format(time.DateOnly), At: low, Value: value}
}

// lost tells whether a member is one to be won back: who bought something, and not too long ago.
func lost(w programme.Winback, orders []order.Record, now time.Time) bool {
	_, bought := buying(orders, w.LastDays, now)
	return bought
}

// often is the coupon that suits how often a member bought in the last days: one in each local month.
func often(o programme.Often, zone *time.Location, who member.ID, orders []order.Record, now time.Time) (coupon.Issue, bool) {
	b, _ := buying(orders, o.Days, now)
	code, ok := o.For(b.Orders)
	return coupon.Issue{Op: "often:" + now.In(zone).Format("2006-01"), Template: code, Member: who, Source: coupon.ByFrequency, Ref: fmt.Sprint(b.Orders), At: now}, ok
}

// greet gives the coupons that the programme has for members who come seldom or no more, each once. All of the members
// agreed; bought is what they bought, the last order first.
func (s *Service) greet(ctx context.Context, members []account.Holder, bought map[member.ID][]order.Record, now time.Time) error {
	p := s.Book.At(now)
	if p.Insight == nil || s.Coupons == nil {
		return nil
	}
	gifts := make([][]coupon.Issue, len(members))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(greetedAtOnce)
	for n, h := range members {
		group.Go(func() error {
			who, orders := h.Profile, bought[h.Profile.ID]
			value := func(code string) int64 { return experiment.CouponValue(p, who, code, now) }
			if o := p.Insight.Often; o != nil {
				if gift, ok := often(*o, p.Zone(), who.ID, orders, now); ok {
					gift.Value = value(gift.Template)
					gifts[n] = append(gifts[n], gift)
				}
			}
			w := p.Insight.Winback
			if w == nil || !lost(*w, orders, now) {
				return nil
			}
			low, err := s.notice(within, p, h, orders, now)
			if err == nil && !low.IsZero() {
				gifts[n] = append(gifts[n], winback(*w, who.ID, low, value(w.Coupon)))
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var all []coupon.Issue
	for _, each := range gifts {
		all = append(all, each...)
	}
	_, err := s.Coupons.Issue(ctx, all)
	return err
}

// greetedAtOnce is how many members' notes are read side by side.
const greetedAtOnce = 8

// notice keeps since when a member's score has been low, and gives that; zero for whoever's is not.
func (s *Service) notice(ctx context.Context, p *programme.Programme, h account.Holder, orders []order.Record, now time.Time) (time.Time, error) {
	for range tries {
		n, err := s.Notes.Of(ctx, h.Profile.ID)
		if err != nil {
			return time.Time{}, err
		}
		score, err := s.score(ctx, p, h, n, orders, now)
		if err != nil {
			return time.Time{}, err
		}
		next, changed := n.low(*p.Insight.Winback, score, now)
		if !changed {
			return n.Low, nil
		}
		if err = s.Notes.Save(ctx, next); !errors.Is(err, ErrStale) {
			return next.Low, err
		}
	}
	return time.Time{}, fault.Down("store", ErrStale)
}

// score is how healthy a membership is. The ledger is asked only where coins that were spent could matter.
func (s *Service) score(ctx context.Context, p *programme.Programme, h account.Holder, n Note, orders []order.Record, now time.Time) (int64, error) {
	f := facts{holder: h, note: n, orders: orders, now: now}
	f.holder.Account.Standing = h.Account.Standing.Advance(s.Book, now)
	least := health(*p.Insight, f.last(p), n.Score, now)
	f.spent = now
	most := health(*p.Insight, f.last(p), n.Score, now)
	if below := p.Insight.Winback.Below; least.Score >= below || most.Score < below {
		return least.Score, nil
	}
	spent, err := s.Ledger.Page(ctx, h.Account.Wallet, wallet.Query{Limit: 1, Kinds: []wallet.Kind{wallet.Spend}})
	if err != nil {
		return 0, err
	}
	f.spent = time.Time{}
	if len(spent) > 0 {
		f.spent = spent[0].OccurredAt
	}
	return health(*p.Insight, f.last(p), n.Score, now).Score, nil
}
