package benefit

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// allowed gives the benefit that a command is about, or says why the member cannot use it as asked.
func allowed(p *programme.Programme, c Command) (programme.Benefit, error) {
	offer, ok := ByCode(Available(p, c.Facts, c.At), c.Benefit)
	if !ok {
		return programme.Benefit{}, unavailable(p, c.Facts, c.Benefit, c.At)
	}
	if offer.Coupon != "" && c.For != ForCoupon {
		return programme.Benefit{}, refuse(GivesCoupons, "benefitId", "benefit %s gives coupons; allowed is to claim them", c.Benefit)
	}
	if !offer.Quota.Unlimited && offer.Quota.Per == programme.PerOrder && c.Order == "" {
		return programme.Benefit{}, refuse(OrderNeeded, "orderId", "orderId is missing; benefit %s is given by order", c.Benefit)
	}
	options := Options(p, offer.Benefit, c.Facts)
	fits := slices.ContainsFunc(options, func(o programme.Option) bool { return o.Code == c.Choice })
	switch {
	case len(options) > 0 && c.Choice == "":
		return programme.Benefit{}, refuse(ChoiceNeeded, "choice", "choice is missing; needed is one of the benefit's options")
	case c.Choice != "" && !fits:
		return programme.Benefit{}, refuse(ChoiceUnknown, "choice", "choice is %q; allowed is one of the benefit's options", c.Choice)
	}
	return offer.Benefit, nil
}

// unavailable says why a benefit is not the member's now.
func unavailable(p *programme.Programme, f eligibility.Facts, code string, now time.Time) error {
	for _, l := range WhyNot(p, f, now) {
		if l.Code == code {
			r := refuse(LockedNow, "benefitId", "benefit %s is not the member's now", code)
			r.Missing = l.Missing
			return r
		}
	}
	if _, there := ByCode(versions(p, now, visible(p, f)), code); there {
		return refuse(ReplacedNow, "benefitId", "a better benefit has taken the place of %s", code)
	}
	anywhere := f
	anywhere.Channel, anywhere.Store = "", ""
	if o, there := ByCode(versions(p, now, visible(p, anywhere)), code); there { // it is tried at other places
		r := refuse(LockedNow, "benefitId", "benefit %s is not to be had here", code)
		r.Missing = eligibility.WhyNot(p, code, programme.Eligibility{Stores: o.Scope.Stores, Channels: o.Scope.Channels}, f, now)
		return r
	}
	return refuse(Unknown, "benefitId", "benefitId names no benefit that is known")
}

// give counts a use and notes what must follow.
func (u Usage) give(p *programme.Programme, b programme.Benefit, c Command, wish Use) (Usage, Step, error) {
	left := u.Left(p, b, c.Order, c.At)
	next, fallback, err := u.Use(p, b, c.Order, c.At)
	if errors.Is(err, ErrUsedUp) {
		r := refuse(UsedUp, "benefitId", "nothing is left of benefit %s in this period", b.Code)
		r.ResetsAt = left.ResetsAt
		return u, Step{}, r
	}
	if err != nil {
		return u, Step{}, err
	}
	wish.Title, wish.Terms, wish.Fallback = b.Titles, p.VersionOf(b), fallback
	if !b.Quota.Unlimited {
		wish.Window, _ = window(b.Quota.Per, c.Order, c.At, p.Zone())
	}
	if b.CostCap != nil && !fallback {
		wish.CostWindow, wish.Cost = costWindow(p, c.At), b.Value
	}
	if fallback {
		wish.Given = b.CostCap.Fallback
	}
	if b.CancelMinutes > 0 {
		wish.CancelUntil = c.At.Add(time.Duration(b.CancelMinutes) * time.Minute)
	}
	for _, o := range Options(p, b, c.Facts) {
		if o.Code == c.Choice {
			wish.ChoiceTitle, wish.ChoiceValue = o.Titles, o.Value
		}
	}
	step := Step{Use: wish}
	if b.Stock != nil {
		step.Most = b.Stock.Total
		step.Use.Stock, step.Use.StockOp = StockOf(p, b, c.At), fmt.Sprintf("%s %d", wish.ID, u.Version)
	}
	next.Steps = append(slices.Clone(next.Steps), step)
	return next, step, nil
}
