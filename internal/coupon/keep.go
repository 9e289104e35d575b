package coupon

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

// Codes of refusals of coupons that cannot be kept or used.
const (
	InUse    = "COUPON_IN_USE" // another order keeps it
	WasUsed  = "COUPON_USED"
	WasOver  = "COUPON_EXPIRED"
	Withdrew = "COUPON_REVOKED"
)

// NotNow refuses a coupon by its state; nil if it may be used.
func (c Coupon) NotNow(field string, now time.Time) error {
	switch c.StateAt(now) {
	case Frozen:
		return fault.Refuse(InUse, field, "another order keeps the coupon until %s", c.FrozenUntil.Format(time.RFC3339))
	case Used:
		return fault.Refuse(WasUsed, field, "the coupon was used at %s", c.UsedAt.Format(time.RFC3339))
	case Expired:
		return fault.Refuse(WasOver, field, "the coupon was good until %s", c.Until.Format(time.RFC3339))
	case Revoked:
		return fault.Refuse(Withdrew, field, "the coupon was taken back at %s", c.RevokedAt.Format(time.RFC3339))
	default:
		return nil
	}
}

// Freeze keeps a coupon for an order until a time, and tells whether this call did; kept by the order already, it stays
// kept as long as it was. Of two orders at once one gets it. Refusals: NOT_FOUND, COUPON_IN_USE, COUPON_USED, COUPON_EXPIRED,
// COUPON_REVOKED.
func (s *Service) Freeze(ctx context.Context, who member.ID, id, order string, until, now time.Time) (Coupon, bool, error) {
	did := false
	c, err := s.change(ctx, id, func(c Coupon, known bool) (Coupon, bool, error) {
		did = false
		switch state := c.StateAt(now); {
		case !known || c.Member != who:
			return Coupon{}, false, fault.Refuse(Unknown, "couponIds", "couponIds names no coupon that is known")
		case state == Frozen && c.Order == order:
			return c, false, nil
		case state != Issued:
			return c, false, c.NotNow("couponIds", now)
		}
		did = true
		c.State, c.Order, c.FrozenUntil = Frozen, order, until.UTC().Truncate(time.Millisecond)
		return c, true, nil
	})
	return c, did && err == nil, err
}

// Release lets a coupon go that an order keeps. One that the order does not keep, or has used, stays as it is.
func (s *Service) Release(ctx context.Context, who member.ID, id, order string) (Coupon, error) {
	return s.change(ctx, id, func(c Coupon, known bool) (Coupon, bool, error) {
		if !known || c.Member != who || c.State != Frozen || c.Order != order {
			return c, false, nil
		}
		c.State, c.Order, c.FrozenUntil = Issued, "", time.Time{}
		return c, true, nil
	})
}

// Revoke takes a coupon back, as one of the staff decides; again it changes nothing. Refusals: NOT_FOUND, COUPON_USED,
// COUPON_EXPIRED.
func (s *Service) Revoke(ctx context.Context, id, by, reason string, now time.Time) (Coupon, error) {
	return s.change(ctx, id, func(c Coupon, known bool) (Coupon, bool, error) {
		switch state := c.StateAt(now); {
		case !known:
			return c, false, fault.Refuse(Unknown, "couponId", "couponId names no coupon that is known")
		case state == Revoked:
			return c, false, nil
		case state == Used || state == Expired:
			return c, false, c.NotNow("couponId", now)
		}
		c.State, c.RevokedAt, c.RevokedBy, c.RevokedFor = Revoked, now.UTC().Truncate(time.Millisecond), by, reason
		return c, true, nil
	})
}

// Sweep writes down at most n coupons that are over as expired. It gives how many were found, how many of them are done,
// and since when the longest waiting one was over. Members were told before.
func (s *Service) Sweep(ctx context.Context, now time.Time, n int) (found, done int, oldest time.Time, err error) {
	due, err := s.Store.Due(ctx, now, n)
	if err != nil {
		return 0, 0, time.Time{}, err
	}
	for _, d := range due {
		if oldest.IsZero() || d.DueAt().Before(oldest) {
			oldest = d.DueAt()
		}
		_, wrong := s.change(ctx, d.ID, func(c Coupon, known bool) (Coupon, bool, error) {
			over := known && c.Open() && c.StateAt(now) == Expired
			c.State, c.Order, c.FrozenUntil = Expired, "", time.Time{}
			return c, over, nil
		})
		if wrong != nil {
			err = wrong
			continue
		}
		done++
	}
	return len(due), done, oldest, err
}
