package coupon

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Turn is what must follow for coupons from something that was decided about a member. It may be done any number of
// times by anybody.
type Turn struct {
	Issue []Issue `json:",omitempty"`
	Use   []Use   `json:",omitempty"`
	Back  []Back  `json:",omitempty"`
}

// Empty tells whether nothing must follow.
func (t Turn) Empty() bool { return len(t.Issue)+len(t.Use)+len(t.Back) == 0 }

// Use is a coupon that was used, as an event tells it.
type Use struct {
	Coupon   string // its id
	Order    string // empty where the event names none
	At       time.Time
	Told     bool // SavedFen is known
	SavedFen int64
}

// Back is an order that was given back as a whole.
type Back struct {
	Order   string
	Coupons []string // that it used
	At      time.Time
}

// Missed is a use that was told of a coupon which was not usable then: nothing is used twice.
type Missed struct {
	Member member.ID
	Coupon string
	Order  string
	State  State // as it was found; empty of a coupon that is not the member's
}

// changes bounds how often a coupon that somebody else changed is read again. With n who change one at once each round has
// a winner.
const changes = 256

// change brings a coupon to what f makes of it. If f makes nothing of it, it stays as it is.
func (s *Service) change(ctx context.Context, id string, f func(c Coupon, known bool) (next Coupon, changed bool, err error)) (Coupon, error) {
	for try := range changes {
		found, err := s.Store.ByIDs(ctx, []string{id})
		if err != nil {
			return Coupon{}, err
		}
		c, known := found[id]
		next, changed, err := f(c, known)
		if err != nil || !changed {
			return c, err
		}
		if err := s.Store.Save(ctx, next); err == nil {
			next.Version++
			return next, nil
		} else if !errors.Is(err, ErrStale) {
			return c, err
		}
		select {
		case <-ctx.Done():
			return c, ctx.Err()
		case <-time.After(time.Duration(rand.IntN(min(try, 32)+1)) * time.Millisecond):
		}
	}
	return Coupon{}, fault.New(fault.Unavailable, "the coupon is being changed by too many at once")
}

// Carry does what follows, each thing once, however often it is told to. A coupon that the programme has no more cannot
// be given to anybody: it does not keep what else waits.
func (s *Service) Carry(ctx context.Context, who member.ID, turns []Turn) error {
	for _, t := range turns {
		for _, i := range t.Issue {
			var gone *fault.Refusal
			if _, err := s.Issue(ctx, []Issue{i}); err != nil && !errors.As(err, &gone) {
				return err
			}
		}
		for _, u := range t.Use {
			if err := s.use(ctx, who, u); err != nil {
				return err
			}
		}
		for _, b := range t.Back {
			if err := s.back(ctx, who, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// use writes down that a coupon was used, in whichever order the events tell it.
func (s *Service) use(ctx context.Context, who member.ID, u Use) error {
	var missed *Missed
	_, err := s.change(ctx, u.Coupon, func(c Coupon, known bool) (Coupon, bool, error) {
		missed = nil
		if !known || c.Member != who {
			missed = &Missed{who, u.Coupon, u.Order, ""}
			return c, false, nil
		}
		next, ok := c.told(u)
		if !ok {
			missed = &Missed{who, c.ID, u.Order, c.StateAt(u.At)}
		}
		return next, ok && !same(next, c), nil
	})
	if err == nil && missed != nil && s.Missed != nil {
		s.Missed(*missed)
	}
	return err
}

// same tells whether telling changed nothing.
func same(a, b Coupon) bool {
	return a.State == b.State && a.Order == b.Order && a.Told == b.Told && a.SavedFen == b.SavedFen && a.UsedAt.Equal(b.UsedAt)
}

// told is the coupon after a use was told of it, and false if it was not usable then. What an event says of a time before
// the coupon was given back is over.
func (c Coupon) told(u Use) (Coupon, bool) {
	if !c.ReturnedAt.IsZero() && !u.At.After(c.ReturnedAt) {
		return c, true
	}
	switch {
	case c.State == Used && (u.Order == "" || c.Order == "" || c.Order == u.Order):
		if c.Order == "" {
			c.Order = u.Order
		}
	case c.usable(u):
		if c.State != Frozen || !u.At.Before(c.FrozenUntil) || u.Order != "" {
			c.Order = u.Order // else the order that keeps it has used it
		}
		c.State, c.UsedAt, c.FrozenUntil = Used, u.At.UTC().Truncate(time.Millisecond), time.Time{}
	default:
		return c, false
	}
	if u.Told && !c.Told {
		c.Told, c.SavedFen = true, u.SavedFen
	}
	return c, true
}

// usable tells whether a coupon could be used when a use happened, which may be told late: what is written down as
// expired by now may not have been then.
func (c Coupon) usable(u Use) bool {
	if c.State == Frozen && u.At.Before(c.FrozenUntil) {
		return u.Order == "" || u.Order == c.Order
	}
	return (c.Open() || c.State == Expired) && u.At.Before(c.Until)
}

// back gives the coupons of an order back, unless they are over or the programme keeps them.
func (s *Service) back(ctx context.Context, who member.ID, b Back) error {
	for _, id := range b.Coupons {
		_, err := s.change(ctx, id, func(c Coupon, known bool) (Coupon, bool, error) {
			if !known || c.Member != who || c.State != Used || c.Order != b.Order || !b.At.Before(c.Until) || !s.Book.At(b.At).Stacking.ReturnOnRefund {
				return c, false, nil
			}
			c.State, c.Order, c.UsedAt, c.UsedBy, c.Told, c.SavedFen = Issued, "", time.Time{}, "", false, 0
			c.ReturnedAt = b.At.UTC().Truncate(time.Millisecond)
			return c, true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Basket is which coupons an order that is not paid yet keeps, and until when.
type Basket struct {
	Order   string
	Coupons []string
	Until   time.Time // exclusive
}

// basketSlack is how long a basket is remembered when it is over: the event of an order that was paid in time may come
// late.
const basketSlack = 48 * time.Hour

// In gives the coupons that an order kept at a time.
func In(all []Basket, order string, at time.Time) []string {
	for _, b := range all {
		if b.Order == order && at.Before(b.Until) {
			return b.Coupons
		}
	}
	return nil
}

// Put gives baskets with another one in place of the order's, or without any if it is empty. What is long over is dropped.
func Put(all []Basket, b Basket, now time.Time) []Basket {
	out := slices.DeleteFunc(slices.Clone(all), func(o Basket) bool { return o.Order == b.Order || now.After(o.Until.Add(basketSlack)) })
	if len(b.Coupons) > 0 {
		out = append(out, b)
	}
	return out
}
