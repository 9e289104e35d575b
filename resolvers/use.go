package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// BenefitUse uses a benefit, by its member or by a desk.
func (m mutation) BenefitUse(ctx context.Context, input graph.BenefitUseInput) (*graph.BenefitUsePayload, error) {
	c, err := m.useCommand(ctx, input)
	var r benefit.Use
	out := &graph.BenefitUsePayload{UserErrors: []*graph.BenefitUseUserError{}}
	if err == nil {
		r, out.Replayed, err = m.Uses.Use(ctx, c)
	}
	why := benefit.WhyOf(err)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.BenefitUseUserError{
			Field: refused.field, Message: refused.message, Code: graph.BenefitUseErrorCode(refused.code), ResetsAt: instant(why.ResetsAt),
			Missing: m.missingConditions(ctx, why.Missing, ""),
		})
		return out, nil
	}
	out.Use = m.use(ctx, r)
	out.Remaining, err = m.remaining(ctx, c)
	return out, err
}

// useCommand reads what is asked for, and who asks.
func (m mutation) useCommand(ctx context.Context, input graph.BenefitUseInput) (benefit.Command, error) {
	c := benefit.Command{By: benefit.ByMember, Order: value(input.OrderID), Store: value(input.StoreID), Choice: value(input.Choice), At: loaders.From(ctx).Now}
	if input.Channel != nil {
		c.Channel = string(*input.Channel)
	}
	kind, code, _ := readID(input.BenefitID)
	if c.Benefit = code; kind != kindBenefit {
		c.Benefit = ""
	}
	h, err := m.userOf(ctx, input.MemberID, &c)
	if err != nil {
		return c, err
	}
	for field, text := range map[string]*string{"orderId": input.OrderID, "storeId": input.StoreID} {
		if text != nil {
			if err := member.ID(*text).Check(field); err != nil { // it is one to 64 visible characters, as ids are
				return c, err
			}
		}
	}
	if c.Key, err = wallet.OpKey("benefitUse", input.IdempotencyKey); err != nil {
		return c, err
	}
	if c.By != benefit.ByMember {
		c.Key += " " + c.By // no key has a space
	}
	c.Facts = eligibility.Gather(m.programme(ctx), h.Profile, m.standing(ctx, h), c.At)
	return c, nil
}

// userOf is whose benefit is used: the viewer's own, or the one whom a desk names.
func (m mutation) userOf(ctx context.Context, named *string, c *benefit.Command) (*account.Holder, error) {
	o := loaders.From(ctx)
	if !o.Viewer.Staff() {
		h, err := m.holder(ctx)
		if err == nil && named != nil {
			err = fault.New(fault.Forbidden, "memberId names somebody; that needs a staff token with the role clerk or service")
		}
		return h, err
	}
	if err := atDesk(ctx); err != nil {
		return nil, err
	}
	if named == nil {
		return nil, fault.Bad("memberId", "memberId is missing; a desk says whose benefit it uses")
	}
	c.By = string(o.Me())
	who, err := m.memberOf(ctx, *named)
	if err != nil {
		return nil, err
	}
	h, known, err := o.Holders.Load(ctx, who)
	if err == nil && !known {
		err = fault.Refuse(benefit.Unknown, "memberId", "memberId names nobody who is known")
	}
	return &h, err
}

// atDesk refuses whoever does not stand at a desk.
func atDesk(ctx context.Context) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has("clerk") && !v.Has("service") {
		return fault.New(fault.Forbidden, "this needs a staff token with the role clerk or service")
	}
	return nil
}

// remaining is what is left after a use; nil where nothing is limited.
func (m mutation) remaining(ctx context.Context, c benefit.Command) (*int, error) {
	p := m.programme(ctx)
	offer, ok := benefit.ByCode(benefit.Available(p, c.Facts, c.At), c.Benefit)
	if !ok || offer.Quota.Unlimited {
		return nil, nil
	}
	u, err := m.Uses.Usages.ByMember(ctx, c.Facts.Profile.ID)
	if err != nil {
		return nil, err
	}
	return ptr(int(u.Left(p, offer.Benefit, c.Order, c.At).Remaining)), nil
}

// BenefitUseCancel takes a use back.
func (m mutation) BenefitUseCancel(ctx context.Context, input graph.BenefitUseCancelInput) (*graph.BenefitUseCancelPayload, error) {
	o := loaders.From(ctx)
	undo := benefit.Undo{Member: o.Me(), By: benefit.ByMember, At: o.Now}
	kind, key, _ := readID(input.UseID)
	if undo.Use = key; kind != kindUse {
		undo.Use = ""
	}
	if o.Viewer.Staff() {
		if err := atDesk(ctx); err != nil {
			return nil, err
		}
		r, known, err := m.Uses.Uses.ByID(ctx, undo.Use)
		if err != nil {
			return nil, err
		}
		if undo.Member, undo.By = r.Member, string(o.Me()); !known {
			undo.Use = ""
		}
	} else if _, err := m.holder(ctx); err != nil {
		return nil, err
	}
	r, err := m.Uses.Cancel(ctx, undo)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.BenefitUseCancelPayload{UserErrors: []*graph.BenefitUseCancelUserError{{
			Field: refused.field, Message: refused.message, Code: graph.BenefitUseCancelErrorCode(refused.code),
		}}}, nil
	}
	return &graph.BenefitUseCancelPayload{Use: m.use(ctx, r), UserErrors: []*graph.BenefitUseCancelUserError{}}, nil
}

// value is the text behind a pointer; empty for none.
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
