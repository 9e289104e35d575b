package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/offer"
	"membergate/loaders"
)

func (r *Root) offer(ctx context.Context, m offer.Made) *graph.MembershipOffer {
	l := locale(ctx)
	out := &graph.MembershipOffer{OfferID: m.ID, Code: m.Code, Title: m.Titles.In(l), Terms: m.Terms.In(l), TermsVersion: m.Version,
		Tier: r.tierByCode(ctx, m.Tier), Route: string(m.Route), FeeFen: int(m.Fen), FullFeeFen: int(m.FullFen), Months: positive(m.Months),
		Days: positive(m.Days), ValidFrom: m.From, ValidUntil: m.Until}
	if !m.AcceptedAt.IsZero() {
		out.AcceptedAt = &m.AcceptedAt
	}
	return out
}

// Offers shows what a member is offered now.
func (m memberFields) Offers(ctx context.Context, obj *graph.Member) ([]*graph.MembershipOffer, error) {
	all, err := m.Root.Offers.Shown(ctx, obj.Holder.Profile, m.standing(ctx, obj.Holder), loaders.From(ctx).Now)
	if err != nil {
		return nil, err
	}
	out := []*graph.MembershipOffer{}
	for _, each := range all {
		out = append(out, m.offer(ctx, each))
	}
	return out, nil
}

// OfferAccept makes an offer a promise.
func (m mutation) OfferAccept(ctx context.Context, input graph.OfferAcceptInput) (*graph.OfferAcceptPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	made, replayed, err := m.Offers.Accept(ctx, h.Profile.ID, m.standing(ctx, h), input.OfferID, loaders.From(ctx).Now)
	out := &graph.OfferAcceptPayload{Replayed: replayed, UserErrors: []*graph.OfferAcceptUserError{}}
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.OfferAcceptUserError{
			Field: refused.field, Message: refused.message, Code: graph.OfferAcceptErrorCode(refused.code),
		})
		return out, nil
	}
	out.Offer = m.offer(ctx, made)
	return out, nil
}

// MembershipOffer shows a payment service what a member accepted.
func (q query) MembershipOffer(ctx context.Context, who, offerID string) (*graph.MembershipOffer, error) {
	defer loaders.Leave(ctx)
	if err := service(ctx); err != nil {
		return nil, err
	}
	all, err := q.Offers.Store.ByMember(ctx, member.ID(who))
	if err != nil {
		return nil, err
	}
	m, known := all.ByID(offerID)
	if !known || m.AcceptedAt.IsZero() {
		return nil, nil
	}
	return q.offer(ctx, m), nil
}

// service refuses whoever is no service of the shop.
func service(ctx context.Context) error {
	if err := signIn(ctx); err != nil {
		return err
	}
	if v := loaders.From(ctx).Viewer; !v.Staff() || !v.Has("service") {
		return fault.New(fault.Forbidden, "this needs a staff token with the role service")
	}
	return nil
}
