package recommend

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/programme"
)

// orderKnown is how long a paid order is kept in mind beside the lists. Members' own lists live shorter, so that all that
// are shown later were made with the order; what is kept of a member for days may be seven days old at most.
const orderKnown = 7 * 24 * time.Hour

// OrderCounts tells whether an order that was paid at a time still is to be kept in mind beside the lists.
func OrderCounts(paid, now time.Time) bool { return now.Sub(paid) < orderKnown }

// versionTime is how Rebuild names its lists: by when they were made.
const versionTime = "20060102T150405"

// Order lets what a member has just paid for count on the next request: it is no discovery any more, it need not be shown
// again for some days, and it is not due. An order told again changes nothing. a says whose it is, and when it was paid.
func (s *Service) Order(ctx context.Context, a Asked, skus []string) error {
	if err := a.consented(); err != nil {
		return err
	}
	r := a.rules()
	for range mostTries {
		old, _, was, err := s.Lists.Trace(ctx, a.Member, nil)
		if err != nil {
			return err
		}
		next, news := old.copied(a.Now, r), false
		for _, sku := range skus {
			of := Ref{OfProduct, sku}
			if o := next.Out[of]; o.Act == Ordered && !o.Until.Before(a.Now.Add(orderKnown).Truncate(time.Millisecond)) {
				continue
			}
			next, news = next.took(Ordered, of, nil, a.Now, r), true
		}
		if !news {
			return nil
		}
		if done, err := s.Lists.Retrace(ctx, a.Member, was, next.bounded(), nil, a.Now, traceLife(r)); done || err != nil {
			return err
		}
	}
	return fault.Down("cache", nil)
}

// traceLife is how long what a member did is kept after the last time: as long as any of it counts.
func traceLife(r *programme.Recommendations) time.Duration {
	return max(orderKnown, days(max(r.Intake.Days, r.Rotation.Days, r.OwnDays)))
}

// ordered is when a thing was paid for, if that is still kept in mind.
func (o Out) ordered() (at time.Time, ok bool) { return o.Until.Add(-orderKnown), o.Act == Ordered }

// bought tells whether a list does not show a thing because of a paid order. Where it is used up it comes back with the
// first list that was made after the order and holds it to be due.
func (t *tuner) bought(r Ref, made string) bool {
	at, ok := t.ordered[r]
	if !ok {
		return false
	}
	switch t.on {
	case Replenish:
		when, err := time.Parse(versionTime, made)
		return err != nil || when.Before(at.Truncate(time.Second))
	case Discover, Cart:
		return true
	}
	return t.now.Before(at.Add(days(t.rules.OwnDays)))
}
