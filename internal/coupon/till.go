package coupon

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// codeLength is 16 letters of 32: 80 bits, which nobody guesses.
const codeLength = 16

// Spoken is a code as people read it: in groups of four.
func Spoken(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), "-")
}

// plain is a code as it is stored. What cannot be a code is empty.
func plain(code string) string {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
	if len(code) != codeLength {
		return ""
	}
	return code
}

// Show gives a coupon a code for tills, which it keeps. Refusals: as of Freeze.
func (s *Service) Show(ctx context.Context, who member.ID, id string, now time.Time) (Coupon, error) {
	return s.change(ctx, id, func(c Coupon, known bool) (Coupon, bool, error) {
		if !known || c.Member != who {
			return Coupon{}, false, fault.Refuse(Unknown, "couponId", "couponId names no coupon that is known")
		}
		if err := c.NotNow("couponId", now); err != nil || c.Code != "" {
			return c, false, err
		}
		c.Code = rand.Text()[:codeLength]
		return c, true, nil
	})
}

// Till is an order at a till, and who stands there.
type Till struct {
	Code     string
	Order    string // empty if the till names none
	By       string // the member id of staff
	Purchase Purchase
	At       time.Time
}

// Refused is the code of a coupon that is not usable on the order at the till.
const Refused = "NOT_USABLE"

// ByCode finds the coupon of a code that somebody shows at a till, and false if there is none.
func (s *Service) ByCode(ctx context.Context, code string) (Coupon, bool, error) {
	if code = plain(code); code == "" {
		return Coupon{}, false, nil
	}
	return s.Store.ByCode(ctx, code)
}

// UseByCode uses a coupon at a till, once, whoever else uses it at the same moment, and gives what it takes off. A refusal
// gives the coupon too, where the code is known. Refusals: as of Freeze, and NOT_USABLE.
func (s *Service) UseByCode(ctx context.Context, t Till) (Coupon, error) {
	named, known, err := s.ByCode(ctx, t.Code)
	if err != nil {
		return Coupon{}, err
	}
	if !known {
		return Coupon{}, fault.Refuse(Unknown, "code", "no such code is known")
	}
	return s.change(ctx, named.ID, func(c Coupon, _ bool) (Coupon, bool, error) {
		if state := c.StateAt(t.At); state != Frozen || t.Order == "" || c.Order != t.Order {
			if err := c.NotNow("code", t.At); err != nil {
				return c, false, err
			}
		}
		if why := c.Against(t.Purchase, t.Order, t.At); len(why) > 0 {
			return c, false, fault.Refuse(Refused, "code", "the coupon is not for this order: %s", why[0].Cause).Short(why[0].ShortByFen)
		}
		o := Apply(programme.Stacking{}, t.Purchase, []Coupon{c})
		if o.Off() == 0 && c.Terms.Kind != programme.GiftAlso {
			return c, false, fault.Refuse(Refused, "code", "the coupon would take nothing off")
		}
		c.State, c.Order, c.UsedAt, c.UsedBy, c.FrozenUntil = Used, t.Order, t.At.UTC().Truncate(time.Millisecond), t.By, time.Time{}
		c.Told, c.SavedFen = true, o.Off()
		return c, true, nil
	})
}
