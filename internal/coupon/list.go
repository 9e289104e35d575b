package coupon

import (
	"context"
	"time"

	"membergate/internal/member"
)

// pageOf is how many coupons are read at once: a page of the largest size and one more.
const pageOf = 51

// longestFreeze is more than a freeze lasts: what is kept may be over by its own time.
const longestFreeze = 24 * time.Hour

// Page lists at most n of a member's coupons that are to be kept, soonest over first, behind a place or from the first one.
// Where none is asked for that may not be used any more, those that have long been over are not read.
func (s *Service) Page(ctx context.Context, who member.ID, after *Place, n int, now time.Time, keep func(Coupon) bool, live bool) ([]Coupon, error) {
	var from time.Time
	if live {
		from = now.Add(-longestFreeze)
	}
	var out []Coupon
	for {
		read, err := s.Store.Page(ctx, who, from, after, pageOf)
		if err != nil {
			return nil, err
		}
		for _, c := range read {
			if !keep(c) {
				continue
			}
			if out = append(out, c); len(out) == n {
				return out, nil
			}
		}
		if len(read) < pageOf {
			return out, nil
		}
		last := read[len(read)-1].Place()
		after = &last
	}
}
